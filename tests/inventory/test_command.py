"""`hatang check`, `hatang inventory` and `hatang impact` as a person and a program use them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from collector.command.main import main

ROOT = Path(__file__).parent.parent.parent
MINIMAL = str(Path(__file__).parent / "minimal.yaml")
BAD = Path(__file__).parent / "bad"

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("HATANG_INVENTORY", raising=False)


def test_check_says_what_there_is_when_nothing_is_wrong(capsys: Captured) -> None:
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert out == (
        "inventory.yaml: 840 devices, 252 circuits, 41 services, 226 sites: no problems\n"
    )


def test_check_prints_every_problem_and_exits_1(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    assert main(["check", "-i", "many-at-once.yaml"]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        line.removeprefix("# ")
        for line in (BAD / "many-at-once.yaml").read_text().splitlines()
        if line.startswith("# ")
    ]
    assert told.err == "8 problems\n"


def test_check_as_json_is_an_object_a_problem(capsys: Captured) -> None:
    assert main(["check", "--json", "-i", str(BAD / "dangling-site.yaml")]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    problem = json.loads(line)
    assert problem["path"] == "devices.sw01.site"
    assert problem["line"] == 6
    assert problem["suggestion"] == 'did you mean "dc"?'


def test_the_environment_names_the_inventory(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HATANG_INVENTORY", MINIMAL)
    assert main(["check"]) == 0
    assert "1 devices" in capsys.readouterr().out


@pytest.mark.parametrize(
    "argv",
    [
        ["check", "-i", "no-such.yaml"],
        ["inventory", "list", "-i", "no-such.yaml"],
        ["impact", "x", "-i", "no-such.yaml"],
    ],
)
def test_a_missing_file_is_a_usage_error_that_helps(capsys: Captured, argv: list[str]) -> None:
    assert main(argv) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "hatang: no inventory at no-such.yaml (name one with -i FILE, or set HATANG_INVENTORY)\n"
    )


@pytest.mark.parametrize("argv", [["inventory", "list"], ["impact", "core"]])
def test_a_bad_inventory_is_told_and_nothing_is_done(capsys: Captured, argv: list[str]) -> None:
    assert main([*argv, "-i", str(BAD / "unknown-role.yaml")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert 'unknown role "ward-rooter"' in told.err


def test_list_filters_by_any_field(capsys: Captured) -> None:
    argv = ["inventory", "list", "--where", "role=ward-router", "--where", "site.kind=ward"]
    assert main([*argv, "--where", "site.parent=mai-chau", "--columns", "name,site.unit.code"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "name\tsite.unit.code"
    assert "hbh-xa-05212-rt01\t05212" in lines
    assert len(lines) == 17


@pytest.mark.parametrize("words", ["hoà sơn", "hòa sơn", "hoa son", "SON hoa"])
def test_search_ignores_tone_marks_and_their_position(capsys: Captured, words: str) -> None:
    assert main(["inventory", "list", *words.split(), "--where", "role=ward-router"]) == 0
    (_, found) = capsys.readouterr().out.splitlines()
    assert found.startswith("hbh-xa-04945-rt01\tUBND xã Hoà Sơn")


def test_list_as_json_is_an_object_a_line(capsys: Captured) -> None:
    assert main(["inventory", "list", "--kind", "circuit", "--where", "kind=tslcd", "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(records) == 63
    assert {record["capacity"] for record in records} == {100e6, 50e6, 20e6}


def test_show_tells_all_in_words_or_as_json(capsys: Captured) -> None:
    assert main(["inventory", "show", "pa-co"]) == 0
    assert "title: UBND xã Pà Cò" in capsys.readouterr().out
    assert main(["inventory", "show", "circuit:tsl-ii-05212-a", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["contract"] == "15/2026"


def test_tree_draws_what_hangs_below(capsys: Captured) -> None:
    assert main(["inventory", "tree", "tsl-ii-05212-a"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("circuit:tsl-ii-05212-a")
    assert lines[1].startswith("└── hbh-xa-05212-rt01")
    assert main(["inventory", "tree", "--json"]) == 0
    (root,) = json.loads(capsys.readouterr().out)
    assert root["thing"] == "collector:noc-1"


@pytest.mark.parametrize("form", ["ansible", "file-sd", "json"])
def test_exports_in_json_are_json(capsys: Captured, form: str) -> None:
    assert main(["inventory", "export", "--format", form]) == 0
    assert json.loads(capsys.readouterr().out)


def test_a_slip_in_a_name_is_a_usage_error_that_helps(capsys: Captured) -> None:
    assert main(["impact", "hbh-dc-fw001"]) == 2
    assert 'did you mean "hbh-dc-fw01"?' in capsys.readouterr().err
    for slip in (["--where", "rolle=x"], ["--columns", "name,rolle"]):
        assert main(["inventory", "list", *slip]) == 2
        assert 'did you mean "role"?' in capsys.readouterr().err


def test_impact_counts_and_names(capsys: Captured) -> None:
    assert main(["impact", "tsl-ii-05212-a"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "If circuit:tsl-ii-05212-a fails:"
    assert "  3 devices dark" in lines
    assert "    pa-co  UBND xã Pà Cò" in lines
    assert main(["impact", "hbh-dc-db01", "--json"]) == 0
    assert "mot-cua" in json.loads(capsys.readouterr().out)["services"]


def test_help_of_every_command_has_an_example(capsys: Captured) -> None:
    verbs = ("list", "show", "tree", "export")
    for words in (["check"], ["inventory"], ["impact"], *(["inventory", verb] for verb in verbs)):
        with pytest.raises(SystemExit) as caught:
            main([*words, "--help"])
        assert caught.value.code == 0
        _, _, examples = capsys.readouterr().out.partition("examples:\n")
        assert f"  hatang {' '.join(words)}" in examples


@pytest.mark.parametrize("argv", [["list"], ["show", "pa-co"], ["tree", "dc"], ["list", "--json"]])
def test_a_terminal_that_knows_only_ascii_gets_question_marks_and_no_traceback(
    argv: list[str],
) -> None:
    command = [sys.executable, "-m", "collector.command.main", "inventory", *argv]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "HATANG_INVENTORY": "inventory.yaml"},
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?" in done.stdout
    assert done.stdout.isascii()


def test_names_cannot_move_the_cursor_of_a_terminal(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "cursor.yaml"
    path.write_text(
        "collectors: {noc-1: {}}\n"
        'sites: {dc: {name: "A\\e[2J[red]"}}\n'
        "devices: {a: {address: 10.0.0.1, site: dc}}\n"
    )
    for argv in (["list"], ["tree"], ["tree", "dc"], ["show", "dc"]):
        assert main(["inventory", *argv, "-i", os.fspath(path)]) == 0
        assert "\x1b" not in capsys.readouterr().out
    assert main(["impact", "dc", "-i", os.fspath(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out
