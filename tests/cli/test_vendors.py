"""The real netmiko client against recorded sessions of the vendors' command lines."""

import time
from pathlib import Path

import pytest

from inventory.secret import Secret
from probes.reading import Reason
from tests.cli.asking import ask, by_password, samples, target
from tests.cli.transcripts import PLANTED, fortios, ios, junos, routeros, vrp
from tests.cli.vendor import PASSWORD, USER, Played, playing

DAY = 86400.0


def access(played: Played) -> dict[str, object]:
    return by_password(USER, PASSWORD, played.known_hosts)


# netmiko speaks to FortiOS with finite fields only; the server of the test says that they are old.
@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
@pytest.mark.asyncio
async def test_fortigate_tells_contracts_and_ages_though_its_user_may_only_read(
    tmp_path: Path,
) -> None:
    async with playing(tmp_path, fortios()) as played:
        reading = await ask(target(played.port, "fortios", access(played)))
    assert reading.reason is None, reading.message
    found = samples(reading)
    assert found["license_expiry_timestamp_seconds", "Virus Definitions"] == 1798675200
    assert ("license_expiry_timestamp_seconds", "IP Geography DB") not in found
    age = time.time() - 1795249560
    assert found["firewall_signature_age_seconds", "Virus Definitions"] == pytest.approx(age, abs=9)
    assert ("firewall_signature_age_seconds", "IP Geography DB") not in found
    assert reading.config is not None
    assert PLANTED not in reading.config.text
    assert "More" not in reading.config.text
    assert reading.config.text.startswith("#config-version=FGT60F")
    assert reading.config.text.endswith("    next\nend\n")
    assert set(played.vendor.heard) == {"", "diagnose autoupdate versions", "show"}


@pytest.mark.asyncio
async def test_vrp_tells_licences_and_clock_and_its_pages_are_turned(tmp_path: Path) -> None:
    async with playing(tmp_path, vrp()) as played:
        reading = await ask(target(played.port, "huawei-vrp", access(played)))
    assert reading.reason is None, reading.message
    found = samples(reading)
    assert found["license_expiry_timestamp_seconds", "ARSSEC"] == 1798675200
    assert ("license_expiry_timestamp_seconds", "ARSDATA") not in found
    assert found["system_clock_offset_seconds", ""] == 0.0025
    assert reading.config is not None
    assert PLANTED not in reading.config.text
    assert " description TSLCD - Mai Chau\n ip address 10.17.140.1" in reading.config.text
    assert "Last configuration" not in reading.config.text
    assert reading.config.changed == 1795227164
    assert reading.config.text.endswith("#\nreturn\n")


@pytest.mark.asyncio
async def test_junos_tells_licences_and_the_worst_alarm(tmp_path: Path) -> None:
    async with playing(tmp_path, junos()) as played:
        reading = await ask(target(played.port, "junos", access(played)))
    assert reading.reason is None, reading.message
    found = samples(reading)
    assert found["license_expiry_timestamp_seconds", "av_key_sophos_engine"] == 1798588800
    assert found["sensor_state", "chassis alarms,other"] == 2
    assert reading.config is not None
    assert PLANTED not in reading.config.text
    assert reading.config.text.startswith("set version 21.4R3.15\n")
    assert reading.config.text.endswith("pre-shared-key ascii-text <hidden>\n")


@pytest.mark.asyncio
async def test_routeros_tells_clock_and_peers(tmp_path: Path) -> None:
    async with playing(tmp_path, routeros()) as played:
        reading = await ask(target(played.port, "routeros", access(played)))
    assert reading.reason is None, reading.message
    found = samples(reading)
    assert found["system_clock_offset_seconds", ""] == -0.00125
    assert found["bgp_peer_up", "10.17.0.9"] == 1
    assert found["bgp_peer_up", "10.17.1.9"] == 0
    assert reading.tables_answered == 4
    assert reading.config is not None
    assert PLANTED not in reading.config.text
    assert "by RouterOS" not in reading.config.text
    assert reading.config.text.startswith("# software id")
    assert reading.config.text.endswith("/system identity set name=hbh-mt01\n")


@pytest.mark.asyncio
async def test_ios_tells_licences_and_when_it_was_changed(tmp_path: Path) -> None:
    async with playing(tmp_path, ios()) as played:
        reading = await ask(target(played.port, "cisco-ios", access(played)))
    assert reading.reason is None, reading.message
    found = samples(reading)
    left = 25 * DAY
    assert found["license_expiry_timestamp_seconds", "securityk9"] == pytest.approx(
        reading.start + left, abs=1
    )
    assert ("license_expiry_timestamp_seconds", "ipbasek9") not in found
    assert found["system_clock_offset_seconds", ""] == -0.00025
    assert reading.missing == ("smart_license",)
    assert reading.config is not None
    assert PLANTED not in reading.config.text
    assert reading.config.changed == 1795227164
    assert reading.config.text.startswith("!\n!\nversion 15.7\n")
    assert reading.config.text.endswith(" password <hidden>\nend\n")


@pytest.mark.asyncio
async def test_secret_of_the_privileged_mode_opens_it(tmp_path: Path) -> None:
    vendor = ios(enable="En4ble-me")
    vendor.prompt = "hbh-rt01>"
    async with playing(tmp_path, vendor) as played:
        given = {**access(played), "enable": Secret("En4ble-me")}
        reading = await ask(target(played.port, "cisco-ios", given))
        wrong = {**access(played), "enable": Secret("wr0ng")}
        refused = await ask(target(played.port, "cisco-ios", wrong), seconds=25)
    assert reading.reason is None, reading.message
    assert reading.config is not None
    assert refused.reason is Reason.AUTH
    assert "enable secret" in refused.message
    assert "wr0ng" not in f"{refused}"


@pytest.mark.asyncio
async def test_prompt_that_comes_letter_by_letter_is_one(tmp_path: Path) -> None:
    async with playing(tmp_path, ios(slow=True)) as played:
        reading = await ask(target(played.port, "cisco-ios", access(played)))
    assert reading.reason is None, reading.message
    assert reading.config is not None
    assert reading.config.text.endswith("end\n")
