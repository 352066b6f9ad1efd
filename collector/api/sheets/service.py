"""The sheet of a service."""

from functools import partial

from aiohttp import web

from collector.api import rim, screen
from collector.api.rim import SOURCE
from collector.api.sheets import figures, sheet
from collector.api.sheets.look import Look, look
from collector.api.sheets.memory import Memory, memory
from collector.api.sheets.shape_kinds import Check, ServiceSheet
from collector.api.things import view
from inventory.model import Service, Use
from probes import reading


async def service(request: web.Request) -> web.Response:
    """All that a service's page shows."""
    rim.allow(request, "language")
    beside, held = screen.fields(request.app[SOURCE]), look(request)
    one = rim.one(request, held.inventory.services, "service")
    found = await memory(request, f"service:{one.name}", held.now)
    beside["journal"] = beside["journal"] and found is not None
    return await screen.told(partial(_sheet, beside, held, one, found))


def _sheet(beside: screen.Fields, held: Look, one: Service, found: Memory | None) -> ServiceSheet:
    keys = [_job(one, use) for use in one.checks]
    return ServiceSheet(
        **beside,
        **sheet.fields(held, f"service:{one.name}", found),
        service=view.service(one, view.Said(held.held, held.inventory)),
        checks=[_check(held, _job(one, use), use) for use in one.checks],
        needs=held.listed(map(str, one.needs)),
        readings=figures.readings(held, keys, ("service", one.name)),
    )


def _job(one: Service, use: Use) -> str:
    return f"service/{one.name}/{use.name}"


def _check(held: Look, key: str, use: Use) -> Check:
    known = held.latest.get(key)
    expires = None
    for row in known.rows if known is not None else ():
        if row.head.subject == "tls":
            expires = reading.values(row.fields).get("certificate_expiry_timestamp_seconds")
    return Check(**figures.run(held, key, use).model_dump(), expires=expires)
