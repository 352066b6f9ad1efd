"""`hatang audit`: the audit log as it stands on disk, and whether its chain of hashes holds."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from alerts.wording.plain import clean
from collector.audit import NAME, Line, Verified, verify
from collector.command.ask import places

WIDEST = 4_000
"""Characters of a line that is shown."""

EXAMPLE = """\
examples:
  hatang audit                                 every line, and whether the chain of hashes holds
  hatang audit --since 2026-11-01 --who an     what one person did since
  hatang audit --json | jq 'select(.act == "suspected")'
  hatang audit --file /mnt/archive/audit.jsonl --holds 3f1c...    a copy; is that line still in it

the hash that --holds takes stands in the collector's own log (`audit ... sha256=...`); kept on
another machine, it shows whether somebody made the whole file anew

exit code: 0 the chain holds, 1 it does not, or the line is not in it, 2 there is no such file
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang audit`."""
    parser.epilog = EXAMPLE
    parser.add_argument(
        "--state-dir",
        type=Path,
        default=os.environ.get("HATANG_STATE_DIR"),
        help="state directory of the collector [HATANG_STATE_DIR]",
    )
    parser.add_argument("--file", type=Path, help="a file instead, as a copy in an archive")
    parser.add_argument(
        "--since",
        type=datetime.fromisoformat,
        metavar="TIME",
        help="only lines from then on, as 2026-11-01T07:00; the chain is looked at whole",
    )
    parser.add_argument("--who", help="only lines of this person")
    parser.add_argument("--holds", metavar="SHA256", help="whether a line with this hash is in it")
    parser.add_argument("--json", action="store_true", help="the lines as they are in the file")


def run(args: argparse.Namespace) -> int:
    """0 the chain holds, 1 it does not, 2 it cannot be read."""
    path = args.file or _found(args.state_dir)
    try:
        found = verify(path)
    except OSError as error:
        print(f"hatang audit: {path}: {error.strerror or error}", file=sys.stderr)
        return 2
    since = args.since.astimezone().timestamp() if args.since else 0.0
    for line, text, _ in found.lines:
        if line.at >= since and args.who in (None, line.deed.who):
            print(text.decode() if args.json else shown(line))
    held = args.holds is None or args.holds in (sha for _, _, sha in found.lines)
    for said in _told(found, held):
        print(f"hatang audit: {path}: {said}", file=sys.stderr)
    return int(bool(found.problems) or not held)


def _found(chosen: Path | None) -> Path:
    """The file of the collector that keeps its state in one of the usual places."""
    looked = [place / NAME for place in places(chosen)]
    return next((path for path in looked if path.exists()), looked[0])


def shown(line: Line) -> str:
    """A line for people, in this machine's time."""
    deed = line.deed
    at = datetime.fromtimestamp(line.at).astimezone().isoformat(" ", "seconds")
    who = deed.who or "-"
    fared = "" if deed.outcome == "accepted" else deed.outcome
    fared += f" (of {deed.of})" if deed.of else ""
    own = "" if deed.token or not deed.who else "(own word)"
    detail = json.dumps(dict(deed.detail), ensure_ascii=False) if deed.detail else ""
    text = f'"{deed.text}"' if deed.text else ""
    parts = (at, who, own, deed.address, deed.act, fared, *deed.things, text, detail)
    return clean(" ".join((f"#{line.number}", *filter(None, parts))), WIDEST)


def _told(found: Verified, held: bool) -> Iterator[str]:
    yield from found.problems
    for place in found.torn:
        yield f"line {place}: is not whole: the machine stopped there, or the disk was full"
    if not held:
        yield "no line has that hash: lines were taken out, or all of them made anew"
    if not found.problems and found.lines:
        line, _, sha = found.lines[-1]
        yield f"the chain holds up to line #{line.number}, sha256 {sha}"
