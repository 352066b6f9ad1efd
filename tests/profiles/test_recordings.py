"""Every profile reads its recordings as expected; a profile without one fails.

Recordings of our own stand in tests/recordings: NAME.walk and NAME.expected.json. Recordings of
real devices are looked for beside the checkout (HATANG_SHARED overrides) and judged by what another
program says of them. HATANG_UPDATE=1 writes the expected files of our own anew.
"""

import json
import os
from pathlib import Path

import pytest

from probes.snmp.profile import load_profiles
from tests.profiles.scoring import score
from tests.snmp_session.polling import agent, ask, session_on, shown
from tests.snmp_session.replay import load

OWN = Path(__file__).parents[1] / "recordings"
SHARED = Path(os.environ.get("HATANG_SHARED", Path(__file__).parents[3] / "shared")) / "recordings"
FAMILIES = {
    "cisco-ios": "cisco-ios",
    "cisco-iosxe": "cisco-ios",
    "huawei-vrp": "huawei-vrp",
    "fortinet": "fortinet-fortigate",
    "mikrotik": "mikrotik-routeros",
    "linux": "net-snmp-linux",
    "ups-rfc1628": "generic-ups",
}
NOT_OURS = {"fortiswitch_424ef", "centreon_cisco-standard"}
"""Another product of the family; a recording that hides who the device is."""
BOOT = 1_700_000_000.0
LEAST = 0.9


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


def shared() -> list[Path]:
    found = [path for family in FAMILIES for path in sorted((SHARED / family).glob("*.snmprec"))]
    return [path for path in found if path.stem not in NOT_OURS]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no recordings of real devices beside the checkout")
@pytest.mark.asyncio
@pytest.mark.parametrize("path", shared(), ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_real_device_is_read_as_another_program_reads_it(path: Path) -> None:
    with agent(load(path)) as device:
        session = session_on(device.port, clock)
        reading = await ask(session, 60)
    assert session.device is not None
    assert session.device.plan.profile.name == FAMILIES[path.parent.name]
    assert reading.reason is None, reading.message
    notes: list[str] = []
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    found = score(reading, expected, notes.append)
    totals = {name: f"{sum(hits)}/{len(hits)}" for name, hits in found.items()}
    print(f"{path.parent.name}/{path.stem}: {totals}", *notes[:20], sep="\n  ")
    verdicts = [hit for hits in found.values() for hit in hits]
    assert sum(verdicts) >= LEAST * len(verdicts)
    ports = [hit for name in ("port names", "port values") for hit in found.get(name, [])]
    assert all(ports)
