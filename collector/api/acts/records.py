"""The audit log as it is told, newest first. For operators: it names people and where they were."""

from collections.abc import Iterable, Mapping

from aiohttp import web

from alerts.wording.names import Naming
from collector.api import rim, screen
from collector.api.acts import shape
from collector.api.acts.works import titled
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.api.route import CURSOR, LANGUAGE, LIMIT, SEARCH, Parameter, Route
from collector.api.state.ledger import equal
from collector.api.threads import apart
from collector.audit import Line
from inventory.query import fold

FILTERS = ("who", "act", "thing", "outcome", "address")


async def records(request: web.Request) -> web.Response:
    """A part of the audit log."""
    rim.allow(request, "where", "search", "limit", "cursor", "language")
    source, place = request.app[SOURCE], rim.place(request)
    if place and not (place.isascii() and place.isdecimal() and len(place) < 19):
        raise RefusedError(400, "the cursor is none of this list's", "begin without a cursor")
    beside, most = screen.fields(source), rim.limit(request)
    naming = Naming(source.plan.inventory, rim.language(request))
    wanted = _Wanted(equal(request, FILTERS), fold(rim.text(request, "search")), naming)
    below = int(place) if place else None
    try:
        page = await apart(source.audit.read, most, below, wanted)
    except OSError as error:
        raise RefusedError(503, f"the audit log cannot be read: {error}", "try again") from None

    def work() -> shape.Records:
        return shape.Records(
            **beside,
            items=[_record(one, naming) for one in page.lines],
            next=rim.cursor(str(page.following)) if page.following is not None else None,
            sound=page.sound,
        )

    return await screen.told(work)


class _Wanted:
    """Whether a line is asked for: by whole values, and by words without regard to tone marks."""

    def __init__(self, where: Mapping[str, str], words: str, naming: Naming) -> None:
        self._where, self._words, self._naming = where, words.split(), naming

    def __call__(self, line: Line) -> bool:
        deed = line.deed
        for name, value in self._where.items():
            if value not in deed.things if name == "thing" else getattr(deed, name) != value:
                return False
        if not self._words:
            return True
        titles = (one.title for one in titled(deed.things, self._naming))
        text = _text((deed.who, deed.act, deed.address, deed.text, *deed.things, *titles))
        return all(word in text for word in self._words)


def _text(parts: Iterable[str]) -> str:
    return fold(" ".join(parts))


def _record(line: Line, naming: Naming) -> shape.Record:
    deed = line.deed
    return shape.Record(
        number=line.number,
        at=line.at,
        who=deed.who,
        token=deed.token,
        address=deed.address,
        act=deed.act,
        things=titled(deed.things, naming),
        text=deed.text,
        detail=dict(deed.detail),
        outcome=deed.outcome,
        of=deed.of,
    )


_RECORD = shape.Record(
    number=41,
    at=screen.EXAMPLE.at,
    who="truc-ca",
    token=True,
    address="10.17.4.21",
    act="acknowledge",
    things=[
        shape.Titled(thing="incident:23", title="23"),
        shape.Titled(thing="circuit:tsl-ii-05212-a", title="TSLCD cấp II xã Pà Cò"),
    ],
    text="Đã gọi trực VNPT, hẹn 30 phút",
    detail={},
    outcome="accepted",
    of=None,
)
ROUTES = (
    Route(
        "GET",
        "/api/v1/audit",
        records,
        "The audit log, newest first: who did what, and who was refused",
        shape.Records(**dict(screen.EXAMPLE), items=[_RECORD], sound=True),
        (
            Parameter("where", f"{'=, '.join(FILTERS)}=: the whole value", repeated=True),
            SEARCH,
            LIMIT,
            CURSOR,
            LANGUAGE,
        ),
        role="operator",
        refusals=(400, 503),
    ),
)
