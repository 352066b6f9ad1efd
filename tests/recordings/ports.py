"""Interfaces: by ifIndex, each field a verdict."""

import re
from typing import Any

from tests.recordings.emitted import Emitted, Polled
from tests.recordings.matching import near
from tests.recordings.tally import Tally

COUNTERS = {
    "in_octets": "receive_bytes_total",
    "out_octets": "transmit_bytes_total",
    "in_ucast": "receive_unicast_packets_total",
    "out_ucast": "transmit_unicast_packets_total",
    "in_errors": "receive_errors_total",
    "out_errors": "transmit_errors_total",
    "in_discards": "receive_discards_total",
    "out_discards": "transmit_discards_total",
}
STATES = {
    "oper": ("up", {"up": 1, "dormant": 1, "down": 0, "lowerLayerDown": 0, "notPresent": 0}),
    "admin": ("admin_up", {"up": 1, "down": 0}),
    "duplex": ("full_duplex", {"fullDuplex": 1, "halfDuplex": 0}),
}
GAUGE_END = 4294967295
NOT_JUDGED = ("type", "vlan", "trunk")


def judge_ports(polled: Polled, expected: dict[str, Any], tally: Tally) -> None:
    """All of `ports` and `port_count`."""
    known = polled.instances("interface")
    infos = polled.infos.get("interface", [])
    by_index = {info.get("index", ""): info for info in infos}
    by_name = {info["interface"]: info for info in infos}
    for row in expected.get("ports", []):
        key = str(row["index"]) if "index" in row else ""
        info = by_index.get(key) if key else by_name.get(row["name"])
        _port(row, info, known.get(info["interface"], {}) if info else {}, tally)
    if "port_count" in expected:
        count, have = expected["port_count"], len(infos)
        tally.judge("ports", have == count, f"port_count {count}, ours {have}")


def _port(
    row: dict[str, Any], info: dict[str, str] | None, have: dict[str, Emitted], tally: Tally
) -> None:
    check = row.get("check")
    bad = check if isinstance(check, dict) else {}
    tally.leave("ports", "a field's check", len(bad)) if bad else None
    doubt = tally.doubt("ports", row)
    name = f"{row.get('index', '')} {row.get('name', '')}"
    want = {key: value for key, value in row.items() if key not in bad and value is not None}
    for key, right, ours in (*_words(want, info), *_values(want, info, have, tally)):
        section = "ports" if key not in COUNTERS else "port counters"
        tally.judge(section, right, f"{name}: {key} {want[key]}, ours {ours}", doubt)
        if not right and ours is not None and doubt is None:
            tally.extra(section, f"{name}: {key} {want[key]}, ours {ours}")


def _words(want: dict[str, Any], info: dict[str, str] | None) -> list[tuple[str, bool, str | None]]:
    ours = info or {}
    name = ours.get("interface")
    found: list[tuple[str, bool, str | None]] = []
    if "name" in want:
        right = name is not None and _same(name, want["name"], want.get("descr"))
        found.append(("name", right, name))
    if "mtu" in want and not (want["mtu"] == 0 and "mtu" not in ours):
        found.append(("mtu", ours.get("mtu") == str(want["mtu"]), ours.get("mtu")))
    if "mac" in want:
        mac = ours.get("mac")
        found.append(("mac", mac is not None and _hex(mac) == _hex(want["mac"]), mac))
    if want.get("alias"):
        named = [_spaced(want.get(key, "")) for key in ("name", "descr")]
        alias = ours.get("alias")
        shown = _spaced(want["alias"])
        right = shown == _spaced(alias) if alias else info is not None and shown in named
        found.append(("alias", right, alias))
    return found


def _values(
    want: dict[str, Any], info: dict[str, str] | None, have: dict[str, Emitted], tally: Tally
) -> list[tuple[str, bool, float | None]]:
    found: list[tuple[str, bool, float | None]] = []
    for key, (field, states) in STATES.items():
        ours = have[field].value if field in have else None
        if want.get(key) in states:
            found.append((key, ours == states[want[key]], ours))
        elif key == "oper" and want.get(key) == "unknown":
            found.append((key, info is not None and ours is None, ours))
        elif key in want:
            tally.leave("ports", f"{key} {want[key]}")
    speed = want.get("speed_bps")
    if speed and speed != GAUGE_END:
        ours = have["speed_bits_per_second"].value if "speed_bits_per_second" in have else None
        found.append(("speed_bps", ours is not None and near(ours, speed), ours))
    elif "speed_bps" in want:
        tally.leave("ports", "speed 0 or at the end of its counter")
    for key, field in COUNTERS.items():
        if key in want:
            ours = have[field].value if field in have else None
            found.append((key, ours is not None and near(ours, want[key], 1e-9, 0.5), ours))
    return found


def _same(name: str, want: str, descr: str | None) -> bool:
    """The same name, or one made distinct; padding that is shown as dots aside."""
    for one in (want, descr or want):
        base = _spaced(one.rstrip("."))
        if _spaced(name) == base or name.startswith((f"{base} (", f"{base}#")):
            return True
    return False


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _hex(text: str) -> str:
    return re.sub(r"[^0-9a-f]", "", text.lower())
