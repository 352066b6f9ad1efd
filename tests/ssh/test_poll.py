"""`hatang poll` of a server over SSH, and what docs/ssh.md tells people to write."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from collector.command import main as command
from collector.vocabulary import vocabulary
from inventory.load import load
from tests import house
from tests.ssh.serving import Server

INVENTORY = """
collectors: {{noc-1: {{}}}}
credentials:
  linux: {{ssh: {{user: {user}, key: "file:{folder}/id", known_hosts: "file:{known}"}}}}
sites: {{dc: {{name: TTDL}}}}
devices:
  hbh-dc-app01:
    address: 127.0.0.1
    site: dc
    credentials: [linux]
    probes: {{ssh: {{port: {port}, only: [system, memory]}}}}
"""


def polled(path: Path, *words: str) -> int:
    return command.main(["poll", "hbh-dc-app01", "-i", str(path), "--probe", "ssh", *words])


def test_command_polls_a_device_over_ssh(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "inventory.yaml"
    text = INVENTORY.format(
        user=server.credential["user"],
        folder=server.known_hosts.parent,
        known=server.known_hosts,
        port=server.port,
    )
    path.write_text(text)
    assert polled(path, "--json") == 0
    samples = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"system_load1", "memory_used_ratio", "device_info"} <= {s["metric"] for s in samples}
    path.write_text(text.replace(str(server.known_hosts), "/dev/null"))
    assert polled(path) == 1
    told = capsys.readouterr().err
    assert "the host key of [127.0.0.1]" in told
    assert "ssh-keygen -lf" in told


def test_library_is_loaded_by_whoever_uses_it_only() -> None:
    import subprocess

    code = "import sys, collector.command.main, collector.collector, probes.registry\n"
    code += "sys.exit('asyncssh' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=house.ROOT, check=False).returncode == 0


def test_page_shows_an_inventory_that_loads(tmp_path: Path) -> None:
    page = (house.ROOT / "docs" / "ssh.md").read_text()
    shown = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    text = "collectors: {noc-1: {}}\nsites: {dc: {name: TTDL}}\n" + shown[1]
    (tmp_path / "inventory.yaml").write_text(text)
    device = load(tmp_path / "inventory.yaml", vocabulary()).devices["hbh-dc-mail01"]
    (use,) = device.probes
    written = yaml.safe_load(shown[1])["devices"]["hbh-dc-mail01"]["probes"]["ssh"]
    assert use.settings.model_dump()["commands"] == written["commands"]
