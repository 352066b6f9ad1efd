"""The page for operators has every reason, in both languages."""

import re
from pathlib import Path

from probes.reading import Reason

PAGE = Path(__file__).parents[2] / "docs/operations.md"


def test_every_reason_stands_in_the_page_with_what_to_do() -> None:
    text = PAGE.read_text("utf-8").partition("## When a device does not answer")[2]
    section = text.partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE))
    assert rows.keys() == set(Reason)
    for reason, row in rows.items():
        cells = row.split(" | ")
        assert len(cells) == 2, reason
        assert all(len(cell.split(" · ")) == 2 for cell in cells), reason
