"""The proposal: a fragment of an inventory as YAML, with what was found as comments; pure.

Nothing that a device said is written but quoted and cleaned, so whatever it calls itself, the text
stays YAML, and no value looks like a secret in plain.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from collector.discover.entries import Entry
from collector.discover.found import Answer, Neighbour
from collector.discover.ground import SITE, Ground
from collector.discover.ranges import order
from collector.discover.roles import role
from collector.discover.survey import Tally
from collector.discover.uplinks import Edge
from inventory.model import Device
from inventory.plaintext import exposed
from inventory.query import fold
from inventory.source import scalar

STRANGERS = 24
"""Unknown neighbours that are listed of one device."""
PLACES = 50
PORT = 161
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]+|\d+\.\d+\.\d+\.\d+")
"""What is text without quotes; numbers, dates and IPv6 are not for every reader of YAML."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that the text is made from. `community` is the reference given by hand, or empty; `notes`
    are lines for its top, as what was asked and how it ended.
    """

    entries: Sequence[Entry]
    strangers: dict[str, list[Neighbour]]
    left: Sequence[Edge]
    ground: Ground
    tallies: Sequence[Tally] = ()
    port: int = PORT
    community: str = ""
    access: str = ""
    notes: Sequence[str] = field(default_factory=list)


def said(text: str) -> str:
    """A device's own words inside a comment: one line, printable, in quotes."""
    return json.dumps(visible(text)[:128], ensure_ascii=False)


def visible(text: str) -> str:
    """Text without what a terminal or YAML would not show."""
    return "".join(one if one.isprintable() else " " for one in text)


def value(text: str) -> str:
    """A text as a YAML value: plain where it means itself, else in double quotes."""
    text = visible(text)
    plain = _PLAIN.fullmatch(text) and scalar(text) == text
    return text if plain else json.dumps(text, ensure_ascii=False)


def render(one: Proposal) -> str:
    """The whole text."""
    lines = [f"# {visible(note)}" for note in one.notes]
    lines += [f"# {text}" for text in _refused(one.tallies)]
    new = [entry for entry in one.entries if not entry.known]
    if one.community and any(entry.main.access for entry in new):
        way = f"{{snmp: {{version: 2c, community: {value(one.community)}}}}}"
        lines += ["", "credentials:", f"  {one.access}: {way}"]
    if new:
        lines += ["", *_sites(new, one.ground)]
    lines += ["", "devices:" if new else "devices: {}"]
    for entry in one.entries:
        lines += ["", *(_known(entry, one) if entry.known else _device(entry, one))]
    for edge in one.left:
        first, second = edge.teller, edge.other
        text = f"{first} and {second} are neighbours: {edge.remark(first)}, not in the inventory"
        lines += ["", f"  # {visible(text)} · danh mục chưa có đường nối này"]
    return "\n".join(lines).rstrip() + "\n"


def _refused(tallies: Iterable[Tally]) -> Iterator[str]:
    for one in tallies:
        hint = f" ({one.hint})" if one.hint else ""
        places = "address" if one.count == 1 else "addresses"
        yield visible(f"SNMP refused · từ chối: {one.access} at {one.count} {places}: ") + visible(
            f"{one.reason}: {one.message}{hint}"
        )


def _sites(new: Sequence[Entry], ground: Ground) -> Iterator[str]:
    """Where new devices are put, and the places they tell of, as comments."""
    told = Counter(visible(one.main.location) for one in new if one.main.location.strip())
    site = value(ground.site)
    if not ground.placed:
        title = "Chưa xếp địa điểm" if ground.site == SITE else ground.site
        yield "sites:"
        yield f"  {site}: {{name: {json.dumps(title, ensure_ascii=False)}}}"
    elif told:
        yield f"# site · địa điểm: {site}"
    if told:
        yield "  # places that the devices tell of · địa điểm do thiết bị tự khai:"
    for place, count in sorted(told.items())[:PLACES]:
        key = re.sub(r"[^a-z0-9]+", "-", fold(place)).strip("-")[:40] or "place"
        yield f"  # {key}: {{name: {said(place)}}}  # {count}"
    if len(told) > PLACES:
        yield f"  # ... {len(told) - PLACES} more · còn nữa"


def _device(entry: Entry, one: Proposal) -> Iterator[str]:
    main, ground = entry.main, one.ground
    yield from (f"  # {text}" for text in _told(entry, one))
    yield f"  {value(entry.name)}:"
    addresses = [value(address) for address in entry.addresses]
    yield f"    address: {addresses[0] if len(addresses) == 1 else _list(addresses)}"
    yield f"    site: {value(ground.site)}"
    if ground.told:
        yield f"    collector: {value(ground.collector)}  # ? which one asks · máy giám sát nào hỏi"
    wanted, there = role(main, ground.roles) if main.access else ("", False)
    if there:
        yield f"    role: {value(wanted)}"
    else:
        yield f"    # role: {wanted or '?'}" + ("  # ?" if wanted else "")
    yield from _asked(main, one, there)
    if entry.uplinks:
        yield f"    uplinks: {_list([value(name) for name in entry.uplinks])}"
        yield from (f"      # {name}: {visible(text)}" for name, text in entry.uplinks.items())
    if asset := {key: word for key in ("vendor", "model", "serial") if (word := _word(main, key))}:
        pairs = ", ".join(f"{key}: {value(word)}" for key, word in asset.items())
        yield f"    asset: {{{pairs}}}"


def _asked(main: Answer, one: Proposal, role_there: bool) -> Iterator[str]:
    """How it is asked: as it answered, whatever role and defaults say."""
    ground = one.ground
    off = [] if role_there else [f"{value(name)}: off" for name in ground.unserved]
    if not main.access:
        off += ["snmp: off"] if ground.snmp else []
        if off:
            yield f"    probes: {{{', '.join(off)}}}"
        return
    yield f"    credentials: [{value(main.access)}]"
    port = f"port: {one.port}" if one.port != PORT or role_there or ground.snmp else ""
    yield f"    probes: {{{', '.join([f'snmp: {{{port}}}', *off])}}}"


def _list(words: Sequence[str]) -> str:
    return f"[{', '.join(words)}]"


def _word(main: Answer, key: str) -> str:
    """A word of the identity as the asset register may have it."""
    text = visible(main.word(key)).strip()
    return "" if exposed(key, text) or text.startswith(("env:", "file:")) else text


def _told(entry: Entry, one: Proposal) -> Iterator[str]:
    """What was found of a device, line by line."""
    main = entry.main
    how = f"SNMP ({main.access})" if main.access else "ping only · chỉ trả lời ping"
    yield f"{', '.join(entry.addresses)}: {how}" + _why(main)
    if main.access:
        yield from _identity(main)
    if main.location.strip():
        yield f"location · vị trí: {said(main.location)}"
    if main.name and fold(main.name) != entry.name:
        yield f"sysName {said(main.name)}"
    yield from _strangers(entry.name, one.strangers)
    if main.cut:
        yield "not everything was told: too much, or too slow · dữ liệu bị cắt, thiếu một phần"
    yield from (visible(text) for text in entry.remarks)


def _why(main: Answer) -> str:
    if main.access or not main.refusals:
        return ""
    return ", SNMP: " + "; ".join(f"{one.access} {one.reason}" for one in main.refusals)


def _identity(main: Answer) -> Iterator[str]:
    name = " ".join(filter(None, (main.word("vendor"), main.word("model"))))
    system = " ".join(filter(None, (main.word("os"), main.word("version"))))
    serial = f"serial {main.word('serial')}" if main.word("serial") else ""
    told = [text for text in (name, system, serial) if text]
    profile = [f"profile {main.profile}"] if main.profile else []
    yield visible(", ".join([*told, *profile]) or "nothing of itself")
    if main.profile in ("", "generic") and main.description:
        yield f"sysDescr {said(main.description)}"


def _strangers(name: str, strangers: dict[str, list[Neighbour]]) -> Iterator[str]:
    many = strangers.get(name, [])
    for one in many[:STRANGERS]:
        who = " ".join(filter(None, (said(one.name) if one.name else "", *one.addresses[:4])))
        who = who or said(one.chassis)
        port = f" {said(one.port)}" if one.port else ""
        model = f", {said(one.platform)}" if one.platform else ""
        local = said(one.local) if one.local else "?"
        yield f"unknown neighbour · láng giềng lạ: {local} - {who}{port} ({one.protocol}{model})"
    if len(many) > STRANGERS:
        yield f"... {len(many) - STRANGERS} more neighbours · còn nữa"


def _known(entry: Entry, one: Proposal) -> Iterator[str]:
    """A device that the inventory has: only what is new about it."""
    assert one.ground.inventory is not None
    device = one.ground.inventory.devices[entry.name]
    told = ", ".join(one.address for one in entry.answers)
    how = f"SNMP ({entry.main.access})" if entry.main.access else "ping only · chỉ trả lời ping"
    yield f"  # {told}: known · đã có trong danh mục: {entry.name}; {how}" + _why(entry.main)
    yield from (f"  #   {text}" for text in differences(device, entry))
    yield from (f"  #   {text}" for text in _strangers(entry.name, one.strangers))


def differences(device: Device, entry: Entry) -> list[str]:
    """What the inventory says of a known device, and the device otherwise."""
    found = []
    for key in ("serial", "vendor", "model"):
        before, now = str(getattr(device.asset, key)), entry.main.word(key)
        if before and now and fold(before) != fold(now):
            found.append(f"{key} · khác danh mục: {said(before)} -> {said(now)}")
    more = sorted({one.address for one in entry.answers} - set(device.addresses), key=order)
    if more:
        found.append(f"also at · còn địa chỉ khác: {', '.join(more)}")
    return found


def record(entry: Entry, one: Proposal) -> dict[str, object]:
    """A device as an object of JSON."""
    main = entry.main
    wanted, _ = role(main, ())
    device = one.ground.inventory.devices.get(entry.name) if one.ground.inventory else None
    return {
        "name": entry.name,
        "known": entry.known,
        "addresses": entry.addresses,
        "credentials": main.access or None,
        "refused": [
            {"credentials": r.access, "reason": str(r.reason), "message": r.message, "hint": r.hint}
            for r in main.refusals
        ],
        "sys_name": main.name,
        "location": main.location,
        "description": main.description,
        "profile": main.profile or None,
        "role": wanted or None,
        **{key: main.word(key) for key in ("vendor", "model", "os", "version", "serial")},
        "uplinks": entry.uplinks,
        "unknown_neighbours": [
            {"local": n.local, "name": n.name, "port": n.port, "chassis": n.chassis}
            | {"addresses": n.addresses, "protocol": n.protocol, "platform": n.platform}
            for n in one.strangers.get(entry.name, ())
        ],
        "differences": differences(device, entry) if device and entry.known else [],
        "complete": not main.cut,
    }
