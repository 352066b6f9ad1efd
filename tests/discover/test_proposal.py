"""The proposal is a fragment that the real loader takes, whatever devices call themselves."""

from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.discover.entries import Entry, entries
from collector.discover.found import Answer, Neighbour, Refusal
from collector.discover.ground import Ground, ground
from collector.discover.proposal import Proposal, render, value
from collector.discover.roles import KINDS
from collector.discover.survey import refusals
from collector.discover.uplinks import hang, links
from collector.vocabulary import vocabulary
from inventory.load import load
from probes.reading import Reason
from probes.snmp.profiles import load_profiles
from tests.discover.made import answer, included, inventory

NASTY = (
    'x: {y: "z"} # no',
    "a\nevil: {address: 10.9.9.9}",
    "\x1b[31mred\x07",
    "'\"\\",
    "- [",
    "*alias &anchor !!python/object",
    "https://user:secret@host/",
    "env:HOME",
    "on",
    "12345",
    "0x10",
    "~",
    "\u202egnp",
    "\ufffe\ud800\u2028",
    "%YAML 9",
    "---",
    "x" * 5000,
)


def proposed(found: list[Entry], base: Ground, gateway: str = "") -> str:
    told = links(found, base.inventory)
    left = hang(found, told.edges, base, gateway)
    tallies = refusals([one for entry in found for one in entry.answers])
    return render(Proposal(found, told.strangers, left, base, tallies, notes=["a note"]))


def nasty(number: int, text: str) -> Answer:
    identity = dict.fromkeys(("vendor", "model", "os", "version", "serial"), text)
    seen = Neighbour("LLDP", text, text, text, text, ("10.9.9.9",), text)
    told = {"location": text, "description": text, "profile": "generic", "identity": identity}
    return answer(f"127.62.0.{number}", text, seen, **told)


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    base = ground(inventory(tmp_path))
    found = entries([nasty(n, text) for n, text in enumerate(NASTY, 1)], {}, ["known-01"])
    text = proposed(found, base)
    loaded = included(tmp_path, text)
    assert {one.address for one in loaded.devices.values()} == {
        "127.61.0.1",
        *(f"127.62.0.{n}" for n in range(1, len(NASTY) + 1)),
    }
    assert all(one == "\n" or one.isprintable() for one in text)
    assert "user:secret" not in str([one.asset for one in loaded.devices.values()])
    assert yaml.safe_load(text)["devices"].keys() == loaded.devices.keys() - {"known-01"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_any_text_of_a_device_keeps_the_proposal_loadable(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        base = ground(inventory(Path(folder)))
        found = entries([nasty(n, text) for n, text in enumerate(texts, 1)], {}, ["known-01"])
        (Path(folder) / "fragment.yaml").write_text(proposed(found, base))
        loaded = load(inventory(Path(folder), "fragment.yaml"), vocabulary())
    assert len(loaded.devices) == len(texts) + 1


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30))
def test_a_value_reads_back_as_the_same_text(text: str) -> None:
    shown = "".join(one if one.isprintable() else " " for one in text)
    assert yaml.safe_load(f"{{k: {value(text)}, l: []}}")["k"] == shown


def test_an_entry_says_what_was_found() -> None:
    identity = {"vendor": "Cisco", "model": "C9300", "os": "IOS-XE", "version": "17.6"}
    identity["serial"] = "FOC1234"
    one = answer("10.0.0.1", "SW-01", location="Tầng 2", profile="cisco-ios", identity=identity)
    assert proposed(entries([one], {}, ()), Ground()) == (
        "# a note\n"
        "\n"
        "sites:\n"
        '  discovered: {name: "Chưa xếp địa điểm"}\n'
        "  # places that the devices tell of · địa điểm do thiết bị tự khai:\n"
        '  # tang-2: {name: "Tầng 2"}  # 1\n'
        "\n"
        "devices:\n"
        "\n"
        "  # 10.0.0.1: SNMP (core)\n"
        "  # Cisco C9300, IOS-XE 17.6, serial FOC1234, profile cisco-ios\n"
        '  # location · vị trí: "Tầng 2"\n'
        "  sw-01:\n"
        "    address: 10.0.0.1\n"
        "    site: discovered\n"
        "    # role: ?\n"
        "    credentials: [core]\n"
        "    probes: {snmp: {}}\n"
        "    asset: {vendor: Cisco, model: C9300, serial: FOC1234}\n"
    )


def test_nothing_new_is_a_fragment_too(tmp_path: Path) -> None:
    text = proposed([], ground(inventory(tmp_path)))
    assert text == "# a note\n\ndevices: {}\n"
    assert len(included(tmp_path, text).devices) == 1


def test_a_plain_role_is_taken_only_where_the_inventory_has_one_that_fits(tmp_path: Path) -> None:
    more = "roles: {firewall: {probes: {snmp: {port: 1161}}}, ups: {probes: {ssh: {}}}}\n"
    base = ground(inventory(tmp_path, more=more))
    found = entries(
        [
            answer("127.62.0.1", "fw", profile="fortinet-fortigate"),
            answer("127.62.0.2", "ups", profile="generic-ups"),
            answer("127.62.0.3", "pdu", profile="raritan-px"),
            answer("127.62.0.4", "rt", profile="cisco-ios"),
            answer("127.62.0.5", "sw", profile="generic", services=2),
        ],
        {},
        ["known-01"],
    )
    text = proposed(found, base)
    devices = included(tmp_path, text, more=more).devices
    assert {name: one.role for name, one in devices.items() if one.role} == {"fw": "firewall"}
    settings = devices["fw"].probes[0].settings
    assert getattr(settings, "port", None) == 161
    assert [line.strip() for line in text.splitlines() if "# role" in line] == [
        "# role: ups  # ?",
        "# role: pdu  # ?",
        "# role: ?",
        "# role: switch  # ?",
    ]


def test_roles_are_guessed_from_profiles_that_exist() -> None:
    named = [profile for profiles in KINDS.values() for profile in profiles]
    assert set(named) <= load_profiles().keys()
    assert len(set(named)) == len(named)


def test_defaults_that_ask_for_more_do_not_break_the_proposal(tmp_path: Path) -> None:
    more = "defaults: {probes: {snmp: {port: 1161}, ssh: {}}}\n"
    path = inventory(tmp_path)
    path.write_text(
        path.read_text().replace(
            "site: dc, asset", "credentials: [core, ssh-only], site: dc, asset"
        )
        + more
    )
    base = ground(path)
    found = entries([answer("127.62.0.1", "a"), answer("127.62.0.2", access="")], {}, ["known-01"])
    (tmp_path / "fragment.yaml").write_text(proposed(found, base))
    again = path.read_text().replace("include: []", "include: [fragment.yaml]")
    path.write_text(again)
    devices = ground(path).inventory
    assert devices is not None
    asked = {name: [use.probe for use in one.probes] for name, one in devices.devices.items()}
    assert asked["a"] == ["snmp"]
    assert asked["device-127-62-0-2"] == []


def test_devices_of_one_of_several_collectors_name_it(tmp_path: Path) -> None:
    more = "roles: {}\n"
    path = inventory(tmp_path)
    text = path.read_text().replace("noc-1: {}", "noc-1: {}\n  noc-2: {}")
    path.write_text(text.replace("site: dc, asset", "collector: noc-2, site: dc, asset") + more)
    found = entries([answer("127.62.0.1", "a")], {}, ["known-01"])
    (tmp_path / "fragment.yaml").write_text(proposed(found, ground(path)))
    path.write_text(path.read_text().replace("include: []", "include: [fragment.yaml]"))
    after = ground(path).inventory
    assert after is not None
    assert after.devices["a"].collector == "noc-1"


def test_uplinks_stand_with_both_ports_and_load(tmp_path: Path) -> None:
    base = ground(inventory(tmp_path, collector="gateway: 127.62.0.1"))
    found = entries(
        [
            answer("127.62.0.1", "gw", Neighbour("LLDP", "ge1", "sw", "Gi0/1")),
            answer("127.62.0.2", "sw", Neighbour("CDP", "Gi0/2", "stranger", "x")),
        ],
        {},
        ["known-01"],
    )
    text = proposed(found, base)
    assert "    uplinks: [gw]\n      # gw: Gi0/1 - ge1 (LLDP)\n" in text
    assert '# unknown neighbour · láng giềng lạ: "Gi0/2" - "stranger" "x" (CDP)' in text
    uplinks = included(tmp_path, text, collector="gateway: 127.62.0.1").devices["sw"].uplinks
    assert [str(one) for one in uplinks] == ["device:gw"]


def test_known_devices_are_told_with_their_differences_only(tmp_path: Path) -> None:
    base = ground(inventory(tmp_path))
    identity = {"serial": "NEW-2", "model": "SAME", "vendor": "Cisco"}
    told = {"engine": "e", "identity": identity}
    found = entries(
        [answer("127.61.0.1", "k", **told), answer("127.61.0.7", "k", **told)],
        base.addresses,
        ["known-01"],
    )
    text = proposed(found, base)
    assert "devices: {}" in text
    assert "  # 127.61.0.1, 127.61.0.7: known · đã có trong danh mục: known-01; SNMP (core)" in text
    assert '  #   serial · khác danh mục: "OLD-1" -> "NEW-2"' in text
    assert "  #   also at · còn địa chỉ khác: 127.61.0.7" in text
    assert "model ·" not in text
    assert len(included(tmp_path, text).devices) == 1


def test_neighbours_without_end_are_cut(tmp_path: Path) -> None:
    seen = [Neighbour("LLDP", f"p{n}", f"n{n}") for n in range(500)]
    found = entries([answer("127.62.0.1", "sw", *seen, cut=True)], {}, ())
    text = proposed(found, ground(inventory(tmp_path)))
    assert text.count("unknown neighbour") == 24
    assert "... 476 more neighbours" in text
    assert "not everything was told" in text


def test_refusals_are_counted_by_set_and_reason() -> None:
    refusal = Refusal("core", Reason.AUTH, "wrong password", "look it up")
    found = [
        answer(
            f"10.0.0.{n}", access="", refusals=[refusal, Refusal("old", Reason.TIMEOUT, "no", "")]
        )
        for n in (1, 2, 3)
    ]
    found.append(answer("10.0.0.4", "in", refusals=[refusal]))
    text = proposed(entries(found, {}, ()), Ground())
    assert (
        "# SNMP refused · từ chối: core at 3 addresses: auth: wrong password (look it up)" in text
    )
    assert "# SNMP refused · từ chối: old at 3 addresses: timeout: no" in text
    assert "# 10.0.0.1: ping only · chỉ trả lời ping, SNMP: core auth; old timeout" in text
