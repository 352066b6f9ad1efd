"""Identity, processors, memory and storage."""

import re
from typing import Any

from tests.recordings.emitted import Emitted, Polled
from tests.recordings.matching import near, pairs
from tests.recordings.tally import Tally

IDENTITY = {"vendor": "vendor", "hardware": "model", "version": "version", "serial": "serial"}
PARTS = ("buffers", "cached", "shared")
"""Classes of memory rows that are parts of another row's memory, not pools."""
POINT = 0.0101
"""One percentage point, with what rounding adds."""


def judge_identity(polled: Polled, expected: dict[str, Any], tally: Tally) -> None:
    """Words of device_info."""
    row = expected.get("identity", {})
    for key, label in IDENTITY.items():
        if not row.get(key):
            continue
        want, have = row[key], polled.identity.get(label, "")
        right = bool(have) and _same(key, want, have)
        text = f"{key} {row[key]!r}, ours {polled.identity.get(label)!r}"
        doubt = tally.doubt("identity", {"name": key})
        tally.judge("identity", right, text, doubt)
        if have and not right and doubt is None:
            tally.extra("identity", text)


def _same(key: str, want: str, have: str) -> bool:
    """Serial numbers are equal; a version's numbers stand in the other; a model in the other."""
    if key == "version":
        some, more = sorted((_numbers(want), _numbers(have)), key=len)
        return bool(some) and some <= more
    short, long = sorted((_plain(want), _plain(have)), key=len)
    return short == long or (key != "serial" and len(short) > 2 and short in long)


def _numbers(text: str) -> set[str]:
    """The parts of a version: dotted numbers and letters, without a leading v."""
    return {re.sub(r"^v(?=\d)", "", one) for one in re.findall(r"[0-9a-z.]+", text.lower())}


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def judge_processors(polled: Polled, expected: dict[str, Any], tally: Tally) -> None:
    """Each processor's usage within one point, each of ours for one of theirs."""
    rows = [row for row in expected.get("processors", []) if _judged("processors", row, tally)]
    rows.sort(key=lambda row: tally.doubt("processors", row) is not None)
    haves = polled.of("cpu_usage_ratio")

    def apart(row: dict[str, Any], have: Emitted) -> float | None:
        gap = abs(have.value - row["usage_percent"] / 100)
        if row["oid"] in have.oids and len(have.oids) == 1:
            return gap - 1 if gap < POINT else None
        return gap if gap < POINT else None

    found = pairs(rows, haves, apart)
    for at, row in enumerate(rows):
        text = f"{row['descr']!r} {row['usage_percent']} % {row['oid']}"
        doubt = tally.doubt("processors", row)
        tally.judge("processors", at in found, text, doubt)
        if at in found:
            haves[found[at]].used = True
        elif doubt is None:
            _contradicted("processors", row["oid"], haves, text, tally)


def _contradicted(section: str, oid: str, haves: list[Emitted], text: str, tally: Tally) -> None:
    for have in haves:
        if have.oids == {oid} and not have.used:
            tally.extra(section, f"{text}, ours {have}")


def judge_amounts(section: str, polled: Polled, expected: dict[str, Any], tally: Tally) -> None:
    """Memory pools or file systems: percentage, total and used, each a verdict."""
    rows = [row for row in expected.get(section, []) if _judged(section, row, tally)]
    rows = [_with_cache(row, polled) for row in rows]
    rows.sort(key=lambda row: tally.doubt(section, row) is not None)
    haves = list(polled.instances(section).values())
    free = list(range(len(haves)))
    ranked = sorted(
        ((_agreement(row, have), at, place) for at, row in enumerate(rows)
         for place, have in enumerate(haves)),
        key=lambda one: (-one[0], one[1], one[2]),
    )  # fmt: skip
    chosen: dict[int, int] = {}
    for agreement, at, place in ranked:
        if agreement > 0 and at not in chosen and place in free:
            chosen[at] = place
            free.remove(place)
    for at, row in enumerate(rows):
        have = haves[chosen[at]] if at in chosen else {}
        doubt = tally.doubt(section, row)
        if have and "cached_percent" in row and not _percent(row["used_percent"], _ratio(have)):
            tally.leave(section, "buffers and cache are used in ours, free in theirs: accepted")
        for key, right, ours in _fields(row, have):
            text = f"{row['descr']!r}: {key} {row[key]}, ours {ours} {_oids(row)}"
            tally.judge(section, right, text, doubt)
            if not right and doubt is None and ours is not None and _certain(row, have):
                tally.extra(section, text)


def _oids(row: dict[str, Any]) -> str:
    return " ".join(row.get("oids", {}).values())


def _certain(row: dict[str, Any], have: dict[str, Emitted]) -> bool:
    """Whether ours was read from the very objects of the row."""
    return any(set(row.get("oids", {}).values()) & one.oids for one in have.values())


def _agreement(row: dict[str, Any], have: dict[str, Emitted]) -> float:
    hits = [right for _, right, _ in _fields(row, have)]
    if not any(hits) and not _certain(row, have):
        return 0.0
    name = next((one.instance for one in have.values()), "")
    named = _plain(name) == _plain(str(row.get("descr")))
    return 4.0 * _certain(row, have) + 2.0 * sum(hits) / len(hits) + named


def _with_cache(row: dict[str, Any], polled: Polled) -> dict[str, Any]:
    """A row that counts buffers and cache as free, with what its object says: used with them."""
    oid = row.get("oids", {}).get("used")
    raw = polled.number(oid) if row.get("excludes_cache") and oid else None
    if raw is None:
        return row
    used = raw * row["unit_bytes"]
    return {**row, "cached_bytes": used, "cached_percent": 100 * used / row["total_bytes"]}


def _fields(row: dict[str, Any], have: dict[str, Emitted]) -> list[tuple[str, bool, float | None]]:
    ratio, total, used = _ratio(have), _value(have, "total_bytes"), _value(have, "used_bytes")
    if used is None and ratio is not None and total:
        used = ratio * total
    percents = [row[key] for key in ("used_percent", "cached_percent") if key in row]
    found = [("used_percent", any(_percent(one, ratio) for one in percents), ratio)]
    if not row.get("percent_only") and row.get("total_bytes"):
        want = row["total_bytes"]
        found.append(("total_bytes", total is not None and near(total, want), total))
        slack = want * POINT if row.get("used_from_percent") or row.get("excludes_cache") else 1.0
        amounts = [row[key] for key in ("used_bytes", "cached_bytes") if key in row]
        right = used is not None and any(near(used, one, 0.01, slack) for one in amounts)
        found.append(("used_bytes", right, used))
    return found


def _percent(want: float, ratio: float | None) -> bool:
    return ratio is not None and abs(ratio - want / 100) < POINT


def _ratio(have: dict[str, Emitted]) -> float | None:
    ratio, total, used = (_value(have, n) for n in ("used_ratio", "total_bytes", "used_bytes"))
    return used / total if ratio is None and used is not None and total else ratio


def _value(have: dict[str, Emitted], name: str) -> float | None:
    return have[name].value if name in have else None


def _judged(section: str, row: dict[str, Any], tally: Tally) -> bool:
    """Whether the row is to be judged at all; why not is noted."""
    reason = left_out(row)
    if reason is None and section == "memory" and row.get("class") in PARTS:
        reason = f"{row['class']} is a part of the pool system, not a pool"
    if reason:
        tally.leave(section, reason)
    return reason is None


def left_out(row: dict[str, Any]) -> str | None:
    """Why the README of the recordings says not to judge by this row."""
    if "suspect" in row:
        return "suspect"
    check = row.get("check")
    return f"check {check}" if check in ("absent", "no-value", "differs") else None
