"""A small province in a network namespace of its own, so that its packet filter is nobody
else's.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

INVENTORY = """\
province: {name: Thử nghiệm}
collectors: {c1: {attached_to: [core]}}
credentials: {demo: {snmp: {version: 2c, community: env:DEMO_COMMUNITY}}}
defaults: {interval: 5s}
roles:
  switch: {probes: {snmp: {port: 1161}}, credentials: [demo]}
  ward-router: {extends: switch}
  camera: {name: Camera}
sites: {dc: {name: Trung tâm}, xa: {name: UBND xã Pà Cò}}
devices:
  core: {address: 127.77.0.1, site: dc, role: switch}
  rt: {address: 127.77.0.2, site: xa, role: ward-router, uplinks: [circuit:line]}
  cam: {address: 127.77.0.3, site: xa, role: camera, uplinks: [rt]}
circuits: {line: {provider: VNPT, capacity: 50M, a: core/Gi1/0/7, z: rt/wan1}}
services:
  cong:
    name: Cổng <xã> Pà Cò
    needs: [core]
    checks:
      home: {http: {url: "http://127.77.0.9:8080/"}}
      secure: {http: {url: "https://127.77.0.9:8443/", verify: false}}
      smtp: {tcp: {host: 127.77.0.9, port: 1025}}
"""
COMMUNITY = "mot-hai-ba"


@dataclass
class Namespace:
    """A process that holds a network namespace open, and the way in."""

    pid: int

    def command(self, *command: str) -> list[str]:
        """The command, to be run inside."""
        more = ["--user", "--preserve-credentials"] if os.geteuid() else []
        return ["nsenter", "--target", str(self.pid), "--net", *more, "--", *command]

    def run(self, *command: str, timeout: float = 30) -> subprocess.CompletedProcess[str]:
        """Run it to its end; the exit code is the caller's to judge."""
        return subprocess.run(
            self.command(*command), capture_output=True, text=True, check=False, timeout=timeout
        )

    def start(self, command: Sequence[str], **more: Any) -> subprocess.Popen[str]:
        """Start it, with its output as text."""
        return subprocess.Popen(
            self.command(*command),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "DEMO_COMMUNITY": COMMUNITY},
            **more,
        )


@pytest.fixture(scope="module")
def namespace() -> Iterator[Namespace]:
    """A network namespace with nothing but loopback."""
    for tool in ("unshare", "nsenter", "ip"):
        if shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
            pytest.skip(f"{tool} is not installed, so no network namespace can be made")
    own = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    held = subprocess.Popen(
        [*own, "sh", "-c", "ip link set lo up && echo up && exec sleep 600"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert held.stdout is not None
    assert held.stderr is not None
    try:
        if held.stdout.readline().strip() != "up":
            pytest.skip(f"no network namespace can be made here: {held.stderr.read().strip()}")
        yield Namespace(held.pid)
    finally:
        held.kill()
        held.wait()
        held.stdout.close()
        held.stderr.close()


@pytest.fixture
def province_file(tmp_path: Path) -> Path:
    """The small province as a file."""
    path = tmp_path / "inventory.yaml"
    path.write_text(INVENTORY)
    return path


@contextlib.contextmanager
def simulating(
    namespace: Namespace, inventory: Path, folder: Path
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A simulator at work, and what it said it plays."""
    folder.mkdir(exist_ok=True)
    module = [sys.executable, "-m", "collector.demo.simulator"]
    where = ["--inventory", str(inventory), "--state-dir", str(folder)]
    process = namespace.start([*module, *where])
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        yield process, json.loads(line)
    finally:
        process.terminate()
        process.communicate(timeout=20)
