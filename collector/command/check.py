"""`hatang check`: every error in inventory, profiles, rules and dashboards, at once."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from alerts.soundness import problems as rule_problems
from collector.command.inventory import default_inventory, missing
from collector.vocabulary import vocabulary
from dashboards.soundness import problems as dashboard_problems
from inventory.load import Inventory, InventoryInvalid, load
from inventory.problem import Problem
from probes.registry import vocabulary as known_names
from probes.snmp.profiles import ProfileInvalid, profile_problems

EXAMPLE = """\
examples:
  hatang check
  hatang check -i inventory.yaml --json

A problem is written `file:line: path: what is wrong (what was probably meant)`; with --json as an
object a line: file, line, path, message, suggestion. Exit code 1 when there are problems. Secrets
are not fetched: whether env:NAME is set is known where the collector runs.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang check`."""
    parser.epilog = EXAMPLE
    parser.add_argument("-i", "--inventory", type=Path, default=default_inventory(), metavar="FILE")
    parser.add_argument("--json", action="store_true", help="problems as one object a line")


def run(args: argparse.Namespace) -> int:
    """0 nothing wrong, 1 problems, 2 no such file."""
    if not args.inventory.exists():
        print(missing(args.inventory), file=sys.stderr)
        return 2
    problems: list[Problem] = [_of_rules(line) for line in rule_problems()]
    of_dashboards = [_of_rules(line) for line in dashboard_problems()]
    names = known_names if problems else vocabulary  # faulty limits have no names
    problems += profile_problems()
    inventory = None
    try:
        inventory = load(args.inventory, names())
    except ProfileInvalid:
        pass  # told already
    except InventoryInvalid as error:
        problems += error.errors
    problems += of_dashboards
    for problem in problems:
        print(json.dumps(asdict(problem), ensure_ascii=False) if args.json else problem)
    if problems or inventory is None:
        print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}", file=sys.stderr)
        return 1
    if not args.json:
        print(f"{args.inventory}: {counted(inventory)}: no problems")
    return 0


def _of_rules(line: str) -> Problem:
    file, _, message = line.partition(": ")
    return Problem(file, 1, "", message)


def counted(inventory: Inventory) -> str:
    """How much there is of everything."""
    kinds = ("devices", "circuits", "services", "sites")
    return ", ".join(f"{len(getattr(inventory, kind))} {kind}" for kind in kinds)
