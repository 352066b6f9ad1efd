"""`hatang inventory`: what exists, by any field, for people and for programs."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from alerts.alertmanager import Mail, RoutingInvalid, render
from collector.vocabulary import vocabulary
from inventory.export import FORMATS, export
from inventory.load import Inventory, InventoryInvalid, load
from inventory.model import KINDS, Thing
from inventory.outline import Branch, outline
from inventory.query import QueryInvalid, find, known, look, plain, record, select
from inventory.secret import SecretMissing

EXAMPLE = """\
examples:
  hatang inventory list --where role=ward-router --where site.parent=mai-chau
  hatang inventory list "hoa son"                 # hoà = hòa = hoa
  hatang inventory list --kind circuit --where provider=Viettel --columns name,capacity,z.device
  hatang inventory show hbh-dc-fw01
  hatang inventory tree circuit:tsl-ii-05212-a
  hatang inventory export --format ansible > hosts.json

--where takes field=value, field!=value and field~part, with | between values of which one is
enough; fields are those of `show`, and site.KEY of a device or circuit. --json prints one object a
line (tree and show: one object).
"""
EXAMPLES = {
    "list": """\
examples:
  hatang inventory list --where role=ward-router --where site.parent=mai-chau
  hatang inventory list "hoa son" --columns name,address,site.title
  hatang inventory list --kind circuit --where provider=Viettel --json
""",
    "show": """\
examples:
  hatang inventory show hbh-dc-fw01
  hatang inventory show site:pa-co --json
""",
    "tree": """\
examples:
  hatang inventory tree
  hatang inventory tree circuit:tsl-ii-05212-a
""",
    "export": """\
examples:
  hatang inventory export --format ansible > hosts.json
  hatang inventory export --format file-sd -i inventory.yaml > targets.json
  hatang inventory export --format alertmanager --output /etc/hatang/alertmanager.yml

On stdout no format holds a secret. --output writes a file that only its owner reads (mode 0600),
and fills in the contacts' private addresses, which Alertmanager needs. Its mail server is told by
HATANG_SMTP (localhost:25), HATANG_SMTP_FROM, HATANG_SMTP_USER and HATANG_SMTP_PASSWORD_FILE.
""",
}
ALERTMANAGER = "alertmanager"
COLUMNS = {
    "device": ("name", "site.title", "role", "address", "uplinks"),
    "site": ("name", "title", "kind", "parent", "unit.code"),
    "circuit": ("name", "kind", "provider", "capacity", "a.device", "z.device"),
    "service": ("name", "title", "kind", "level", "needs"),
}


def default_inventory() -> Path:
    """The inventory that is meant when none is named: $HATANG_INVENTORY, or ./inventory.yaml."""
    return Path(os.environ.get("HATANG_INVENTORY") or "inventory.yaml")


def opened(path: Path) -> Inventory | None:
    """An inventory, or None when it is not usable, with every problem told on stderr."""
    if not path.exists():
        print(missing(path), file=sys.stderr)
        return None
    try:
        return load(path, vocabulary())
    except InventoryInvalid as error:
        print(error, file=sys.stderr)
        return None


def missing(path: Path) -> str:
    """What to say when there is no such file."""
    return f"hatang: no inventory at {path} (name one with -i FILE, or set HATANG_INVENTORY)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang inventory`."""
    parser.epilog = EXAMPLE
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-i", "--inventory", type=Path, default=default_inventory(), metavar="FILE")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|show|tree|export")
    found = verbs.add_parser("list", parents=[common], help="things of a kind, filtered")
    found.add_argument(
        "search", nargs="*", help="words in name, title, address, site, serial, contract, ..."
    )
    found.add_argument("--kind", choices=KINDS, default="device")
    found.add_argument("--where", action="append", default=[], metavar="FIELD=VALUE")
    found.add_argument("--columns", metavar="FIELD,FIELD", help="what to show of each")
    found.add_argument("--json", action="store_true", help="one whole object a line")
    one = verbs.add_parser("show", parents=[common], help="all that is known of one thing")
    one.add_argument("thing", metavar="NAME", help="a name, or kind:name")
    one.add_argument("--json", action="store_true")
    tree = verbs.add_parser(
        "tree", parents=[common], help="who hangs on whom; of a site its places"
    )
    tree.add_argument("thing", nargs="?", metavar="NAME", help="only what is below this")
    tree.add_argument("--json", action="store_true", help="nested objects")
    out = verbs.add_parser("export", parents=[common], help="for other programs")
    out.add_argument("--format", choices=(*FORMATS, ALERTMANAGER), required=True)
    out.add_argument("--output", type=Path, metavar="FILE", help="write this file, mode 0600")
    for verb, own in verbs.choices.items():
        own.epilog, own.formatter_class = EXAMPLES[verb], argparse.RawDescriptionHelpFormatter


def run(args: argparse.Namespace) -> int:
    """0 done, 1 the inventory has problems, 2 usage."""
    inventory = opened(args.inventory)
    if inventory is None:
        return 1 if args.inventory.exists() else 2
    verbs = {"list": _list, "show": _show, "tree": _tree, "export": _export}
    try:
        verbs[args.verb](inventory, args)
    except QueryInvalid as error:
        print(f"hatang inventory: {error}", file=sys.stderr)
        return 2
    except (RoutingInvalid, SecretMissing, OSError) as error:
        print(f"hatang inventory: {error}", file=sys.stderr)
        return 1
    return 0


def _list(inventory: Inventory, args: argparse.Namespace) -> None:
    chosen = select(inventory, args.kind, args.where, " ".join(args.search))
    if args.json:
        for thing in chosen:
            print(json.dumps(record(inventory, thing), ensure_ascii=False))
        return
    columns = args.columns.split(",") if args.columns else COLUMNS[args.kind]
    paths = [tuple(column.strip().split(".")) for column in columns]
    for path in paths:
        known(inventory, args.kind, path)
    cells = [[said(look(inventory, thing, path)) for path in paths] for thing in chosen]
    print_table(columns, cells)


def said(values: Sequence[Any]) -> str:
    """Values in one cell: printable, numbers without a needless fraction."""
    words = (
        str(int(v)) if isinstance(v, float) and v.is_integer() else str(plain(v)) for v in values
    )
    return printable(" ".join(words))


def printable(text: str) -> str:
    """Text without what would move a terminal's cursor."""
    return "".join(one if one.isprintable() else "?" for one in text)


def print_table(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """A table for people; when piped, lines of tab-separated cells under one of column names."""
    if not sys.stdout.isatty():
        for row in (columns, *cells):
            print("\t".join(row))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"{len(cells)} found", style="dim")


def _show(inventory: Inventory, args: argparse.Namespace) -> None:
    shown = record(inventory, find(inventory, args.thing))
    if args.json:
        print(json.dumps(shown, ensure_ascii=False))
        return
    full = {key: value for key, value in shown.items() if value not in (None, "", [], {})}
    text = yaml.safe_dump(_filled(full), allow_unicode=True, sort_keys=False, width=100)
    print(text, end="")


def _filled(value: Any) -> Any:
    """Without what is not given."""
    if isinstance(value, Mapping):
        kept = {key: _filled(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one not in (None, "", [], {})}
    return [_filled(one) for one in value] if isinstance(value, list) else value


def _tree(inventory: Inventory, args: argparse.Namespace) -> None:
    thing = find(inventory, args.thing) if args.thing else None
    branches = outline(inventory, thing)
    if args.json:
        nested = [_nested(branch) for branch in branches]
        print(json.dumps(nested[0] if thing else nested, ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True)
    for branch in branches:
        root = Tree(_label(inventory, branch))
        stack = [(root, branch)]
        while stack:
            drawn, above = stack.pop()
            stack += [(drawn.add(_label(inventory, below)), below) for below in above.below]
        console.print(root)


def _label(inventory: Inventory, branch: Branch) -> Text:
    thing = branch.thing
    if thing.kind == "collector":
        return Text(str(thing), style="bold")
    one = getattr(inventory, f"{thing.kind}s")[thing.name]
    text = Text(thing.name if thing.kind == "device" else str(thing))
    kind = one.role if thing.kind == "device" else one.kind
    title = one.title if one.title != one.name else kind
    text.append(f"  {printable(title or '')}", style="dim")
    if branch.also:
        text.append("  also by " + ", ".join(each.name for each in branch.also), style="dim")
    return text


def _nested(branch: Branch) -> dict[str, Any]:
    below = [_nested(one) for one in branch.below]
    also = [str(one) for one in branch.also]
    return {"thing": str(branch.thing), "also_by": also, "below": below}


def _export(inventory: Inventory, args: argparse.Namespace) -> None:
    if args.format == ALERTMANAGER:
        text = render(inventory, mail=Mail.read(), reveal=args.output is not None)
    else:
        text = export(inventory, args.format)
    if args.output is None:
        sys.stdout.write(text)
    else:
        _write(args.output, text)


def _write(path: Path, text: str) -> None:
    """Replace a file at once; nobody but its owner reads it."""
    made, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(made, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink()
        raise


def named(thing: Thing, inventory: Inventory) -> str:
    """A thing with its title, for a sentence."""
    title = getattr(inventory, f"{thing.kind}s")[thing.name].title
    return str(thing) if title == thing.name else f"{thing} ({printable(title)})"
