"""What a person sees of the demo: a live table in a terminal, one line at a time elsewhere."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from collector.demo.figures import Figures
from collector.demo.messages import Message

_COLOURS = {
    "up": "green", "degraded": "yellow", "down": "bold red", "unreachable": "magenta",
    "unknown": "dim",
}  # fmt: skip
_DASH = "–"
_STYLE = {"firing": "bold red", "resolved": "green"}
_INDENT = 11
"""Characters of a message's mark and time."""
_TOLD = 4
"""Messages in the live view."""
_ASKED = "interface_receive_bytes_total"
"""A metric to try: a plain name, so that its address can be pasted into any shell."""


def number(value: float | None, form: str = ",.0f", unit: str = "") -> str:
    """A number for people; a dash while it is not known."""
    return _DASH if value is None else f"{value:{form}}{unit}"


def size(octets: float) -> str:
    """Bytes for people."""
    return f"{octets / 2**20:,.1f} MiB"


def states(figures: Figures) -> Text:
    """Devices by state, each in its colour."""
    if not figures.states:
        return Text("the collector is starting", style="dim")
    text = Text()
    for state, colour in _COLOURS.items():
        if figures.states[state] or state in ("up", "down"):
            text.append(f"{figures.states[state]} {state}  ", style=colour)
    return text


def links(known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Addresses to open, once they are known: what it is, and the address."""
    found = []
    if "api" in known:
        found.append(("wall", f"{known['api']}/"))
        found.append(("metrics", f"{known['api']}/metrics"))
        found.append(("API", f"{known['api']}/api/v1/openapi.json"))
    if "alertmanager" in known:
        found.append(("alerts", f"{known['alertmanager']}/api/v2/alerts"))
    if "query" in known:
        found.append(("store", f"{known['query']}/api/v1/query?query={_ASKED}"))
    return found


def broken(played: Mapping[str, Any]) -> str:
    """What is broken, in a few words."""
    things = [one["thing"] for one in played.get("broken", [])]
    if not things:
        return "nothing"
    return f"{', '.join(things)}: {played.get('silent', 0)} devices silent"


def table(figures: Figures, played: Mapping[str, Any], known: Mapping[str, str]) -> Table:
    """The numbers, two columns."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    stored = {None: _DASH, True: "up", False: "[bold red]down[/], data goes to the spool"}
    grid.add_row("devices", states(figures))
    grid.add_row(
        "polls",
        f"{number(figures.polls_rate, ',.1f', '/s')}   "
        f"lateness p99 {number(figures.lateness, ',.3f', ' s')}   "
        f"{number(figures.in_flight)} in flight   {number(figures.polls)} in all",
    )
    grid.add_row(
        "samples",
        f"{number(figures.samples_rate, ',.0f', '/s')}   {number(figures.samples)} in all"
        f"   {number(figures.dropped)} dropped",
    )
    grid.add_row("store", f"{stored[figures.store_up]}   spool {size(figures.spool_bytes)}")
    share = None if figures.cpu_share is None else 100 * figures.cpu_share
    grid.add_row(
        "collector", f"{number(share, ',.1f', ' % of a core')}   {size(figures.memory)} resident"
    )
    grid.add_row("broken", broken(played))
    for name, address in links(known):
        grid.add_row(name, Text(address, style="cyan"))
    return grid


def message(one: Message, width: int = 0) -> str:
    """A message as it stands in a terminal `width` characters wide; 0 breaks no line."""
    first, *rest = _lines(one)
    lines = [f"{_mark(one)} {first}", *(" " * _INDENT + line for line in rest)]
    if width > 2 * _INDENT:
        hanging = " " * _INDENT
        lines = [
            textwrap.fill(one, width, subsequent_indent=hanging, break_on_hyphens=False)
            for one in lines
        ]
    return "\n".join(lines)


def _lines(one: Message) -> list[str]:
    return [one.summary, *one.description.splitlines()]


def _mark(one: Message) -> str:
    return f"{'●' if one.status == 'firing' else '○'} {one.clock}"


def _told(told: Sequence[Message]) -> RenderableType:
    """The last messages, the newest first and whole, of the others a line."""
    if not told:
        return Text("nobody was told anything", style="dim")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for place, one in enumerate(told[: -_TOLD - 1 : -1]):
        said = one.summary if place else "\n".join(_lines(one))
        grid.add_row(_mark(one), Text(said), style=_STYLE[one.status])
    return grid


def panel(
    title: str,
    figures: Figures,
    played: Mapping[str, Any],
    known: Mapping[str, str],
    told: Sequence[Message],
) -> RenderableType:
    """The whole live view."""
    hints = Text(
        "hatang demo --break tsl-ii-05212-a   cuts a circuit; --mend mends; Ctrl-C ends the demo",
        style="dim",
    )
    limits = [Text(limit, style="yellow") for limit in played.get("limits", [])]
    messages = Panel(_told(told), title="messages / tin báo")
    return Panel(Group(table(figures, played, known), messages, *limits, hints), title=title)


def line(figures: Figures, played: Mapping[str, Any]) -> str:
    """The same in one line, for a log or a pipe."""
    by_state = " ".join(f"{state}={figures.states[state]}" for state in _COLOURS)
    stored = {None: _DASH, True: "up", False: "down"}[figures.store_up]
    return (
        f"devices {by_state} polls/s={number(figures.polls_rate, '.1f')} "
        f"samples/s={number(figures.samples_rate, '.0f')} "
        f"lateness_p99={number(figures.lateness, '.3f')} "
        f"spool_bytes={figures.spool_bytes:.0f} store={stored} broken={broken(played)}"
    )
