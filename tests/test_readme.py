"""What the README promises and no other test holds: commands, ten lines, two languages."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.rules import RULES, SELF, load
from collector.command.main import COMMANDS, main
from probes.snmp.profiles import load_profiles
from tests.daemons import snmpd

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
VIETNAMESE = (ROOT / "README.vi.md").read_text()


def commands(page: str) -> set[str]:
    """The `hatang` commands that a page names."""
    return set(re.findall(rf"hatang ({'|'.join(COMMANDS)}|[a-z]+(?=`))\b", page))


@pytest.mark.parametrize("page", [README, VIETNAMESE], ids=["en", "vi"])
def test_page_names_every_command_there_is(page: str) -> None:
    assert commands(page) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_shows_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"  hatang {command}" in capsys.readouterr().out


@pytest.mark.parametrize(("probe", "setting"), [("cli", "platform"), ("dns", "name")])
def test_poll_by_address_says_what_only_an_inventory_can(
    probe: str, setting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["poll", "--address", "127.0.0.1", "--probe", probe]) == 2
    told = f"hatang poll: this probe needs '{setting}': ask a thing whose inventory says it\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize("where", ["hatang", "hatang-demo/collector"])
def test_status_looks_where_run_and_demo_keep_their_state(
    where: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = tmp_path / ".local/state" / where
    state.mkdir(parents=True)
    gone = subprocess.Popen(["true"])
    gone.wait()
    (state / "run.json").write_text(json.dumps({"pid": gone.pid, "api": "http://127.0.0.1:9"}))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("HATANG_STATE_DIR", raising=False)
    assert main(["status"]) == 2
    assert str(state / "run.json") in capsys.readouterr().err


@pytest.mark.parametrize("target", ["demo", "setup", "test", "check", "bench", "help"])
def test_make_knows_every_target_it_lists(target: str) -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"make {target} " in done.stdout


def test_ten_lines_are_the_minimal_inventory_and_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (lines,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    minimal = (ROOT / "tests/inventory/minimal.yaml").read_text()
    assert lines == minimal
    assert len(lines.splitlines()) <= 10
    monkeypatch.setenv("SNMP_COMMUNITY", "public")
    with snmpd(tmp_path) as agent:
        file = tmp_path / "inventory.yaml"
        file.write_text(lines.replace("1161", str(agent.port)))
        assert main(["poll", "agent-1", "-i", str(file), "--json"]) == 0
    samples = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = {sample["metric"]: sample for sample in samples}
    assert {"memory_used_bytes", "probe_success", "probe_reason_info"} <= set(metrics)
    assert metrics["memory_used_bytes"]["labels"]["site"] == "lab"


def test_poll_by_address_prints_what_the_readme_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shown,) = re.findall(r'^\{"metric": "system_uptime_seconds".*$', README, re.MULTILINE)
    with snmpd(tmp_path) as agent:
        code = main(["poll", "--address", "127.0.0.1", "--port", str(agent.port), "--json"])
    assert code == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if "uptime" in line]
    expected, sample = json.loads(shown), json.loads(line)
    assert sample.keys() == expected.keys()
    assert sample["labels"] == expected["labels"]
    assert isinstance(sample["value"], float)


def test_check_of_the_example_prints_what_the_readme_shows() -> None:
    command = [sys.executable, "-m", "collector.command.main", "check", "-i", "inventory.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout in README


def test_mistake_is_told_as_the_readme_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shown,) = re.findall(r'^inventory.yaml:(8: .*unknown key "addres".*)$', README, re.MULTILINE)
    minimal = (ROOT / "tests/inventory/minimal.yaml").read_text()
    file = tmp_path / "inventory.yaml"
    file.write_text(minimal.replace("{address:", "{addres:"))
    assert main(["check", "-i", str(file)]) == 1
    assert f"{file}:{shown}" in capsys.readouterr().out.splitlines()


def test_failed_poll_exits_with_one_and_still_prints_rows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["poll", "--address", "127.0.0.1", "--port", "9", "--json"]) == 1
    out, told = capsys.readouterr()
    samples = {sample["metric"]: sample for sample in map(json.loads, out.splitlines())}
    assert samples["probe_success"]["value"] == 0
    assert samples["probe_reason_info"]["labels"]["reason"] == "refused"
    assert samples["probe_reason_info"]["value"] == 1
    assert "nothing listens on UDP port 9" in told


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["sw1", "--address", "127.0.0.1"],
        ["--address", "127.0.0.1", "--auth", "planted-in-plain", "--v3-user", "noc"],
        ["--address", "127.0.0.1", "--profile", "no-such"],
        ["--address", "127.0.0.1", "--version", "3"],
        ["--address", "127.0.0.1", "--community", "env:NOT_SET_ANYWHERE"],
    ],
)
def test_wrong_use_of_poll_exits_with_two_and_says_why(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["poll", *arguments]) == 2
    told = capsys.readouterr().err
    assert told.startswith("hatang poll: ")
    assert "planted" not in told


def test_rules_are_as_many_as_both_pages_say() -> None:
    count = len({placed.rule.alert for folder in (RULES, SELF) for placed in load(folder)})
    assert f"{count} rules" in README
    assert f"{count} luật" in VIETNAMESE


@pytest.mark.parametrize("page", ["README.md", "README.vi.md"])
def test_profiles_are_as_many_as_the_readme_says(page: str) -> None:
    told = re.search(r"(\d+) (profiles|hồ sơ)", (ROOT / page).read_text("utf-8"))
    concrete = [one for one in load_profiles().values() if not one.abstract]
    assert told is not None
    assert int(told[1]) == len(concrete)
