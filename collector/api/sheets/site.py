"""The sheet of a site."""

from functools import partial

from aiohttp import web

from collector.api import rim, screen
from collector.api.rim import SOURCE
from collector.api.sheets import circuit, sheet
from collector.api.sheets.look import LISTED, Look, look
from collector.api.sheets.memory import Memory, memory
from collector.api.sheets.shape import DeviceRow, DeviceRows
from collector.api.sheets.shape_kinds import SiteSheet
from collector.api.things import view
from inventory.model import Circuit, Device, Site


async def site(request: web.Request) -> web.Response:
    """All that a site's page shows."""
    rim.allow(request, "language")
    beside, held = screen.fields(request.app[SOURCE]), look(request)
    one = rim.one(request, held.inventory.sites, "site")
    found = await memory(request, f"site:{one.name}", held.now)
    beside["journal"] = beside["journal"] and found is not None
    return await screen.told(partial(_sheet, beside, held, one, found))


def _sheet(beside: screen.Fields, held: Look, one: Site, found: Memory | None) -> SiteSheet:
    thing, inventory = f"site:{one.name}", held.inventory
    said = view.Said(held.held, inventory)
    lost = held.wiring.dependents(thing) if held.wiring is not None else set[str]()
    children = [
        f"site:{other.name}" for other in inventory.sites.values() if other.parent == one.name
    ]
    return SiteSheet(
        **beside,
        **sheet.fields(held, thing, found),
        site=view.site(one, said, view.states_by_site(said)),
        contact=held.contact(one.name),
        above=[held.named(f"site:{name}") for name in reversed(held.above(one.name)[1:])],
        children=held.listed(children),
        devices=_devices(held, [d for d in inventory.devices.values() if d.site == one.name]),
        circuits=circuit.rows(held, _serving(held, one)),
        services=held.listed(other for other in lost if other.startswith("service:")),
    )


def _devices(held: Look, found: list[Device]) -> DeviceRows:
    known = {f"device:{one.name}": one for one in found}
    ordered = held.worst(known)
    items = [
        DeviceRow(
            **held.fields(thing),
            what=held.what(thing),
            role=known[thing].role or "",
            address=known[thing].address,
        )
        for thing in ordered[:LISTED]
    ]
    return DeviceRows(total=len(ordered), counts=held.counts(ordered), items=items)


def _serving(held: Look, one: Site) -> list[Circuit]:
    """The circuits that have an end at a site."""
    circuits = held.inventory.circuits.values()
    return [line for line in circuits if any(end.site == one.name for end in held.ends(line))]
