"""What the inventory says of things, as rows: places, circuits and their contracts, services,
limits.

They are described rows that stand for themselves; the pipeline writes them again every minute.
"""

from collections.abc import Iterable, Iterator

from collector.plan import Plan
from collector.thresholds import standing_rows
from inventory.model import Circuit, End, Inventory
from probes.reading import Head, Row, info, row


def inventory_rows(inventory: Inventory) -> list[Row]:
    """Rows of every site, circuit and service, and the limits that stand for themselves."""
    return [
        *_sites(inventory),
        *_circuits(inventory),
        *_services(inventory),
        *standing_rows(inventory),
    ]


def device_rows(plan: Plan) -> dict[str, Row]:
    """By device, the info row that stands until the device has said more of itself."""
    return {
        device.name: info(
            "device",
            (
                ("device", device.name),
                ("site", device.site),
                ("vendor", device.asset.vendor),
                ("model", device.asset.model),
                ("serial", device.asset.serial),
                ("role", device.role or ""),
                ("lifecycle", device.lifecycle),
            ),
        )
        for device in plan.inventory.devices.values()
        if device.collector == plan.collector
    }


def _sites(inventory: Inventory) -> Iterator[Row]:
    for site in inventory.sites.values():
        latitude, longitude = site.location or ("", "")
        yield info(
            "site",
            (
                ("site", site.name),
                ("name", site.title),
                ("kind", site.kind),
                ("parent", site.parent or ""),
                ("room", site.room),
                ("unit_code", site.unit.code),
                ("unit_name", site.unit.name),
                ("latitude", str(latitude)),
                ("longitude", str(longitude)),
            ),
        )


def _circuits(inventory: Inventory) -> Iterator[Row]:
    for circuit in inventory.circuits.values():
        site = inventory.devices[circuit.z.device].site
        yield info(
            "circuit",
            (
                ("circuit", circuit.name),
                ("site", site),
                ("kind", circuit.kind),
                ("provider", circuit.provider),
                ("contract", circuit.contract),
                ("payer", " ".join(circuit.payers)),
                ("path", circuit.path),
            ),
        )
        yield from _contract(circuit, site)
        yield from _ends(inventory, circuit)


def _contract(circuit: Circuit, site: str) -> Iterable[Row]:
    targets = circuit.targets
    found = row(
        Head("circuit", (("circuit", circuit.name), ("site", site))),
        {
            "capacity_bits_per_second": circuit.capacity,
            "target_availability_ratio": targets.availability,
            "target_rtt_seconds": targets.rtt,
            "target_loss_ratio": targets.loss,
            "target_jitter_seconds": targets.jitter,
        },
    )
    return (found,) if found else ()


def _ends(inventory: Inventory, circuit: Circuit) -> Iterator[Row]:
    ends: tuple[tuple[str, End | None], ...] = (("a", circuit.a), ("z", circuit.z))
    for letter, end in ends:
        if end is None:
            continue
        yield Row(
            Head(
                "circuit",
                (
                    ("circuit", circuit.name),
                    ("end", letter),
                    ("device", end.device),
                    ("interface", end.interface),
                    ("site", inventory.devices[end.device].site),
                ),
            ),
            b"end_info=1",
        )


def _services(inventory: Inventory) -> Iterator[Row]:
    for service in inventory.services.values():
        yield info(
            "service",
            (
                ("service", service.name),
                ("name", service.title),
                ("kind", service.kind),
                ("owner", service.owner),
                ("level", "" if service.level is None else str(service.level)),
            ),
        )
