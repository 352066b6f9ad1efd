"""Tables that a device lacks are asked for together, and nothing of what it has is lost by it."""

import bisect
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inventory.secret import Secret
from probes.reading import Reading
from probes.snmp import ber, message
from probes.snmp.poll import Poll
from tests.recordings import score
from tests.snmp.faulty import Faulty, serving
from tests.snmp_session.polling import ask, session_on, shown
from tests.snmp_session.replay import load, name

OWN = sorted((Path(__file__).parents[1] / "recordings").glob("*.walk"))
REAL = score.recordings("") if score.SHARED.is_dir() else []
CISCO = OWN[0].with_name("cisco-ios.walk")
Held = dict[bytes, bytes]


def held(path: Path) -> Held:
    """A recording as the faulty agent holds it."""
    return {name(oid)[2:]: value for oid, value in load(path).items()}


async def polled(agent: Faulty, version: str, turns: int) -> list[Reading]:
    credential = {"version": version, "community": Secret("public")}
    async with serving(agent):
        session = session_on(agent.port, lambda: 1_700_000_000.0, credential, slow=0.0)
        return [await ask(session) for _ in range(turns)]


async def nothing(*_: object) -> None:
    """Instead of a look ahead."""


async def agree(
    patch: pytest.MonkeyPatch,
    objects: Held,
    version: str = "2c",
    turns: int = 2,
    kind: Callable[..., Faulty] = Faulty,
    **faults: Any,
) -> tuple[int, int]:
    """Poll with and without looking ahead; the same must come of it. Packets of the two."""
    agent, plain = kind(dict(objects), **faults), kind(dict(objects), **faults)
    found = await polled(agent, version, turns)
    with patch.context() as without:
        without.setattr(Poll, "ahead", nothing)
        wanted = await polled(plain, version, turns)
    for one, other in zip(found, wanted, strict=True):
        assert shown(one) == shown(other)
        assert (one.reason, one.missing, one.empty) == (other.reason, other.missing, other.empty)
    return len(agent.asked), len(plain.asked)


@pytest.mark.asyncio
@pytest.mark.parametrize("version", ["1", "2c"])
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
async def test_own_recording_reads_the_same(
    path: Path, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    packets, before = await agree(monkeypatch, held(path), version)
    print(f"{path.stem}: {packets} packets instead of {before}")
    assert packets <= before + 8


@pytest.mark.asyncio
@pytest.mark.skipif(not REAL, reason="no recordings of real devices beside the checkout")
@pytest.mark.parametrize("path", REAL, ids=score.called)
async def test_recording_of_a_real_device_reads_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await agree(monkeypatch, held(path), turns=1, most=60)


class Reversed(Faulty):
    """Answers what it is asked together from the last to the first."""

    def _answer(
        self, kind: int, version: int, names: list[bytes], repeat: int
    ) -> tuple[int, int, list[tuple[bytes, bytes]]]:
        status, culprit, reply = super()._answer(kind, version, names, repeat)
        return status, culprit, reply if kind == message.GET else reply[::-1]


class Echoing(Faulty):
    """Says to all that it is asked together what it has to say to the first."""

    def _answer(
        self, kind: int, version: int, names: list[bytes], repeat: int
    ) -> tuple[int, int, list[tuple[bytes, bytes]]]:
        status, culprit, reply = super()._answer(kind, version, names, repeat)
        return status, culprit, reply if kind == message.GET else reply[:1] * len(reply)


def honest(name: bytes, agent: Faulty) -> bytes | None:
    place = bisect.bisect_right(agent.keys, subids(name))
    return agent.order[place] if place < len(agent.order) else None


def subids(name: bytes) -> tuple[int, ...]:
    return ber.decode_subids(name)


def ends_with_each_table(name: bytes, agent: Faulty) -> bytes | None:
    """The end of all where only a table ends."""
    found = honest(name, agent)
    return found if found and subids(found)[:8] == subids(name)[:8] else None


def starts_anew(name: bytes, agent: Faulty) -> bytes | None:
    """What it has first, where a table ends."""
    return ends_with_each_table(name, agent) or agent.order[0]


def stays(name: bytes, agent: Faulty) -> bytes | None:
    """The same again where a table ends."""
    return ends_with_each_table(name, agent) or name


def first_of_each_table(objects: Held) -> frozenset[bytes]:
    found: dict[tuple[int, ...], bytes] = {}
    for oid in sorted(objects, key=subids):
        found.setdefault(subids(oid)[:10], oid)
    return frozenset(list(found.values())[10::7])


FAULTS: dict[str, dict[str, Any]] = {
    "tooBig above 30": {"too_big_above": 30},
    "tooBig above 9": {"too_big_above": 9},
    "replies of one": {"most": 1},
    "replies of seven": {"most": 7},
    "genErr": {"bad": first_of_each_table(held(CISCO))},
    "genErr that names nobody": {
        "bad": first_of_each_table(held(CISCO)),
        "points_at_culprit": False,
    },
    "ends with each table": {"after": ends_with_each_table},
    "starts anew": {"after": starts_anew},
    "stays where it is": {"after": stays},
    "reversed": {"kind": Reversed},
    "echoing": {"kind": Echoing},
}


@pytest.mark.asyncio
@pytest.mark.parametrize("version", ["1", "2c"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_an_odd_agent_reads_the_same(
    fault: str, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await agree(monkeypatch, held(CISCO), version, **FAULTS[fault])


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(12))
async def test_any_part_of_a_device_reads_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    objects = held(chance.choice(OWN))
    shown_columns = {subids(oid)[:11]: chance.random() < 0.5 for oid in objects}
    part = {
        oid: value
        for oid, value in objects.items()
        if subids(oid)[:7] == (43, 6, 1, 2, 1, 1) or shown_columns[subids(oid)[:11]]
    }
    await agree(monkeypatch, part, chance.choice(["1", "2c"]))


@pytest.mark.asyncio
async def test_who_is_silent_when_asked_for_much_is_asked_for_less() -> None:
    agent = Faulty(held(CISCO), silent_above=20)
    found = await polled(agent, "2c", 1)
    assert found[0].reason is None
    assert found[0].tables_answered > 20


@pytest.mark.asyncio
async def test_what_a_device_lacks_costs_a_few_packets_for_all_tables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = {oid: value for oid, value in held(CISCO).items() if subids(oid)[:5] == (43, 6, 1, 2, 1)}
    packets, before = await agree(monkeypatch, few, turns=1)
    assert before - packets > 20
