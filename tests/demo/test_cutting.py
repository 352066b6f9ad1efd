"""Cutting a simulated province in a network namespace: who falls silent, how, and what is left
behind.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.demo import control
from collector.demo.silence import TABLE
from tests.demo.conftest import COMMUNITY, Namespace, simulating

ANOTHER = "add table inet another; add chain inet another kept"
HOLD = """
import socket, time
held = socket.create_server(("127.77.0.9", 8080))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def played(
    namespace: Namespace, province_file: Path, tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    namespace.run("nft", ANOTHER)
    with simulating(namespace, province_file, tmp_path) as both:
        yield both


def name_of(namespace: Namespace, address: str) -> str:
    """What a device's agent says it is called, or why it says nothing."""
    asked = ("-v2c", "-c", COMMUNITY, "-r0", "-t1", "-m", "", f"{address}:1161")
    done = namespace.run("snmpget", *asked, "1.3.6.1.2.1.1.5.0")
    return (done.stdout + done.stderr).strip()


def echoes(namespace: Namespace, address: str) -> bool:
    """Whether a ping comes back."""
    if shutil.which("fping") is None:
        pytest.skip("fping is not installed")
    return namespace.run("fping", "-c1", "-t300", address).returncode == 0


def page(namespace: Namespace, seconds: str = "3") -> str:
    """The portal's page, empty when it does not answer."""
    return namespace.run("curl", "-s", "-m", seconds, "http://127.77.0.9:8080/").stdout


def needs_filter(state: dict[str, Any]) -> None:
    if state["limits"]:
        pytest.skip(f"no packet filter here: {state['limits'][0]}")


@pytest.mark.usefixtures("played")
def test_agents_and_pages_answer(namespace: Namespace) -> None:
    assert '"core"' in name_of(namespace, "127.77.0.1")
    assert '"rt"' in name_of(namespace, "127.77.0.2")
    assert "Cổng &lt;xã&gt; Pà Cò" in page(namespace)


@pytest.mark.usefixtures("played")
def test_secure_page_has_a_certificate_with_twenty_days_left(namespace: Namespace) -> None:
    url = "https://127.77.0.9:8443/"
    assert "Pà Cò" in namespace.run("curl", "-sk", "-m3", url).stdout
    assert "certificate" in namespace.run("curl", "-sS", "-m3", url).stderr
    ask = "openssl s_client -connect 127.77.0.9:8443 </dev/null 2>/dev/null | openssl x509"
    within = {
        days: namespace.run("sh", "-c", f"{ask} -noout -checkend {days * 86400}").returncode == 0
        for days in (19, 21)
    }
    assert within == {19: True, 21: False}


@pytest.mark.usefixtures("played")
def test_port_of_a_tcp_check_greets_until_it_is_broken(
    namespace: Namespace, tmp_path: Path
) -> None:
    ask = "import socket; print(socket.create_connection(('127.77.0.9', 1025), 3).recv(99))"
    greeted = [namespace.run(sys.executable, "-c", ask).stdout]
    control.ask(tmp_path, "break", "cong")
    greeted.append(namespace.run(sys.executable, "-c", ask).stdout)
    assert [b"220 " in one.encode() for one in greeted] == [True, False]


def test_cut_circuit_silences_what_is_behind_it_and_nothing_else(
    namespace: Namespace, played: tuple[object, dict[str, Any]], tmp_path: Path
) -> None:
    needs_filter(played[1])
    assert control.ask(tmp_path, "break", "line") == {
        "broken": "circuit:line",
        "already": False,
        "silenced": ["cam", "rt"],
    }
    assert "Timeout" in name_of(namespace, "127.77.0.2")
    assert not echoes(namespace, "127.77.0.2")
    assert not echoes(namespace, "127.77.0.3")
    assert echoes(namespace, "127.77.0.1")
    assert '"core"' in name_of(namespace, "127.77.0.1")
    assert control.ask(tmp_path, "state")["silent"] == 2
    assert control.ask(tmp_path, "mend") == {"mended": ["circuit:line"]}
    assert echoes(namespace, "127.77.0.3")
    assert '"rt"' in name_of(namespace, "127.77.0.2")


@pytest.mark.usefixtures("played")
def test_what_hangs_on_two_broken_things_needs_both_mended(tmp_path: Path) -> None:
    control.ask(tmp_path, "break", "line")
    assert control.ask(tmp_path, "break", "site:xa")["silenced"] == []
    control.ask(tmp_path, "mend", "line")
    assert control.ask(tmp_path, "state")["silent"] == 2
    control.ask(tmp_path, "mend", "xa")
    assert control.ask(tmp_path, "state")["silent"] == 0


@pytest.mark.usefixtures("played")
def test_broken_service_does_not_answer(namespace: Namespace, tmp_path: Path) -> None:
    control.ask(tmp_path, "break", "cong")
    assert page(namespace, "1") == ""
    control.ask(tmp_path, "mend", "service:cong")
    assert "Pà Cò" in page(namespace)


@pytest.mark.usefixtures("played")
def test_unknown_name_is_answered_with_a_proposal(tmp_path: Path) -> None:
    assert control.ask(tmp_path, "break", "lien") == {
        "error": "nothing is called 'lien'; did you mean line?"
    }


def test_filter_table_goes_at_the_end_and_others_stay(
    namespace: Namespace, played: tuple[subprocess.Popen[str], dict[str, Any]], tmp_path: Path
) -> None:
    process, state = played
    needs_filter(state)
    control.ask(tmp_path, "break", "line")
    process.terminate()
    process.wait(10)
    assert TABLE not in namespace.run("nft", "list", "tables").stdout
    assert "another" in namespace.run("nft", "list", "tables").stdout
    assert echoes(namespace, "127.77.0.3")
    with pytest.raises(control.NoDemoError):
        control.ask(tmp_path, "state")


def test_start_after_a_crash_clears_what_it_left(
    namespace: Namespace, province_file: Path, tmp_path: Path
) -> None:
    with simulating(namespace, province_file, tmp_path) as (process, state):
        needs_filter(state)
        control.ask(tmp_path, "break", "line")
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert not echoes(namespace, "127.77.0.3")
    with simulating(namespace, province_file, tmp_path):
        assert echoes(namespace, "127.77.0.3")


@pytest.mark.usefixtures("played")
def test_second_simulator_is_refused_and_disturbs_nothing(
    namespace: Namespace, province_file: Path, tmp_path: Path
) -> None:
    control.ask(tmp_path, "break", "line")
    with (
        pytest.raises(AssertionError, match="another demo is running"),
        simulating(namespace, province_file, tmp_path / "second"),
    ):
        pass
    assert control.ask(tmp_path, "state")["silent"] == 2
    assert "Timeout" in name_of(namespace, "127.77.0.2")


def test_addresses_of_other_programs_are_told(
    namespace: Namespace, province_file: Path, tmp_path: Path
) -> None:
    holder = namespace.start([sys.executable, "-c", HOLD])
    assert holder.stdout is not None
    try:
        holder.stdout.readline()
        with simulating(namespace, province_file, tmp_path) as (_, state):
            assert state["taken"] == 1
            assert "127.77.0.9:8080" in state["limits"][-1]
    finally:
        holder.kill()
        holder.communicate()
