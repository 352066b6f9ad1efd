"""Modules on the command line and in the inventory."""

import json
from pathlib import Path

import pytest

from collector.command.main import main
from tests.snmp_module.conftest import OWN
from tests.snmp_module.own import OBJECTS
from tests.snmp_session.polling import agent

Captured = pytest.CaptureFixture[str]

INVENTORY = """\
collectors: {noc: {}}
sites: {dc: {name: DC}}
credentials: {ro: {snmp: {version: 2c, community: env:SNMP_COMMUNITY}}}
devices:
  sw1:
    site: dc
    address: 127.0.0.1
    credentials: [ro]
    probes: {snmp: %s}
"""


def inventory(folder: Path, probe: str) -> str:
    (folder / "snmp.yml").write_text(OWN.read_text("utf-8"))
    file = folder / "inventory.yaml"
    file.write_text(INVENTORY % probe)
    return str(file)


def samples(told: Captured) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for line in told.readouterr().out.splitlines():
        sample = json.loads(line)
        found.setdefault(sample["metric"], []).append(sample)
    return found


def test_poll_of_a_module_by_address(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(OWN.parent)
    with agent(OBJECTS) as device:
        words = ["--address", "127.0.0.1", "--port", str(device.port), "--json"]
        assert main(["poll", *words, "--module", "own.yml:other", "--module", "own.yml:own"]) == 0
    found = samples(capsys)
    assert found["byNumber"][0]["labels"] == {"device": "127.0.0.1", "row": "7", "kind": "first"}
    assert found["byNumber"][0]["value"] == 10
    assert "system_uptime_seconds" not in found


def test_poll_of_a_module_on_a_device(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNMP_COMMUNITY", "public")
    with agent(OBJECTS) as device:
        file = inventory(tmp_path, f"{{port: {device.port}}}")
        assert main(["poll", "sw1", "-i", file, "--module", f"{OWN}:own"]) == 0
        assert "byNumber" in capsys.readouterr().out
        file = inventory(tmp_path, f'{{port: {device.port}, modules: ["snmp.yml:other"]}}')
        assert main(["poll", "sw1", "-i", file, "--json"]) == 0
        found = samples(capsys)
        assert found.keys() >= {"sysUpTime", "system_uptime_seconds"}
        assert found["sysUpTime"][0]["labels"] == {"device": "sw1", "site": "dc"}
        file = inventory(
            tmp_path, f'{{port: {device.port}, profile: off, modules: ["snmp.yml:other"]}}'
        )
        assert main(["poll", "sw1", "-i", file, "--json"]) == 0
        assert samples(capsys).keys() == {
            *("sysUpTime", "device_info", "probe_success", "probe_duration_seconds"),
            *("probe_tables_expected", "probe_tables_answered", "probe_reason_info"),
        }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--module", "own.yml:nothing"], "--module: no module"),
        (["--module", "none.yml:own"], '--module: no such file "none.yml"'),
        (["--module", "own.yml"], "write FILE:NAME"),
        (["--module", "own.yml:own", "--probe", "tcp"], "--module is of snmp, not of tcp"),
        (["--module", "own.yml:own", "--profile", "generic"], "either --module or --profile"),
    ],
)
def test_a_wrong_module_is_a_usage_error(
    words: list[str], told: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(OWN.parent)
    assert main(["poll", "--address", "127.0.0.1", *words]) == 2
    assert told in capsys.readouterr().err


def test_check_tells_wrong_modules_with_what_is_there(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = inventory(tmp_path, '{modules: ["snmp.yml:othr", "no.yml:x"]}')
    monkeypatch.chdir("/")
    assert main(["check", "-i", file]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":9: ")[2] for line in lines] == [
        (
            'devices.sw1.probes.snmp.modules[0]: no module "othr" in snmp.yml; did you mean '
            '"other"? (there are other, own)'
        ),
        f'devices.sw1.probes.snmp.modules[1]: no such file "{tmp_path}/no.yml"',
    ]


def test_modules_of_a_role_are_found_from_the_file_that_says_so(
    tmp_path: Path, capsys: Captured
) -> None:
    inventory(tmp_path, "on")
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "snmp.yml").write_text(OWN.read_text("utf-8"))
    (tmp_path / "roles" / "roles.yaml").write_text(
        'roles: {sw: {probes: {snmp: {modules: ["snmp.yml:own"]}}}}\n'
    )
    (tmp_path / "snmp.yml").unlink()
    file = tmp_path / "inventory.yaml"
    text = "include: [roles/roles.yaml]\n" + file.read_text()
    file.write_text(text.replace("site: dc", "site: dc\n    role: sw", 1))
    assert main(["check", "-i", str(file)]) == 0
    capsys.readouterr()
