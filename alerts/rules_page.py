"""docs/rules.md, the page of the history rules: `python -m alerts.rules_page` prints it."""

import re
import sys
from collections.abc import Mapping

from alerts.rules import RULES, SELF, Placed, by_alert, load
from alerts.thresholds import Bounds, Limits, thresholds

_HEAD = """# Rules · Luật cảnh báo

Made from `alerts/rules`, `alerts/self` and `alerts/thresholds.yaml` by `make docs`; do not edit.
{count} alerts.

What is up or down, and because of whom, the state engine says ([alerts](alerts.md)). These rules
tell what takes time to see. A limit is data: `thresholds` of the inventory lie over the shipped
ones below, severity by severity; where a rule has instances, `only: {{storage: /var}}` is for one.
*needs*: nothing reads such a metric yet.

*Trạng thái lên/xuống và nguyên nhân do Hatang tự kết luận; các luật dưới đây báo những gì
phải theo dõi một thời gian mới thấy. Ngưỡng trong danh mục (`thresholds`) thay cho ngưỡng mặc định.
`needs`: chưa có phép đo nào đọc chỉ số này.*
"""
_COLUMNS = "| alert | severity | limit | held | tells · nội dung |\n|---|---|---|---|---|\n"
_SPANS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"), (0.001, "ms"))
_SIGNS = {"celsius": " °C", "count": ""}
_BRANCH = re.compile(r"\{\{ if [^}]*\}\}(.*?)\{\{ else \}\}(.*?)\{\{ end \}\}")
_LABEL = re.compile(r"\{\{ (?:or )?\$labels\.(\w+)[^}]*\}\}")
_VALUE = re.compile(r"\{\{[^}]*\}\}")


def number(value: float, unit: str) -> str:
    """A limit as the inventory would write it."""
    if unit == "ratio":
        return f"{value * 100:g} %"
    if unit == "seconds":
        whole = (span for span in _SPANS if value and not value * 1000 % (span[0] * 1000))
        size, sign = next(whole, (1, "s"))
        return f"{value / size:g} {sign}"
    return f"{value:g}{_SIGNS.get(unit, ' ' + unit)}"


def plain(text: str) -> str:
    """A summary without its template: labels by name, numbers as `…`."""
    text = _BRANCH.sub(r"\1 / \2", text)
    return _VALUE.sub("…", _LABEL.sub(r"*\1*", text)).replace("|", "\\|")


def _bounds(bounds: Bounds, limits: Limits) -> str:
    given = [one for one in (bounds.warning, bounds.critical) if one is not None]
    sign = "<" if limits.below else ">"
    return " / ".join(f"{sign} {number(one, limits.unit)}" for one in given)


def _limit(limits: Limits | None) -> str:
    if limits is None:
        return ""
    parts = [_bounds(limits.bounds, limits)]
    parts += [f"{room}: {_bounds(one, limits)}" for room, one in limits.rooms.items()]
    parts = [one for one in parts if one] or ["only as the inventory says"]
    if limits.target:
        parts.append(f"or the contract's {limits.target}")
    if limits.instance:
        parts.append(f"by {limits.instance}")
    if limits.roles:
        parts.append(f"role {', '.join(sorted(limits.roles))}")
    return "; ".join(parts)


def _line(alert: str, places: list[Placed], limits: Limits | None) -> str:
    first = places[0].rule
    notes = first.annotations
    needs = f" *needs {notes.needs}*" if notes.needs else ""
    cells = (
        f"[{alert}](../{notes.runbook}){needs}",
        ", ".join(one.rule.labels.severity for one in places),
        _limit(limits),
        "" if first.hold == "0s" else first.hold,
        f"{plain(notes.summary)} · {plain(notes.summary_en)}",
    )
    return f"| {' | '.join(cells)} |\n"


def page() -> str:
    """The whole page as Markdown, the same for the same files."""
    limits: Mapping[str, Limits] = thresholds()
    alerts = by_alert([*load(RULES), *load(SELF)])
    files: dict[str, str] = {}
    for alert, places in alerts.items():
        path = places[0].path
        name = f"{path.parent.name}/{path.name}"
        files[name] = files.get(name, "") + _line(alert, places, limits.get(alert))
    head = _HEAD.format(count=len(alerts))
    tables = (f"## {name}\n\n{_COLUMNS}{lines}" for name, lines in files.items())
    return "\n".join([head, *tables])


if __name__ == "__main__":
    sys.stdout.write(page())
