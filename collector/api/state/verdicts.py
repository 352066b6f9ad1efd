"""What is concluded, as it is listed."""

from aiohttp import web

from collector.api import rim
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.api.route import LISTED
from collector.api.state.causes import KNOWN, Board
from collector.api.threads import apart


async def verdicts(request: web.Request) -> web.Response:
    """What is concluded, causes first."""
    rim.allow(request, "kind", "language", *(one.name for one in LISTED))
    source = request.app[SOURCE]
    board = Board(
        source.plan.inventory,
        rim.language(request),
        dict(source.engine.verdicts),
        list(source.incidents.open.values()),
    )
    kind, conditions = rim.text(request, "kind"), rim.conditions(request)
    if kind and kind not in KNOWN:
        raise RefusedError(400, f"kind is one of {', '.join(KNOWN)}")
    asked = (rim.text(request, "search"), rim.place(request), rim.limit(request))
    page = await apart(board.page, kind, conditions, *asked)
    following = None if page.next is None else rim.cursor(page.next)
    return rim.told(page.model_copy(update={"next": following}))
