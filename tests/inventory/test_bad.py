"""Every mistake with its exact message: what is expected stands on top of each `bad/*.yaml`."""

from pathlib import Path

import pytest

from inventory.load import InventoryInvalid, load
from inventory.source import FILE_BYTES
from inventory.vocabulary import Vocabulary

BAD = Path(__file__).parent / "bad"
PLANTED = "K9-mat-khau"
GOOD = """\
credentials: {lab: {snmp: {community: env:LAB}}}
defaults: {credentials: [lab]}
collectors: {noc-1: {attached_to: [core]}}
sites: {dc: {name: TTDL}}
devices:
  core: {address: 10.0.0.1, site: dc}
"""


def _expected(path: Path) -> list[str]:
    lines = path.read_text("utf-8", errors="replace").splitlines()
    return [line.removeprefix("# ") for line in lines if line.startswith("# ")]


def _told(path: Path, vocabulary: Vocabulary) -> list[str]:
    with pytest.raises(InventoryInvalid) as caught:
        load(path, vocabulary)
    assert PLANTED not in repr(caught.value) + str(caught.value)
    return [str(error) for error in caught.value.errors]


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_mistake_is_told_as_it_is_written(
    path: Path, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    assert _expected(path)
    assert _told(Path(path.name), vocabulary) == _expected(path)


def test_a_file_of_50_megabytes_is_refused_unread(tmp_path: Path, vocabulary: Vocabulary) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    assert FILE_BYTES == 16 * 1024 * 1024
    assert _told(large, vocabulary) == [f"{large}:1: larger than 16 MB, the limit for one file"]


def test_a_file_that_is_not_there_or_is_a_folder_is_told(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    assert _told(tmp_path / "no.yaml", vocabulary) == [
        f"{tmp_path}/no.yaml:1: cannot be read: No such file or directory"
    ]
    assert _told(tmp_path, vocabulary) == [f"{tmp_path}:1: cannot be read: Is a directory"]


def test_an_unreadable_include_hides_the_names_that_may_stand_in_it(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    (tmp_path / "sites.yaml").write_text("sites: {dc: {name: TTDL\n")
    main = tmp_path / "main.yaml"
    main.write_text(
        "include: sites.yaml\ncollectors: {noc-1: {attached_to: []}}\n"
        "devices: {core: {address: 10.0.0.1, site: dc, pinng: 1s}}\n"
    )
    told = _told(main, vocabulary)
    assert len(told) == 2
    assert 'unknown key "pinng" (did you mean "ping"?)' in told[0]
    assert "sites.yaml:2: broken YAML" in told[1]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null\n", "\ufeff"])
def test_an_empty_file_lacks_a_collector(tmp_path: Path, vocabulary: Vocabulary, text: str) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text(text)
    (told,) = _told(path, vocabulary)
    assert told.endswith("collectors: no collector (who asks? collectors: {noc-1: {}})")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 100_000 + "a",
        "{a: " * 50_000,
        "? " * 50_000,
        "a: \x01",
        "? [a]\n: b\n",
        "? {a: b}\n: c\n",
        "&a a: *a\n*a : b\n",
        "devices: {? core}",
        "devices: {core: {address: [[[10.0.0.1]]], site: {a: b}}}",
        "collectors: 5\ndevices: five\nnotify: {a: b}\nprovince: []\n",
        "include: {a: b}",
        "include: [/etc/passwd, ../../../*, '**/', '[', '']",
        "devices: {core: {probes: [snmp], checks: {a: {}}, thresholds: {A: [1]}, uplinks: 5}}",
        "calendars: {a: {hours: [], holidays: 5}}",
        "maintenance: [5, {every: {}}]\nnotify: [[]]\n",
        "credentials: {a: {snmp: {auth: [], priv: {aes128: 5}}, ssh: {}}}",
        "services: {a: {name: A, level: 9, needs: ['::', ':', 'site:']}}",
        "circuits: {a: {z: /, targets: []}}",
        "circuits: {a: {z: //, a: 'x/y/z', payers: [[a]]}}",
    ],
)
def test_hostile_text_is_refused_and_never_crashes(
    tmp_path: Path, vocabulary: Vocabulary, text: str
) -> None:
    path = tmp_path / "hostile.yaml"
    path.write_text(text)
    assert _told(path, vocabulary)


def test_a_key_cannot_forge_a_line_of_the_report(tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = tmp_path / "forged.yaml"
    path.write_text(GOOD + '"a\\nb.yaml:1: all is well\\e[2J": 1\n' + '"' + "k" * 1000 + '": 1\n')
    told = _told(path, vocabulary)
    assert len(told) == 2
    assert all("\n" not in line and "\x1b" not in line and len(line) < 500 for line in told)


def test_two_hundred_agents_share_an_address_on_different_ports(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    agents = "".join(
        f"  a{n}: {{address: 127.0.0.1, site: dc, uplinks: [core], "
        f"probes: {{snmp: {{port: {n}}}}}}}\n"
        for n in range(2000, 2200)
    )
    path = tmp_path / "agents.yaml"
    path.write_text(GOOD + agents)
    assert len(load(path, vocabulary).devices) == 201


def test_one_port_is_free_in_another_context_and_for_a_retired_device(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    path = tmp_path / "agents.yaml"
    path.write_text(
        GOOD
        + "  a: {address: 10.0.0.2, site: dc, uplinks: [core], probes: {snmp: {context: vrf-1}}}\n"
        + "  b: {address: 10.0.0.2, site: dc, uplinks: [core], probes: {snmp: {context: vrf-2}}}\n"
        + "  c: {address: 10.0.0.2, site: dc, lifecycle: retired, "
        + "probes: {snmp: {context: vrf-1}}}\n"
    )
    assert set(load(path, vocabulary).devices) == {"core", "a", "b", "c"}
