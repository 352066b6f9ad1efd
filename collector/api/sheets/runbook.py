"""Runbooks as blocks of plain text: what a page makes of them, it makes itself."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby

from aiohttp import web

from collector.api import rim, screen
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.api.sheets.shape_kinds import Block, Runbook

_FOLDER = files("alerts").joinpath("runbooks")
NAMES = frozenset(
    one.name.removesuffix(".md") for one in _FOLDER.iterdir() if one.name.endswith(".md")
)
"""Alerts that have one."""

_HEADING = re.compile(r"(#{1,6}) +(.+)")
_ITEM = re.compile(r"(?:[-*]|(\d+)[.)]) +(.+)")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


async def runbook(request: web.Request) -> web.Response:
    """One runbook."""
    rim.allow(request, "language")
    rim.language(request)
    name = request.match_info["name"]
    if name not in NAMES:
        raise RefusedError(404, f"no runbook {name[:80]!r}", "they are named as alerts are")
    beside = screen.fields(request.app[SOURCE])
    return await screen.told(lambda: Runbook(**beside, name=name, blocks=read(name)))


@cache
def read(name: str) -> list[Block]:
    """A runbook that is among `NAMES`. It tells both languages."""
    return list(parsed(_FOLDER.joinpath(f"{name}.md").read_text("utf-8")))


def parsed(text: str) -> Iterator[Block]:
    """The blocks of a text in what our runbooks use of Markdown: headings, lists, paragraphs.
    Code between backticks stays so; a link becomes its text and where it leads.
    """
    lines = _LINK.sub(r"\1 (\2)", text).splitlines()
    for there, found in groupby(map(str.strip, lines), bool):
        if there:
            yield from _blocks(found)


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    """Lines between two empty ones."""
    held: list[str] = []
    ordered: bool | None = None
    for line in lines:
        heading, item = _HEADING.fullmatch(line), _ITEM.fullmatch(line)
        if held and (heading or (item and ordered is None)):
            yield _block(held, ordered)
            held, ordered = [], None
        if heading:
            yield Block(kind="heading", level=len(heading[1]), text=heading[2])
        elif item:
            ordered = bool(item[1]) if ordered is None else ordered
            held.append(item[2])
        elif held and ordered is not None:
            held[-1] += f" {line}"
        else:
            held.append(line)
    if held:
        yield _block(held, ordered)


def _block(held: list[str], ordered: bool | None) -> Block:
    if ordered is None:
        return Block(kind="paragraph", text="\n".join(held))
    return Block(kind="list", ordered=ordered, items=held)
