"""docs/devices.md is what the profiles say."""

from pathlib import Path

from probes.devices_page import page
from probes.snmp.profiles import load_profiles

PAGE = Path(__file__).parents[2] / "docs/devices.md"


def test_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == page(), "make docs"


def test_every_concrete_profile_has_its_part() -> None:
    text = page()
    for name, profile in load_profiles().items():
        assert (f"\n### {name}\n" in text) is not profile.abstract
