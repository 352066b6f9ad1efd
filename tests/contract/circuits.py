"""A small province for contract numbers: one circuit from the centre to a commune."""

from dataclasses import replace

from inventory.model import Calendar, Circuit, Device, End, Inventory, Province, Site

CIRCUIT = Circuit(
    "tsl-a",
    "Kênh xã Pà Cò",
    End("rt01", "wan1"),
    End("pe01", "ge-0/0/3"),
    "tslcd",
    provider="VNPT",
    capacity=200e6,
)


def _device(name: str, site: str) -> Device:
    return Device(name, name, "noc-1", ("127.0.0.9",), site, None, (), (), {})


def province(calendar: Calendar | None = None, *circuits: Circuit) -> tuple[Inventory, Circuit]:
    """An inventory with these circuits (or the one above, in hours of the calendar)."""
    circuit = replace(CIRCUIT, hours=calendar.name if calendar else None)
    lines = circuits or (circuit,)
    sites = (
        Site("tinh", "Tỉnh"),
        Site("dc", "Trung tâm tích hợp dữ liệu tỉnh", parent="tinh"),
        Site("pa-co", "UBND xã Pà Cò", parent="tinh"),
        Site("other", "UBND xã khác", parent="tinh"),
    )
    devices = (_device("pe01", "dc"), _device("rt01", "pa-co"), _device("rt02", "other"))
    return Inventory(
        Province("Hòa Bình"),
        {},
        {site.name: site for site in sites},
        {device.name: device for device in devices},
        {line.name: line for line in lines},
        {},
        {calendar.name: calendar} if calendar else {},
        {},
        (),
        (),
    ), circuit
