"""What the API says in words: the one place where it meets the wording of messages."""

from collections.abc import Iterable, Mapping
from typing import Any

from alerts.notice import Notice
from alerts.wording import compose, describe_evidence, state_word
from alerts.wording.names import Naming
from alerts.wording.names import thing as as_thing
from collector.verdicts.events import State
from collector.verdicts.verdict import Cause, Sign
from inventory.model import KINDS, Inventory
from probes.traps import Trap, meanings
from probes.traps.names import name_of


def evidence(signs: Iterable[Sign], language: str, inventory: Inventory) -> str:
    """Evidence in one line."""
    return "; ".join(describe_evidence(signs, language, inventory))


def summary(number: int, cause: Cause, language: str, inventory: Inventory) -> str:
    """An incident in one line, as the message says it."""
    notice = Notice(
        cause.alert, cause.thing, cause.severity, cause.since, "", cause.side, cause.evidence
    )
    message = compose(notice, inventory, number)
    return message.summary_en if language == "en" else message.summary


def title(thing: str, inventory: Inventory) -> str:
    """What the inventory calls a thing; its name where it is not there (any more)."""
    kind, _, name = thing.partition(":")
    known = getattr(inventory, f"{kind}s").get(name) if kind in KINDS else None
    return known.title if known else name


def event(
    kind: str, subject: str, detail: Mapping[str, Any], language: str, inventory: Inventory
) -> str:
    """What an event says in this language; "" where its own text is all there is."""
    if kind == "verdict":
        return _verdict(subject, detail, language, inventory)
    told = _HAPPENED.get(f"{kind}.{detail.get('what', '')}") or _HAPPENED.get(kind)
    if told is not None:
        more = _more(kind, subject, detail, language, inventory)
        return " ".join(filter(None, (told[language == "en"], more)))
    if language == "en":
        return ""
    if kind in ("trap", "syslog") and "limited" in detail:
        return f"{detail['limited']} bản tin không đọc: vượt mức cho một thiết bị"
    if kind == "trap":
        return _trap(detail)
    if kind == "config" and {"added", "removed"} <= detail.keys():
        return f"cấu hình thay đổi: thêm {detail['added']} dòng, bớt {detail['removed']} dòng"
    return ""


_HAPPENED: Mapping[str, tuple[str, str]] = {
    "incident.opened": ("Phát sinh sự cố", "Incident opened"),
    "incident.changed": ("Sự cố thay đổi", "Incident changed"),
    "incident.closed": ("Đã khắc phục", "Resolved"),
    "incident.acknowledged": ("Đã tiếp nhận", "Acknowledged"),
    "incident.assigned": ("Giao xử lý", "Assigned"),
    "incident.noted": ("Ghi chú", "Note"),
    "incident.suspected": ("Nghi tấn công mạng", "Cyber incident suspected"),
    "incident.cleared": ("Hết nghi tấn công mạng", "No longer suspected"),
    "maintenance.begins": ("Bắt đầu bảo trì", "Maintenance begins"),
    "maintenance.ends": ("Kết thúc bảo trì", "Maintenance ends"),
    "maintenance.announced": ("Báo trước bảo trì", "Maintenance announced"),
    "maintenance.extended": ("Đổi giờ kết thúc bảo trì", "Maintenance ends at another time"),
    "maintenance.ended": ("Dừng bảo trì", "Maintenance called off"),
    "flapping.begins": ("Trạng thái chập chờn", "Flapping"),
    "flapping.ends": ("Hết chập chờn", "No longer flapping"),
}
"""What happened, in Vietnamese and English, by kind and what of it."""


def _more(
    kind: str, subject: str, detail: Mapping[str, Any], language: str, inventory: Inventory
) -> str:
    """What is told of it besides: a number, the grounds, what somebody wrote, work above it."""
    what, number = detail.get("what"), detail.get("incident")
    said = str(detail.get("text") or detail.get("why") or detail.get("owner") or "")
    if what in ("opened", "changed", "closed"):
        said = evidence(signs(detail.get("evidence")), language, inventory)
    by = str(detail.get("by", "")) if kind == "maintenance" else ""
    if by and by != subject:
        said = Naming(inventory, language).name(as_thing(by))
    head = f"#{number}" if isinstance(number, int) else ""
    return (f"{head}: {said}" if head else f"· {said}") if said else head


def _verdict(subject: str, detail: Mapping[str, Any], language: str, inventory: Inventory) -> str:
    state = str(detail.get("state", "")).upper()
    if state not in State.__members__:
        return ""
    word = state_word(subject.partition(":")[0], State[state], language)
    told = evidence(signs(detail.get("evidence")), language, inventory)
    return f"{word}: {told}" if told else word


def _trap(detail: Mapping[str, Any]) -> str:
    oid, values = detail.get("oid"), detail.get("values")
    if not isinstance(oid, str) or not isinstance(values, dict):
        return "bản tin bị từ chối: sai community, người dùng hoặc khóa, hoặc không phải trap"
    trap = Trap("", oid, name_of(oid), tuple(values.items()))
    known = meanings().get(trap.name)
    return " ".join(filter(None, (known.vi, trap.interface))) if known else ""


def signs(written: Any) -> list[Sign]:
    """Evidence as an event's detail has it. Anything else is none: old events had words there."""
    if not isinstance(written, list):
        return []
    return [
        Sign(str(one["code"]), tuple((n, str(v)) for n, v in one.get("args", {}).items()))
        for one in written
    ]
