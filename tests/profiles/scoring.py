"""How well a poll's rows agree with what an independent program says of the recording.

Expected files are `device-expected/1`: rows are matched by ifIndex for ports, else by kind and
value, never by words. What that program marks as not judgeable is left out (`check`, `suspect`).
"""

from collections.abc import Callable, Iterator
from typing import Any

from probes.reading import Reading, values

FIELDS = {
    "temperature": ("temperature_celsius", 1.0),
    "voltage": ("voltage_volts", 1.0),
    "current": ("current_amperes", 1.0),
    "power": ("power_watts", 1.0),
    "frequency": ("frequency_hertz", 1.0),
    "humidity": ("humidity_ratio", 0.01),
    "fanspeed": ("fan_rpm", 1.0),
    "percent": ("fan_ratio", 0.01),
    "dbm": ("optical_power_dbm", 1.0),
    "charge": ("battery_charge_ratio", 0.01),
    "load": ("load_ratio", 0.01),
    "runtime": ("battery_runtime_seconds", 60.0),
}
OTHER = {
    "battery_seconds": "battery_runtime_seconds",
    "battery_voltage_volts": "voltage_volts",
    "input_voltage_volts": "voltage_volts",
    "output_voltage_volts": "voltage_volts",
    "input_current_amperes": "current_amperes",
    "output_current_amperes": "current_amperes",
    "input_frequency_hertz": "frequency_hertz",
    "output_frequency_hertz": "frequency_hertz",
    "output_power_watts": "power_watts",
    "battery_temperature_celsius": "temperature_celsius",
}
COUNTERS = {
    "in_octets": "receive_bytes_total",
    "out_octets": "transmit_bytes_total",
    "in_ucast": "receive_unicast_packets_total",
    "out_ucast": "transmit_unicast_packets_total",
    "in_errors": "receive_errors_total",
    "out_errors": "transmit_errors_total",
    "in_discards": "receive_discards_total",
    "out_discards": "transmit_discards_total",
    "speed_bps": "speed_bits_per_second",
}
Score = dict[str, list[bool]]


def collect(reading: Reading, subject: str) -> dict[tuple[tuple[str, str], ...], dict[str, float]]:
    """Fields by identity labels, measured and described together, info rows left out."""
    found: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
    described = [row for rows in reading.described.values() for row in rows]
    for head, fields in [*reading.rows, *described]:
        if head.subject == subject and fields != b"info=1":
            found.setdefault(head.labels, {}).update(values(fields))
    return found


def near(a: float, b: float, part: float = 0.006) -> bool:
    return abs(a - b) <= max(1e-3, part * max(abs(a), abs(b)))


def judged(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        check = row.get("check")
        if "suspect" not in row and not (
            isinstance(check, str) and check in ("absent", "differs", "no-value", "function")
        ):
            yield row


def score(reading: Reading, expected: dict[str, Any], note: Callable[[str], None]) -> Score:
    """Per section a verdict for each thing that can be judged."""
    found: Score = {}
    ports(reading, expected.get("ports", []), found, note)
    cpus = [v.get("usage_ratio", -1) for v in collect(reading, "cpu").values()]
    for row in judged(expected.get("processors", [])):
        hit = any(abs(one - row["usage_percent"] / 100) < 0.0051 for one in cpus)
        put(found, "processors", hit, row, note)
    for section in ("memory", "storage"):
        amounts(reading, section, list(judged(expected.get(section, []))), found, note)
    sensors(reading, list(judged(expected.get("sensors", []))), found, note)
    return found


def put(found: Score, section: str, hit: bool, row: object, note: Callable[[str], None]) -> None:
    found.setdefault(section, []).append(hit)
    if not hit:
        note(f"{section}: {row}")


def ports(
    reading: Reading, rows: list[dict[str, Any]], found: Score, note: Callable[[str], None]
) -> None:
    fields = collect(reading, "interface")
    infos = {
        dict(row.head.labels)["index"]: dict(row.head.labels)["interface"]
        for row in reading.described.get("interfaces", [])
        if row.fields == b"info=1"
    }
    named = {dict(labels)["interface"]: values for labels, values in fields.items()}
    for row in (one for one in rows if "index" in one):
        bad = row.get("check") if isinstance(row.get("check"), dict) else {}
        name = infos.get(str(row.get("index")))
        want = row.get("name") or row.get("descr")
        hit = name is not None and (not want or "name" in (bad or {}) or same(name, want))
        put(found, "port names", hit, (name, row.get("index"), want), note)
        have = named.get(name or "", {})
        for key, field in COUNTERS.items():
            if key == "speed_bps" and not row.get(key):
                continue
            if key in row and key not in (bad or {}) and name is not None and row[key] is not None:
                hit = field in have and near(have[field], row[key], 1e-9)
                put(found, "port values", hit, (name, key, row[key], have.get(field)), note)


def same(name: str, want: str) -> bool:
    """The same name, or one made distinct; padding that is shown as dots aside."""
    base = want.rstrip(".").strip()
    return name == base or name.startswith((f"{base} (", f"{base}#"))


def amounts(
    reading: Reading,
    section: str,
    rows: list[dict[str, Any]],
    found: Score,
    note: Callable[[str], None],
) -> None:
    have = collect(reading, section)
    for row in rows:
        if section == "memory" and row.get("class") in ("buffers", "cached", "shared"):
            continue
        percent, total = row.get("used_percent"), row.get("total_bytes")
        slack = 0.011
        hit = any(
            (percent is None or abs(one.get("used_ratio", -9) - percent / 100) < slack)
            and (not total or "total_bytes" not in one or near(one["total_bytes"], total))
            for one in have.values()
        )
        put(found, section, hit, (row.get("descr"), percent, total, row.get("oids")), note)


def sensors(
    reading: Reading, rows: list[dict[str, Any]], found: Score, note: Callable[[str], None]
) -> None:
    have: dict[str, list[float]] = {}
    for subject in ("sensor", "ups"):
        for fields in collect(reading, subject).values():
            for name, value in fields.items():
                have.setdefault(OTHER.get(name, name), []).append(value)
    for row in rows:
        if row.get("class") not in FIELDS or row.get("value") is None:
            continue
        field, scale = FIELDS[row["class"]]
        hit = any(near(one, row["value"] * scale) for one in have.get(field, []))
        put(
            found,
            "sensors",
            hit,
            (row["class"], row.get("descr"), row["value"], row.get("oid")),
            note,
        )
