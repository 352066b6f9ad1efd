"""`hatang run` before anything is started: what it refuses, and with which exit code."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MINIMAL = ROOT / "tests/inventory/minimal.yaml"


def hatang(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`hatang run` on the minimal inventory, until it ends by itself."""
    command = [sys.executable, "-m", "collector.command.main", "run", "-i", str(MINIMAL)]
    return subprocess.run(
        [*command, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "SNMP_COMMUNITY": "public", **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--store", "ftp://x"], "ftp://"),
        (["--listen", "bogus"], "'bogus' is no address to listen on"),
        (["--listen", "0.0.0.0:9999"], "give --tls-cert, --tls-key and --tokens"),
        (["--log-level", "loud"], "no log level 'loud'"),
        (["--query", "nope"], "--query 'nope' is no http address"),
        (["--console-url", "http://noc/%"], "--console-url: is no well-formed http address"),
        (["--dashboard-url", "http://g/{x}"], "--dashboard-url: is no well-formed http address"),
    ],
)
def test_wrong_use_exits_with_two_and_says_what_to_do(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    store = [] if "--store" in arguments else ["--store", "http://127.0.0.1:9"]
    done = hatang(*arguments, *store, "--state-dir", str(tmp_path / "state"))
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_flag_has_a_variable_and_beats_it(tmp_path: Path) -> None:
    where = ["--state-dir", str(tmp_path)]
    assert "'bad' is no address" in hatang(*where, HATANG_LISTEN="bad").stderr
    told = hatang(*where, "--listen", "worse", HATANG_LISTEN="bad").stderr
    assert "'worse' is no address" in told
    both = hatang(*where, "--store", "gopher://x", HATANG_STORE="ftp://y").stderr
    assert "gopher" in both
    assert "ftp://y" not in both


def test_secret_that_is_not_set_is_named_with_its_credential(tmp_path: Path) -> None:
    done = hatang("--state-dir", str(tmp_path / "state"), SNMP_COMMUNITY="")
    assert done.returncode == 1
    assert "credentials.lab.snmp: env:SNMP_COMMUNITY" in done.stderr
    assert "nothing started" in done.stderr
    assert not (tmp_path / "state").exists()


def test_address_that_was_asked_for_and_is_taken_is_not_replaced_in_silence(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        done = hatang(
            "--listen", listen, "--store", "http://127.0.0.1:9", "--state-dir", str(tmp_path)
        )
    assert done.returncode == 2
    assert listen in done.stderr


def test_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = hatang("--state-dir", str(tmp_path / "file" / "state"))
    assert done.returncode == 1
    assert "cannot be made or written to" in done.stderr
