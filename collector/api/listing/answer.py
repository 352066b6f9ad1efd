"""The answers of the inventory: a page of what is found, and all of it as CSV."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from collector.api import rim, screen
from collector.api.entry.guard import RefusedError
from collector.api.listing.columns import COLUMNS, SHOWN
from collector.api.listing.facets import FACETS, facet
from collector.api.listing.find import Found, Question, counts, find
from collector.api.listing.shape import Facet, Heading, Listed, Listing
from collector.api.listing.stock import Stock
from collector.api.rim import SOURCE
from collector.api.threads import apart
from inventory.export import cell
from inventory.model import KINDS, Thing
from inventory.query import QueryInvalid, fold

LIMIT = 100
PAGE_MOST = 1_000_000
TOGETHER = 500
"""Rows that are written to a file at once."""

CSV = "text/csv"
_CALLED = {
    "device": ("thiết bị", "devices"),
    "circuit": ("đường truyền", "circuits"),
    "site": ("địa điểm", "sites"),
    "service": ("dịch vụ", "services"),
}
_ASKED = ("kind", "search", "where", "columns", "sort", "language")


async def listing(request: web.Request) -> web.Response:
    """One page of what is found."""
    rim.allow(request, *_ASKED, "page", "limit")
    asked, page = question(request), rim.whole(request, "page", 1, PAGE_MOST)
    most = rim.whole(request, "limit", LIMIT, rim.LIMIT_MOST)
    beside = screen.fields(request.app[SOURCE])
    stock = _stock(request)

    return await screen.told(lambda: Listing(**beside, **told(stock, asked, page, most)))


async def export(request: web.Request) -> web.StreamResponse:
    """All of it as a file for a spreadsheet, a part at a time."""
    rim.allow(request, *_ASKED)
    asked, stock = question(request), _stock(request)
    things = (await apart(found, stock, asked)).things
    name = file_name(stock, asked.kind, datetime.now(stock.inventory.province.zone))
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{CSV}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
    )
    await response.prepare(request)
    if request.method != "HEAD":
        try:
            await _send(response, stock, asked, things)
        except RefusedError:  # a file that ends here must not look as if it were all
            rim.cut(request)
    return response


async def _send(
    response: web.StreamResponse, stock: Stock, asked: Question, things: Sequence[Thing]
) -> None:
    await response.write(_head(stock, asked))
    for start in range(0, len(things), TOGETHER):
        part = things[start : start + TOGETHER]
        await response.write(await apart(lines, stock, asked, part))
    await response.write_eof()


def told(stock: Stock, asked: Question, page: int, most: int) -> dict[str, Any]:
    """The fields of a `Listing`, but for those of every screen: a page of so many rows, the last
    where there are not so many. Raises RefusedError.
    """
    things = found(stock, asked)
    total = len(things.things)
    pages = max(1, -(-total // most))
    at = min(page, pages)
    return {
        "kind": asked.kind,
        "kinds": counts(stock, asked, things),
        "total": total,
        "page": at,
        "pages": pages,
        "columns": list(asked.columns),
        "sort": asked.sort,
        "headings": _headings(stock, asked.kind),
        "shown": list(SHOWN[asked.kind]),
        "facets": _facets(stock, asked.kind, things),
        "rows": [_row(stock, one, asked) for one in things.things[(at - 1) * most : at * most]],
    }


def question(request: web.Request) -> Question:
    """What is asked for. Raises RefusedError for a kind or column that is none."""
    kind = rim.text(request, "kind") or "device"
    if kind not in KINDS:
        raise RefusedError(400, f"kind is one of {', '.join(KINDS)}")
    known = COLUMNS[kind]
    columns = tuple(dict.fromkeys(filter(None, request.query.get("columns", "").split(","))))
    sort = rim.text(request, "sort")
    for one in (*columns, *filter(None, [sort.removeprefix("-")])):
        if one not in known:
            raise RefusedError(400, f"no column {one[:80]!r}", f"columns: {', '.join(known)}")
    conditions = rim.conditions(request)
    return Question(kind, rim.text(request, "search"), conditions, columns or SHOWN[kind], sort)


def file_name(stock: Stock, kind: str, now: datetime) -> str:
    """`hoa-binh-thiet-bi-2026-11-22.csv`: province, kind and day, in plain letters."""
    province = stock.inventory.province.name or "hatang"
    parts = (province, _CALLED[kind][stock.language == "en"])
    plain = (re.sub(r"[^a-z0-9]+", "-", fold(one)).strip("-") for one in parts)
    return "-".join([*plain, now.strftime("%Y-%m-%d")]) + ".csv"


def _stock(request: web.Request) -> Stock:
    source = request.app[SOURCE]
    held, latest = dict(source.engine.verdicts), dict(source.pipeline.latest)
    return Stock(source.plan.inventory, rim.language(request), held, latest)


def found(stock: Stock, asked: Question) -> Found:
    """What is found. Raises RefusedError where the question is none."""
    try:
        return find(stock, asked)
    except QueryInvalid as error:
        raise RefusedError(400, str(error), "as in where=site.kind=ward") from None


def _headings(stock: Stock, kind: str) -> list[Heading]:
    return [
        Heading(key=one.key, title=one.title(stock.language), number=one.counts)
        for one in COLUMNS[kind].values()
    ]


def _facets(stock: Stock, kind: str, things: Found) -> list[Facet]:
    """States, and those that can narrow the list, or do."""
    facets = []
    for by in FACETS[kind]:
        wanted = things.wanted.get(by.field, ())
        one = facet(stock, kind, by, (*things.things, *things.near.get(by.field, ())), wanted)
        if wanted or len(one.choices) > (0 if by.form == "state" else 1):
            facets.append(one)
    return facets


def _row(stock: Stock, thing: Thing, asked: Question) -> Listed:
    state, because = stock.shown(str(thing)), stock.because(thing)
    return Listed(
        thing=str(thing),
        title=stock.title(thing),
        state=state,
        word=stock.word(thing.kind, "state", state),
        because=stock.word(thing.kind, "thing", because) if because else "",
        cells=[stock.text(thing, COLUMNS[asked.kind][key]) for key in asked.columns],
    )


def _head(stock: Stock, asked: Question) -> bytes:
    """Byte order mark and headings: without the mark a spreadsheet spoils Vietnamese."""
    known = COLUMNS[asked.kind]
    return b"\xef\xbb\xbf" + _csv(
        [[known[one].title(stock.language, raw=True) for one in asked.columns]]
    )


def lines(stock: Stock, asked: Question, things: Sequence[Thing]) -> bytes:
    """Things as lines of the file."""
    columns = [COLUMNS[asked.kind][key] for key in asked.columns]
    return _csv([[stock.text(thing, one, raw=True) for one in columns] for thing in things])


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([cell(one) for one in row] for row in rows)
    return out.getvalue().encode()
