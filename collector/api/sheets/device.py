"""The sheet of a device."""

from collections.abc import Iterable, Iterator
from functools import partial

from aiohttp import web

from collector.api import rim, screen
from collector.api.rim import SOURCE
from collector.api.sheets import figures, sheet
from collector.api.sheets.configs import changed
from collector.api.sheets.interfaces import ending, interfaces
from collector.api.sheets.look import LISTED, Look, look
from collector.api.sheets.memory import Memory, memory
from collector.api.sheets.shape import Named, Neighbour
from collector.api.sheets.shape_kinds import DeviceSheet, Neighbours, Says
from collector.api.things import view
from inventory.model import Circuit, Device
from probes import reading

_SAID = ("vendor", "model", "os", "version", "serial")


async def device(request: web.Request) -> web.Response:
    """All that a device's page shows."""
    rim.allow(request, "language")
    beside, held = screen.fields(request.app[SOURCE]), look(request)
    one = rim.one(request, held.inventory.devices, "device")
    found = await memory(request, f"device:{one.name}", held.now)
    beside["journal"] = beside["journal"] and found is not None
    return await screen.told(partial(_sheet, beside, held, one, found))


def _sheet(beside: screen.Fields, held: Look, one: Device, found: Memory | None) -> DeviceSheet:
    thing = f"device:{one.name}"
    keys = [f"icmp/{one.address}", *_jobs(one), f"config/{one.name}"]
    return DeviceSheet(
        **beside,
        **sheet.fields(held, thing, found),
        device=view.device(one, view.Said(held.held, held.inventory)),
        site=held.site_of(thing),
        contact=held.contact(one.site),
        says=_says(held, one),
        up=_listed(held, one, [str(up) for up in one.uplinks]),
        down=_listed(held, one, _down(held, one)),
        interfaces=interfaces(held, one.name),
        probes=figures.runs(held, "device", one.name, one.probes),
        readings=figures.readings(held, keys, ("device", one.name)),
        configs=None if found is None else [changed(entry) for entry in found.configs],
    )


def _jobs(one: Device) -> list[str]:
    return [f"device/{one.name}/{use.name}" for use in one.probes]


def _says(held: Look, one: Device) -> Says:
    """What it says of itself by any of its probes."""
    said: dict[str, str] = {}
    uptime: float | None = None
    for job in (held.latest[key] for key in _jobs(one) if key in held.latest):
        tables = [table.rows for table in list(job.described.values())]
        for row in (row for table in tables for row in table if row.head.subject == "device"):
            said.update({name: text for name, text in row.head.labels if text})
        for row in job.rows:
            if row.head.subject == "system":
                uptime = reading.values(row.fields).get("uptime_seconds", uptime)
    return Says(**{name: said.get(name, "") for name in _SAID}, uptime=uptime)


def _down(held: Look, one: Device) -> Iterator[str]:
    """What names it as its uplink, or ends at it and is none of its own uplinks."""
    thing = f"device:{one.name}"
    own = {str(up) for up in one.uplinks}
    for other in held.inventory.devices.values():
        if thing in map(str, other.uplinks) and f"device:{other.name}" not in own:
            yield f"device:{other.name}"
    for circuit in held.inventory.circuits.values():
        if f"circuit:{circuit.name}" not in own and one in held.ends(circuit):
            yield f"circuit:{circuit.name}"


def _listed(held: Look, one: Device, things: Iterable[str]) -> Neighbours:
    ordered = held.worst(things)
    ports = {circuit: port for port, circuit in ending(held, one.name).items()}
    items = [
        Neighbour(
            **held.fields(thing),
            what=held.what(thing),
            interface=ports.get(thing, ""),
            far=_far(held, one, thing),
        )
        for thing in ordered[:LISTED]
    ]
    return Neighbours(total=len(ordered), items=items)


def _far(held: Look, one: Device, thing: str) -> Named | None:
    kind, _, name = thing.partition(":")
    circuit: Circuit | None = held.inventory.circuits.get(name) if kind == "circuit" else None
    others = [end for end in held.ends(circuit) if end is not one] if circuit else []
    return held.named(f"device:{others[0].name}") if others else None
