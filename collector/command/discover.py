"""`hatang discover`: look through a range of addresses, and propose what is found as inventory."""

import argparse
import asyncio
import json
import math
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from collector.command.inventory import default_inventory, missing, printable
from collector.command.progress import watched
from collector.discover.entries import entries
from collector.discover.found import Access
from collector.discover.gateway import gateway
from collector.discover.ground import SITE, Ground, ground
from collector.discover.proposal import PORT, Proposal, record, render
from collector.discover.ranges import MOST, MOST_EVER, addresses, network
from collector.discover.survey import Order, Survey, refusals
from collector.discover.uplinks import hang, links
from inventory.load import InventoryInvalid
from inventory.secret import SecretMissing, SecretRef
from inventory.value import NAME
from probes.icmp import IcmpUnavailableError
from probes.snmp.agent import security

EXAMPLE = """\
examples:
  hatang discover 10.0.0.0/24 --credentials core
  hatang discover 10.1.0.0/22 --exclude 10.1.3.0/24 --credentials core,branch --output new.yaml
  hatang discover 10.0.0.0/24 --community env:SNMP_COMMUNITY      # no inventory yet
  hatang discover 10.0.0.0/24 --credentials core --json

Pings each address (twice when silent), asks those that answer over SNMP who they are and whom they
see (LLDP, CDP), and prints entries for an inventory. Nothing outside the ranges is asked.
Credentials are tried in the order given, each once an address; the first that is let in wins.
Without any, it only pings.

Save the text beside your inventory, read and correct it, name it under include:, run hatang check.
Exit code 0: something answered, 1: nothing did, or this machine may not ping, 2: usage, 130:
Ctrl-C (what was found until then is printed).
"""
WAYS_MOST = 8
"""Sets of access data tried on one address: more would look like an attack, and lock accounts."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang discover`."""
    parser.epilog = EXAMPLE
    parser.add_argument("ranges", nargs="+", metavar="RANGE", help="10.0.0.0/24, or an address")
    parser.add_argument(
        "-i", "--inventory", type=Path, metavar="FILE", help="what is known already"
    )
    parser.add_argument("--credentials", metavar="NAME[,NAME]", help="sets of the inventory")
    parser.add_argument("--community", metavar="REF", help="env:NAME or file:PATH instead, for v2c")
    parser.add_argument("--port", type=_port, default=PORT, help=f"of SNMP ({PORT})")
    parser.add_argument("--site", metavar="NAME", help=f"where new devices are put ({SITE})")
    parser.add_argument("--exclude", action="append", default=[], metavar="RANGE", help="leave out")
    parser.add_argument(
        "--most", type=_count, default=MOST, metavar="N", help=f"addresses allowed ({MOST})"
    )
    parser.add_argument("--rate", type=_rate, default=100.0, help="echoes a second (100)")
    parser.add_argument(
        "--timeout", type=_above_zero, default=2.0, help="seconds for an answer (2)"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="a new file; never overwritten")
    parser.add_argument("--json", action="store_true", help="one object a device instead of YAML")


def _above_zero(text: str) -> float:
    with suppress(ValueError):
        if 0 < (number := float(text)) < math.inf:
            return number
    raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")


def _rate(text: str) -> float:
    if (number := _above_zero(text)) <= 10_000:
        return number
    raise argparse.ArgumentTypeError("10000 echoes a second at most")


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MOST_EVER:
        return int(text[:9])
    raise argparse.ArgumentTypeError(f"a whole number, {MOST_EVER} at most")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text[:9]) < 65536:
        return int(text[:9])
    raise argparse.ArgumentTypeError(f"{text!r} is no port")


def run(args: argparse.Namespace) -> int:
    """0 something answered, 1 nothing did, 2 usage, 130 interrupted."""
    try:
        base = _ground(args)
        base, ways, community = _ways(args, base)
        ranges = [network(one) for one in args.ranges]
        exclude = [network(one) for one in args.exclude]
        asked = addresses(ranges, exclude, args.most)
    except InventoryInvalid as invalid:
        return _usage("\n".join(map(str, invalid.errors)))
    except (ValueError, SecretMissing, OSError) as error:
        return _usage(str(error))
    survey = Survey(Order(asked, ways, args.port, args.rate, args.timeout))
    interrupted = False
    try:
        asyncio.run(watched(survey, len(asked), args.rate))
    except KeyboardInterrupt:
        interrupted = True
    except IcmpUnavailableError as error:
        print(f"hatang discover: {error}", file=sys.stderr)
        return 1
    found = _proposal(args, survey, base, community)
    notes = _notes(args, survey, len(asked), interrupted)
    written = _write(args, replace(found, notes=notes))
    _summary(survey, found, len(asked), bool(ways))
    if interrupted:
        return 130
    return 0 if written and survey.answers else 1


def _usage(message: str) -> int:
    print(f"hatang discover: {message}", file=sys.stderr)
    return 2


def _ground(args: argparse.Namespace) -> Ground:
    """The inventory to build on. Raises ValueError, InventoryInvalid."""
    if args.output and args.output.exists():
        raise ValueError(f"{args.output} is there already, and is never overwritten")
    if args.site and not NAME.fullmatch(args.site):
        raise ValueError(f"--site {args.site!r}: letters, digits, dot, dash, underscore")
    path = args.inventory or default_inventory()
    if path.exists():
        return ground(path, args.site or "")
    if args.inventory or args.credentials:
        raise ValueError(missing(path))
    return Ground(site=args.site or SITE)


def _ways(args: argparse.Namespace, base: Ground) -> tuple[Ground, list[Access], str]:
    """The ways in, in order, and the reference of a community given by hand. Raises ValueError,
    SecretMissing.
    """
    if args.community and args.credentials:
        raise ValueError("give --credentials or --community, not both")
    if args.community:
        try:
            reference = SecretRef.parse(args.community, Path.cwd())
        except ValueError:
            raise ValueError("--community is env:NAME or file:PATH, never in plain") from None
        given = {"version": "2c", "community": reference.fetch()}
        return base, [Access(_unused(base), security(given))], str(reference)
    names = [one for one in (args.credentials or "").split(",") if one]
    if len(names) > WAYS_MOST:
        raise ValueError(f"{len(names)} credentials are too many to try: {WAYS_MOST} at most")
    for name in names:
        if name not in base.credentials:
            known = ", ".join(sorted(base.credentials)) or "none has any"
            raise ValueError(f"no credentials {name!r} with SNMP access (one of {known})")
    ways = dict.fromkeys(names)
    return base, [Access(one, security(base.credentials[one].fetch())) for one in ways], ""


def _unused(base: Ground) -> str:
    name, number = SITE, 2
    while name in base.names:
        name, number = f"{SITE}-{number}", number + 1
    return name


def _proposal(args: argparse.Namespace, survey: Survey, base: Ground, community: str) -> Proposal:
    answers = list(survey.answers.values())
    devices = base.inventory.devices if base.inventory else {}
    found = entries(answers, base.addresses, devices)
    told = links(found, base.inventory)
    left = hang(found, told.edges, base, gateway())
    return Proposal(
        found,
        told.strangers,
        left,
        base,
        tallies=refusals(answers),
        port=args.port,
        community=community,
        access=_unused(base),
    )


def _notes(
    args: argparse.Namespace, survey: Survey, asked: int, interrupted: bool
) -> Sequence[str]:
    counts = survey.counts()
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z")
    ranges = ", ".join(args.ranges[:8]) + (", ..." if len(args.ranges) > 8 else "")
    notes = [
        f"Proposed by hatang discover, {now}: {ranges}",
        "Read and correct it, name this file under include: of your inventory, run hatang check.",
        "Đề xuất tự động: hãy đọc và sửa lại, thêm tên tệp vào include: rồi chạy hatang check.",
        f"{asked} addresses asked, {counts.answering} answer pings, {counts.identified} identified",
        f"Hỏi {asked} địa chỉ, {counts.answering} trả lời, {counts.identified} nhận dạng được.",
    ]
    notes += [f"{count} echoes not sent: {why}" for why, count in survey.unsent.most_common(3)]
    if interrupted:
        notes.append("INTERRUPTED: not all addresses were asked · BỊ NGẮT GIỮA CHỪNG, chưa hỏi hết")
    return notes


def _write(args: argparse.Namespace, found: Proposal) -> bool:
    """Put it where it is wanted; on stdout after all when the file cannot be written."""
    if args.json:
        lines = [json.dumps(record(one, found), ensure_ascii=False) for one in found.entries]
        text = "".join(f"{one}\n" for one in lines)
    else:
        text = render(found)
    if args.output:
        try:
            with args.output.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            print(f"hatang discover: {args.output}: {error.strerror}", file=sys.stderr)
        else:
            return True
    sys.stdout.write(text)
    sys.stdout.flush()
    return not args.output


def _summary(survey: Survey, found: Proposal, asked: int, ways: bool) -> None:
    """What came of it, on stderr."""
    counts = survey.counts()
    new = sum(not one.known for one in found.entries)
    heard = f"{counts.answering} answer, {counts.identified} identified"
    told = [f"{asked} addresses asked, {heard}: {new} new, {len(found.entries) - new} known"]
    told += [f"{count} echoes not sent: {why}" for why, count in survey.unsent.most_common(3)]
    for one in found.tallies:
        hint = f" ({one.hint})" if one.hint else ""
        told.append(f"{one.access}: refused at {one.count}: {one.reason}: {one.message}{hint}")
    if not ways:
        told.append("only pinged: name --credentials, or --community env:NAME, to ask over SNMP")
    for text in told:
        print(f"hatang discover: {printable(text)}", file=sys.stderr)
