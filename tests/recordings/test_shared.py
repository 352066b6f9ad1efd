"""Recordings of real devices, polled by the real client, say what another program says of them.

They stand beside the checkout (HATANG_SHARED overrides), not in it. How a value is judged: see
sensors.py, ports.py, system.py; which expected values are doubtful, and why: doubtful.yaml.
"""

import asyncio

import pytest

from tests.recordings import score
from tests.recordings.emitted import Polled
from tests.recordings.families import PROFILES
from tests.recordings.shares import below, table
from tests.recordings.tally import Doubt, Tally, doubts

pytestmark = pytest.mark.skipif(
    not score.SHARED.is_dir(), reason="no recordings of real devices beside the checkout"
)
PATHS = {score.called(path): path for path in score.recordings("")}

NARROW = {"huawei-vrp/vrp_ce12804-entity"}
"""Recordings of so little that a poll says so: names of entities alone."""


Account = tuple[dict[str, tuple[Polled, Tally]], list[Doubt]]


@pytest.fixture(scope="module")
def account() -> Account:
    """Every recording polled and judged, once for all tests here."""
    known = doubts()

    async def run() -> dict[str, tuple[Polled, Tally]]:
        return {
            name: await score.score(path, known, score.named(name)) for name, path in PATHS.items()
        }

    return asyncio.run(run()), known


@pytest.mark.parametrize("name", PATHS)
def test_recording_is_read_whole_with_the_right_profile(name: str, account: Account) -> None:
    polled, tally = account[0][name]
    reading = polled.reading
    print(tally.recording, tally.sections(), *tally.extras, sep="\n  ")
    if name in NARROW:
        assert reading.message == "the agent shows nothing but its system group"
    else:
        assert (reading.reason, reading.message, reading.missing) == (None, "", ())
    assert reading.tables_answered == reading.tables_expected - len(reading.empty) >= 1
    assert polled.profile in PROFILES[name.partition("/")[0]]


def test_shares_of_right_values_reach_the_bars(account: Account) -> None:
    tallies = [tally for _, tally in account[0].values()]
    print(table(tallies))
    assert not below(tallies)


def test_doubtful_values_are_there_and_still_differ(account: Account) -> None:
    assert not [one.stale for one in account[1] if one.stale]
