"""The language of probes/commands: what is refused, and what the shipped files keep to."""

from pathlib import Path

import pytest
from netmiko.ssh_dispatcher import CLASS_MAPPER
from pydantic import ValidationError

from probes.cli.language import (
    FOLDER,
    CommandsInvalid,
    Fact,
    load_platforms,
    platforms,
    reads_only,
)
from probes.cli.session import CliSettings
from tests import house

ALL = sorted(platforms())


@pytest.mark.parametrize(
    "command",
    [
        "show running-config",
        "show configuration | display set | no-more",
        "display current-configuration",
        "get system ha status",
        "diagnose autoupdate versions",
        "/system license print",
        "/export terse",
    ],
)
def test_command_that_reads_is_taken(command: str) -> None:
    assert reads_only(command) == command


@pytest.mark.parametrize(
    "command",
    [
        "",
        "configure terminal",
        "config system console",
        "execute reboot",
        "diagnose sys kill 9 1",
        "diagnose debug enable",
        "show running-config | redirect flash:x",
        "show running-config | tee tftp://10.0.0.1/x",
        "show version\nreload",
        "show version; reload",
        "display version > flash:/x",
        "get system status | delete x",
        "clear counters",
        "/system reboot",
        "/export file=backup",
        "/ip address print where [remove 0]",
        "ping 10.0.0.1",
    ],
)
def test_command_that_may_do_more_is_refused(command: str) -> None:
    with pytest.raises(ValueError, match="no command that only reads"):
        reads_only(command)


@pytest.mark.parametrize("name", ALL)
def test_platform_is_one_that_netmiko_knows(name: str) -> None:
    assert platforms()[name].driver in CLASS_MAPPER


@pytest.mark.parametrize("name", ALL)
def test_platform_makes_rows_of_the_catalogue_only(name: str) -> None:
    found = []
    for fact in platforms()[name].facts.values():
        for rows in fact.rows:
            labels = {"device", "site", *rows.label, *rows.labels}
            for field in rows.fields:
                found += house.series(f"{rows.subject}_{field}", labels)
    assert found == []


@pytest.mark.parametrize("name", ALL)
def test_platform_saves_configurations(name: str) -> None:
    assert platforms()[name].backup is not None


def test_fact_has_one_parser() -> None:
    rows = [{"subject": "system", "fields": {"users": "users"}}]
    with pytest.raises(ValidationError, match="a pattern or a template"):
        Fact.model_validate({"command": "show users", "rows": rows})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("title: T\ndriver: d\nfacts: {a: {command: reload, pattern: x, rows: []}}", "only reads"),
        ("title: T\ndriver: d\nbackup: {command: show x, secrets: [abc]}", "no group"),
        ("title: T\ndriver: d\nbackup: {command: show x, volatile: ['(']}", "regular expression"),
        ("title: T\ndriver: d\nbackup: {command: show x, volatile: ['(?i)x']}", "regular exp"),
        ("title: T\ndriver: d\nextends: nobody", "nobody"),
        ("title: T\ndriver: d\ncolour: red", "colour"),
        ("title: [", "expected"),
    ],
)
def test_bad_file_is_told(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "_any.yaml").write_text((FOLDER / "_any.yaml").read_text())
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(CommandsInvalid, match=fault):
        load_platforms(tmp_path)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"platform": "windows"}, "no platform 'windows'"),
        ({"platform": "frr", "facts": ["licence"]}, "no fact 'licence'"),
        ({"platform": "frr", "backup": "soon"}, "bad duration"),
        ({"platform": "frr", "port": 0}, "greater than or equal to 1"),
        ({}, "Field required"),
    ],
)
def test_bad_settings_are_told(settings: dict[str, object], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        CliSettings.model_validate(settings)


def test_backup_may_be_off_or_of_any_age() -> None:
    assert CliSettings.model_validate({"platform": "frr", "backup": False}).backup is None
    assert CliSettings.model_validate({"platform": "frr", "backup": "6h"}).backup == 21600.0
    assert CliSettings.model_validate({"platform": "frr"}).backup == 86400.0
