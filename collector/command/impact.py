"""`hatang impact`: what goes dark if a thing fails."""

import argparse
import json
import sys
from pathlib import Path

from collector.command.inventory import default_inventory, named, opened, printable
from inventory.graph import Impact, impact
from inventory.load import Inventory
from inventory.query import QueryInvalid, find

EXAMPLE = """\
examples:
  hatang impact tsl-ii-05212-a
  hatang impact site:dc --json

Dark is what loses every path to its collector, and the services that need any of it. --json prints
one object: thing, devices, circuits, sites, services.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang impact`."""
    parser.epilog = EXAMPLE
    parser.add_argument("thing", metavar="THING", help="a name, or kind:name")
    parser.add_argument("-i", "--inventory", type=Path, default=default_inventory(), metavar="FILE")
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """0 done, 1 the inventory has problems, 2 usage."""
    inventory = opened(args.inventory)
    if inventory is None:
        return 1 if args.inventory.exists() else 2
    try:
        found = impact(inventory, find(inventory, args.thing))
    except QueryInvalid as error:
        print(f"hatang impact: {error}", file=sys.stderr)
        return 2
    if args.json:
        kinds = {
            kind: getattr(found, kind) for kind in ("devices", "circuits", "sites", "services")
        }
        print(json.dumps({"thing": str(found.thing), **kinds}, ensure_ascii=False))
    else:
        tell(inventory, found)
    return 0


def tell(inventory: Inventory, found: Impact) -> None:
    """The impact in words: first how much, then what, a line a thing."""
    print(f"If {named(found.thing, inventory)} fails:")
    for kind in ("sites", "services", "circuits", "devices"):
        names = getattr(found, kind)
        print(f"  {len(names)} {kind if len(names) != 1 else kind.removesuffix('s')} dark")
        for name in names:
            title = getattr(inventory, kind)[name].title
            print(f"    {name}" + (f"  {printable(title)}" if title != name else ""))
