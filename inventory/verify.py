"""What only the whole can tell: cycles, double addresses, devices that no collector reaches."""

from collections.abc import Callable, Iterable, Mapping

from inventory.draft import Draft
from inventory.graph import connect, reachable
from inventory.model import Device, Inventory, Thing, Use


def verify(draft: Draft, inventory: Inventory) -> None:
    """Note in the draft what is wrong with the inventory as a whole."""
    sites = inventory.sites
    _cycles(draft, "sites", "parent", sites, lambda name: _parents(inventory, name))
    services = inventory.services
    _cycles(draft, "services", "needs", services, lambda name: _needs(inventory, name))
    _addresses(draft, inventory)
    if _edges_are_whole(draft):
        _paths(draft, inventory)


def _parents(inventory: Inventory, name: str) -> list[str]:
    parent = inventory.sites[name].parent
    return [parent] if parent is not None and parent in inventory.sites else []


def _needs(inventory: Inventory, name: str) -> list[str]:
    return [one.name for one in inventory.services[name].needs if one.kind == "service"]


def _cycles(
    draft: Draft,
    section: str,
    key: str,
    names: Iterable[str],
    above: Callable[[str], list[str]],
) -> None:
    """Depth first, without recursion: each cycle is told once, where it closes."""
    done: set[str] = set()
    for first in names:
        trail: list[str] = []
        ahead: list[tuple[str, bool]] = [(first, True)]
        while ahead:
            name, entering = ahead.pop()
            if not entering:
                done.add(trail.pop())
            elif name in trail:
                shown = " > ".join([*trail[trail.index(name) :], name])
                draft.wrong((section, trail[-1], key), f"{key} cycle: {shown}")
            elif name not in done:
                trail.append(name)
                ahead.append((name, False))
                ahead += [(one, True) for one in above(name)]


def _addresses(draft: Draft, inventory: Inventory) -> None:
    """Unique is (collector, address, probe, port, context); the address of what is only pinged."""
    first: dict[tuple[object, ...], str] = {}
    for device in inventory.devices.values():
        if device.lifecycle == "retired":
            continue
        told = False
        for key in _marks(device):
            other = first.setdefault(key, device.name)
            if other != device.name and not told:
                told = True
                source = draft.origin["devices", other]
                where = f"{source.name}:{source.line(('devices', other))}"
                draft.wrong(
                    ("devices", device.name, "address"),
                    f"duplicate address {_shown(key)}",
                    f'"{other}" has it in {where}; agents on one address differ in their port',
                )


def _marks(device: Device) -> list[tuple[object, ...]]:
    asked = [use for use in device.probes if use.name == use.probe]
    if not asked and device.ping is not None:
        return [(device.collector, one, "ping", None, "") for one in device.addresses]
    return [
        (device.collector, one, use.probe, _port(use), _context(device, use))
        for use in asked
        for one in device.addresses
    ]


def _port(use: Use) -> int | None:
    port = getattr(use.settings, "port", None)
    return port if isinstance(port, int) else None


def _context(device: Device, use: Use) -> str:
    own = getattr(use.settings, "context", None)
    credential = device.credentials.get(use.probe)
    inherited = credential.values.get("context") if credential else None
    return str(own or inherited or "")


def _shown(key: tuple[object, ...]) -> str:
    _, address, probe, port, context = key
    text = f"{address} for {probe}"
    text += f" on port {port}" if port else ""
    return text + (f" in context {context}" if context else "")


def _edges_are_whole(draft: Draft) -> bool:
    """Whether every edge of the graph could be read: otherwise paths are missing by somebody's
    typo.
    """
    edges = ("devices", "circuits", "collectors")
    if any(section in edges for section, _ in draft.broken):
        return False
    kinds = ("unknown device", "unknown circuit", "no collector", '"collector" is missing')
    return not any(problem.message.startswith(kinds) for problem in draft.problems)


def _paths(draft: Draft, inventory: Inventory) -> None:
    graph = connect(inventory.collectors, inventory.devices, inventory.circuits)
    lit: Mapping[str, set[Thing]] = {name: reachable(graph, name) for name in inventory.collectors}
    for device in inventory.devices.values():
        if device.lifecycle == "retired" or device.collector not in lit:
            continue
        if Thing("device", device.name) not in lit[device.collector]:
            draft.wrong(
                ("devices", device.name),
                f'no path to its collector "{device.collector}"',
                "add an uplink, or a circuit that ends here",
            )
