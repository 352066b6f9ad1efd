"""The sheet of a circuit. Its contract numbers need the store: they are asked apart."""

from functools import partial

from aiohttp import web

from collector.api import rim, screen
from collector.api.rim import SOURCE
from collector.api.sheets import figures, sheet
from collector.api.sheets.interfaces import interface, ports
from collector.api.sheets.look import LISTED, Look, look
from collector.api.sheets.memory import Memory, memory
from collector.api.sheets.shape import CircuitRow
from collector.api.sheets.shape_kinds import CircuitEnd, Circuits, CircuitSheet
from collector.api.things import view
from inventory.model import Circuit, End


async def circuit(request: web.Request) -> web.Response:
    """All that a circuit's page shows."""
    rim.allow(request, "language")
    beside, held = screen.fields(request.app[SOURCE]), look(request)
    one = rim.one(request, held.inventory.circuits, "circuit")
    found = await memory(request, f"circuit:{one.name}", held.now)
    beside["journal"] = beside["journal"] and found is not None
    return await screen.told(partial(_sheet, beside, held, one, found))


def _sheet(beside: screen.Fields, held: Look, one: Circuit, found: Memory | None) -> CircuitSheet:
    thing = f"circuit:{one.name}"
    site = held.site_of(thing)
    keys = [f"icmp/{one.probe}"] if one.probe else []
    return CircuitSheet(
        **beside,
        **sheet.fields(held, thing, found),
        circuit=view.circuit(one, view.Said(held.held, held.inventory)),
        site=site,
        contact=held.contact(site.thing.partition(":")[2]) if site else "",
        payers=[_payer(held, payer) for payer in one.payers],
        a=_end(held, thing, one.a) if one.a else None,
        z=_end(held, thing, one.z),
        siblings=rows(held, _siblings(held, one)),
        readings=figures.readings(held, keys, ("circuit", one.name)),
    )


def _payer(held: Look, payer: str) -> str:
    """Who pays: a site's key is told as the site is called."""
    return held.title(f"site:{payer}") if payer in held.inventory.sites else payer


def _end(held: Look, thing: str, end: End) -> CircuitEnd:
    known = ports(held, end.device).rows if end.interface else {}
    read = known.get(end.interface)
    return CircuitEnd(
        device=held.named(f"device:{end.device}"),
        site=held.site_of(f"device:{end.device}"),
        name=end.interface,
        interface=interface(held, end.interface, read, thing) if read else None,
    )


def _siblings(held: Look, one: Circuit) -> list[Circuit]:
    """Those that come to the same site."""
    place = _place(held, one)
    others = held.inventory.circuits.values()
    return [other for other in others if other is not one and _place(held, other) == place]


def _place(held: Look, one: Circuit) -> str:
    device = held.inventory.devices.get(one.z.device)
    return device.site if device else ""


def rows(held: Look, found: list[Circuit]) -> Circuits:
    """Circuits in a list, the worst first."""
    known = {f"circuit:{one.name}": one for one in found}
    items = [
        CircuitRow(
            **held.fields(thing),
            what=held.what(thing),
            kind=known[thing].kind,
            provider=known[thing].provider,
            path=known[thing].path,
            contract=known[thing].contract,
            capacity=known[thing].capacity,
        )
        for thing in held.worst(known)[:LISTED]
    ]
    return Circuits(total=len(known), items=items)
