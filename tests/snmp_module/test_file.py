"""Module files: both formats, what is wrong and where, and the time it takes."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from probes.snmp.module.file import ModuleInvalid, load, refer
from probes.snmp.module.index import take
from probes.snmp.module.layout import lay_out
from probes.snmp.module.moment import by_pattern, date_and_time, ntp
from probes.snmp.module.text import by_hint, shown
from probes.snmp.session import SnmpSettings

HERE = Path(__file__).parent
METRIC = "- {name: one, oid: 1.3.6.1.4.1.99999.1, type: gauge}"


def module(folder: Path, text: str, name: str = "mine") -> str:
    (folder / "snmp.yml").write_text(text)
    with pytest.raises(ModuleInvalid) as caught:
        lay_out(refer(f"snmp.yml:{name}", folder))
    return str(caught.value)


def test_both_formats_are_read() -> None:
    new = load(refer("own.yml:other", HERE))
    assert [one.name for one in new.metrics] == ["sysUpTime"]
    old = load(refer("filtered.yml:filtered", HERE))
    assert old.filters[0].targets == ("1.3.6.1.2.1.2.2.1.10",)


def test_a_module_in_other_styles_is_read(tmp_path: Path) -> None:
    styles = {
        "flow": f"modules: {{mine: {{walk: [1.3.6.1.4.1.99999], metrics: [{METRIC[2:]}]}}}}",
        "quoted": f"modules:\n    'mine':\n        get: []\n        metrics:\n        {METRIC}\n",
        "anchored": (
            f"modules:\n  base:\n    metrics: &all\n    {METRIC}\n  mine:\n    metrics: *all\n"
        ),
        "remarks": f"# one\nmine: # two\n  # three\n  walk:\n  metrics:\n  {METRIC}\nother: {{}}\n",
    }
    for name, text in styles.items():
        (tmp_path / f"{name}.yml").write_text(text)
        found = load(refer(f"{name}.yml:mine", tmp_path))
        assert [one.name for one in found.metrics] == ["one"], name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("modules:\n  their:\n    metrics: []\n", 'no module "mine" in snmp.yml (there are their)'),
        ("modules:\n  mime:\n    metrics: []\n", 'did you mean "mime"?'),
        (
            f"modules:\n  mine:\n    metrics:\n    {METRIC[:-1]}, colour: red}}\n",
            'snmp.yml:4: metrics.0.colour: unknown key "colour"',
        ),
        (
            "other: {}\nmine:\n  metrics:\n  - name: one\n    oid: 1.3.6.1\n    type: guage\n",
            'snmp.yml:6: metrics.0.type: unknown type "guage"',
        ),
        (
            "mine:\n  metrics:\n  - {name: o-e, oid: 1.3.6.1, type: gauge}\n",
            '"o-e" is no name of a metric or label',
        ),
        ("mine:\n  walk: [1.3.six]\n", '"1.3.six" is no object identifier'),
        (
            (
                "mine:\n  metrics:\n  - name: one\n    oid: 1.3.6.1\n    type: gauge\n"
                "    indexes:\n    - {labelname: a, type: Float}\n"
            ),
            'snmp.yml:7: metrics.0.indexes.0.type: type "Float" cannot be an index',
        ),
        (
            (
                "mine:\n  metrics:\n  - name: one\n    oid: 1.3.6.1\n    type: DisplayString\n"
                "    regex_extracts: {A: [{regex: '(['}]}\n"
            ),
            "expression that cannot be read",
        ),
        (
            "mine:\n  metrics:\n  - {name: interface_up, oid: 1.3.6.1, type: gauge}\n",
            "interface_up is a metric of Hatang's own",
        ),
        ("mine: [\n", "snmp.yml:2: "),
        ("mine: text\n", "snmp.yml:1: "),
        ("- mine\n", 'no module "mine"'),
        ("", 'no module "mine"'),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    assert told in module(tmp_path, text)


def test_references_are_checked(tmp_path: Path) -> None:
    for text, told in (
        ("snmp.yml", "write FILE:NAME"),
        (":x", "write FILE:NAME"),
        ("nowhere.yml:x", 'no such file "nowhere.yml"'),
    ):
        with pytest.raises(ModuleInvalid, match=told):
            refer(text, tmp_path)
    (tmp_path / "latin.yml").write_bytes(b"mine: {walk: [\xff]}\n")
    with pytest.raises(ModuleInvalid, match="cannot be read"):
        refer("latin.yml:mine", tmp_path)


def test_settings_of_a_changed_file_are_other_settings(tmp_path: Path) -> None:
    file = tmp_path / "snmp.yml"
    file.write_text("mine:\n  walk: [1.3.6.1.2.1.1]\n")
    first = SnmpSettings.model_validate({"modules": [f"{file}:mine"]})
    assert first == SnmpSettings.model_validate({"modules": [f"{file}:mine"]})
    file.write_text("mine:\n  walk: [1.3.6.1.2.1.2]\n")
    second = SnmpSettings.model_validate({"modules": [f"{file}:mine"]})
    assert first != second
    assert load(second.modules[0]).walk == ("1.3.6.1.2.1.2",)
    with pytest.raises(ValidationError, match='no module "other"'):
        SnmpSettings.model_validate({"modules": [f"{file}:mine", f"{file}:other"]})


@pytest.mark.parametrize(
    ("hint", "raw", "text"),
    [
        ("1d.1d.1d.1d", bytes((192, 168, 1, 1)), "192.168.1.1"),
        ("1x:", bytes((0, 26, 43)), "00:1A:2B"),
        ("2d-1d-1d,1d:1d:1d.1d,1a1d:1d", bytes((7, 226, 8, 15, 8, 1, 15, 0, 43, 2, 0)),
         "2018-8-15,8:1:15.0,+2:0"),
        ("255a", b"Hello", "Hello"),
        ("255t", b"sane\xfd\xbe", "sane\ufffd"),
        ("*1d./1d", bytes((3, 1, 2, 3, 9)), "1.2.3/9"),
        ("1o", bytes((8, 9)), "1011"),
        ("z", b"ab", "0x6162"),
        ("0d", b"ab", "0x6162"),
        ("9d", b"123456789", "0x313233343536373839"),
        ("1d", b"", ""),
    ],
)  # fmt: skip
def test_display_hints_write_bytes(hint: str, raw: bytes, text: str) -> None:
    assert shown(raw, "OctetString", hint) == text
    assert shown(raw, "DisplayString", hint) == shown(raw, "DisplayString")


def test_a_hint_that_takes_nothing_ends() -> None:
    assert by_hint("0a", b"abc") is None
    assert by_hint("1d-0a", b"abc") is None


def test_points_in_time() -> None:
    assert date_and_time(bytes((7, 226, 8, 15, 8, 1, 15, 0))) == 1_534_320_075
    assert date_and_time(bytes((7, 226, 8, 15, 8, 1, 15, 0, 43, 2, 0))) == 1_534_312_875
    assert date_and_time(bytes((7, 226, 13, 1, 0, 0, 0, 0))) == 1_546_300_800
    for wrong in (b"\0", bytes(11), 5, bytes((7, 226, 8, 15, 8, 1, 15, 0, 43, 99, 0))):
        assert date_and_time(wrong) is None
    assert by_pattern(b"Apr 01 2025", "%b %d %Y") == 1_743_465_600
    assert by_pattern(b"ABC", "%b %d %Y") is None
    assert ntp(bytes((235, 6, 119, 246, 48, 209, 11, 59))) == 1_734_080_886
    assert ntp(42) is ntp(b"abc") is None


def test_an_index_says_no_more_than_it_may() -> None:
    assert len(take((2**32 - 1, 1, 2), "OctetString").text) < 5000
    assert take((), "gauge") == ("0", (0,), ())
    assert take((), "PhysAddress48").text == "00:00:00:00:00:00"
    assert take((97, 98), "DisplayString", implied=True).text == "ab"
