"""The published modules on recordings of real devices: snmp_exporter and Hatang say the same.

File and recordings stand beside the checkout (HATANG_SHARED overrides), not in it. Compared are
every name, label set and value. NULL is taken out of the recordings first: the exporter makes a 0
of it, Hatang nothing. What the exporter cannot serve at all (two series alike, bytes that are no
text) is counted and left.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from probes.snmp.module.file import refer
from probes.snmp.module.layout import lay_out
from tests import daemons
from tests.snmp_module import exporter
from tests.snmp_session.polling import agent, ask, session_on
from tests.snmp_session.replay import Oid, load

SHARED = Path(os.environ.get("HATANG_SHARED", Path(__file__).parents[3] / "shared"))
FILE = SHARED / "data" / "snmp_exporter" / "snmp.yml"
RECORDINGS = sorted((SHARED / "recordings").glob("*/*.snmprec"))
MOST = int(os.environ.get("HATANG_RECORDINGS", "3"))
"""Recordings for each module, of different families where there are such."""
NULL = b"\x05\x00"

pytestmark = pytest.mark.skipif(
    not FILE.is_file() or not RECORDINGS,
    reason="no module file of snmp_exporter, or no recordings, beside the checkout",
)


class Pair(NamedTuple):
    """A module, and a recording that it finds something in."""

    module: str
    recording: Path


@pytest.fixture(scope="module")
def modules() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)["modules"]
    return found


@pytest.fixture(scope="module")
def running(modules: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("exporter")
    with daemons.snmp_exporter(folder, exporter.config(modules)) as daemon:
        yield daemon.url


def fitting(modules: dict[str, Any], devices: dict[Path, dict[Oid, bytes]]) -> list[Pair]:
    """The recordings that each module has most objects in, one of a family before a second."""
    known: dict[Path, set[str]] = {}
    for path, objects in devices.items():
        known[path] = {
            ".".join(map(str, oid[:end])) for oid in objects for end in range(7, len(oid))
        }
    found: list[Pair] = []
    for name, module in modules.items():
        oids = {one["oid"] for one in module["metrics"]}
        hits = sorted(((len(oids & known[path]), path) for path in known), reverse=True)
        some = [path for count, path in hits if count > 1]
        firsts = {path.parent: path for path in reversed(some)}
        some.sort(key=lambda path: firsts[path.parent] != path)
        found += [Pair(name, path) for path in some[:MOST]]
    return found


async def differing(
    pair: Pair, modules: dict[str, Any], objects: dict[Oid, bytes], url: str
) -> tuple[int, list[str]]:
    """How many series were compared, and what is not the same; -1 where the exporter fails."""
    spec = modules[pair.module]["metrics"]
    with agent(objects) as device:
        said, error = await asyncio.to_thread(exporter.asked, url, pair.module, device.port)
        if error:
            return -1, []
        session = session_on(device.port, profile=False, modules=(f"{FILE}:{pair.module}",))
        first, second = await ask(session), await ask(session)
    theirs = exporter.translated(said, spec)
    later = {one["name"] for one in spec if one["type"] in exporter.LATER}
    told: list[str] = []
    for reading in (first, second):
        ours = {key: v for key, v in exporter.ours(reading).items() if key[0] not in later}
        told += [
            f"{pair.module} {pair.recording.stem}: {name} {dict(labels)}: "
            f"{theirs.get((name, labels))} {ours.get((name, labels))}"
            for name, labels in theirs.keys() | ours.keys()
            if theirs.get((name, labels)) != ours.get((name, labels))
        ]
    return len(theirs), told


@pytest.mark.asyncio
async def test_names_labels_and_values_are_those_of_snmp_exporter(
    modules: dict[str, Any], running: str
) -> None:
    devices = {path: load(path) for path in RECORDINGS}
    nulls = sum(value == NULL for objects in devices.values() for value in objects.values())
    devices = {
        path: {oid: value for oid, value in objects.items() if value != NULL}
        for path, objects in devices.items()
    }
    pairs = fitting(modules, devices)
    counts: dict[str, int] = {}
    wrong: list[str] = []
    left: list[str] = []
    for pair in pairs:
        count, told = await differing(pair, modules, devices[pair.recording], running)
        wrong += told
        if count < 0:
            left.append(f"{pair.module} {pair.recording.stem}")
        else:
            counts[pair.module] = counts.get(pair.module, 0) + count
    total = sum(counts.values())
    print(f"{len(pairs)} pairs, {total} series twice, {len(wrong)} different; {nulls} NULLs out")
    print("by module:", ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    print("snmp_exporter fails on:", "; ".join(left))
    assert wrong[:20] == []
    assert total > 10_000
    assert {"if_mib", "system", "hrStorage", "ucd_memory", "cisco_device"} <= counts.keys()


def test_every_published_module_is_read(modules: dict[str, Any]) -> None:
    for name in modules:
        found = lay_out(refer(f"{FILE.name}:{name}", FILE.parent))
        assert sum(len(group.metrics) for group in found.groups) == len(modules[name]["metrics"])
