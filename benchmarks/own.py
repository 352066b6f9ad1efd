"""Hatang's side of the poll benchmark: the SNMP probe as the collector drives it, to lines."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from benchmarks import exporter
from benchmarks.agents import AUTH, COMMUNITY, PORT, PRIV, USER, address
from inventory.secret import Secret
from probes.probe import Target
from probes.reading import Reading
from probes.snmp.profile import Profile
from probes.snmp.profiles import read, resolve
from probes.snmp.session import SnmpSession, SnmpSettings

WHOLE = Path(__file__).parent / "whole-table.yaml"
_NEVER, _ALWAYS = 1e9, 0.001
RHYTHMS: dict[str, dict[str, float]] = {
    "hatang-fast": {"slow": _NEVER, "medium": _NEVER},
    "hatang-medium": {"slow": _NEVER, "medium": _ALWAYS},
    "hatang-slow": {"slow": _ALWAYS, "medium": _ALWAYS},
}
"""Its own profile when only fast columns are due, when packet counters are too, when all is."""


def _credential(version: int) -> dict[str, object]:
    if version == 2:
        return {"version": "2c", "community": Secret(COMMUNITY)}
    return {
        "version": "3",
        "user": USER,
        "auth": ("sha1", Secret(AUTH)),
        "priv": ("aes128", Secret(PRIV)),
        "context": "",
    }


def lines(reading: Reading) -> tuple[bytes, int]:
    """A reading as line protocol ready to be sent, and how many values stand in it."""
    stamp = b" %d" % round(reading.start * 1000)
    rows = [row for kept in reading.described.values() for row in kept]
    rows += reading.rows
    text = b"\n".join([head.encoded + b" " + fields + stamp for head, fields in rows])
    return text, sum(fields.count(b"=") for _, fields in rows)


def _poll(
    number: int, name: str, whole: Profile | None, modules: Sequence[str] = ()
) -> Callable[[], Awaitable[int]]:
    alone = {"profile": False, "modules": modules} if modules else {}
    settings = SnmpSettings.model_validate({"port": PORT, **RHYTHMS.get(name, {}), **alone})
    credential = _credential(3 if name.endswith("v3") else 2)
    labels = (("device", f"agent{number}"), ("site", "bench"))
    target = Target(f"agent{number}", (address(number),), labels, settings, {"snmp": credential})
    session = SnmpSession(target, {}, profile=whole)

    async def ask() -> int:
        reading = await session.ask(asyncio.get_running_loop().time() + 60)
        if not reading.complete:
            raise RuntimeError(f"{target.name}: {reading.reason} {reading.message}")
        return lines(reading)[1]

    return ask


def polls(count: int, name: str) -> list[Callable[[], Awaitable[int]]]:
    """A session an agent, kept: `hatang-whole`, `hatang-whole-v3`, `hatang-module`, a rhythm."""
    if name == "hatang-module":
        with tempfile.TemporaryDirectory(prefix="hatang-bench-") as folder:
            module = f"{exporter.configure(Path(folder))}:if_mib"
            return [_poll(number, name, None, [module]) for number in range(count)]
    whole = None
    if name.startswith("hatang-whole"):
        whole = resolve(WHOLE.stem, {WHOLE.stem: read(WHOLE)})
    return [_poll(number, name, whole) for number in range(count)]
