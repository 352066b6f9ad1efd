"""`hatang poll`: ask one device once and print its rows, without a running collector."""

import argparse
import asyncio
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from collector.command.inventory import default_inventory, missing
from collector.plan import device_jobs, fetch, service_jobs
from collector.vocabulary import vocabulary
from inventory.load import InventoryInvalid, load
from inventory.secret import Secret, SecretMissing, SecretRef
from probes.probe import Probe, Session, Settings, Target
from probes.reading import Head, Reading, Reason, Row, metric, values
from probes.registry import PROBES

EXAMPLE = """\
examples:
  hatang poll hbh-dc-fw01
  hatang poll --address 127.0.0.1 --port 1161 --community public --json
  hatang poll --address 10.1.1.1 --v3-user noc --auth sha256:env:AUTH --priv aes128:env:PRIV
  hatang poll --address 10.1.1.1 --probe tcp --port 22
  hatang poll hbh-dc-sw01 --module snmp.yml:if_mib     (a module of snmp_exporter and nothing else)
"""
AUTH, PRIV = "sha256", "aes128"
"""Protocols of `--auth env:NAME` and `--priv env:NAME` where none is named."""

NAMED = 12
"""Tables that are named on one line; `--json` has them all."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang poll`."""
    parser.epilog = EXAMPLE
    parser.add_argument("thing", nargs="?", help="a device or service of the inventory")
    parser.add_argument("-i", "--inventory", type=Path, default=default_inventory())
    parser.add_argument("--address", help="ask this address instead, no inventory needed")
    parser.add_argument(
        "--probe", choices=sorted(PROBES), help="only this one (default: all, or snmp)"
    )
    parser.add_argument("--port", type=int)
    parser.add_argument("--version", choices=["1", "2c", "3"], help="of SNMP (default 2c)")
    parser.add_argument("--community", help="plain, env:NAME or file:PATH (default public)")
    parser.add_argument("--profile", help="take this profile whatever the device says it is")
    parser.add_argument(
        "--module",
        action="append",
        default=[],
        metavar="FILE:NAME",
        help="only what this module of snmp_exporter asks, under its names; may be repeated",
    )
    parser.add_argument("--v3-user")
    parser.add_argument("--auth", metavar="[PROTOCOL:]REF", help=f"PROTOCOL is {AUTH} if not named")
    parser.add_argument("--priv", metavar="[PROTOCOL:]REF", help=f"PROTOCOL is {PRIV} if not named")
    parser.add_argument("--timeout", type=_seconds, default=20.0, help="for the whole run (20)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < (seconds := float(text)) < math.inf:
            return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")


def run(args: argparse.Namespace) -> int:
    """0 complete, 1 partial or failed, 2 usage."""
    if bool(args.thing) == bool(args.address):
        return _usage("name a device of the inventory, or give --address")
    if args.module and args.probe not in (None, "snmp"):
        return _usage(f"--module is of snmp, not of {args.probe}")
    if args.module and args.profile is not None:
        return _usage("either --module or --profile")
    try:
        jobs = [_given(args)] if args.address else _planned(args)
        return asyncio.run(_poll(jobs, args))
    except (ValueError, SecretMissing, OSError) as error:
        return _usage(str(error))
    except InventoryInvalid as invalid:
        return _usage("\n".join(map(str, invalid.errors)))


def _usage(message: str) -> int:
    print(f"hatang poll: {message}", file=sys.stderr)
    return 2


def _planned(args: argparse.Namespace) -> list[tuple[Probe, Target]]:
    alone = ("port", "version", "community", "profile", "v3_user", "auth", "priv")
    if given := [
        f"--{name.replace('_', '-')}" for name in alone if getattr(args, name) is not None
    ]:
        raise ValueError(f"{', '.join(given)} only with --address: {args.thing} has its own")
    if not args.inventory.exists():
        raise ValueError(missing(args.inventory))
    inventory = load(args.inventory, vocabulary())
    if args.thing in inventory.devices:
        jobs = device_jobs(inventory.devices[args.thing], PROBES, fetch)
    elif args.thing in inventory.services:
        jobs = service_jobs(inventory.services[args.thing], PROBES, fetch)
    else:
        raise ValueError(
            f"no device {args.thing!r} in {args.inventory}; try: hatang inventory list"
        )
    wanted = "snmp" if args.module else args.probe
    asked = [(j.probe, j.target) for j in jobs if wanted in (None, j.probe.name)]
    if not asked:
        what = f"no {wanted} probe" if args.module else "nothing to ask; it may be pinged only"
        raise ValueError(f"{args.thing} has {what}")
    if args.module:
        asked = [(probe, _by_modules(target, args.module)) for probe, target in asked]
    return asked


def _by_modules(target: Target, modules: Sequence[str]) -> Target:
    """A target that is asked for these modules and nothing else."""
    old = target.settings
    kept = {name: getattr(old, name) for name in old.model_fields_set}
    settings = _valid(type(old), {**kept, "profile": False, "modules": modules})
    return replace(target, settings=settings)


def _valid(kind: type[Settings], given: dict[str, Any]) -> Settings:
    try:
        return kind(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        text = str(first["msg"]).removeprefix("Value error, ")
        told = f"--{'module' if name == 'modules' else name}: {text}"
        if first["type"] == "missing":
            told = f"this probe needs {name!r}: ask a thing whose inventory says it"
        raise ValueError(told) from None


def _given(args: argparse.Namespace) -> tuple[Probe, Target]:
    try:
        address = str(ip_address(args.address))
    except ValueError:
        raise ValueError(f"--address {args.address}: is no IP address") from None
    if args.profile is not None and args.profile not in (known := vocabulary().profiles):
        names = ", ".join(sorted(name for name in known if not name.startswith("_")))
        raise ValueError(f"no profile {args.profile!r} (one of {names})")
    probe = PROBES[args.probe or "snmp"]
    given: dict[str, Any] = {"port": args.port, "profile": args.profile}
    if args.module:
        given |= {"profile": False, "modules": args.module}
    given = {k: v for k, v in given.items() if v is not None and k in probe.settings.model_fields}
    settings = _valid(probe.settings, given)
    labels = [("device", address)]
    if probe.name != "snmp":
        labels.append(("target", probe.name))
    credentials = {"snmp": _credential(args)}
    return probe, Target(address, (address,), tuple(labels), settings, credentials)


def _credential(args: argparse.Namespace) -> dict[str, Any]:
    version = args.version or ("3" if args.v3_user else "2c")
    if version != "3":
        return {"version": version, "community": _secret(args.community or "public", plain=True)}
    if not args.v3_user:
        raise ValueError("SNMP version 3 needs --v3-user")
    return {
        "version": "3",
        "user": args.v3_user,
        "auth": _protocol(args.auth, AUTH),
        "priv": _protocol(args.priv, PRIV),
        "context": "",
    }


def _protocol(text: str | None, default: str) -> tuple[str, Secret] | None:
    if text is None:
        return None
    name, colon, reference = text.replace("=", ":", 1).partition(":")
    if not colon or name in ("env", "file"):
        return default, _secret(text)
    return name, _secret(reference)


def _secret(text: str, *, plain: bool = False) -> Secret:
    if plain and not text.startswith(("env:", "file:")):
        return Secret(text)
    try:
        reference = SecretRef.parse(text, Path.cwd())
    except ValueError:
        raise ValueError("a secret is given as env:NAME or file:PATH, never in plain") from None
    return reference.fetch()


async def _poll(jobs: Sequence[tuple[Probe, Target]], args: argparse.Namespace) -> int:
    """Raises ValueError where a credential cannot be used."""
    sessions = [(probe, target, probe.open(target, {})) for probe, target in jobs]
    complete = True
    for probe, target, session in sessions:
        reading = await _ask(session, args.timeout)
        show = _show_json if args.json else _show_table
        show(target, probe.name, reading)
        complete &= reading.complete
        for told in _told(reading):
            print(f"{target.name}: {probe.name}: {told}", file=sys.stderr)
    return 0 if complete else 1


def _told(reading: Reading) -> Iterator[str]:
    """How many tables answered, and why it fell short."""
    if reading.tables_expected:
        told = f"{reading.tables_answered} of {reading.tables_expected} tables answered"
        for what, names in (("fell short", reading.missing), ("no rows", reading.empty)):
            unique = list(dict.fromkeys(names))
            more = f" and {len(unique) - NAMED} more" if len(unique) > NAMED else ""
            told += f"; {what}: {', '.join(unique[:NAMED])}{more}" if unique else ""
        yield told
    if reading.reason:
        yield f"{reading.reason}: {reading.message} ({reading.advice})"


async def _ask(session: Session, seconds: float) -> Reading:
    start = time.time()
    try:
        async with asyncio.timeout(seconds + 1):
            return await session.ask(asyncio.get_running_loop().time() + seconds)
    except TimeoutError:
        return Reading(start, reason=Reason.TIMEOUT, message=f"no end within {seconds:g} s")
    finally:
        await session.close()


def rows_of(target: Target, probe: str, reading: Reading) -> Iterator[Row]:
    """Every row of a reading, and whether and why it fell short."""
    yield from reading.rows
    for table in reading.described.values():
        yield from table
    labels = (*target.labels, ("probe", probe))
    counts = b"success=%d,duration_seconds=%.3f" % (reading.success, reading.duration)
    if reading.tables_expected:
        tables = (reading.tables_expected, reading.tables_answered)
        counts += b",tables_expected=%d,tables_answered=%d" % tables
    yield Row(Head("probe", labels), counts)


def samples(target: Target, probe: str, reading: Reading) -> Iterator[dict[str, Any]]:
    """A reading as objects: metric, labels, value (integers exact), time in Unix seconds; the last
    one, of its reason, says in words why, and which tables fell short or have no rows.
    """
    at = round(reading.start, 3)
    for head, fields in rows_of(target, probe, reading):
        labels = dict(head.labels)
        for name, value in values(fields).items():
            series = metric(head.subject, name)
            yield {"metric": series, "labels": labels, "value": value, "time": at}
    labels = {**dict(target.labels), "probe": probe, "reason": reading.reason or ""}
    told = int(reading.reason is not None)
    said = {
        "message": reading.message,
        "hint": reading.advice,
        "missing": list(reading.missing),
        "empty": list(reading.empty),
    }
    yield {"metric": "probe_reason_info", "labels": labels, "value": told, "time": at, **said}


def _show_json(target: Target, probe: str, reading: Reading) -> None:
    for sample in samples(target, probe, reading):
        print(json.dumps(sample, ensure_ascii=False))


def _show_table(target: Target, probe: str, reading: Reading) -> None:
    table = Table(title=f"{target.name} · {probe} · {reading.duration * 1000:.0f} ms", box=None)
    for column in ("metric", "instance", "value"):
        table.add_column(column, justify="right" if column == "value" else "left")
    for sample in samples(target, probe, reading):
        instance = " ".join(
            f"{name}={text}"
            for name, text in sample["labels"].items()
            if name not in ("device", "site") and text
        )
        table.add_row(sample["metric"], instance, str(sample["value"]))
    Console().print(table)
