"""Every profile reads its recording of our own as expected; a profile without one fails.

They stand in tests/recordings: NAME.walk and NAME.expected.json; HATANG_UPDATE=1 writes the
expected files anew. Recordings of real devices: tests/recordings/test_shared.py.
"""

import json
import os
from pathlib import Path

import pytest

from probes.snmp.profiles import load_profiles
from tests.snmp_session.polling import agent, ask, session_on, shown
from tests.snmp_session.replay import load

OWN = Path(__file__).parents[1] / "recordings"
BOOT = 1_700_000_000.0


def clock() -> float:
    return BOOT


def test_every_concrete_profile_has_a_recording_of_our_own() -> None:
    concrete = {name for name, profile in load_profiles().items() if not profile.abstract}
    assert concrete <= {path.stem for path in OWN.glob("*.walk")}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(path.stem for path in OWN.glob("*.walk")))
async def test_own_recording_gives_the_expected_rows(name: str) -> None:
    with agent(load(OWN / f"{name}.walk")) as device:
        session = session_on(device.port, clock)
        reading = await ask(session)
    assert session.device is not None
    assert (reading.reason, session.device.plan.profile.name) == (None, name)
    expected = OWN / f"{name}.expected.json"
    found = shown(reading)
    if os.environ.get("HATANG_UPDATE"):
        expected.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads(expected.read_text("utf-8"))
