"""The language of profiles: what is refused, with which words; which profile fits a device."""

from pathlib import Path

import pytest

from probes.snmp import shelf
from probes.snmp.profile import Profile, Who, match, telling
from probes.snmp.profiles import ProfileInvalid, load_folder, load_profiles, profile_problems
from probes.snmp.shelf import heads, shipped

GOOD = """
title: t
match: [{object: 1.3.6.1.4.1.99}]
tables:
  ports:
    columns: {descr: {oid: 1.3.6.1.2.1.2.2.1.2, tier: slow}, in: 1.3.6.1.2.1.2.2.1.10}
    rows:
      - subject: interface
        label: {interface: ["{descr}"]}
        fields: {receive_bytes_total: in}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    return [str(one) for one in load_folder(tmp_path)[1]]


def test_shipped_profiles_have_no_problem() -> None:
    assert profile_problems() == []


def test_a_good_profile_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: t", "titel: t", "x.yaml:2: title: Field required"),
        ("title: t", "title: t\nx: 1", "x.yaml:3: x: Extra inputs are not permitted"),
        ("object: 1.3.6.1.4.1.99", "object: enterprises.99",
         'x.yaml:3: match.0.object: "enterprises.99" is no object identifier in numbers'),
        ("{object: 1.3.6.1.4.1.99}", "{text: '('}",
         ('x.yaml:3: match.0.text: "(" is no regular expression: '
          "missing ), unterminated subpattern at position 0")),
        ("receive_bytes_total: in", "received: in",
         ('x.yaml:10: tables.ports.rows.0.fields.received: '
          'the catalogue has no "interface_received"')),
        ("receive_bytes_total: in", "receive_bytes_total: inn",
         'x.yaml:10: tables.ports.rows.0.fields.receive_bytes_total: no column "inn"'),
        ('["{descr}"]', '["{name}"]',
         'x.yaml:9: tables.ports.rows.0.label.interface.0: no column "name"'),
        ("label: {interface:", "label: {port:",
         ("x.yaml:10: tables.ports.rows.0.fields.receive_bytes_total: "
          "interface_receive_bytes_total has other labels than ['device', 'port', 'site']")),
        ("title: t", "title: t\ntitle: u", "x.yaml:2: title: stands twice"),
        ("title: t", "title: t\nextends: [y]", 'x.yaml:3: extends: no profile "y"'),
        ("title: t", "title: t\nextends: [x]", "x.yaml:3: extends: circle x > x"),
        ("match: [{object: 1.3.6.1.4.1.99}]", "",
         "x.yaml:2: match: a profile that is no building block says whom it is for"),
        ("tier: slow", "tier: daily",
         ("x.yaml:6: tables.ports.columns.descr.tier: "
          "Input should be 'fast', 'medium' or 'slow'")),
    ],
)  # fmt: skip
def test_a_bad_profile_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    assert said in problems(tmp_path, GOOD.replace(old, new))


def test_a_fault_in_a_part_that_is_merged_stands_there(tmp_path: Path) -> None:
    twice = GOOD.replace("- subject", "- &first\n        subject") + "      - {<<: *first}\n"
    assert problems(tmp_path, twice) == []
    found = problems(tmp_path, twice.replace("{descr}", "{name}"))
    assert [one.partition(": tables")[0] for one in found] == ["x.yaml:10", "x.yaml:10"]


def test_a_fault_is_told_once_and_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "_base.yaml").write_text(GOOD.replace("{descr}", "{name}"), "utf-8")
    for name in ("x", "y"):
        (tmp_path / f"{name}.yaml").write_text("title: t\nextends: [_base]\nmatch: [{text: a}]")
    profiles, found = load_folder(tmp_path)
    assert not profiles
    said = '_base.yaml:9: tables.ports.rows.0.label.interface.0: no column "name"'
    assert [str(one) for one in found] == [said]


def test_broken_yaml_is_one_problem_of_its_file(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "a: [")
    assert found == "x.yaml:2: cannot be read: did not find expected node content"


@pytest.mark.parametrize(
    ("number", "text", "name"),
    [
        ("1.3.6.1.4.1.9.1.1208", "Cisco IOS Software", "cisco-ios"),
        ("1.3.6.1.4.1.9.1.2404", "Cisco Adaptive Security Appliance Version 9.1", "cisco-asa"),
        ("1.3.6.1.4.1.9.1.1069", "Cisco Controller", "cisco-wlc"),
        ("1.3.6.1.4.1.9.12.3.1.3.1084", "Cisco NX-OS(tm) n5000", "cisco-nxos"),
        ("1.3.6.1.4.1.2636.1.1.1.2.41", "Juniper Networks, Inc.", "juniper-junos"),
        ("1.3.6.1.4.1.99999.12.3", "Cisco IOS of another", "generic"),
        ("1.3.6.1.4.1.8072.3.2.10", "Linux srv 6.1", "net-snmp-linux"),
        ("1.3.6.1.4.1.8072.3.2.10", "Linux ABB-card 6.6", "generic-ups"),
        ("1.3.6.1.4.1.8072.3.2.100", "", "generic"),
        ("1.3.6.1.4.1.12356.101.1.644", "", "fortinet-fortigate"),
        ("", "", "generic"),
    ],
)
def test_the_longest_prefix_wins_and_a_text_that_fits_beats_none(
    number: str, text: str, name: str
) -> None:
    assert match(load_profiles(), Who(number, text)).name == name


def test_an_object_that_the_device_has_tells_profiles_of_one_number_apart(tmp_path: Path) -> None:
    for name, more in (("generic", "{object: 1.3}"), ("plain", "{object: 1.3.6}"),
                       ("nas", "{object: 1.3.6, has: 1.3.9.1.0}"),
                       ("else", "{object: 1.4, has: 1.3.9.2.0}")):  # fmt: skip
        (tmp_path / f"{name}.yaml").write_text(GOOD.replace("{object: 1.3.6.1.4.1.99}", more))
    profiles: dict[str, Profile] = load_folder(tmp_path)[0]
    who = Who("1.3.6.1", "Linux")
    assert telling(profiles, who) == {"1.3.9.1.0"}
    assert match(profiles, who).name == "plain"
    assert match(profiles, who._replace(has={"1.3.9.1.0"})).name == "nas"


def test_what_a_collector_reads_of_a_profile_is_what_the_whole_file_says() -> None:
    whole = load_profiles()
    concrete = {name: one.match for name, one in whole.items() if not one.abstract}
    assert {name: one.match for name, one in heads().items()} == concrete
    assert {name: shipped(name) for name in whole} == whole


def test_a_profile_that_is_wrong_is_not_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "FOLDER", tmp_path)
    (tmp_path / "odd.yaml").write_text("tables: {}\ntitle: x\nmatch: [{object: 1.3.9}]\n")
    (tmp_path / "wrong.yaml").write_text(GOOD.replace("total: in", "total: inn"))
    heads.cache_clear()
    try:
        assert heads()["odd"].match[0].object == "1.3.9"
        for name in ("wrong", "missing"):
            with pytest.raises(ProfileInvalid):
                shipped(name)
    finally:
        heads.cache_clear()
