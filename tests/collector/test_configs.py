"""The repository of configurations, and what becomes of a reading that brings one."""

import asyncio
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.command.main import main
from collector.configs import GitFailed, Keeper, Repository, Unknown
from collector.journal import Journal
from collector.pipeline import Pipeline
from collector.plan import Job
from collector.state import Memory
from inventory.secret import Secret
from probes.probe import Target
from probes.reading import Config, Reading, values
from probes.registry import PROBES

AT = 1_795_000_000.0
FIRST = "hostname rt01\ninterface wan1\n mtu 1500\nend\n"
SECOND = FIRST.replace("1500", "1400")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "configs")


def commits(repository: Repository) -> int:
    command = ["git", "-C", str(repository.folder), "rev-list", "--count", "HEAD"]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


def test_only_what_changed_is_a_commit(repository: Repository) -> None:
    first = repository.save("rt01", FIRST, AT)
    same = repository.save("rt01", FIRST, AT + 60)
    other = repository.save("rt02", FIRST, AT + 90)
    second = repository.save("rt01", SECOND, AT + 120)
    assert (first.changed, first.first) == (True, True)
    assert (same.changed, same.revision) == (False, first.revision)
    assert other.first
    assert (second.changed, second.first, second.added, second.removed) == (True, False, 1, 1)
    assert commits(repository) == 3
    assert [(one.id, one.at) for one in repository.log("rt01")] == [
        (second.revision, AT + 120),
        (first.revision, AT),
    ]
    assert [one.device for one in repository.devices()] == ["rt01", "rt02"]


def test_difference_has_the_changed_lines(repository: Repository) -> None:
    first = repository.save("rt01", FIRST, AT)
    assert repository.difference("rt01") == ""
    repository.save("rt01", SECOND, AT + 60)
    repository.save("rt02", FIRST, AT + 90)
    told = repository.difference("rt01")
    assert [
        one for one in told.splitlines() if one[:1] in "+-" and one[:3] not in ("+++", "---")
    ] == [
        "- mtu 1500",
        "+ mtu 1400",
    ]
    assert repository.difference("rt01", first.revision) == told
    assert repository.difference("rt01", first.revision, first.revision) == ""


def test_text_as_it_was(repository: Repository) -> None:
    first = repository.save("rt01", FIRST, AT)
    repository.save("rt01", SECOND, AT + 3 * 86400)
    assert repository.text("rt01") == SECOND
    assert repository.text("rt01", first.revision) == FIRST
    day = time.strftime("%Y-%m-%d", time.localtime(AT + 86400))
    assert repository.text("rt01", day) == FIRST
    with pytest.raises(Unknown, match="no revision 2001-01-01"):
        repository.text("rt01", "2001-01-01")


@pytest.mark.parametrize("bad", ["--output=/tmp/x", "HEAD", "main", "..", "0000000", "a" * 60, ""])
def test_what_is_no_revision_is_told(repository: Repository, bad: str) -> None:
    repository.save("rt01", FIRST, AT)
    with pytest.raises(Unknown):
        repository.text("rt01", bad)


@pytest.mark.parametrize(
    "bad", ["../rt01", ".git", "/etc/passwd", "a/b", "-x", "", "a\nb", "x.new"]
)
def test_name_that_is_none_touches_no_file(repository: Repository, bad: str) -> None:
    with pytest.raises(Unknown):
        repository.save(bad, FIRST, AT)
    with pytest.raises(Unknown):
        repository.text(bad)
    assert not repository.folder.exists()


def test_names_that_git_could_take_for_more_are_files(repository: Repository) -> None:
    for name in ("HEAD", "main", "a..b"):
        assert repository.save(name, FIRST, AT).first
        assert repository.text(name) == FIRST
    assert len(repository.devices()) == 3


def test_lock_of_a_collector_that_was_killed_is_taken_away(tmp_path: Path) -> None:
    Repository(tmp_path / "configs").save("rt01", FIRST, AT)
    (tmp_path / "configs" / ".git" / "index.lock").touch()
    assert Repository(tmp_path / "configs").save("rt01", SECOND, AT + 60).changed


def test_lock_of_a_git_that_was_killed_is_taken_away(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.save("rt01", FIRST, AT)
    with monkeypatch.context() as patched:
        patched.setattr("collector.configs.repository.SECONDS", 0.0001)
        with pytest.raises(GitFailed, match="did not end"):
            repository.save("rt01", SECOND, AT + 60)
    (repository.folder / ".git" / "index.lock").touch()
    assert repository.save("rt01", SECOND, AT + 120).changed


def test_change_that_was_written_but_not_committed_is_committed_next(
    repository: Repository,
) -> None:
    repository.save("rt01", FIRST, AT)
    (repository.folder / "rt01").write_text(SECOND)
    assert repository.save("rt01", SECOND, AT + 60).changed
    assert repository.text("rt01") == SECOND


def test_settings_of_the_user_do_not_count(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hook = tmp_path / "hooks" / "pre-commit"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (tmp_path / ".gitconfig").write_text(
        f"[core]\nhooksPath = {hook.parent}\n[commit]\ngpgSign = true\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert repository.save("rt01", FIRST, AT).changed


def test_git_that_is_missing_is_told(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitFailed, match="apt-get install git"):
        repository.save("rt01", FIRST, AT)


def job(name: str = "rt01") -> Job:
    cli = PROBES["cli"]
    labels = (("device", name), ("site", "dc"))
    access = {"ssh": {"user": "noc", "password": Secret("x"), "known_hosts": "k"}}
    target = Target(
        name, ("127.0.0.1",), labels, cli.settings.model_validate({"platform": "frr"}), access
    )
    return Job(f"device/{name}/cli", "device", name, "dc", cli, target, 3600.0, 60.0)


class House:
    """A keeper with the rooms it works with."""

    def __init__(self, folder: Path) -> None:
        self.memory = Memory(folder / "memory.sqlite")
        self.journal = Journal(folder / "events.sqlite")
        self.journal.start()
        self.pipeline = Pipeline(lambda _batch: None, self.memory)
        self.repository = Repository(folder / "configs")
        self.keeper = Keeper(self.repository, self.journal, self.pipeline, self.memory)

    async def take(self, text: str, at: float, changed: float | None = None) -> None:
        self.keeper.take(job(), Reading(at, config=Config(text, changed)))
        await self.keeper.close()

    @property
    def told(self) -> dict[str, float]:
        (row,) = self.pipeline.latest["config/rt01"].described["inventory"].rows
        assert row.head.labels == (("device", "rt01"), ("site", "dc"))
        return values(row.fields)

    @property
    def events(self) -> list[str]:
        self.journal.flush()
        found = self.journal.events(0, where={"kind": "config"})
        return [f"{one.subject}: {one.text}" for one in found]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path)
    yield one
    one.journal.close()


@pytest.mark.asyncio
async def test_first_configuration_is_saved_and_no_change(house: House) -> None:
    await house.take(FIRST, AT)
    assert house.told == {"backup_timestamp_seconds": AT}
    assert house.events == []
    assert house.memory.of("device/rt01/cli") == {"saved": AT}


@pytest.mark.asyncio
async def test_change_is_an_event_and_a_time(house: House) -> None:
    await house.take(FIRST, AT)
    await house.take(FIRST, AT + 60)
    assert house.told == {"backup_timestamp_seconds": AT + 60}
    await house.take(SECOND, AT + 120)
    assert house.told == {
        "backup_timestamp_seconds": AT + 120,
        "changed_timestamp_seconds": AT + 120,
    }
    assert house.events == ["device:rt01: configuration changed: 1 lines came, 1 went"]


@pytest.mark.asyncio
@pytest.mark.parametrize(("said", "expected"), [(70, 70), (-9999, 120), (5000, 120)])
async def test_time_of_a_change_is_the_devices_own_where_that_can_be(
    house: House, said: float, expected: float
) -> None:
    await house.take(FIRST, AT)
    await house.take(SECOND, AT + 120, AT + said)
    assert house.told["changed_timestamp_seconds"] == AT + expected


@pytest.mark.asyncio
async def test_what_was_known_stands_after_a_restart_and_ends_with_the_device(house: House) -> None:
    await house.take(FIRST, AT)
    again = Keeper(house.repository, house.journal, house.pipeline, house.memory)
    house.pipeline.latest.clear()
    again.load({job().key: job()}, AT + 500)
    assert house.told == {"backup_timestamp_seconds": AT}
    again.load({}, AT + 600)
    assert "config/rt01" not in house.pipeline.latest


@pytest.mark.asyncio
async def test_configuration_is_not_held_in_memory(house: House) -> None:
    reading = Reading(AT, config=Config(FIRST))
    house.keeper.take(job(), reading)
    assert reading.config is None
    await house.keeper.close()


@pytest.mark.asyncio
async def test_disk_that_does_not_take_it_is_logged_and_it_is_not_saved(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.repository.folder.write_text("a file in its place")
    await house.take(FIRST, AT)
    await house.take(FIRST, AT + 1)
    assert "saved" not in house.memory.of("device/rt01/cli")
    assert caplog.text.count("configuration not kept") == 1


@pytest.mark.asyncio
async def test_saving_is_not_done_in_the_loop(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    save = house.repository.save

    def watched(device: str, text: str, at: float) -> object:
        seen.append(threading.current_thread() is threading.main_thread())
        return save(device, text, at)

    monkeypatch.setattr(house.repository, "save", watched)
    await asyncio.gather(house.take(FIRST, AT), house.take(SECOND, AT + 1))
    assert seen == [False, False]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    repository = Repository(tmp_path / "configs")
    repository.save("rt01", FIRST, AT)
    repository.save("rt01", SECOND, AT + 60)
    repository.save("rt02", "description \x1b[31mred\x07\n" * 5, AT + 90)
    return tmp_path


def config(state: Path, *words: str) -> int:
    verb, *rest = words
    return main(["config", verb, "--state-dir", str(state), *rest])


def test_command_lists_and_logs(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert config(state, "list") == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == [
        "device",
        "rt01",
        "rt02",
    ]
    assert config(state, "log", "rt01") == 0
    assert [line.split("\t")[2] for line in capsys.readouterr().out.splitlines()] == [
        "lines",
        "+1 -1",
        "+4 -0",
    ]


def test_command_shows_and_compares(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert config(state, "show", "rt01") == 0
    assert capsys.readouterr().out == SECOND
    first = Repository(state / "configs").log("rt01")[-1].id
    assert config(state, "show", "rt01", "--at", first) == 0
    assert capsys.readouterr().out == FIRST
    assert config(state, "diff", "rt01") == 0
    assert "\n- mtu 1500\n+ mtu 1400\n" in capsys.readouterr().out


def test_command_lets_no_escape_through(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert config(state, "show", "rt02") == 0
    assert capsys.readouterr().out == "description ?[31mred?\n" * 5


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "rt09"), 1, "no configuration of rt09 was saved yet"),
        (("show", "../x"), 1, "is no name of a device"),
        (("show", "rt01", "--at", "soon"), 1, "neither a revision's id nor a day"),
        (("diff", "rt01", "1234567"), 1, "no revision 1234567"),
        (("diff", "rt02"), 0, "no change"),
    ],
)
def test_command_says_what_there_is_not(
    state: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, said: str
) -> None:
    assert config(state, *words) == code
    assert said in capsys.readouterr().err


def test_command_without_configurations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert config(tmp_path, "list") == 2
    assert "no configurations in" in capsys.readouterr().err


def test_repository_is_ours_alone(state: Path) -> None:
    assert (state / "configs").stat().st_mode & 0o077 == 0
