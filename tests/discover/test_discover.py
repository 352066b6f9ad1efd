"""`hatang discover` on real agents: loopback addresses, and a namespace where some are silent."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from collector.command.main import main
from inventory.load import Inventory
from tests.daemons import namespace
from tests.discover.made import (
    cdp,
    chassis,
    included,
    inventory,
    lldp,
    network,
    port,
    snmpd,
    system,
)
from tests.running import until
from tests.snmp_session.replay import Oid, tlv

Captured = pytest.CaptureFixture[str]
QUICK = ["--timeout", "0.5", "--rate", "1000"]


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HATANG_INVENTORY", raising=False)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


SECRETS = {
    "DISCOVER_CORE": "c0re-c0mmunity",
    "DISCOVER_OTHER": "0ther-c0mmunity",
    "DISCOVER_AUTH": "auth-passw0rd",
    "DISCOVER_PRIV": "priv-passw0rd",
}


def discover(*words: str, capsys: Captured) -> tuple[int, str, str]:
    """Run it; no secret is in what it prints."""
    code = main(["discover", *words, *QUICK])
    told = capsys.readouterr()
    assert not [one for one in SECRETS.values() if one in told.out + told.err]
    return code, told.out, told.err


def loaded(folder: Path, text: str, capsys: Captured) -> Inventory:
    found = included(folder / "loaded", text)
    capsys.readouterr()
    return found


BEYOND = {"name": "beyond", "port": "x1", "address": "127.63.1.1", "mac": "020000000009"}


@contextmanager
def office() -> Iterator[tuple[str, dict[str, int]]]:
    """A router with two addresses, a switch below it by LLDP, one below that by CDP, and one
    outside of the range; gives the port and, at the end, how many packets each agent got.
    """
    router = system("rt01", "Tầng 1", engine="router") | chassis("020000000001")
    router |= port(1, "ether1") | lldp(1, {"name": "SW01", "port": "Gi0/1", "mac": "020000000002"})
    switch = system("SW01.noc", "Tầng 1", services=2, engine="switch") | chassis("020000000002")
    switch |= port(1, "Gi0/1") | lldp(1, {"port": "ether1", "mac": "020000000001"})
    switch |= port(9, "Gi0/9")
    switch |= lldp(9, BEYOND, 2)
    below = system("SW02", "", services=2, engine="below")
    below |= cdp(10101, "SW01.noc", "Gi0/2", "127.63.0.3", "Gi1/0/1")
    devices = {
        "127.63.0.1": router,
        "127.63.0.2": router,
        "127.63.0.3": switch,
        "127.63.0.4": below,
        "127.63.1.1": system("beyond"),
    }
    packets: dict[str, int] = {}
    with network(devices) as (number, agents):
        yield str(number), packets
        packets.update({address: one.packets for address, one in agents.items()})


def test_a_site_without_an_inventory_gets_one_with_uplinks(
    capsys: Captured, tmp_path: Path
) -> None:
    with office() as (number, packets):
        code, out, err = discover(
            "127.63.0.0/29", "--community", "env:DISCOVER_CORE", "--port", number, capsys=capsys
        )
    assert code == 0
    devices = loaded(tmp_path, out, capsys).devices
    found = {name: one for name, one in devices.items() if not name.startswith("device-")}
    assert {name: one.addresses for name, one in found.items() if name != "known-01"} == {
        "rt01": ("127.63.0.1", "127.63.0.2"),
        "sw01.noc": ("127.63.0.3",),
        "sw02": ("127.63.0.4",),
    }
    assert [str(one) for one in found["rt01"].uplinks] == ["device:sw01.noc"]
    assert [str(one) for one in found["sw02"].uplinks] == ["device:sw01.noc"]
    assert "# sw01.noc: ether1 - Gi0/1 (LLDP)" in out
    assert "# sw01.noc: Gi1/0/1 - Gi0/2 (CDP)" in out
    assert '"Gi0/9" - "beyond" 127.63.1.1 "x1" (LLDP)' in out
    assert '# tang-1: {name: "Tầng 1"}  # 2' in out
    assert "6 of 6 echoes sent" in err
    assert packets["127.63.1.1"] == 0, "a neighbour outside the ranges is not asked"


def test_the_gateway_of_the_inventory_is_above(capsys: Captured, tmp_path: Path) -> None:
    path = inventory(tmp_path, collector="gateway: 127.63.0.2")
    with office() as (number, _):
        _, out, _ = discover(
            "127.63.0.0/29", "-i", str(path), "--credentials", "core", "--port", number,
            "--site", "dc", capsys=capsys,
        )  # fmt: skip
    devices = loaded(tmp_path, out, capsys).devices
    assert [str(one) for one in devices["sw01.noc"].uplinks] == ["device:rt01"]
    assert devices["rt01"].uplinks == ()
    assert devices["rt01"].site == "dc"
    assert "sites:" not in out


def test_excluded_addresses_are_not_asked(capsys: Captured) -> None:
    with office() as (number, packets):
        _, out, _ = discover(
            "127.63.0.0/29", "--community", "env:DISCOVER_CORE", "--port", number,
            "--exclude", "127.63.0.1", "--exclude", "127.63.0.4/30", capsys=capsys,
        )  # fmt: skip
    assert packets["127.63.0.1"] == packets["127.63.0.4"] == 0
    assert "127.63.0.3" in out
    assert "127.63.0.1" not in out


def test_sets_are_tried_in_order_and_who_lets_nobody_in_is_said(
    capsys: Captured, tmp_path: Path
) -> None:
    path = inventory(tmp_path)
    with network({}) as (number, _):
        at = str(number)
        user = f"createUser noc SHA-256 {SECRETS['DISCOVER_AUTH']} AES {SECRETS['DISCOVER_PRIV']}"
        open_to_other = [f"rocommunity {SECRETS['DISCOVER_OTHER']} 127.0.0.0/8", "sysName other"]
        open_to_v3 = [user, "rouser noc priv", "sysName secure", 'sysLocation "a: b # c"']
        wrong_v3 = ["createUser noc SHA-256 another-passw0rd AES x-passw0rd", "rouser noc priv"]
        with (
            snmpd(tmp_path / "1", "127.64.0.1", number, open_to_other),
            snmpd(tmp_path / "2", "127.64.0.2", number, open_to_v3),
            snmpd(tmp_path / "3", "127.64.0.3", number, wrong_v3),
        ):
            code, out, err = discover(
                "127.64.0.0/29", "-i", str(path), "--credentials", "core,other,secure",
                "--port", at, capsys=capsys,
            )  # fmt: skip
    assert code == 0
    devices = loaded(tmp_path, out, capsys).devices
    assert devices["other"].credentials["snmp"].name == "other"
    assert devices["secure"].credentials["snmp"].name == "secure"
    assert (
        "127.64.0.3: ping only · chỉ trả lời ping, SNMP: core timeout; other timeout; secure" in out
    )
    assert "SNMP refused · từ chối: secure at 1 address: auth: " in out
    assert "core: refused at 3: refused: nothing listens" in err
    assert "core: refused at 1: timeout: no answer" in err


def test_known_devices_are_marked_and_not_proposed(capsys: Captured, tmp_path: Path) -> None:
    path = inventory(tmp_path)
    with network({"127.61.0.1": system("k", engine="k"), "127.61.0.2": system("n")}) as (number, _):
        _, out, err = discover(
            "127.61.0.1", "127.61.0.2", "-i", str(path), "--credentials", "core",
            "--port", str(number), capsys=capsys,
        )  # fmt: skip
    assert "# 127.61.0.1: known · đã có trong danh mục: known-01; SNMP (core)" in out
    assert [*loaded(tmp_path, out, capsys).devices] == ["known-01", "n"]
    assert "2 identified: 1 new, 1 known" in err


def test_without_credentials_it_only_pings(capsys: Captured) -> None:
    with network({"127.63.0.1": system("rt")}) as (number, agents):
        code, out, err = discover("127.63.0.0/30", "--port", str(number), capsys=capsys)
        assert agents["127.63.0.1"].packets == 0
    assert code == 0
    assert "device-127-63-0-1:" in out
    assert "only pinged" in err


def test_json_is_an_object_a_device(capsys: Captured) -> None:
    with office() as (number, _):
        _, out, _ = discover(
            "127.63.0.0/29", "--community", "env:DISCOVER_CORE", "--port", number, "--json",
            capsys=capsys,
        )  # fmt: skip
    records = {one["name"]: one for one in map(json.loads, out.splitlines())}
    assert records["rt01"]["addresses"] == ["127.63.0.1", "127.63.0.2"]
    assert records["sw02"]["uplinks"] == {"sw01.noc": "Gi1/0/1 - Gi0/2 (CDP)"}
    assert records["sw01.noc"]["unknown_neighbours"][0]["name"] == "beyond"
    assert records["device-127-63-0-5"]["refused"][0]["reason"] == "refused"


def test_a_file_is_written_once_and_never_over_another(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    words = ("127.63.0.0/30", "--output", str(file))
    assert discover(*words, capsys=capsys)[:2] == (0, "")
    before = file.read_text()
    assert "device-127-63-0-2:" in before
    code, out, err = discover(*words, capsys=capsys)
    assert (code, out) == (2, "")
    assert "never overwritten" in err
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["127.0.0.0/16"], "65,534 addresses, more than 1024; --most 65534 allows it"),
        (["127.0.0.0/29", "--most", "5"], "6 addresses, more than 5; --most 6 allows it"),
        (["fd00::/64"], "give smaller ranges"),
        (["127.0.0.1/24"], "write 127.0.0.0/24"),
        (["127.0.0.1", "--community", "public"], "never in plain"),
        (["127.0.0.1", "--community", "env:NOT_SET_ANYWHERE"], "not set"),
        (["127.0.0.1", "--credentials", "core"], "no inventory at"),
        (["127.0.0.1", "-i", "lab.yaml", "--credentials", "cor"], "no credentials 'cor'"),
        (["127.0.0.1", "-i", "lab.yaml", "--credentials", "ssh-only"], "with SNMP access"),
        (["127.0.0.1", "-i", "lab.yaml", "--credentials", ",".join("abcdefghi")], "8 at most"),
        (["127.0.0.1", "--site", "a b"], "letters, digits"),
    ],
)
def test_usage_is_said_clearly_and_nobody_is_asked(
    words: list[str], told: str, capsys: Captured, tmp_path: Path
) -> None:
    inventory(tmp_path / "x").rename(tmp_path / "lab.yaml")
    code, out, err = discover(*words, capsys=capsys)
    assert (code, out) == (2, "")
    assert told in err
    assert "echoes" not in err


def test_a_bad_inventory_is_said_with_its_problems(capsys: Captured, tmp_path: Path) -> None:
    path = inventory(tmp_path, more="devices: {}\nsitez: {}\n")
    code, _, err = discover("127.0.0.1", "-i", str(path), capsys=capsys)
    assert code == 2
    assert "sitez" in err


def test_enormous_and_hostile_tables_are_cut(capsys: Captured, tmp_path: Path) -> None:
    name = 'x"\n  evil: {address: 10.9.9.9} # \x1b[2J'
    hostile = system(name, name)
    for number in range(1, 1200):
        hostile |= lldp(number, {"name": f"{name}{number}", "mac": f"{number:012x}"})
    with network({"127.65.0.1": hostile}) as (number, agents):
        code, out, _ = discover(
            "127.65.0.1", "--community", "env:DISCOVER_CORE", "--port", str(number), capsys=capsys
        )
        assert agents["127.65.0.1"].packets < 1000
    assert code == 0
    assert "not everything was told" in out
    assert out.count("unknown neighbour") == 24
    assert "\x1b" not in out
    devices = loaded(tmp_path, out, capsys).devices
    assert devices.keys() == {"known-01", "x-evil-address-10.9.9.9-2j"}


def test_an_agent_that_falls_silent_keeps_what_it_told(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.discover.identify.LEARNING", 1.0)
    with network({"127.65.0.1": system("rt")}) as (number, agents):
        agents["127.65.0.1"].deaf_after = 1
        words = ["--community", "env:DISCOVER_CORE", "--port", str(number)]
        _, out, _ = discover("127.65.0.1", *words, capsys=capsys)
    assert "  rt:\n" in out
    assert "not everything was told" in out


def test_an_agent_that_shows_nothing_did_not_let_us_in(capsys: Captured) -> None:
    empty: dict[Oid, bytes] = {(1, 3, 6, 1, 9, 9): tlv(4, b"")}
    with network({"127.65.0.1": empty}) as (number, _):
        _, out, err = discover(
            "127.65.0.1", "--community", "env:DISCOVER_CORE", "--port", str(number), capsys=capsys
        )
    assert "SNMP: discovered auth" in out
    assert "shows nothing (look at the view" in err


def test_ipv6_is_asked_too(capsys: Captured) -> None:
    code, out, _ = discover("::1", capsys=capsys)
    assert code == 0
    assert 'address: "::1"' in out


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "collector.command.main", "discover", *words]


def _asked(agent: Any) -> bool:
    """Whether an agent got questions, and none in the last second."""
    before = agent.packets
    time.sleep(1.0)
    return bool(before) and agent.packets == before


def test_ctrl_c_prints_what_was_found_and_exits_130(tmp_path: Path, capsys: Captured) -> None:
    with network({"127.66.0.1": system("first")}) as (number, agents):
        words = ["127.66.0.0/24", "--rate", "2", "--community", "env:DISCOVER_CORE"]
        process = subprocess.Popen(
            _command(*words, "--port", str(number)),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **SECRETS},
        )  # fmt: skip
        until("it was asked, and is asked no more", lambda: _asked(agents["127.66.0.1"]), 20)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "INTERRUPTED" in out
    assert "Traceback" not in err
    assert "first" in loaded(tmp_path, out, capsys).devices


def test_on_a_terminal_bars_show_how_far_it_is() -> None:
    ours, theirs = os.openpty()
    with network({"127.66.0.1": system("first")}) as (number, _):
        words = ["127.66.0.0/29", *QUICK, "--community", "env:DISCOVER_CORE"]
        process = subprocess.Popen(
            _command(*words, "--port", str(number)),
            stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, **SECRETS, "TERM": "xterm"},
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # how a terminal ends
            while part := os.read(ours, 65536):
                shown += part
        out, _ = process.communicate(timeout=20)
    os.close(ours)
    assert process.returncode == 0
    assert b"6/6" in shown
    assert b"1 identified" in shown
    assert "Chưa xếp địa điểm" in out.decode()
    assert b"\x1b" not in out


def test_silent_addresses_are_no_devices_and_nothing_at_all_is_exit_code_1(tmp_path: Path) -> None:
    with namespace(f"hatang-find-{os.getpid()}") as name:
        # what has a route to loopback and no owner there is thrown away without a word
        for words in ("addr add 10.96.0.1/32 dev lo", "route add 10.96.0.0/24 dev lo"):
            subprocess.run(["ip", "-n", name, *words.split()], check=True)

        def inside(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                ["ip", "netns", "exec", name, *_command(*words, *QUICK)],
                capture_output=True, text=True, check=False, cwd=tmp_path,
            )  # fmt: skip

        some = inside("10.96.0.0/28", "10.97.0.1")
        none = inside("10.96.0.8/30")
    assert some.returncode == 0, some.stderr
    assert some.stdout.count("address:") == 1
    assert "15 addresses asked, 1 answer" in some.stderr
    assert "2 echoes not sent: Network is unreachable" in some.stderr
    assert none.returncode == 1
    assert "devices: {}" in none.stdout
