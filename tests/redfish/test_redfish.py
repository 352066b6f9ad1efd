"""The hardware of servers as their controllers tell it, and controllers that do not."""

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from inventory.secret import Secret
from probes.dial import Course
from probes.probe import Target
from probes.reading import Reading, Reason, values
from probes.redfish import PROBE
from probes.redfish.client import LARGEST, Client, Resource
from probes.redfish.session import RedfishSettings
from tests.certificates import certificate
from tests.daemons import free_port
from tests.redfish.controllers import NEW, OLD, PASSWORD, USER, controller, emulator

LABELS = (("device", "hbh-dc-srv01"), ("site", "dc"))
ACCESS = {"user": USER, "password": Secret(PASSWORD)}


@asynccontextmanager
async def session(port: int, access: dict[str, Any] | None = None, **settings: Any) -> Any:
    told = RedfishSettings(**{"port": port, "tls": False, **settings})
    credentials = {"http": ACCESS if access is None else access}
    made = PROBE.open(Target("srv01", ("127.0.0.1",), LABELS, told, credentials), {})
    try:
        yield made
    finally:
        await made.close()
        await asyncio.sleep(0)


async def once(port: int, **more: Any) -> Reading:
    async with session(port, **more) as one:
        return await one.ask(asyncio.get_running_loop().time() + 5)


def said(reading: Reading) -> dict[str, float]:
    """Values by metric, instance and class."""
    found: dict[str, float] = {}
    for head, fields in reading.rows:
        labels = dict(head.labels)
        place = labels[head.subject]
        kind = f" [{labels['class']}]" if "class" in labels else ""
        for name, value in values(fields).items():
            found[f"{head.subject}_{name} {place}{kind}"] = value
    return found


def identity(reading: Reading) -> dict[str, str]:
    (row,) = reading.described["identity"]
    return dict(row.head.labels)


@pytest.fixture(scope="module")
def sushy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with emulator(tmp_path_factory.mktemp("sushy")) as port:
        yield port


@pytest.mark.asyncio
async def test_a_service_of_another_maker_is_read(sushy: int) -> None:
    reading = await once(sushy)
    found = said(reading)
    # without libvirt the emulator has no volumes to show, and says so with a 500
    assert reading.reason is Reason.PARTIAL
    assert [path.rsplit("/", 1)[-1] for path in reading.missing] == ["Volumes"]
    assert found["sensor_temperature_celsius Chassis Intake Temp"] == 25
    assert found["sensor_fan_rpm BaseBoard System Fan"] == 2100
    assert found["sensor_state BaseBoard System Fan [fan]"] == 0
    assert found["sensor_state 12Gbs Integrated RAID [raid]"] == 0
    assert found["drive_state Drive Sample (32ADF365C6C1B7BD)"] == 0
    assert reading.tables_answered == reading.tables_expected - 1 > 4


@pytest.mark.asyncio
async def test_thermal_and_power_of_the_old_form() -> None:
    async with controller(OLD) as port:
        reading = await once(port)
    assert reading.reason is None
    assert said(reading) == {
        "sensor_state system [other]": 1,
        "sensor_state processors [other]": 0,
        "sensor_state memory [other]": 0,
        "sensor_state P408i-a [raid]": 0,
        "drive_state 600GB SAS (0)": 0,
        "drive_state 600GB SAS (1)": 1,
        "array_state Logical Drive 1": 1,
        "sensor_temperature_celsius 01-Inlet Ambient": 23,
        "sensor_state 01-Inlet Ambient [temperature]": 0,
        "sensor_temperature_celsius 02-CPU 1": 40,
        "sensor_state 02-CPU 1 [temperature]": 2,
        "sensor_fan_ratio Fan 1": 0.25,
        "sensor_state Fan 1 [fan]": 0,
        "sensor_fan_rpm Fan 2": 8400,
        "sensor_state Fan 2 [fan]": 0,
        "sensor_power_watts PowerControl": 214,
        "sensor_voltage_volts VBAT": 3.02,
        "sensor_state VBAT [voltage]": 0,
        "sensor_power_watts HpeServerPowerSupply 1": 101,
        "sensor_voltage_volts HpeServerPowerSupply 1": 228,
        "sensor_state HpeServerPowerSupply 1 [psu]": 0,
        "sensor_power_watts HpeServerPowerSupply 2": 0,
        "sensor_voltage_volts HpeServerPowerSupply 2": 0,
        "sensor_state HpeServerPowerSupply 2 [psu]": 2,
        "sensor_state chassis Computer System Chassis [other]": 0,
    }
    told = identity(reading)
    assert (told["vendor"], told["model"], told["serial"]) == ("HPE", "ProLiant DL380 Gen10", "CZ2")
    assert (told["os"], told["version"]) == ("iLO 5", "iLO 5 v2.72")


@pytest.mark.asyncio
async def test_subsystems_and_sensors_of_the_new_form() -> None:
    asked: list[str] = []
    async with controller(NEW, asked=asked) as port:
        reading = await once(port)
    assert reading.reason is None
    assert said(reading) == {
        "sensor_state system [other]": 0,
        "sensor_fan_rpm Fan 1 Front": 5200,
        "sensor_fan_ratio Fan 1 Front": 0.31,
        "sensor_state Fan 1 Front [fan]": 0,
        "sensor_state PSU1 [psu]": 0,
        "sensor_temperature_celsius Ambient Temp": 22.5,
        "sensor_power_watts Sys Power": 310,
        "sensor_state chassis SR650 [other]": 0,
    }
    assert "/redfish/v1/Chassis/1/Thermal" not in asked


@pytest.mark.asyncio
async def test_what_there_is_is_looked_for_once_in_a_while() -> None:
    asked: list[str] = []
    async with controller(OLD, asked=asked) as port, session(port) as one:
        loop = asyncio.get_running_loop()
        first = await one.ask(loop.time() + 5)
        before = len(asked)
        second = await one.ask(loop.time() + 5)
    assert said(first) == said(second)
    assert len(asked) - before == second.tables_expected < before


@pytest.mark.asyncio
async def test_a_part_that_is_gone_is_missing_and_the_rest_is_read() -> None:
    tree = dict(OLD)
    async with controller(tree) as port, session(port) as one:
        loop = asyncio.get_running_loop()
        await one.ask(loop.time() + 5)
        del tree["/redfish/v1/Chassis/1/Power"]
        reading = await one.ask(loop.time() + 5)
    assert reading.reason is Reason.PARTIAL
    assert reading.missing == ("/redfish/v1/Chassis/1/Power",)
    assert reading.tables_answered == reading.tables_expected - 1
    assert "sensor_temperature_celsius 02-CPU 1" in said(reading)


@pytest.mark.asyncio
async def test_names_that_stand_twice_are_numbered() -> None:
    twice = [{"Name": "Temp", "ReadingCelsius": one} for one in (20, 30)]
    tree = {**OLD, "/redfish/v1/Chassis/1/Thermal": {"Temperatures": twice}}
    async with controller(tree) as port:
        found = said(await once(port))
    assert found["sensor_temperature_celsius Temp"] == 20
    assert found["sensor_temperature_celsius Temp #2"] == 30


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("access", "reason", "message"),
    [
        ({"user": USER, "password": Secret("guess")}, Reason.AUTH, "user or password refused"),
        ({}, Reason.AUTH, "user or password refused"),
    ],
    ids=["wrong password", "no credential"],
)
async def test_who_is_not_let_in_is_told(
    sushy: int, access: dict[str, Any], reason: Reason, message: str
) -> None:
    reading = await once(sushy, access=access)
    assert (reading.reason, reading.message, reading.rows) == (reason, message, [])
    assert "credential" in reading.hint
    assert "guess" not in repr(reading)


@pytest.mark.asyncio
async def test_a_certificate_of_nobody_is_refused_in_words(tmp_path: Path) -> None:
    shown = certificate(tmp_path, "bmc", 30, ["127.0.0.1"])
    async with controller(OLD, shown) as port:
        refused = await once(port, tls=True)
        trusted = await once(port, tls=True, ca=str(shown.file))
        whatever = await once(port, tls=True, verify=False)
    assert (refused.reason, refused.message) == (
        Reason.TLS,
        "the certificate is signed by itself",
    )
    assert refused.hint
    assert (trusted.reason, whatever.reason) == (None, None)


@pytest.mark.asyncio
async def test_where_nobody_listens_it_is_refused() -> None:
    reading = await once(free_port())
    assert (reading.reason, reading.message) == (Reason.REFUSED, "connection refused")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "reason", "message"),
    [
        ({"/redfish/v1/": None}, Reason.PROTOCOL, "no Redfish service there"),
        ({"/redfish/v1/": b"<html>"}, Reason.PROTOCOL,
         "the controller answers with what is no JSON"),
        ({"/redfish/v1/": b"[" * 100_000}, Reason.PROTOCOL,
         "the controller answers with what is no JSON"),
        ({"/redfish/v1/": b"[]"}, Reason.PROTOCOL,
         "the controller answers with what is no resource"),
        ({"/redfish/v1/": {"Systems": {"@odata.id": "//evil.example/redfish/v1/x"}}},
         Reason.PROTOCOL, "the service names a resource that is not its own"),
        ({"/redfish/v1/": {"Systems": 5}}, Reason.PROTOCOL,
         "the service names neither systems nor chassis"),
        ({"/redfish/v1/": b" " * (LARGEST + 1)}, Reason.LIMIT,
         f"a resource of more than {LARGEST} bytes"),
    ],
    ids=["nothing", "a page", "deep", "a list", "elsewhere", "nonsense", "endless"],
)  # fmt: skip
async def test_what_is_no_service_is_told(
    changed: dict[str, Any], reason: Reason, message: str
) -> None:
    async with controller({**OLD, **changed}) as port:
        reading = await once(port)
    assert (reading.reason, reading.message, reading.rows) == (reason, message, [])


@pytest.mark.asyncio
async def test_nonsense_in_resources_is_left_out() -> None:
    wild = {
        "Temperatures": [
            None, 5, {"Name": 7}, {"Name": "a", "ReadingCelsius": True},
            {"Name": "b", "ReadingCelsius": 1e300, "Status": 3},
            {"Name": "c\x1b[2J", "ReadingCelsius": 21, "Status": {"Health": "Splendid"}},
        ],
        "Fans": {"Name": "no list"},
    }  # fmt: skip
    async with controller({**OLD, "/redfish/v1/Chassis/1/Thermal": wild}) as port:
        found = said(await once(port))
    assert found["sensor_temperature_celsius c [2J"] == 21
    assert found["sensor_state c [2J [temperature]"] == 3
    assert not [one for one in found if " a" in one.split("celsius")[-1][:3]]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/redfish/v1/\x1b[2J", "/redfish/v1/" + "a" * 5000])
async def test_paths_that_are_none_are_not_repeated(path: str) -> None:
    members = [{"@odata.id": "/redfish/v1/Systems/1"}, {"@odata.id": path}]
    async with controller({**OLD, "/redfish/v1/Systems": {"Members": members}}) as port:
        reading = await once(port)
    assert reading.rows
    assert path not in reading.message
    assert path not in reading.missing


@pytest.mark.asyncio
async def test_what_a_slow_controller_said_in_time_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Client.resource

    async def slow(self: Client, path: str, course: Course) -> Resource:
        if path.endswith("/Power"):
            await asyncio.sleep(60)
        return await asked(self, path, course)

    monkeypatch.setattr(Client, "resource", slow)
    async with controller(OLD) as port, session(port) as one:
        reading = await one.ask(asyncio.get_running_loop().time() + 1)
    assert reading.reason is Reason.PARTIAL
    assert 0 < reading.tables_answered < reading.tables_expected
    told = f"{reading.tables_answered} of {reading.tables_expected} resources were read"
    assert reading.message.startswith(told)
    assert "sensor_temperature_celsius 01-Inlet Ambient" in said(reading)
