"""What a controller manages: which resources there are, found once in a while and then asked.

Old and new forms of the same (Thermal and ThermalSubsystem, Power and PowerSubsystem): the new one
where a chassis has it.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from probes.dial import FailedError
from probes.reading import Reason
from probes.redfish.client import AbsentError, Resource

Get = Callable[[str], Awaitable[Resource]]

ROOT = "/redfish/v1/"
CHASSIS = 16
MEMBERS = 128
"""Members of one collection that are read."""

_PATH = re.compile(r"/[!-~]{0,511}")
"""What may be a path, and is told as one where it leads nowhere."""


@dataclass(slots=True)
class Tree:
    """Paths to ask each time, with the kind of what is there; who the machine is; and what could
    not be looked into, with why.
    """

    identity: dict[str, str] = field(default_factory=dict)
    paths: list[tuple[str, str]] = field(default_factory=list)
    lost: list[tuple[str, FailedError]] = field(default_factory=list)


def at(resource: object, name: str) -> str:
    """The path of a linked resource, or ""."""
    link = resource.get(name) if isinstance(resource, dict) else None
    path = link.get("@odata.id") if isinstance(link, dict) else None
    return path if isinstance(path, str) and _PATH.fullmatch(path) else ""


def members(resource: Resource) -> list[str]:
    """The paths of a collection's members."""
    found = resource.get("Members")
    links = found[:MEMBERS] if isinstance(found, list) else []
    return [path for one in links if (path := at({"one": one}, "one"))]


async def explore(get: Get) -> Tree:
    """Find what there is; what is named and not there is left out. Raises FailedError."""
    root = await get(ROOT)
    tree = Tree()
    get = partial(_lenient, get, tree)
    for kind in ("Systems", "Chassis", "Managers"):
        for path in await _collection(get, at(root, kind)):
            found = await get(path)
            await _PARTS[kind](get, tree, path, found)
    if not tree.paths:
        for _, why in tree.lost:
            raise why
        raise FailedError(Reason.PROTOCOL, "the service names neither systems nor chassis")
    return tree


async def _lenient(get: Get, tree: Tree, path: str) -> Resource:
    try:
        return await get(path)
    except AbsentError:
        pass
    except FailedError as error:
        if error.reason is not Reason.PROTOCOL:
            raise
        tree.lost.append((path, error))
    return {}


async def _collection(get: Get, path: str) -> list[str]:
    return members(await get(path))[:CHASSIS] if path else []


async def _system(get: Get, tree: Tree, path: str, found: Resource) -> None:
    tree.paths.append(("system", path))
    words = (("vendor", "Manufacturer"), ("model", "Model"), ("serial", "SerialNumber"))
    for word, name in words:
        tree.identity.setdefault(word, _text(found.get(name)))
    for one in await _collection(get, at(found, "Storage")):
        await _storage(get, tree, one)


async def _storage(get: Get, tree: Tree, path: str) -> None:
    tree.paths.append(("storage", path))
    found = await get(path)
    tree.paths += [("drive", one) for one in members({"Members": found.get("Drives")})]
    volumes = at(found, "Volumes")
    if volumes:
        tree.paths += [("volume", one) for one in members(await get(volumes))]


async def _chassis(get: Get, tree: Tree, path: str, found: Resource) -> None:
    thermal, power = at(found, "ThermalSubsystem"), at(found, "PowerSubsystem")
    if thermal:
        fans = at(await get(thermal), "Fans")
        tree.paths += [("fan", one) for one in await _collection(get, fans)]
        sensors = at(found, "Sensors")
        listed = members(await get(sensors)) if sensors else []
        tree.paths += [("sensor", one) for one in listed]
    elif at(found, "Thermal"):
        tree.paths.append(("thermal", at(found, "Thermal")))
    if power:
        supplies = at(await get(power), "PowerSupplies")
        tree.paths += [("supply", one) for one in await _collection(get, supplies)]
    elif at(found, "Power"):
        tree.paths.append(("power", at(found, "Power")))
    tree.paths.append(("chassis", path))


async def _manager(_get: Get, tree: Tree, _path: str, found: Resource) -> None:
    tree.identity.setdefault("os", _text(found.get("Model")))
    tree.identity.setdefault("version", _text(found.get("FirmwareVersion")))


_PARTS: dict[str, Callable[[Get, Tree, str, Resource], Awaitable[None]]] = {
    "Systems": _system,
    "Chassis": _chassis,
    "Managers": _manager,
}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def each(resource: Resource, name: str) -> Iterator[Resource]:
    """The objects of a list, whatever else stands in it left out."""
    found = resource.get(name)
    for one in found[:MEMBERS] if isinstance(found, list) else []:
        if isinstance(one, dict):
            yield one
