"""Sensors, numbers and states, and what is counted of wireless, one emitted value for each.

A number is looked for first among the values that were read from its very object, then among those
of its class, nearest first; a count, which may be of anything, needs a name that is alike.

A state is right when what we read from the same object says the same: well or not well. A state
that another object tells of the same thing is taken as well when nothing reads the object itself:
the names must be alike (a word in common, no number that differs). `unknown` says neither: right
when we say so, or nothing that is ill; when we emit nothing (notPresent), it is left out.
"""

import math
from collections.abc import Iterable
from typing import Any

from tests.recordings.emitted import Emitted, Polled
from tests.recordings.matching import alike, near, pairs
from tests.recordings.system import left_out
from tests.recordings.tally import Tally

SCALES: dict[str, dict[str, float]] = {
    "temperature": {"_celsius": 1},
    "humidity": {"_humidity_ratio": 100},
    "voltage": {"_volts": 1},
    "current": {"_amperes": 1},
    "power": {"_watts": 1, "_voltamperes": 1},
    "apparent_power": {"_voltamperes": 1},
    "power_factor": {"_power_factor_ratio": 1},
    "power_consumed": {"_joules_total": 1 / 3.6e6},
    "frequency": {"_hertz": 1},
    "fanspeed": {"_rpm": 1},
    "percent": {"_ratio": 100},
    "load": {"_load_ratio": 100, "cpu_usage_ratio": 100, "_ratio": 100},
    "charge": {"_charge_ratio": 100},
    "runtime": {"_runtime_seconds": 1 / 60, "_battery_seconds": 1 / 60},
    "delay": {"_seconds": 1},
    "loss": {"_loss_ratio": 100},
    "dbm": {"_dbm": 1},
    "snr": {"_decibels": 1},
    "signal": {"_decibels": 1, "_dbm": 1},
    "waterflow": {"_cubic_meters_per_second": 60_000},
    "pressure": {"_pascals": 1 / 1000},
    "count": {"_ratio": 100, "_latency_seconds": 1000, "": 1},
    "clients": {"_clients": 1},
    "ap-count": {"_access_points": 1, "_access_points_up": 1},
    "utilization": {"_utilization_ratio": 100},
    "noise-floor": {"_noise_dbm": 1},
}
"""Endings of metrics, and the factor that makes their unit the class's, by class."""
WIRELESS = ("clients", "ap-count", "utilization", "noise-floor")
"""What the catalogue has of the section `wireless`."""
ELSEWHERE = ("interface", "memory", "storage", "cpu", "system", "circuit")
"""Subjects that another section judges: their values count here only by their very object."""
LEVELS: dict[str, dict[int, tuple[str, ...]]] = {
    "_state": {0: ("ok",), 1: ("ill",), 2: ("ill",), 3: ("unknown",)},
    "firewall_ha_state": {0: ("ok",), 1: ("ok",), 2: ("ok",), 3: ("ill",)},
    "ups_on_battery": {0: ("ok",), 1: ("ill",)},
    "ups_battery_replace": {0: ("ok",), 1: ("ill",)},
    "ups_output_source": {
        0: ("unknown",), 1: ("ok",), 2: ("ill",), 3: ("ill",), 4: ("ok", "ill"), 5: ("ok", "ill"),
        6: ("ill", "unknown"),
    },
    "transfer_source": {0: ("ill",), 1: ("ok",), 2: ("ok", "ill")},
    "generator_running": {0: ("ok",), 1: ("ok", "ill")},
    "system_reboot_required": {0: ("ok",), 1: ("ill",)},
    "bgp_peer_state": {1: ("ill",), 2: ("ill",), 3: ("ill",), 4: ("ill",), 5: ("ill",), 6: ("ok",)},
    "firewall_ha_synchronised": {0: ("ill",), 1: ("ok",)},
    "_up": {0: ("ill", "unknown"), 1: ("ok",)},
}  # fmt: skip
"""What the values of a state say, by the metric or its ending; first match counts."""
WELL = {"ok": "ok", "warning": "ill", "critical": "ill", "unknown": "unknown"}


def scale_of(kind: str, metric: str) -> float | None:
    for ending, factor in SCALES.get(kind, {}).items():
        if metric.endswith(ending):
            return factor
    return None


def says(one: Emitted) -> tuple[str, ...]:
    """What a state says: well, ill, unknown, or more than one of these; () when it is no state."""
    exact = LEVELS.get(one.metric)
    if exact is None:
        endings = [levels for end, levels in LEVELS.items() if one.metric.endswith(end)]
        exact = endings[0] if endings else {}
    return exact.get(int(one.value), ())


def judge_sensors(section: str, polled: Polled, expected: dict[str, Any], tally: Tally) -> None:
    """All rows of `sensors` or `wireless`."""
    rows = [row for row in expected.get(section, []) if _judged(section, row, polled, tally)]
    rows.sort(key=lambda row: tally.doubt(section, row) is not None)
    claimed = {oid for row in rows for oid in _oids(row)}
    matched = _by_object(rows, polled)
    _by_value(rows, polled, claimed, matched)
    for at, row in enumerate(rows):
        doubt = tally.doubt(section, row)
        shown = row.get("state", row.get("level")) if row["class"] == "state" else ""
        text = (
            f"{row['class']} {row.get('descr')!r} {row['value']:g} {shown} {' '.join(_oids(row))}"
        )
        tally.judge(section, at in matched, text, doubt)
        if at not in matched and doubt is None:
            for one in _readers(row, polled.emitted):
                if not one.used and one.oids == set(_oids(row)):
                    tally.extra(section, f"{text}, ours {one}")


def _oids(row: dict[str, Any]) -> list[str]:
    if "oid" in row:
        return [row["oid"]]
    oids = row["oids"]
    return list(oids.values()) if isinstance(oids, dict) else list(oids)


def _readers(row: dict[str, Any], emitted: Iterable[Emitted]) -> list[Emitted]:
    """What was read from the row's object and is of its class."""
    oids = set(_oids(row))
    found = [one for one in emitted if oids & one.oids]
    if row["class"] == "state":
        return [one for one in found if says(one)]
    return [one for one in found if scale_of(row["class"], one.metric) is not None]


def _agrees(row: dict[str, Any], one: Emitted) -> float | None:
    """How far an emitted value is from the row; None when it is another."""
    if row["class"] == "state":
        level = WELL[row["level"]]
        told = says(one)
        if level == "unknown":
            return 0.0 if told and ("unknown" in told or "ill" not in told) else None
        return 0.0 if level in told else None
    scales = {scale_of(row["class"], one.metric), 1.0 if row["class"] == "count" else None}
    gaps = [
        abs(one.value * scale - row["value"])
        for scale in scales
        if scale is not None and near(one.value * scale, row["value"])
    ]
    return min(gaps, default=None)


def _by_object(rows: list[dict[str, Any]], polled: Polled) -> dict[int, Emitted]:
    """Rows with the values read from their very objects that agree."""
    readers = [set(map(id, _readers(row, polled.emitted))) for row in rows]
    haves = [one for one in polled.emitted if any(id(one) in group for group in readers)]

    def apart(at: int, one: Emitted) -> float | None:
        gap = _agrees(rows[at], one) if id(one) in readers[at] else None
        return None if gap is None else gap + len(one.oids)

    found = {at: haves[place] for at, place in pairs(range(len(rows)), haves, apart).items()}
    for one in found.values():
        one.used = True
    return found


def _by_value(
    rows: list[dict[str, Any]], polled: Polled, claimed: set[str], matched: dict[int, Emitted]
) -> None:
    """Add to `matched` rows whose object nothing reads, by class, value and likeness."""
    rest = [
        at for at, row in enumerate(rows)
        if at not in matched and not _readers(row, polled.emitted)
    ]  # fmt: skip
    haves = [
        one for one in polled.emitted
        if not one.used and not claimed & one.oids and one.subject not in ELSEWHERE
    ]  # fmt: skip

    def apart(at: int, one: Emitted) -> float | None:
        row = rows[at]
        kind = row["class"]
        if kind in ("state", "count", "percent") or kind == "load":
            name = f"{one.instance} {one.labels.get('class', '')} {one.metric.replace('_', ' ')}"
            if not alike(str(row.get("descr")), name):
                return None
        if kind == "state" and not says(one):
            return None
        if kind != "state" and scale_of(kind, one.metric) is None:
            return None
        return _agrees(row, one)

    for place, at in pairs(rest, haves, apart).items():
        matched[rest[place]] = haves[at]
        haves[at].used = True


def _judged(section: str, row: dict[str, Any], polled: Polled, tally: Tally) -> bool:
    reason = left_out(row)
    kind = row["class"]
    if reason is None and kind == "state" and row.get("level") is None:
        reason = "a state without a level"
    if reason is None and kind == "state" and row["level"] == "unknown":
        reason = None if _readers(row, polled.emitted) else "an unknown state that we do not show"
    if reason is None and section == "wireless" and kind not in WIRELESS:
        reason = f"{kind} is not in the catalogue"
    if reason is None and kind != "state" and not math.isfinite(row["value"]):
        reason = "no number"
    if reason:
        tally.leave(section, reason)
    return reason is None
