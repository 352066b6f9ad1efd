"""The routes of what people do."""

from collector.api.acts import incidents, records, session, silences, works

ROUTES = (
    *session.ROUTES,
    *incidents.ROUTES,
    *works.ROUTES,
    *silences.ROUTES,
    *records.ROUTES,
)
