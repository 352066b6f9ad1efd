"""How well a poll of a shared recording agrees with what an independent program says of it.

    python -m tests.recordings.score FAMILY[/NAME] [-v] [-p PROFILE]

prints what is right, by section, what is missing (with the expected row) and what is extra.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from probes.snmp.profile import Profile, Who, match, telling
from probes.snmp.profiles import FOLDER, load_folder, load_profiles
from tests.recordings.centreon import judge_metrics
from tests.recordings.emitted import Polled, poll, who
from tests.recordings.extras import judge_extras
from tests.recordings.families import NAMED
from tests.recordings.ports import judge_ports
from tests.recordings.relations import judge_balancers, judge_peers
from tests.recordings.sensors import judge_sensors
from tests.recordings.shares import table
from tests.recordings.system import judge_amounts, judge_identity, judge_processors
from tests.recordings.tally import Doubt, Tally, doubts

SHARED = Path(os.environ.get("HATANG_SHARED", Path(__file__).parents[3] / "shared")) / "recordings"
NOT_JUDGED = ("inventory", "vlans", "ipv4", "ipv6", "neighbours", "slas", "transceivers",
              "mac_table", "arp_table", "virtual_machines")  # fmt: skip
"""Sections about things that the catalogue has no metric for."""


def expected_of(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    return found


def judge(polled: Polled, expected: dict[str, Any], tally: Tally) -> None:
    """All sections of one recording."""
    judge_identity(polled, expected, tally)
    judge_ports(polled, expected, tally)
    judge_processors(polled, expected, tally)
    for section in ("memory", "storage"):
        judge_amounts(section, polled, expected, tally)
    for section in ("sensors", "wireless"):
        judge_sensors(section, polled, expected, tally)
    judge_peers(polled, expected, tally)
    judge_balancers(polled, expected, tally)
    judge_metrics(polled, expected, tally)
    judge_extras(polled, tally)
    for section in NOT_JUDGED:
        if expected.get(section):
            tally.leave(section, "not of the catalogue", len(expected[section]))


def recordings(name: str) -> list[Path]:
    """Recordings by FAMILY or FAMILY/NAME, all by an empty name."""
    family, _, one = name.partition("/")
    return sorted(SHARED.glob(f"{family or '*'}/{one or '*'}.snmprec"))


async def score(path: Path, known: list[Doubt], profile: Profile | None) -> tuple[Polled, Tally]:
    """Poll one recording and judge it."""
    polled = await poll(path, profile)
    tally = Tally(called(path), known)
    judge(polled, expected_of(path), tally)
    return polled, tally


def called(path: Path) -> str:
    """A recording's name: FAMILY/NAME."""
    return f"{path.parent.name}/{path.stem}"


def named(name: str) -> Profile | None:
    """The profile of a recording that does not say who the device is; None for all others."""
    return load_profiles()[NAMED[name]] if name in NAMED else None


def chosen(path: Path, usable: dict[str, Profile], wanted: str | None) -> Profile:
    """The profile for a recording: the wanted one, the one it is told by name, or by match.

    Profiles that are wrong are left aside here, so that one half-written file stops nobody's work.
    """
    name = wanted or NAMED.get(called(path))
    if name in usable:
        return usable[name]
    if name:
        print(f'no usable profile "{name}"')
    number, text, there = who(path)
    asked = telling(usable, Who(number, text))
    return match(usable, Who(number, text, {one for one in asked if one in there}))


def show(polled: Polled, tally: Tally, full: bool) -> None:
    """One recording's account on standard output."""
    rights = {name: f"{right}/{all_}" for name, (right, all_) in tally.sections().items()}
    print(f"{tally.recording} [{polled.profile}] {rights} extra {len(tally.extras)}")
    if polled.reading.reason:
        print(f"  POLL {polled.reading.reason}: {polled.reading.message}")
    for name in sorted(rights):
        misses = [one.text for one in tally.verdicts if one.section == name and not one.right]
        shown = misses if full else misses[:6]
        for text in shown:
            print(f"  miss  {name}: {text}")
        if len(shown) < len(misses):
            print(f"  ...   {name}: {len(misses) - len(shown)} more (-v)")
    for text in tally.extras if full else tally.extras[:6]:
        print(f"  extra {text}")
    for reason, count in tally.left.items() if full else ():
        print(f"  left  {count} {reason}")
    for one in polled.emitted if full else ():
        if not one.used and one.subject in ("sensor", "ups", "outlet", "drive", "array"):
            print(f"  not in the expected: {one}")


async def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.recordings.score")
    parser.add_argument("name", nargs="?", default="", help="FAMILY or FAMILY/NAME")
    parser.add_argument("-v", action="store_true", dest="full", help="everything")
    parser.add_argument("-p", dest="profile", help="poll with this profile")
    given = parser.parse_args(arguments)
    known = doubts()
    usable, problems = load_folder(FOLDER)
    for problem in problems:
        print(f"profile left aside: {problem}")
    tallies: list[Tally] = []
    for path in recordings(given.name):
        polled, tally = await score(path, known, chosen(path, usable, given.profile))
        show(polled, tally, given.full)
        tallies.append(tally)
    for one in known:
        if one.stale and f"{one.recording}/".startswith(f"{given.name}/".removeprefix("/")):
            print(f"doubtful.yaml: {one.stale}")
    print(table(tallies))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
