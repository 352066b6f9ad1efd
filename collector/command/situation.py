"""What is wrong now, for people, in the province's time and language."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from alerts.wording import probe_words, state_word
from alerts.wording.words import WORDS

NAMES = 6
"""Of what a cause hides, so many are named."""

_STYLES = {"critical": "bold red", "major": "red", "minor": "yellow", "warning": "yellow"}
_ORDER = ("down", "unreachable", "degraded", "unknown", "up")
_CODES = {"up": 0, "degraded": 1, "down": 2, "unreachable": 3, "unknown": 4}
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_KINDS = ("device", "circuit", "site", "service")
_SAID = {
    "well": ("Không có gì hỏng", "Nothing is down"),
    "devices": ("Thiết bị", "Devices"),
    "since": ("Từ {when} (đã {span})", "Since {when} ({span})"),
    "incident": ("sự cố {id}", "incident {id}"),
    "acknowledged": ("đã tiếp nhận: {who}", "acknowledged: {who}"),
    "owner": ("giao xử lý: {who}", "owner: {who}"),
    "suspected": ("nghi sự cố an ninh mạng", "suspected cyber-security incident"),
    "flapping": ("chập chờn", "flapping"),
    "maintenance": ("đang bảo trì ({by})", "in maintenance ({by})"),
    "side": ("nghi phía: {side}", "suspected: {side}"),
    "evidence": ("Dấu hiệu: {evidence}", "Evidence: {evidence}"),
    "hides": ("Ảnh hưởng {count} ({kinds}): {names}", "Affects {count} ({kinds}): {names}"),
    "more": (" và {count} nữa", " and {count} more"),
    "thing": ("Suy giảm", "Degraded"),
    "from": ("Từ", "Since"),
    "for": ("Đã", "For"),
    "because": ("Vì", "Because of"),
    "why": ("Dấu hiệu", "Evidence"),
    "window": (
        "Bảo trì {id}: {what} từ {start} đến {end}: {why} ({who})",
        "Maintenance {id}: {what} from {start} to {end}: {why} ({who})",
    ),
    "probe": ("Phép đo", "Probe"),
    "reason": ("Lý do", "Reason"),
    "at": ("Ở", "At"),
    "told": ("Thông báo, gợi ý", "Message, hint"),
    "store": (
        "Kho {name} không nhận dữ liệu: {why} (hàng đợi {span})",
        "Store {name} is down: {why} (spool {span})",
    ),
    "unasked": (
        "{count} thiết bị không hỏi được: {why} ({names})",
        "{count} devices cannot be asked: {why} ({names})",
    ),
    "not asked": ("chưa hỏi lần nào", "nobody asked them yet"),
    "nobody": (
        "Không gửi được cảnh báo: chạy không có --alertmanager",
        "Nobody is told of anything: it runs without --alertmanager",
    ),
    "no peer": (
        "Không gửi được cảnh báo: {names} không nhận",
        "Nobody is told of anything: {names} takes nothing",
    ),
    "peer": ("Alertmanager {names} không nhận cảnh báo", "Alertmanager {names} takes nothing"),
    "refused": (
        "Danh mục mới bị từ chối, xem: hatang check",
        "The last reload was refused: hatang check",
    ),
    "lost": ("Mất {count} giá trị từ khi chạy", "{count} samples lost since the start"),
}


class Situation(NamedTuple):
    """What the collector told: causes with what they hide, what else is degraded, maintenance that
    operators announced, and how the collector is.
    """

    language: str
    status: Mapping[str, Any]
    causes: Sequence[Mapping[str, Any]]
    degraded: Sequence[Mapping[str, Any]]
    maintenance: Sequence[Mapping[str, Any]]

    @property
    def wrong(self) -> bool:
        """Whether anything is."""
        return (
            bool(self.causes or self.degraded)
            or not all(store["up"] for store in self.status["stores"].values())
            or any(one["lasting"] for one in self.status["failing"])
            or bool(self.status["unasked"])
            or not all(self.status["alertmanagers"].values())
        )


def show(console: Console, situation: Situation) -> None:
    """Print it."""
    _Page(console, situation).show()


class _Page:
    def __init__(self, console: Console, situation: Situation) -> None:
        self._console = console
        self._situation = situation
        self._status = situation.status
        self._language = situation.language
        self._zone = ZoneInfo(situation.status["timezone"])

    def show(self) -> None:
        status, situation = self._status, self._situation
        title = (status["province"], status["collector"], self._when(status["now"]))
        self._line(" · ".join(filter(None, title)), "bold")
        self._line(self._counts())
        for note in self._notes():
            self._line(note, "yellow")
        for one in status["unasked"]:
            self._line(self._unasked(one), "red")
        for cause in situation.causes:
            self._cause(cause)
        if situation.degraded:
            self._console.print(self._degraded())
        for window in situation.maintenance:
            self._line(self._window(window), "cyan")
        if status["failing"]:
            self._console.print(self._failing())
        if not situation.wrong and status["counts"]["up"]:
            self._line(self._say("well"), "green")

    def _say(self, phrase: str, /, **values: Any) -> str:
        vietnamese, english = _SAID[phrase]
        return (english if self._language == "en" else vietnamese).format(**values)

    def _line(self, text: str, style: str = "", indent: int = 0) -> None:
        self._console.print(Padding(Text(text, style=style), (0, 0, 0, indent), expand=False))

    def _counts(self) -> str:
        counts = self._status["counts"]
        found = [
            f"{state_word('device', _CODES[state], self._language)} {counts[state]}"
            for state in _ORDER
            if counts[state]
        ]
        return f"{self._say('devices')}: {' · '.join(found) or 0}"

    def _notes(self) -> Iterator[str]:
        status = self._status
        for name, store in status["stores"].items():
            if not store["up"]:
                span = self._span(status["spool_age"])
                yield self._say("store", name=name, why=store["message"], span=span)
        if not status["reload_success"]:
            yield self._say("refused")
        peers = status["alertmanagers"]
        away = ", ".join(name for name, up in peers.items() if not up)
        if not peers:
            yield self._say("nobody")
        elif away:
            yield self._say("peer" if any(peers.values()) else "no peer", names=away)
        lost = sum(status["dropped"].values())
        if lost:
            yield self._say("lost", count=lost)

    def _unasked(self, one: Mapping[str, Any]) -> str:
        more = one["things"] - len(one["names"])
        names = ", ".join(one["names"]) + (self._say("more", count=more) if more else "")
        why = probe_words(one["why"], self._language) or self._say("not asked")
        return self._say("unasked", count=one["things"], why=why, names=names)

    def _cause(self, one: Mapping[str, Any]) -> None:
        for incident in one["incidents"]:
            self._line(incident["summary"], _STYLES.get(incident["severity"], ""))
            self._line(" · ".join(self._facts(one, incident)), indent=3)
        if one["evidence"]:
            self._line(self._say("evidence", evidence=one["evidence"]), indent=3)
        if one["hidden"]:
            self._line(self._hides(one), indent=3)

    def _facts(self, one: Mapping[str, Any], incident: Mapping[str, Any]) -> Iterator[str]:
        since = incident["since"]
        span = self._span(self._status["now"] - since)
        yield self._say("since", when=self._when(since), span=span)
        if incident["side_word"]:
            yield self._say("side", side=incident["side_word"])
        yield self._say("incident", id=incident["id"])
        if incident["acknowledged"]:
            yield self._say("acknowledged", who=incident["acknowledged"]["who"])
        if incident["owner"]:
            yield self._say("owner", who=incident["owner"])
        if incident["suspected"]:
            yield self._say("suspected")
        yield from self._marks(one)

    def _marks(self, one: Mapping[str, Any]) -> Iterator[str]:
        if one["flapping"]:
            yield self._say("flapping")
        if one["maintenance"]:
            yield self._say("maintenance", by=one["maintenance"])

    def _hides(self, one: Mapping[str, Any]) -> str:
        kinds = Counter(hidden["thing"].partition(":")[0] for hidden in one["hides"])
        more = one["hidden"] - len(one["hides"])
        counted = [f"{kinds[one]} {self._noun(one, kinds[one])}" for one in _KINDS if kinds[one]]
        counted += [f"+{more}"] * (more > 0)
        names = ", ".join(hidden["title"] for hidden in one["hides"][:NAMES])
        if one["hidden"] > NAMES:
            names += self._say("more", count=one["hidden"] - NAMES)
        return self._say("hides", count=one["hidden"], kinds=", ".join(counted), names=names)

    def _noun(self, kind: str, count: int) -> str:
        noun = WORDS.nouns[kind]
        return noun.many if self._language == "en" and count != 1 else noun.say(self._language)

    def _table(self, *headings: str) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in headings:
            table.add_column(self._say(heading), overflow="fold")
        return table

    def _degraded(self) -> Table:
        table = self._table("thing", "from", "for", "because", "why")
        for one in self._situation.degraded:
            said = "; ".join(filter(None, (one["evidence"], *self._marks(one))))
            span = self._span(self._status["now"] - one["since"])
            cells = (one["title"], self._when(one["since"]), span, one["because"], said)
            table.add_row(*map(Text, cells))
        return table

    def _window(self, one: Mapping[str, Any]) -> str:
        return self._say(
            "window",
            id=one["id"],
            what=", ".join(one["what"]),
            start=self._when(one["from"]),
            end=self._when(one["to"]),
            why=one["why"],
            who=one["who"],
        )

    def _failing(self) -> Table:
        table = self._table("probe", "reason", "at", "told")
        for one in self._status["failing"]:
            more = one["things"] - len(one["names"])
            names = ", ".join(one["names"]) + (f", +{more}" if more else "")
            told = (probe_words(one[name], self._language) for name in ("message", "hint"))
            said = "; ".join(filter(None, told))
            reason = WORDS.reasons[one["reason"]].say(self._language)
            style = "" if one["lasting"] else "dim"
            cells = (one["probe"], reason, f"{one['things']}: {names}", said)
            table.add_row(*(Text(cell, style=style) for cell in cells))
        return table

    def _when(self, at: float) -> str:
        return datetime.fromtimestamp(at, self._zone).strftime("%H:%M:%S %d/%m/%Y")

    def _span(self, seconds: float) -> str:
        """The two largest units of a time span: 3 ngày 4 giờ, 12 phút 5 giây."""
        left = max(int(seconds), 0)
        parts: list[str] = []
        for unit, size in _UNITS:
            count, left = divmod(left, size)
            if count or parts or unit == "s":
                parts.append(f"{count} {WORDS.durations[unit].say(self._language)}")
        return " ".join(parts[:2])
