"""`hatang run`: the main job, from an inventory to a store, until it is told to stop."""

import argparse
import asyncio
import gc
import json
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from collector import log as logs
from collector.api import LISTEN, Access, ListenRefusedError, parse_listen, serve
from collector.audit import Deed
from collector.collector import Collector, Rooms, load_plan
from collector.command.inventory import default_inventory
from collector.configs import Repository
from collector.delivery import Delivery
from collector.gate.gate import VISIBLE
from collector.gate.held import address
from collector.gate.message import Links, placed
from collector.gate.peer import PeerInvalid
from collector.gate.peer import parse_address as parse_peer
from collector.hold import hold
from collector.journal import Journal
from collector.localstore import LocalStore, LocalStoreFailed
from collector.overheard import Ears
from collector.plan import Plan
from collector.reach import IcmpUnavailableError
from collector.state import Memory
from collector.stores import Address, open_store, parse_address
from collector.stores.promql import PromQL
from collector.telling import Ways
from inventory.secret import Secret

TURN = 0.0005
"""Seconds that a thread computes before another may. The loop gives its turn away with every packet
that it sends: by Python's own 5 ms it would not come back in time while answers are put together.
"""

log = logging.getLogger("hatang.run")

LOCAL_VISIBLE = 4.0
"""Seconds until what the local store took is in its answers; its latency offset is one second."""

EXAMPLE = """\
examples:
  hatang run                                  inventory.yaml here, a local VictoriaMetrics
  hatang run -i /etc/hatang/inventory.yaml --store http://10.17.0.20:8428
every flag has an environment variable: HATANG_STORE, HATANG_LISTEN, HATANG_STATE_DIR ...
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang run`, each with an environment variable."""
    parser.epilog = EXAMPLE

    def flag(name: str, default: str | None, text: str) -> None:
        variable = "HATANG_" + name.strip("-").upper().replace("-", "_")
        text = f"{text} [{variable}]"
        parser.add_argument(name, default=os.environ.get(variable, default), help=text)

    parser.add_argument(
        "-i",
        "--inventory",
        type=Path,
        default=default_inventory(),
        help="the inventory [HATANG_INVENTORY]",
    )
    parser.add_argument(
        "--store",
        action="append",
        metavar="URL",
        help="vm+http://host:port or influx2+http://host/?org=&bucket=; may stand more than once; "
        "none starts a local VictoriaMetrics [HATANG_STORE, spaces between; HATANG_STORE_TOKEN]",
    )
    flag("--query", None, "where PromQL is answered (default: the first store that does)")
    parser.add_argument(
        "--alertmanager",
        action="append",
        metavar="URL",
        help="http[s]://[user:password@]host:port, told of everything; may stand more than once; "
        "without one nobody is told [HATANG_ALERTMANAGER, spaces between]",
    )
    flag("--vmalert", None, "the vmalert whose notifier is this collector: asked before an end")
    flag("--console-url", None, "where people reach this API, for links in messages (its address)")
    flag(
        "--dashboard-url", None, "a dashboard, for links in messages, with {kind} and {name} in it"
    )
    flag("--listen", None, f"where /metrics and the API are served (default {LISTEN}, or the next)")
    flag("--state-dir", None, f"spool, memory and local store (default: {default_state_dir()})")
    flag("--traps", None, "where SNMP traps and informs are received, as 0.0.0.0:162 (nowhere)")
    flag("--syslog", None, "where syslog is received, UDP and TCP, as 0.0.0.0:514 (nowhere)")
    flag("--collector", None, "which collector of the inventory this is")
    flag("--tls-cert", None, "certificate, needed beyond loopback")
    flag("--tls-key", None, "its key")
    flag("--tokens", None, "file of tokens, needed beyond loopback")
    flag("--proxy", None, "ADDRESS=HEADER: a reverse proxy there names the user in that header")
    flag("--log-level", "info", f"one of {', '.join(logs.LEVELS)}")


def default_state_dir() -> Path:
    """`/var/lib/hatang` where it is ours to write, else under the home directory."""
    system = Path("/var/lib/hatang")
    return system if os.access(system, os.W_OK) else Path.home() / ".local/state/hatang"


def run(args: argparse.Namespace) -> int:
    """0 stopped as told, 1 could not start, 2 usage. A bad inventory starts nothing."""
    try:
        logs.configure(args.log_level)
        asked = _asked(args)
    except ValueError as error:
        print(f"hatang run: {error}", file=sys.stderr)
        return 2
    loaded = load_plan(args.inventory, args.collector)
    if loaded.plan is None:
        print("\n".join(loaded.problems), file=sys.stderr)
        print(f"hatang run: {len(loaded.problems)} problem(s), nothing started", file=sys.stderr)
        return 1
    try:
        with _own(asked.state):
            return asyncio.run(_run(args, asked, loaded.plan))
    except ListenRefusedError as error:
        print(f"hatang run: {error}", file=sys.stderr)
        return 2
    except CannotStartError as error:
        print(f"hatang run: {error}", file=sys.stderr)
        return 1


class Asked(NamedTuple):
    """Flags and variables, read and found usable."""

    state: Path
    stores: list[Address]
    query: str | None
    token: Secret | None
    alertmanagers: list[str]
    links: Links
    ears: Ears


def _asked(args: argparse.Namespace) -> Asked:
    """Raises ValueError, before anything is started."""
    token = os.environ.get("HATANG_STORE_TOKEN")
    secret = Secret(token) if token else None
    texts = args.store if args.store is not None else os.environ.get("HATANG_STORE", "").split()
    if args.listen is not None:
        parse_listen(args.listen)
    if args.query is not None and urlsplit(args.query).scheme not in ("http", "https"):
        raise ValueError(f"--query {args.query!r} is no http address")
    stores = [parse_address(text, secret) for text in texts]
    peers = args.alertmanager or os.environ.get("HATANG_ALERTMANAGER", "").split()
    for flag, one in [("--alertmanager", peer) for peer in peers] + [("--vmalert", args.vmalert)]:
        if one:
            _peer(flag, one)
    state = Path(args.state_dir or default_state_dir())
    ears = Ears(_ear(args.traps), _ear(args.syslog))
    return Asked(state, stores, args.query, secret, peers, _links(args), ears)


def _ear(text: str | None) -> tuple[str, int] | None:
    """Raises ValueError."""
    return parse_listen(text) if text is not None else None


def _links(args: argparse.Namespace) -> Links:
    """Raises ValueError: what is no address cannot stand in a message."""
    links = Links(args.console_url or "", args.dashboard_url or "")
    for flag, text in (
        ("--console-url", links.console),
        ("--dashboard-url", placed(links.dashboard, "device", "name")),
    ):
        if text and not address(text):
            raise ValueError(f"{flag}: is no well-formed http address")
    return links


def _peer(flag: str, text: str) -> None:
    """Raises ValueError, which shows no password."""
    try:
        parse_peer(text)
    except PeerInvalid as error:
        raise ValueError(f"{flag}: {error}") from None


class CannotStartError(Exception):
    """What is missing, and what to do about it."""


@contextmanager
def _own(state: Path) -> Iterator[None]:
    """The state directory, for this process alone."""
    try:
        lock = hold(state, "lock")
    except BlockingIOError:
        raise CannotStartError(f"{state}: another collector runs on this state") from None
    except OSError as error:
        why = f"cannot be made or written to ({error.strerror})"
        raise CannotStartError(f"{state}: {why}; choose another --state-dir") from None
    with lock:
        yield


async def _run(args: argparse.Namespace, asked: Asked, plan: Plan) -> int:
    """Start in order, wait, stop in the opposite order: the local store last."""
    state = asked.state
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(_stores(asked))
        memory = Memory(state / "memory.sqlite")
        memory.start()
        stack.callback(memory.close)
        journal = Journal(state / "events.sqlite")
        journal.start()
        stack.callback(journal.close)
        delivery = Delivery(state / "spool.sqlite", [open_store(one) for one in stores])
        delivery.start()
        stack.push_async_callback(asyncio.to_thread, delivery.close, 3.0)
        queries = _queries(asked.query, stores)
        promql = PromQL(queries["query"], asked.token) if queries else None
        if promql is not None:
            stack.push_async_callback(promql.close)
        asking = next((one.name for one in stores if one.query_url), stores[0].name)
        visible = VISIBLE if asked.stores else LOCAL_VISIBLE
        shelf = state / "gate.sqlite"
        vmalert = args.vmalert or ""
        ways = Ways(asked.alertmanagers, vmalert, asking, shelf, visible, asked.links)
        rooms = Rooms(
            delivery, memory, journal, promql, ways, asked.ears, Repository(state / "configs")
        )
        collector = Collector(plan, args.inventory, rooms, state / "contract.sqlite")
        await _start(collector)
        stack.push_async_callback(collector.stop)
        sessions = state / "sessions.json"
        access = Access(args.tls_cert, args.tls_key, args.tokens, args.proxy, sessions)
        server = await serve(collector, args.listen or LISTEN, access, exactly=bool(args.listen))
        stack.push_async_callback(server.stop)
        collector.addresses = {"api": server.url, **queries, **collector.overheard.addresses}
        collector.telling.reword()
        loop.add_signal_handler(signal.SIGHUP, lambda: _reload(collector))
        _announce(state, collector)
        if not asked.alertmanagers:
            log.warning("nobody is told of anything: no --alertmanager")
        gc.freeze()
        sys.setswitchinterval(TURN)
        await told.wait()
        log.info("stopping")
    (state / "run.json").unlink(missing_ok=True)
    return 0


async def _start(collector: Collector) -> None:
    try:
        await collector.start()
    except IcmpUnavailableError as error:
        raise CannotStartError(str(error)) from None
    except OSError as error:
        why = f"--traps or --syslog cannot listen there: {error.strerror}"
        raise CannotStartError(f"{why}; a port below 1024 needs CAP_NET_BIND_SERVICE") from None


@asynccontextmanager
async def _stores(asked: Asked) -> AsyncIterator[list[Address]]:
    """The stores to write to; without any, one of our own that ends when the block does."""
    if asked.stores:
        yield asked.stores
        return
    local = LocalStore(asked.state)
    try:
        await asyncio.to_thread(local.start)
    except LocalStoreFailed as error:
        raise CannotStartError(str(error)) from None
    try:
        yield [local.address]
    finally:
        await asyncio.to_thread(local.stop)


def _queries(given: str | None, stores: list[Address]) -> dict[str, str]:
    """Where history is asked: as told, or the first store that answers PromQL."""
    urls = [given] if given else [one.query_url for one in stores if one.query_url]
    if not urls:
        log.warning("no store answers queries: what needs history will say so")
        return {}
    return {"query": urls[0]}


def _reload(collector: Collector) -> None:
    told = Deed("reload", detail={"signal": "SIGHUP"})
    collector.audit.thread.submit(collector.audit.write, told, time.time())
    task = asyncio.ensure_future(collector.reload())
    _RELOADS.add(task)
    task.add_done_callback(_RELOADS.discard)


_RELOADS: set[asyncio.Future[list[str]]] = set()


def _announce(state: Path, collector: Collector) -> None:
    """Write where everything is to STATE/run.json, whole or not at all."""
    facts = {"pid": os.getpid(), "collector": collector.plan.collector, **collector.addresses}
    fresh = state / "run.json.new"
    fresh.write_text(json.dumps(facts, indent=1) + "\n")
    fresh.replace(state / "run.json")
    counts = {"jobs": len(collector.plan.jobs), "pings": len(collector.plan.pings)}
    log.info("running", extra={**counts, **collector.addresses})
