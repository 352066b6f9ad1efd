"""`hatang demo`: a simulated province, the collector and a local store; and the way to break
things in it.
"""

import argparse
import sys
import time
from pathlib import Path

from collector.command.inventory import default_inventory
from collector.demo import control, view
from collector.demo.messages import follow
from collector.demo.session import play
from collector.vocabulary import vocabulary
from inventory.load import InventoryInvalid, load

EXAMPLE = """\
examples:
  hatang demo                              start it; Ctrl-C ends it
  hatang demo --break tsl-ii-05212-a       elsewhere: cut a circuit (device, site, service)
  hatang demo --mend tsl-ii-05212-a        mend it again; --mend alone mends everything
  hatang demo --list-broken
"""
EVERYTHING = "*"
"""What `--mend` without a name mends."""
PATIENCE = 20.0
"""Seconds to wait for a message after something was broken or mended."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang demo`."""
    parser.epilog = EXAMPLE
    parser.add_argument("-i", "--inventory", type=Path, default=default_inventory())
    parser.add_argument("--state-dir", type=Path, default=Path.home() / ".local/state/hatang-demo")
    parser.add_argument("--fresh", action="store_true", help="forget what an earlier demo stored")
    verbs = parser.add_mutually_exclusive_group()
    verbs.add_argument("--break", dest="break_", metavar="NAME", help="break a thing by name")
    verbs.add_argument("--mend", nargs="?", const=EVERYTHING, metavar="NAME", help="mend it again")
    verbs.add_argument("--list-broken", action="store_true", help="what is broken now")


def run(args: argparse.Namespace) -> int:
    """0 done, 1 could not be done, 2 usage."""
    if args.break_ or args.mend or args.list_broken:
        return _tell(args)
    try:
        loaded = load(args.inventory, vocabulary())
    except InventoryInvalid as invalid:
        print("\n".join(map(str, invalid.errors)), file=sys.stderr)
        print(f"hatang demo: {len(invalid.errors)} problem(s), nothing started", file=sys.stderr)
        return 1
    return play(args.inventory.absolute(), args.state_dir.absolute(), loaded, args.fresh)


def _tell(args: argparse.Namespace) -> int:
    """Speak to a running demo."""
    try:
        if args.list_broken:
            return _listed(control.ask(args.state_dir, "state"))
        since = time.time()
        if args.break_:
            answer = control.ask(args.state_dir, "break", args.break_)
        else:
            thing = None if args.mend == EVERYTHING else args.mend
            answer = control.ask(args.state_dir, "mend", thing)
    except control.NoDemoError as error:
        answer = {"error": str(error)}
    code = _said(answer)
    if code == 0 and (answer.get("silenced") or answer.get("mended")):
        _follow(args.state_dir, since)
    return code


def _follow(folder: Path, since: float) -> None:
    """Show what people are told of it."""
    told = False
    for message in follow(folder, since, PATIENCE):
        told = True
        print(view.message(message), flush=True)
    if not told:
        print("nobody was told: it is in maintenance, off hours, or hidden behind another cause")


def _listed(state: dict[str, object]) -> int:
    broken = state["broken"]
    assert isinstance(broken, list)
    for one in broken:
        print(one["thing"])
    print(f"{len(broken)} broken, {state['silent']} devices silent")
    return 0


def _said(answer: dict[str, object]) -> int:
    if "error" in answer:
        print(f"hatang demo: {answer['error']}", file=sys.stderr)
        return 1
    if "broken" in answer:
        silenced = answer["silenced"]
        assert isinstance(silenced, list)
        shown = ", ".join(silenced[:8]) + (" ..." if len(silenced) > 8 else "")
        print(f"{answer['broken']} is broken; {len(silenced)} devices fell silent: {shown}")
    else:
        mended = answer["mended"]
        assert isinstance(mended, list)
        print(f"mended: {', '.join(mended) or 'nothing was broken'}")
    return 0
