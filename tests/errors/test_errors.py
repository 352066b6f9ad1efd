"""Each error says its reason, a sentence and a hint wherever an operator looks: `hatang poll`, the
API and status of a collector that runs, its metrics and its store.
"""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from collector.command.main import main
from probes.reading import ADVICE, Reason
from tests.errors.cases import CASES, Case
from tests.errors.stand import AUTH, COMMUNITY, PRIV, ROOT, WRONG, Stand
from tests.running import Running, until

NAMES = [case.name for case in CASES]
every = pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            marks=pytest.mark.skipif(
                case.probe == "smtp" and not ROOT, reason="postfix starts as root only"
            ),
        )
        for case in CASES
    ],
    ids=NAMES,
)


def fits(case: Case, message: str, hint: str) -> None:
    assert re.search(case.message, message), message
    assert re.search(case.hint, hint), hint
    assert (message + hint).isprintable()
    assert not any(secret in message + hint for secret in (COMMUNITY, AUTH, PRIV, WRONG))


def polled(
    stand: Stand, capsys: pytest.CaptureFixture[str], name: str, *more: str
) -> tuple[int, str, str]:
    """Exit code and what `hatang poll` prints and says of a device or service."""
    arguments = ["poll", name, "-i", str(stand.inventory), "--timeout", "3.5", *more]
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


@every
def test_poll_says_why_in_words_and_in_json(
    case: Case, wrong: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = polled(wrong, capsys, case.name, "--json")
    assert code == 1
    last = err.splitlines()[-1]
    assert last.startswith(f"{case.name}: {case.probe}: {case.reason}: ")
    fits(case, last, last)
    told = json.loads(out.splitlines()[-1])
    assert told["metric"] == "probe_reason_info"
    assert (told["labels"]["reason"], told["value"]) == (case.reason, 1)
    fits(case, told["message"], told["hint"])


def reading(running: Running, case: Case) -> dict[str, Any]:
    kind, name = case.label
    page = json.loads(running.api(f"/api/v1/readings?{kind}={name}"))
    return dict(next(one for one in page["items"] if one["probe"] == case.probe))


@every
def test_api_of_a_collector_that_runs_says_why(case: Case, running: Running) -> None:
    def said() -> dict[str, Any] | None:
        found = reading(running, case)
        return found if re.search(case.message, found["message"]) else None

    told = until(case.message, said)
    assert told["reason"] == case.reason
    assert told["success"] == (case.reason is Reason.PARTIAL)
    fits(case, told["message"], told["hint"])


@every
def test_reason_is_a_label(case: Case, running: Running) -> None:
    kind, name = case.label
    wanted = [f'{kind}="{name}"', f'probe="{case.probe}"', f'reason="{case.reason}"']

    def lines(pattern: str) -> list[str]:
        page = running.api("/metrics").splitlines()
        return [one for one in page if re.match(pattern, one) and all(w in one for w in wanted)]

    until("the label", lambda: lines(r"probe_reason_info\{.*\} 1$"))
    assert lines(r"probe_failures_total\{")


def test_store_keeps_every_reason(wrong: Stand, running: Running) -> None:
    def kept() -> set[tuple[str, str]]:
        found = running.series('{__name__="probe_reason_info"}')
        return {(one.get("device") or one["service"], one["reason"]) for one, _ in found}

    wanted = {(case.name, str(case.reason)) for case in CASES if wrong.has(case.name)}
    until("every reason in the store", lambda: wanted <= kept())


def test_status_groups_what_fails_and_says_what_to_do(wrong: Stand, running: Running) -> None:
    command = [sys.executable, "-m", "collector.command.main", "status", "--json"]
    asked = [*command, "--url", running.facts["api"]]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    wanted = {(case.probe, str(case.reason)) for case in CASES if wrong.has(case.name)}

    def groups() -> list[dict[str, Any]]:
        return list(json.loads(running.api("/api/v1/status"))["failing"])

    until("all groups", lambda: wanted <= {(one["probe"], one["reason"]) for one in groups()})
    assert all(one["message"] and one["hint"] for one in groups())


def test_silence_of_a_device_that_answers_pings_says_so(running: Running) -> None:
    silent = next(case for case in CASES if case.reason is Reason.TIMEOUT)
    until("echoes", lambda: reading(running, silent)["hint"].startswith("the device answers pings"))

    def evidence() -> str:
        return str(json.loads(running.api(f"/api/v1/devices/{silent.name}"))["evidence"])

    until("a second failure", lambda: "quá thời gian chờ" in evidence())
    assert "vẫn trả lời ping" in evidence()


def test_wrong_community_given_by_hand_ends_with_one(wrong: Stand) -> None:
    port = wrong.devices["snmp-right"]["probes"]["snmp"]["port"]
    command = [sys.executable, "-m", "collector.command.main", "poll", "--timeout", "1"]
    command += ["--address", "127.0.0.1", "--port", str(port), "--community", "nope"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"127.0.0.1: snmp: timeout: no answer from UDP port {port} (check the" in done.stderr


def test_healthy_device_says_how_many_tables_answered(
    wrong: Stand, running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = polled(wrong, capsys, "snmp-right", "--json")
    assert code == 0
    told = re.fullmatch(r"snmp-right: snmp: (\d+) of (\d+) tables answered; no rows: (.*)\n", err)
    assert told
    answered, expected, names = int(told[1]), int(told[2]), told[3].split(", ")
    assert answered + len(names) == expected
    said = json.loads(out.splitlines()[-1])
    assert (said["message"], said["hint"], said["missing"]) == ("", "", [])
    assert said["empty"] == names
    right = Case("snmp-right", Reason.PARTIAL, "", "")
    until("a whole reading", lambda: not reading(running, right)["reason"])
    shown = reading(running, right)
    assert (shown["empty"], shown["missing"], shown["reason"]) == (names, [], "")
    counts = {one["metric"]: one["value"] for one in shown["rows"]}
    assert counts["probe_tables_expected"] == expected
    assert counts["probe_tables_answered"] == answered


def test_profile_of_another_vendor_names_its_tables_without_rows(
    wrong: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown, plain = polled(wrong, capsys, "snmp-foreign")
    assert code == 1
    assert "probe_reason_info" in shown
    _, out, err = polled(wrong, capsys, "snmp-foreign", "--json")
    assert re.search(r" of \d+ tables answered; no rows: .* and \d+ more\n", err)
    assert err == plain
    said = json.loads(out.splitlines()[-1])
    assert {"resources", "sensors", "tunnels"} <= set(said["empty"])
    assert "interfaces" not in said["empty"]
    assert any('"metric": "interface_receive_bytes_total"' in line for line in out.splitlines())


def test_every_reason_has_advice() -> None:
    assert ADVICE.keys() == set(Reason)
