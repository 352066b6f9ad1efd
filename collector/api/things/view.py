"""From what the collector holds to the shapes that the API answers with. Pure; no secret passes."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from collector.api import words
from collector.api.exposition import rows
from collector.api.search import Held, state_name
from collector.api.source import Source
from collector.api.state.causes import counts
from collector.api.things import shape
from collector.pipeline import Latest
from collector.selfmetrics import VERSION
from collector.sender import StoreStats
from collector.unasked import unasked
from collector.verdicts.events import State
from collector.verdicts.verdict import Sign, Verdict
from inventory.model import Circuit, Device, Inventory, Service, Site, Use
from probes import reading

FIRST_FEW = 5
"""Names that are told of a group."""

MOST_EMPTY = 100
"""Tables without rows that are named; `probe_tables_answered` counts the others."""


class Said(NamedTuple):
    """What verdicts are told with."""

    held: Held
    inventory: Inventory

    def of(self, thing: str) -> dict[str, Any]:
        """The fields that say how a thing is; one that is not judged is unknown."""
        held = self.held.get(thing)
        language = self.inventory.province.language
        signs = held.evidence if held else (Sign("not_asked"),)
        return {
            "state": state_name(held),
            "since": held.since if held else None,
            "because": held.because if held else "",
            "evidence": words.evidence(signs, language, self.inventory),
        }


def device(one: Device, said: Said) -> shape.Device:
    """A device, and how it is."""
    return shape.Device(
        name=one.name,
        title=one.title,
        site=one.site,
        role=one.role,
        collector=one.collector,
        addresses=list(one.addresses),
        uplinks=[str(thing) for thing in one.uplinks],
        lifecycle=one.lifecycle,
        ping=one.ping,
        interval=one.interval,
        hours=one.hours,
        tags=list(one.tags),
        asset=_asset(asdict(one.asset)),
        credentials={kind: credential.name for kind, credential in one.credentials.items()},
        probes=_probes(one.probes),
        **said.of(f"device:{one.name}"),
    )


def site(one: Site, said: Said, states: Mapping[str, Counter[str]]) -> shape.Site:
    """A site, with its own devices counted by state."""
    return shape.Site(
        name=one.name,
        title=one.title,
        kind=one.kind,
        parent=one.parent,
        room=one.room,
        location=one.location,
        unit=asdict(one.unit),
        hours=one.hours,
        owner=one.owner,
        contact=one.contact,
        tags=list(one.tags),
        devices=dict(states.get(one.name, {})),
        **said.of(f"site:{one.name}"),
    )


def circuit(one: Circuit, said: Said) -> shape.Circuit:
    """A leased line and its contract."""
    return shape.Circuit(
        name=one.name,
        title=one.title,
        kind=one.kind,
        provider=one.provider,
        contract=one.contract,
        payers=list(one.payers),
        path=one.path,
        capacity=one.capacity,
        targets=asdict(one.targets),
        probe=one.probe,
        a=shape.End(**asdict(one.a)) if one.a else None,
        z=shape.End(**asdict(one.z)),
        lifecycle=one.lifecycle,
        hours=one.hours,
        tags=list(one.tags),
        **said.of(f"circuit:{one.name}"),
    )


def service(one: Service, said: Said) -> shape.Service:
    """A service and its checks."""
    return shape.Service(
        name=one.name,
        title=one.title,
        kind=one.kind,
        level=one.level,
        owner=one.owner,
        needs=[str(thing) for thing in one.needs],
        checks=_probes(one.checks),
        hours=one.hours,
        tags=list(one.tags),
        **said.of(f"service:{one.name}"),
    )


def latest(
    key: str, one: Latest, held: Held, metric: str = "", about: tuple[str, str] | None = None
) -> shape.Reading:
    """What one job brought last; only of one metric, or only rows with the label `about`."""
    last, job = one.reading, one.job
    return shape.Reading(
        job=key,
        probe=job.probe.name if job else key.partition("/")[0],
        thing=f"{job.kind}:{job.thing}" if job else "",
        at=one.at,
        success=last.success if last and job else None,
        reason=str(last.reason or "") if last else "",
        message=last.message if last else "",
        hint=hint(last, held.get(f"{job.kind}:{job.thing}")) if last and job else "",
        missing=list(last.missing) if last else [],
        empty=list(last.empty[:MOST_EMPTY]) if last else [],
        rows=[value for value in _values(one, about) if metric in ("", value.metric)],
    )


def hint(last: reading.Reading, verdict: Verdict | None) -> str:
    """What to look at; a silent service on a device that answers pings is a narrower question."""
    signs = verdict.evidence if verdict is not None else ()
    echoes = any(sign.code == "answers_echo" for sign in signs)
    alone = last.reason is reading.Reason.TIMEOUT and echoes
    return f"the device answers pings: {last.advice}" if alone else last.advice


def status(source: Source, now: float) -> shape.Status:
    """The collector at a glance."""
    province = source.plan.inventory.province
    stats = source.delivery.stats
    good, reloaded_at = source.reloaded
    return shape.Status(
        collector=source.plan.collector,
        version=VERSION,
        province=province.name,
        timezone=province.timezone,
        language=province.language,
        now=now,
        started=source.started,
        ready=source.ready,
        reloaded=reloaded_at,
        reload_success=good,
        addresses=dict(source.addresses),
        counts=counts(
            held for thing, held in source.engine.verdicts.items() if thing.startswith("device:")
        ),
        unasked=_unasked(source, now),
        failing=failing(source),
        jobs=len(source.plan.jobs),
        polls=source.pipeline.polls,
        samples=source.pipeline.samples,
        in_flight=source.schedule.in_flight,
        lateness_p99=_percentile(list(source.schedule.lateness), 0.99),
        loop_lag=source.loop_lag,
        spool_bytes=stats.spool_bytes,
        spool_age=stats.spool_age_seconds,
        dropped=dict(stats.dropped),
        stores={name: _store(one) for name, one in list(stats.stores.items())},
        alertmanagers={peer.name: peer.up for peer in source.telling.rounds.peers},
    )


def _unasked(source: Source, now: float) -> list[shape.Unasked]:
    found = unasked(source.engine.verdicts, source.plan.inventory, now)
    return [
        shape.Unasked(why=why, things=len(names), names=sorted(names)[:FIRST_FEW])
        for why, names in sorted(found.items(), key=lambda one: -len(one[1]))
    ]


def failing(source: Source) -> list[shape.Failing]:
    """Probes whose last run fell short, by probe and reason."""
    groups: dict[tuple[str, str], list[Latest]] = {}
    for one in source.pipeline.latest.values():
        if one.job is not None and one.reading is not None and one.reading.reason is not None:
            groups.setdefault((one.job.probe.name, str(one.reading.reason)), []).append(one)
    held = source.engine.verdicts
    up = {thing for thing, verdict in held.items() if verdict.state is State.UP}
    found = [_group(probe, reason, members, up) for (probe, reason), members in groups.items()]
    return sorted(found, key=lambda one: (-one.lasting, -one.things, one.probe, one.reason))


def _group(probe: str, reason: str, members: list[Latest], up: set[str]) -> shape.Failing:
    """Named first are lasting ones at devices that are up: those are nobody else's message."""
    told = [(one.lasting, one.job, one.reading) for one in members if one.job and one.reading]
    told.sort(key=lambda one: (not one[0], f"{one[1].kind}:{one[1].thing}" not in up, one[1].key))
    names = dict.fromkeys(
        job.thing if job.kind == "device" else f"{job.kind}:{job.thing}" for _, job, _ in told
    )
    said = Counter((last.message, last.advice) for _, _, last in told)
    message, hint = max(said, key=said.__getitem__)
    if len(said) > 1:
        whose = (job for _, job, last in told if (last.message, last.advice) == (message, hint))
        message = f"{next(whose).thing}: {message}"
    return shape.Failing(
        probe=probe,
        reason=reason,
        answered=told[0][2].success,
        things=len(names),
        lasting=sum(lasting for lasting, _, _ in told),
        names=list(names)[:FIRST_FEW],
        message=message,
        hint=hint,
    )


def _store(one: StoreStats) -> shape.Store:
    return shape.Store(
        up=one.up,
        message=one.message,
        sent_samples=one.sent_samples,
        errors=dict(one.errors),
        rejected_rows=dict(one.rejected_rows),
    )


def states_by_site(said: Said) -> dict[str, Counter[str]]:
    """How many devices of each state each site has."""
    found: dict[str, Counter[str]] = {}
    held = said.held
    for one in said.inventory.devices.values():
        found.setdefault(one.site, Counter())[state_name(held.get(f"device:{one.name}"))] += 1
    return found


def _values(one: Latest, about: tuple[str, str] | None) -> list[shape.Value]:
    return [
        shape.Value(
            metric=reading.metric(row.head.subject, field),
            labels=dict(row.head.labels),
            value=value,
            time=round(at, 3),
        )
        for row, at in rows(one)
        if about is None or about in row.head.labels
        for field, value in reading.values(row.fields).items()
    ]


def _probes(uses: Iterable[Use]) -> list[shape.Probe]:
    return [
        shape.Probe(name=use.name, probe=use.probe, interval=use.interval, timeout=use.timeout)
        for use in uses
    ]


def _asset(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str) else value.isoformat()
        for name, value in fields.items()
        if value
    }


def _percentile(numbers: list[float], share: float) -> float:
    if not numbers:
        return 0.0
    numbers.sort()
    return max(numbers[math.ceil(share * len(numbers)) - 1], 0.0)
