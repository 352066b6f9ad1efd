"""`hatang config`: configurations as they were saved, from the repository of the state directory.

The collector need not run. Nothing is asked of a device.
"""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from collector.command.ask import places
from collector.command.inventory import print_table, printable
from collector.configs import GitFailed, Repository, Revision, Unknown

EXAMPLE = """\
examples:
  hatang config list
  hatang config log hbh-dc-fw01
  hatang config diff hbh-dc-fw01                  what the last change was
  hatang config diff hbh-dc-fw01 3f2a91c          what is other now than it was then
  hatang config show hbh-dc-fw01 --at 2026-11-22

A revision is an id of `log`, or a day (2026-11-22, or 2026-11-22T10:30). Passwords, keys and
communities were never saved: <hidden> stands in their place. Exit code 1: nothing saved of that
device or at that time; 2: usage, or no configurations here.
"""
VERBS = {
    "list": "every device whose configuration was saved, and when it changed last",
    "show": "a configuration, now or as it was",
    "diff": "what changed: last, since a revision, or between two",
    "log": "the revisions of a device's configuration",
}
STYLES = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}
PLAIN = "\x1b[0m"


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang config`."""
    parser.epilog = EXAMPLE
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--state-dir",
        type=Path,
        default=os.environ.get("HATANG_STATE_DIR"),
        help="state directory of the collector [HATANG_STATE_DIR]",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    for verb, text in VERBS.items():
        one = verbs.add_parser(verb, parents=[common], help=text, description=text, epilog=EXAMPLE)
        one.formatter_class = argparse.RawDescriptionHelpFormatter
        if verb != "list":
            one.add_argument("device", metavar="DEVICE")
    verbs.choices["show"].add_argument("--at", metavar="REVISION", help="an id, or a day")
    verbs.choices["diff"].add_argument("first", nargs="?", metavar="REVISION")
    verbs.choices["diff"].add_argument("second", nargs="?", metavar="REVISION")


def run(args: argparse.Namespace) -> int:
    """0 done, 1 nothing was saved of that, 2 usage."""
    verbs: dict[str, Callable[[Repository, argparse.Namespace], None]] = {
        "list": _list,
        "show": _show,
        "diff": _diff,
        "log": _log,
    }
    repository = _found(args.state_dir)
    if repository is None:
        looked = " or ".join(str(place / "configs") for place in places(args.state_dir))
        hint = "give a device the probe cli, or name another --state-dir"
        print(f"hatang config: no configurations in {looked}; {hint}", file=sys.stderr)
        return 2
    try:
        verbs[args.verb](repository, args)
    except (Unknown, GitFailed) as error:
        print(f"hatang config: {printable(str(error))}", file=sys.stderr)
        return 1
    return 0


def _found(chosen: Path | None) -> Repository | None:
    """The first place that has a repository."""
    for place in places(chosen):
        one = Repository(place / "configs")
        if one.there:
            return one
    return None


def _list(repository: Repository, _args: argparse.Namespace) -> None:
    cells = [(one.device, *_facts(one)) for one in repository.devices()]
    print_table(("device", "revision", "changed", "lines"), cells)


def _log(repository: Repository, args: argparse.Namespace) -> None:
    cells = [_facts(one) for one in repository.log(args.device)]
    print_table(("revision", "seen", "lines"), cells)


def _facts(one: Revision) -> tuple[str, str, str]:
    seen = datetime.fromtimestamp(one.at).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    return one.id, seen, f"+{one.added} -{one.removed}"


def _show(repository: Repository, args: argparse.Namespace) -> None:
    for line in repository.text(args.device, args.at).splitlines():
        print(_sound(line))


def _diff(repository: Repository, args: argparse.Namespace) -> None:
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    told = repository.difference(args.device, args.first, args.second)
    for line in told.splitlines():
        style = STYLES.get(line[:1], "") if colours else ""
        print(f"{style}{_sound(line)}{PLAIN if style else ''}")
    if not told:
        print("no change", file=sys.stderr)


def _sound(line: str) -> str:
    """A stored line as a terminal may have it."""
    return printable(line.expandtabs(4))
