"""Echoes between the pinger and the engine, in a network namespace of the test's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.daemons import namespace

SCRIPT = """
import asyncio, json, subprocess, sys
from pathlib import Path
from collector.pipeline import Pipeline
from collector.plan import Ping
from collector.reach import Reach
from collector.state import Memory
from probes.reading import Head

RULES = (
    "add table inet refuse; "
    "add chain inet refuse out { type filter hook output priority 0; }; "
    "add rule inet refuse out icmp type echo-request drop"
)

async def main(folder):
    told, batches = [], []
    pipeline = Pipeline(batches.append, Memory(Path(folder) / "memory.sqlite"))
    reach = Reach("noc-1", told.append, pipeline)
    head = Head("icmp", (("device", "a"), ("site", "s")))
    circuit = Head("circuit", (("circuit", "c"), ("site", "s")))
    reach.load({"127.0.9.1": Ping("127.0.9.1", 0.2, 1.0, (head, circuit), ("a",))})
    task = asyncio.create_task(reach.run())
    await asyncio.sleep(2.5)
    print(json.dumps(sorted({type(event).__name__ for event in told})))
    told.clear()
    subprocess.run(["nft", RULES], check=True)
    await asyncio.sleep(2)
    print(json.dumps(sorted({type(event).__name__ for event in told})))
    told.clear()
    subprocess.run(["nft", "delete table inet refuse"], check=True)
    await asyncio.sleep(2.5)
    print(json.dumps(sorted({type(event).__name__ for event in told})))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    pipeline.flush()
    print(batches[0].body.decode())

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("nft") is None, reason="needs root and nftables"
)
def test_echo_that_our_machine_refuses_is_told_as_unsent_and_its_return_as_heard(
    tmp_path: Path,
) -> None:
    with namespace("reach") as name:
        done = subprocess.run(
            ["ip", "netns", "exec", name, sys.executable, "-c", SCRIPT, str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    first, cut, back, *lines = done.stdout.splitlines()
    assert first == '["EchoHeard"]'
    assert cut == '["EchoUnsent"]'
    assert back == '["EchoHeard"]'
    assert any(line.startswith("icmp,device=a,site=s sent_total=") for line in lines)
    assert any(line.startswith("circuit,circuit=c,site=s sent_total=") for line in lines)
    assert not any("circuit" in line and "rtt_min" in line for line in lines)
