"""`hatang demo`: a simulated province, the collector and a local store; and the way to break
things in it.
"""

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from collector.command.ask import Api, NoAnswerError, announced
from collector.command.inventory import default_inventory
from collector.demo import COLLECTOR, control, messages, view
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
CHECKED = 100.0
"""The same for services: their checks come once a minute."""
_SHOWN = 8


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
    folder: Path = args.state_dir
    try:
        if args.list_broken:
            return _listed(control.ask(folder, "state"))
        before = messages.last(folder)
        if args.break_:
            answer = control.ask(folder, "break", args.break_)
        else:
            thing = None if args.mend == EVERYTHING else args.mend
            answer = control.ask(folder, "mend", thing)
    except control.NoDemoError as error:
        answer = {"error": str(error)}
    if "error" in answer:
        print(f"hatang demo: {answer['error']}", file=sys.stderr)
        return 1
    changed = _broken(answer) if args.break_ else _mended(answer)
    if changed and not messages.listening(folder):
        print("nobody is told anything here; see: hatang status")
    elif changed:
        _follow(folder, before, changed)
    return 0


def _follow(folder: Path, before: int, things: list[str]) -> None:
    """Show what people are told of things that were broken or mended."""
    patience = CHECKED if any(one.startswith("service:") for one in things) else PATIENCE
    told = False
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for message in messages.follow(folder, before, things, patience):
        told = True
        print(view.message(message, width), flush=True)
    if not told:
        print("nobody was told")
        for thing in things:
            print(_standing(folder, thing))


def _standing(folder: Path, thing: str) -> str:
    """How the collector holds a thing, in a line."""
    kind, _, name = thing.partition(":")
    try:
        api = Api(announced([folder / COLLECTOR]).url, None, None)
        found = api.items(f"verdicts?kind={kind}&search={quote(name)}")
        held = next((one for one in found if one["thing"] == thing), None)
    except NoAnswerError as error:
        return str(error)
    if held is None:
        return f"  {thing}: the collector has no verdict of it"
    why = held["evidence"]
    if held["maintenance"]:
        why = f"maintenance of {held['maintenance']}"
    elif held["because"]:
        why = f"because of {held['because']}"
    return f"  {thing}: {held['word']} ({why})"


def _listed(state: dict[str, object]) -> int:
    broken = state["broken"]
    assert isinstance(broken, list)
    for one in broken:
        print(one["thing"])
    print(f"{len(broken)} broken, {state['silent']} devices silent")
    return 0


def _broken(answer: dict[str, Any]) -> list[str]:
    """Say what was broken; the thing, unless it was so before."""
    thing: str = answer["broken"]
    silenced: list[str] = answer["silenced"]
    if answer["already"]:
        print(f"{thing} is broken already; --mend mends it")
        return []
    shown = ", ".join(silenced[:_SHOWN]) + (" ..." if len(silenced) > _SHOWN else "")
    count = f"{len(silenced)} devices fell silent: {shown}" if silenced else "no device fell silent"
    print(f"{thing} is broken; {count}", flush=True)
    return [thing]


def _mended(answer: dict[str, Any]) -> list[str]:
    things: list[str] = answer["mended"]
    print(f"mended: {', '.join(things) or 'nothing was broken'}", flush=True)
    return things
