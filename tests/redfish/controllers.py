"""Controllers to ask: OpenStack's emulator, and trees of resources as vendors shape them."""

import base64
import contextlib
import json
import ssl
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.certificates import Certificate
from tests.daemons import connects, daemon, free_port

USER, PASSWORD = "noc", "s3cret"
SYSTEM = "27946b59-9e44-4fa7-8e91-f3527a1ef094"
DRIVE = "32ADF365C6C1B7BD"
STORAGE = {
    "Id": "1",
    "Name": "Local Storage",
    "StorageControllers": [{"MemberId": "0", "Name": "RAID", "SpeedGbps": 12}],
    "Drives": [DRIVE],
}
DRIVES = {"Id": DRIVE, "Name": "Drive Sample", "CapacityBytes": 899527000000, "Protocol": "SAS"}


@contextlib.contextmanager
def emulator(folder: Path) -> Iterator[int]:
    """A service of sushy-tools with users; its port."""
    import bcrypt

    port = free_port()
    passwords = folder / "passwords"
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    passwords.write_text(f"{USER}:{hashed}\n")
    (folder / "state").mkdir()
    config = folder / "emulator.conf"
    told = {
        "FAKE_DRIVER": True,
        "STATE_DIR": str(folder / "state"),
        "AUTH_FILE": str(passwords),
        "STORAGE": {SYSTEM: [STORAGE]},
        "DRIVES": {(SYSTEM, "1"): [DRIVES]},
    }
    config.write_text("".join(f"SUSHY_EMULATOR_{name} = {one!r}\n" for name, one in told.items()))
    command = [sys.executable, "-W", "ignore", "-m", "sushy_tools.emulator.main", "--fake"]
    command += ["--config", str(config), "-i", "127.0.0.1", "-p", str(port)]
    with daemon(command, port, folder / "emulator.log", lambda: connects(port)):
        yield port


@contextlib.asynccontextmanager
async def controller(
    tree: Mapping[str, Any], shown: Certificate | None = None, asked: list[str] | None = None
) -> AsyncIterator[int]:
    """Serves a tree of resources by path to who knows the password; its port."""
    wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    async def answer(request: web.Request) -> web.Response:
        if asked is not None:
            asked.append(request.path)
        if request.headers.get("Authorization") != wanted:
            return web.Response(status=401)
        found = tree.get(request.path)
        if found is None:
            return web.Response(status=404)
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    context = None
    if shown is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(shown.file, shown.key)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _link(path: str) -> dict[str, str]:
    return {"@odata.id": path}


def _links(*paths: str) -> dict[str, Any]:
    return {"Members": [_link(path) for path in paths], "Members@odata.count": len(paths)}


def _well(health: str | None = "OK", state: str = "Enabled") -> dict[str, Any]:
    return {"Status": {"State": state, "Health": health}}


ROOT = {
    "Systems": _link("/redfish/v1/Systems"),
    "Chassis": _link("/redfish/v1/Chassis"),
    "Managers": _link("/redfish/v1/Managers"),
}

OLD: dict[str, Any] = {
    "/redfish/v1/": ROOT,
    "/redfish/v1/Systems": _links("/redfish/v1/Systems/1"),
    "/redfish/v1/Chassis": _links("/redfish/v1/Chassis/1"),
    "/redfish/v1/Managers": _links("/redfish/v1/Managers/1"),
    "/redfish/v1/Managers/1": {"Model": "iLO 5", "FirmwareVersion": "iLO 5 v2.72"},
    "/redfish/v1/Systems/1": {
        "Manufacturer": "HPE",
        "Model": "ProLiant DL380 Gen10",
        "SerialNumber": "CZ2 ",
        "Status": {"State": "Enabled", "Health": "Warning", "HealthRollup": "Warning"},
        "ProcessorSummary": {"Count": 2, "Status": {"HealthRollup": "OK"}},
        "MemorySummary": {"Status": {"HealthRollup": "OK"}},
        "Storage": _link("/redfish/v1/Systems/1/Storage"),
    },
    "/redfish/v1/Systems/1/Storage": _links("/redfish/v1/Systems/1/Storage/DE00"),
    "/redfish/v1/Systems/1/Storage/DE00": {
        "Name": "Smart Array",
        "StorageControllers": [{"Name": "P408i-a", **_well()}],
        "Drives": [
            _link("/redfish/v1/Systems/1/Storage/DE00/Drives/0"),
            _link("/redfish/v1/Systems/1/Storage/DE00/Drives/1"),
            _link("/redfish/v1/Systems/1/Storage/DE00/Drives/2"),
        ],
        "Volumes": _link("/redfish/v1/Systems/1/Storage/DE00/Volumes"),
    },
    "/redfish/v1/Systems/1/Storage/DE00/Drives/0": {"Id": "0", "Name": "600GB SAS", **_well()},
    "/redfish/v1/Systems/1/Storage/DE00/Drives/1": {
        "Id": "1",
        "Name": "600GB SAS",
        "FailurePredicted": True,
        **_well(),
    },
    "/redfish/v1/Systems/1/Storage/DE00/Drives/2": {
        "Id": "2",
        "Name": "Empty Bay",
        **_well(None, "Absent"),
    },
    "/redfish/v1/Systems/1/Storage/DE00/Volumes": _links(
        "/redfish/v1/Systems/1/Storage/DE00/Volumes/1"
    ),
    "/redfish/v1/Systems/1/Storage/DE00/Volumes/1": {
        "Id": "1",
        "Name": "Logical Drive 1",
        **_well("Warning"),
    },
    "/redfish/v1/Chassis/1": {
        "Name": "Computer System Chassis",
        "Thermal": _link("/redfish/v1/Chassis/1/Thermal"),
        "Power": _link("/redfish/v1/Chassis/1/Power"),
        **_well(),
    },
    "/redfish/v1/Chassis/1/Thermal": {
        "Temperatures": [
            {"Name": "01-Inlet Ambient", "ReadingCelsius": 23, **_well()},
            {"Name": "02-CPU 1", "ReadingCelsius": 40, **_well("Critical")},
            {"Name": "14-Stor Batt 1", "ReadingCelsius": 0, **_well(None, "Absent")},
        ],
        "Fans": [
            {"Name": "Fan 1", "Reading": 25, "ReadingUnits": "Percent", **_well()},
            {"FanName": "Fan 2", "CurrentReading": 8400, "Units": "RPM", **_well()},
        ],
    },
    "/redfish/v1/Chassis/1/Power": {
        "PowerControl": [{"MemberId": "PowerControl", "PowerConsumedWatts": 214}],
        "Voltages": [{"Name": "VBAT", "ReadingVolts": 3.02, **_well()}],
        "PowerSupplies": [
            {"Name": "HpeServerPowerSupply", "LastPowerOutputWatts": 101,
             "LineInputVoltage": 228, **_well()},
            {"Name": "HpeServerPowerSupply", "LastPowerOutputWatts": 0,
             "LineInputVoltage": 0, **_well("Critical", "UnavailableOffline")},
        ],
    },
}  # fmt: skip
"""Thermal and Power in one resource each, as iLO 5 has it."""

NEW: dict[str, Any] = {
    "/redfish/v1/": ROOT,
    "/redfish/v1/Systems": _links("/redfish/v1/Systems/1"),
    "/redfish/v1/Chassis": _links("/redfish/v1/Chassis/1"),
    "/redfish/v1/Managers": _links("/redfish/v1/Managers/1"),
    "/redfish/v1/Managers/1": {"Model": "XCC2", "FirmwareVersion": "2.10"},
    "/redfish/v1/Systems/1": {
        "Manufacturer": "Lenovo", "Model": "ThinkSystem SR650 V3", "SerialNumber": "J1",
        **_well(),
    },
    "/redfish/v1/Chassis/1": {
        "Name": "SR650",
        "ThermalSubsystem": _link("/redfish/v1/Chassis/1/ThermalSubsystem"),
        "PowerSubsystem": _link("/redfish/v1/Chassis/1/PowerSubsystem"),
        "Thermal": _link("/redfish/v1/Chassis/1/Thermal"),
        "Sensors": _link("/redfish/v1/Chassis/1/Sensors"),
        **_well(),
    },
    "/redfish/v1/Chassis/1/ThermalSubsystem": {"Fans": _link("/redfish/v1/Chassis/1/Fans")},
    "/redfish/v1/Chassis/1/Fans": _links("/redfish/v1/Chassis/1/Fans/1"),
    "/redfish/v1/Chassis/1/Fans/1": {
        "Name": "Fan 1 Front", "SpeedPercent": {"Reading": 31, "SpeedRPM": 5200}, **_well(),
    },
    "/redfish/v1/Chassis/1/PowerSubsystem": {
        "PowerSupplies": _link("/redfish/v1/Chassis/1/Supplies"),
    },
    "/redfish/v1/Chassis/1/Supplies": _links("/redfish/v1/Chassis/1/Supplies/1"),
    "/redfish/v1/Chassis/1/Supplies/1": {"Name": "PSU1", **_well()},
    "/redfish/v1/Chassis/1/Sensors": _links(
        "/redfish/v1/Chassis/1/Sensors/t", "/redfish/v1/Chassis/1/Sensors/p",
        "/redfish/v1/Chassis/1/Sensors/x",
    ),
    "/redfish/v1/Chassis/1/Sensors/t": {
        "Name": "Ambient Temp", "Reading": 22.5, "ReadingType": "Temperature", **_well(),
    },
    "/redfish/v1/Chassis/1/Sensors/p": {
        "Name": "Sys Power", "Reading": 310, "ReadingType": "Power", **_well(),
    },
    "/redfish/v1/Chassis/1/Sensors/x": {"Name": "Fan 1", "Reading": 5200,
                                        "ReadingType": "Rotational"},
}  # fmt: skip
"""Subsystems and sensors of their own, as XCC2 and iLO 6 have it."""
