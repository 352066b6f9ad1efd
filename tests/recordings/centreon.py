"""Performance data of centreon's plugins (`metrics`) and what its listings say of ports (`checks`).

Labels are words of the plugin, partly anonymised, and one reading may come from several runs. Here
each is turned into a row that another section judges, once, or left out with the reason.
"""

import re
from typing import Any

from tests.recordings.emitted import Emitted, Polled
from tests.recordings.matching import near, pairs
from tests.recordings.ports import judge_ports
from tests.recordings.sensors import judge_sensors
from tests.recordings.system import POINT, judge_amounts
from tests.recordings.tally import Doubted, Tally

UNITS = {
    "C": ("temperature", 1.0),
    "rpm": ("fanspeed", 1.0),
    "A": ("current", 1.0),
    "V": ("voltage", 1.0),
    "W": ("power", 1.0),
    "voltamp": ("apparent_power", 1.0),
    "Hz": ("frequency", 1.0),
    "wattHour": ("power_consumed", 0.001),
}
LEFT = {
    "arp": "ARP entries are not in the catalogue",
    "configuration": "the age of the running configuration is not in the catalogue",
    "stack": "a number that the source counts",
    "requests": "hits of a proxy are not in the catalogue",
    "services": "a number that the source counts",
}
LISTED = re.compile(r"\[speed = (\d*)\]\[status = (\w+)\]\[id = (\d+)\]")
USAGE = re.compile(r"(?:usage|total_cpu|cpu)_(?:(\d+[sm])|\d+$|avg)?.*|cpu")


def judge_metrics(polled: Polled, expected: dict[str, Any], tally: Tally) -> None:
    """All of `metrics`, and the ports that `checks` list."""
    rows = list(
        {(m["mode"], m["label"], m["value"]): m for m in expected.get("metrics", [])}.values()
    )
    again = len(expected.get("metrics", [])) - len(rows)
    if again:
        tally.leave("metrics", "the same of another run", again)
    by_mode: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_mode.setdefault(row["mode"], []).append(row)
    for mode, some in by_mode.items():
        if mode.startswith("cpu"):
            _cpu(polled, some, tally)
        elif mode in LEFT:
            tally.leave("metrics", f"{mode}: {LEFT[mode]}", len(some))
        elif mode == "uptime":
            _uptime(polled, some, tally)
        elif mode == "vpn-status":
            _tunnels(polled, some, tally)
        elif mode == "interfaces":
            _speeds(polled, some, tally)
        elif mode in ("memory", "memory-flash", "storage", "swap"):
            _amounts(polled, mode, some, tally)
        else:
            _sensors(polled, some, tally)
    _listed(polled, expected, tally)


def _cpu(polled: Polled, rows: list[dict[str, Any]], tally: Tally) -> None:
    """Usage of processors in the window that ours is of; other windows and parts are left out."""
    windows: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        usage = USAGE.fullmatch(row["label"])
        if usage is None:
            tally.leave("metrics", "cpu: a share of the usage by mode")
        else:
            windows.setdefault(usage[1] or "", []).append(row)
    ours = polled.of("cpu_usage_ratio")

    def apart(row: dict[str, Any], one: Emitted) -> float | None:
        gap = abs(one.value - row["value"] / 100)
        return gap if gap < POINT else None

    found = {name: pairs(some, ours, apart) for name, some in windows.items()}
    best = max(found, key=lambda name: len(found[name]), default="")
    for name, some in windows.items():
        if name != best:
            tally.leave("metrics", "cpu: the mean of another window", len(some))
            continue
        for at, row in enumerate(some):
            text = f"{row['label']} {row['value']} %"
            tally.judge("metrics", at in found[name], text, _doubt(row, tally))


def _doubt(row: dict[str, Any], tally: Tally) -> Doubted | None:
    return tally.doubt("metrics", row)


def _uptime(polled: Polled, rows: list[dict[str, Any]], tally: Tally) -> None:
    ours = polled.of("system_uptime_seconds")
    for row in rows:
        if row["unit"] != "s" or not row["value"]:
            tally.leave("metrics", "uptime: in another unit, or of an object that is none")
            continue
        right = any(near(one.value, row["value"], 0.0, 1.0) for one in ours)
        tally.judge("metrics", right, f"uptime {row['value']}, ours {ours}", _doubt(row, tally))


def _tunnels(polled: Polled, rows: list[dict[str, Any]], tally: Tally) -> None:
    """How many tunnels there are and are up, of the run that saw most of them."""
    states = [one.value for one in polled.of("tunnel_up")]
    for label, counted in (("total", float(len(states))), ("total_active", sum(states))):
        some = [row["value"] for row in rows if row["label"] == label]
        text = f"vpn {label} {max(some)}, ours {counted}"
        tally.judge("metrics", counted == max(some), text, _doubt({"label": label}, tally))
    tally.leave("metrics", "vpn-status: of a run over a part of the tunnels", len(rows) - 2)


def _speeds(polled: Polled, rows: list[dict[str, Any]], tally: Tally) -> None:
    """Speeds of interfaces whose names are told; rates of a recording are 0."""
    known = polled.instances("interface")
    for row in rows:
        name = re.sub(r"^traffic_(in|out)_", "", row["label"])
        have = known.get(name, {}).get("speed_bits_per_second")
        if not row.get("max") or name not in known or row["label"].startswith("traffic_out"):
            tally.leave("metrics", "interfaces: a rate, or an anonymised name")
            continue
        right = have is not None and near(have.value, row["max"])
        tally.judge("metrics", right, f"{name} speed {row['max']:g}, ours {have}")


def _amounts(polled: Polled, mode: str, rows: list[dict[str, Any]], tally: Tally) -> None:
    """Used bytes with their total; memory's and swap's are pools, the others file systems."""
    section = "memory" if mode in ("memory", "swap") else "storage"
    made = []
    for row in rows:
        if row.get("unit") != "B" or "free" in row["label"] or not row.get("max"):
            tally.leave("metrics", f"{mode}: the same again as a free or a relative amount")
            continue
        percent = 100 * row["value"] / row["max"]
        whole = {"total_bytes": row["max"], "used_bytes": row["value"], "used_percent": percent}
        made.append({"descr": row["label"], "class": "system", "oids": {}, **whole})
    judge_amounts(section, polled, {section: made}, tally)


def _sensors(polled: Polled, rows: list[dict[str, Any]], tally: Tally) -> None:
    made = []
    for row in rows:
        kind, scale = UNITS.get(row.get("unit", ""), ("", 1.0))
        if not kind and row["label"].endswith("powerfactor"):
            kind = "power_factor"
        if not kind:
            tally.leave("metrics", f"{row['mode']}: a number that the source counts")
            continue
        made.append(
            {"class": kind, "descr": row["label"], "value": row["value"] * scale, "oids": []}
        )
    judge_sensors("metrics", polled, {"metrics": made}, tally)


def _listed(polled: Polled, expected: dict[str, Any], tally: Tally) -> None:
    """State and speed of ports by ifIndex, from a listing without options."""
    listings = [
        check["output"]
        for check in expected.get("checks", [])
        if check["mode"] == "list-interfaces" and not check["options"]
    ]
    ports = [
        {"index": int(index), "oper": status, "speed_bps": int(speed or 0) * 1_000_000}
        for text in listings
        for speed, status, index in LISTED.findall(text)
    ]
    judge_ports(polled, {"ports": ports}, tally)
