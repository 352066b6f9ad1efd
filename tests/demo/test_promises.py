"""What the README shows of the demo, held against what it prints today."""

import re
from pathlib import Path

import pytest

from alerts.notice import Notice
from alerts.wording import compose
from collector.command.main import main
from collector.demo import view
from collector.demo.messages import Message
from collector.demo.province import Province
from collector.verdicts.verdict import Sign
from inventory.load import load
from inventory.model import Thing
from probes.registry import vocabulary

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / name).read_text() for name in ("README.md", "README.vi.md")}
CUT = Thing("circuit", "tsl-ii-05212-a")
AT = 1_795_316_836.0
"""2026-11-22, 10:07:16 in Vietnam."""
WIDTH = 108


@pytest.mark.parametrize("page", PAGES)
def test_cut_of_the_readme_is_told_in_just_these_words(page: str) -> None:
    inventory = load(ROOT / "inventory.yaml", vocabulary())
    silent = ["hbh-xa-05212-ap01", "hbh-xa-05212-rt01", "hbh-xa-05212-sw01"]
    signs = (
        Sign("far_end_silent", (("device", f"device:{silent[1]}"),)),
        Sign("site_silent", (("site", "pa-co"), ("count", "3"))),
        Sign("only_path", ()),
        Sign("probe_silent", ()),
        Sign("a_end_up", (("device", "hbh-dc-pe01"), ("interface", "ge-0/0/3"))),
        Sign("siblings_up", (("provider", "VNPT"), ("total", "20"))),
    )
    hides = (*(f"device:{one}" for one in silent), "site:pa-co")
    cause = Notice(
        "CircuitDown", str(CUT), "critical", AT, side="not-known", evidence=signs, hides=hides
    )
    told = compose(cause, inventory, 1)
    (clock,) = re.findall(r"^● (\d\d:\d\d:\d\d) ", PAGES[page], re.MULTILINE)
    said = Message(1, clock, "firing", str(CUT), told.summary, told.description)
    assert view.message(said, WIDTH) in PAGES[page]
    dark = sorted(Province(inventory).dark([CUT]).devices)
    assert f"{CUT} is broken; {len(dark)} devices fell silent: {', '.join(dark)}\n" in PAGES[page]


@pytest.mark.parametrize("name", ["hbh-dc-core01", "dich-vu-cong", "dc", "tsl-ii-05212-a"])
def test_what_the_readme_proposes_to_break_is_in_the_example(name: str) -> None:
    inventory = load(ROOT / "inventory.yaml", vocabulary())
    assert Province(inventory).find(name).name == name
    for page in PAGES.values():
        assert f"`{name}`" in page or f"--break {name}" in page


@pytest.mark.parametrize("verb", ["--break", "--mend", "--list-broken"])
def test_verbs_of_the_readme_are_those_of_the_command(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["demo", "--help"])
    assert verb in capsys.readouterr().out
    assert all(verb in page for page in PAGES.values())


def test_packages_of_the_demo_are_what_make_installs() -> None:
    (line,) = re.findall(r"^DEMO_PACKAGES := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(line.split()) == {"victoria-metrics", "nftables", "prometheus-alertmanager"}
