"""Entries into the resolved model: names checked, inheritance applied. Mistakes are noted in the
draft.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from inventory.document import CircuitEntry, DeviceEntry, MaintenanceEntry, ServiceEntry
from inventory.draft import Draft
from inventory.inherit import Heritage, Layer, Limits
from inventory.model import (
    Asset,
    Calendar,
    Circuit,
    Collector,
    Contact,
    Device,
    End,
    Inventory,
    Maintenance,
    Notify,
    Province,
    Recurrence,
    Service,
    Site,
    Targets,
    Thing,
    Threshold,
    Unit,
    Use,
)
from inventory.problem import quoted
from inventory.source import Keys, read
from inventory.value import day, described

WAYS = ("email", "phone", "sms", "telegram", "zalo", "webhook")
REFERENCES = {
    "site": "sites",
    "parent": "sites",
    "role": "roles",
    "extends": "roles",
    "hours": "calendars",
    "contact": "contacts",
    "collector": "collectors",
}
SECTIONS = {"device": "devices", "site": "sites", "circuit": "circuits", "service": "services"}


class Resolver:
    """One pass over a draft."""

    def __init__(self, draft: Draft, heritage: Heritage) -> None:
        self.draft = draft
        self.heritage = heritage
        self.collectors = draft.sections["collectors"]

    def inventory(self) -> Inventory:
        """Everything, resolved; complete only when the draft has no problems."""
        draft, sections = self.draft, self.draft.sections
        if not self.collectors and not any(s == "collectors" for s, _ in draft.broken):
            draft.wrong(("collectors",), "no collector", "who asks? collectors: {noc-1: {}}")
        self.remnants()
        province = self.province()
        return Inventory(
            province=province,
            collectors={name: self.collector(name, e) for name, e in self.collectors.items()},
            sites={name: self.site(name, e) for name, e in sections["sites"].items()},
            devices={name: self.device(name, e) for name, e in sections["devices"].items()},
            circuits={name: self.circuit(name, e) for name, e in sections["circuits"].items()},
            services={name: self.service(name, e) for name, e in sections["services"].items()},
            calendars={name: self.calendar(name, e) for name, e in sections["calendars"].items()},
            contacts={name: contact(name, e) for name, e in sections["contacts"].items()},
            notify=tuple(self.notify()),
            maintenance=tuple(self.maintenance(province)),
            files=tuple(draft.files.values()),
            roles={name: e.name for name, e in sections["roles"].items() if e.name},
        )

    def remnants(self) -> None:
        """Follow the references of entries that are too broken to be resolved."""
        for section, name in self.draft.broken:
            source = self.draft.origin.get((section, name))
            if name in self.draft.sections.get(section, ()) or source is None:
                continue
            entries = source.data.get(section) if isinstance(source.data, dict) else None
            entry = entries.get(name) if isinstance(entries, dict) else None
            for key, target in REFERENCES.items():
                if isinstance(entry, dict) and isinstance(value := entry.get(key), str):
                    self.draft.refer(target, value, (section, name, key))

    def province(self) -> Province:
        """The province, with a time zone that exists."""
        entry = self.draft.single.get("province")
        if entry is None:
            return Province()
        try:
            ZoneInfo(entry.timezone)
        except (ValueError, OSError, LookupError):
            message = f"unknown time zone {quoted(entry.timezone)}"
            self.draft.wrong(("province", "timezone"), message, "like Asia/Ho_Chi_Minh")
            return Province(entry.name, language=entry.language)
        return Province(entry.name, entry.timezone, entry.language)

    def collector(self, name: str, entry: Any) -> Collector:
        """A collector whose devices exist."""
        for number, device in enumerate(entry.attached_to):
            self.draft.refer("devices", device, ("collectors", name, "attached_to", number))
        return Collector(name, entry.attached_to, entry.gateway)

    def site(self, name: str, entry: Any) -> Site:
        """A site, its references checked."""
        path: Keys = ("sites", name)
        self.draft.refer("sites", entry.parent, (*path, "parent"))
        self.draft.refer("calendars", entry.hours, (*path, "hours"))
        self.draft.refer("contacts", entry.contact, (*path, "contact"))
        self.draft.refer("collectors", entry.collector, (*path, "collector"))
        unit = Unit(entry.unit.code, entry.unit.name) if entry.unit else Unit()
        return Site(
            name=name,
            title=entry.name,
            kind=entry.kind,
            parent=entry.parent,
            room=entry.room,
            location=(entry.location[0], entry.location[1]) if entry.location else None,
            unit=unit,
            hours=entry.hours,
            owner=entry.owner,
            contact=entry.contact,
            tags=entry.tags,
            thresholds=self.limits({}, entry, path),
            parameters=entry.parameters,
        )

    def limits(self, under: Limits, entry: Any, path: Keys) -> tuple[Threshold, ...]:
        """An entry's thresholds over others."""
        if not entry.thresholds:
            return tuple(under.values())
        return tuple(self.heritage.limits(under, entry.thresholds, path).values())

    def device(self, name: str, entry: DeviceEntry) -> Device:
        """A device with what it inherits: its own word, its site's, its role's, the defaults'."""
        path: Keys = ("devices", name)
        draft = self.draft
        site = draft.sections["sites"].get(entry.site)
        draft.refer("sites", entry.site, (*path, "site"))
        draft.refer("roles", entry.role, (*path, "role"))
        layer = self._placed(self.heritage.role(entry.role), site)
        layer = self.heritage.over(layer, entry, path)
        plain = layer.plain
        if "hours" in plain:
            draft.refer("calendars", plain["hours"], self._said(path, entry, layer, "hours"))
        return Device(
            name=name,
            title=entry.name or name,
            collector=self.asked_from(plain.get("collector"), path, entry, layer),
            addresses=entry.address,
            site=entry.site,
            role=entry.role,
            uplinks=self.things(entry.uplinks, (*path, "uplinks"), ("device", "circuit")),
            probes=self.uses(layer, path, entry.lifecycle != "retired"),
            credentials=layer.credentials,
            ping=plain.get("ping", 1.0),
            interval=plain.get("interval", 60.0),
            timeout=plain.get("timeout", 5.0),
            settle=plain.get("settle", 180.0),
            lifecycle=entry.lifecycle,
            hours=plain.get("hours"),
            tags=plain["tags"],
            asset=Asset(**entry.asset.model_dump()) if entry.asset else Asset(),
            thresholds=tuple(layer.limits.values()),
            parameters=plain["parameters"],
        )

    def _placed(self, role: Layer, site: Any) -> Layer:
        """A role's layer with what the device's site says over it."""
        given = set() if site is None else site.model_fields_set
        if not given & {"hours", "collector", "thresholds"}:
            return role
        plain = dict(role.plain)
        if "hours" in given:
            plain["hours"] = site.hours
        if site.collector:
            plain["collector"] = site.collector
        limits = self.heritage.limits(role.limits, site.thresholds, ("sites", ""))
        return replace(role, plain=plain, limits=limits)

    def _said(self, path: Keys, entry: Any, layer: Layer, key: str) -> Keys:
        """Where an inherited reference was written: here, or in the nearest layer that has it."""
        if key in entry.model_fields_set:
            return (*path, key)
        for above in layer.paths:
            section = self.draft.sections["roles"].get(str(above[-1]))
            found = section if above[0] == "roles" else self.draft.single.get("defaults")
            if found is not None and above[0] != "devices" and key in found.model_fields_set:
                return (*above, key)
        return (*path, key)

    def asked_from(self, name: str | None, path: Keys, entry: Any, layer: Layer) -> str:
        """The collector of a device or service: the one that is named, or the only one."""
        if name is not None:
            self.draft.refer("collectors", name, self._said(path, entry, layer, "collector"))
            return name
        if len(self.collectors) > 1:
            known = ", ".join(sorted(self.collectors))
            self.draft.wrong(path, '"collector" is missing', f"one of {known}")
        return next(iter(self.collectors), "")

    def uses(self, layer: Layer, path: Keys, asked: bool = True) -> tuple[Use, ...]:
        """A layer's probes and checks put to use; when `asked`, each needs its credential."""
        if asked:
            self.heritage.need(layer, path)
        found = [self.heritage.use(name, name, wish, layer) for name, wish in layer.probes.items()]
        found += [self.heritage.use(n, probe, w, layer) for n, (probe, w) in layer.checks.items()]
        return tuple(use for use in found if use is not None)

    def things(self, names: Iterable[str], path: Keys, kinds: tuple[str, ...]) -> tuple[Thing, ...]:
        """References like `circuit:x`; without a kind the first of `kinds` that has the name."""
        found = []
        for number, text in enumerate(names):
            where = (*path, number)
            kind, colon, name = text.partition(":")
            if not colon:
                known = [kind for kind in kinds if self.draft.known(SECTIONS[kind], text)]
                kind, name = (known or kinds)[0], text
            if kind not in kinds:
                words = ", ".join(f"{one}:" for one in kinds)
                self.draft.wrong(where, f"unknown kind {quoted(kind)}", f"one of {words}")
            elif self.draft.refer(SECTIONS[kind], name, where):
                found.append(Thing(kind, name))
        return tuple(found)

    def circuit(self, name: str, entry: CircuitEntry) -> Circuit:
        """A circuit whose ends exist."""
        path: Keys = ("circuits", name)
        self.draft.refer("calendars", entry.hours, (*path, "hours"))
        ends: dict[str, End | None] = {}
        for key in ("a", "z"):
            text: str | None = getattr(entry, key)
            device, _, interface = (text or "").partition("/")
            ends[key] = End(device, interface) if text else None
            self.draft.refer("devices", device or None, (*path, key))
        assert ends["z"] is not None
        return Circuit(
            name=name,
            title=entry.name or name,
            z=ends["z"],
            a=ends["a"],
            kind=entry.kind,
            provider=entry.provider,
            contract=entry.contract,
            payers=entry.payers,
            path=entry.path,
            capacity=entry.capacity,
            targets=Targets(**entry.targets.model_dump()),
            probe=entry.probe,
            lifecycle=entry.lifecycle,
            hours=entry.hours,
            tags=entry.tags,
            thresholds=self.limits({}, entry, path),
            parameters=entry.parameters,
        )

    def service(self, name: str, entry: ServiceEntry) -> Service:
        """A service with its checks; of the defaults it takes interval, timeout and collector."""
        path: Keys = ("services", name)
        heritage = self.heritage
        self.draft.refer("calendars", entry.hours, (*path, "hours"))
        checks = {
            named: found
            for key, check in entry.checks.items()
            if check is not None
            for named, found in heritage.check(key, check, path)
        }
        access = heritage.access({}, entry.credentials, path)
        plain = heritage.base.plain
        unsure = not all(one in heritage.credentials for one in entry.credentials)
        unsure |= ("services", name) in self.draft.broken
        layer = Layer((path,), plain, {}, checks, {}, access, unsure)
        return Service(
            name=name,
            title=entry.name,
            collector=self.asked_from(
                entry.collector or plain.get("collector"), path, entry, layer
            ),
            kind=entry.kind,
            level=entry.level,
            owner=entry.owner,
            needs=self.things(
                entry.needs, (*path, "needs"), ("device", "service", "circuit", "site")
            ),
            checks=self.uses(layer, path),
            credentials=access,
            hours=entry.hours,
            tags=entry.tags,
            thresholds=self.limits({}, entry, path),
            parameters=entry.parameters,
        )

    def calendar(self, name: str, entry: Any) -> Calendar:
        """A calendar with its days off read."""
        off = entry.holidays
        dates = self._dates(off, ("calendars", name, "holidays")) if isinstance(off, str) else off
        return Calendar(name, entry.days, tuple(entry.hours), frozenset(dates))

    def _dates(self, file: str, path: Keys) -> list[date]:
        """Days off in a file: a list of dates, or dates with what they are."""
        if not Path(file).is_file():
            self.draft.wrong(path, f"no such file {quoted(Path(file).name)}")
            return []
        source = read(Path(file), Path(file).name)
        self.draft.problems += source.problems
        if not isinstance(source.data, (list, dict)):
            if not source.problems:
                message = f"must be a list of dates, not {described(source.data)}"
                self.draft.problems.append(source.problem((), message))
            return []
        if isinstance(source.data, dict) and any(
            isinstance(one, (list, dict)) for one in source.data.values()
        ):
            word = next(key for key, one in source.data.items() if isinstance(one, (list, dict)))
            message = f"must be a list of dates, with no {quoted(word)} above it"
            said = source.problem((word,), message, "like - 2026-09-02, or 2026-09-02: what it is")
            self.draft.problems.append(said)
            return []
        found = []
        for number, text in enumerate(source.data):
            try:
                found.append(day(text))
            except ValueError as error:
                keys: Keys = (number,) if isinstance(source.data, list) else (text,)
                self.draft.problems.append(source.problem(keys, str(error)))
        return found

    def notify(self) -> Iterable[Notify]:
        """Who is told, in the order of the files."""
        for entry, source, number in self.draft.listed["notify"]:
            path: Keys = ("notify", number)
            for at, contact_name in enumerate(entry.to):
                if not self.draft.known("contacts", contact_name):
                    message, suggestion = self.draft.unknown("contacts", contact_name)
                    self.draft.problems.append(
                        source.problem((*path, "to", at), message, suggestion)
                    )
            if entry.hours and not self.draft.known("calendars", entry.hours):
                message, suggestion = self.draft.unknown("calendars", entry.hours)
                self.draft.problems.append(source.problem((*path, "hours"), message, suggestion))
            yield Notify(entry.to, entry.match, entry.hours, entry.after or 0.0)

    def maintenance(self, province: Province) -> Iterable[Maintenance]:
        """Announced work, with times in the province's zone."""
        for entry, source, number in self.draft.listed["maintenance"]:
            path: Keys = ("maintenance", number)
            what = []
            for at, text in enumerate(entry.what):
                kind, _, name = text.rpartition(":")
                kind = kind or "device"
                if kind not in SECTIONS:
                    words = ", ".join(f"{one}:" for one in SECTIONS)
                    said: tuple[str, str] = (f"unknown kind {quoted(kind)}", f"one of {words}")
                elif self.draft.known(SECTIONS[kind], name):
                    what.append(Thing(kind, name))
                    continue
                else:
                    said = self.draft.unknown(SECTIONS[kind], name)
                self.draft.problems.append(source.problem((*path, "what", at), *said))
            work = announced(entry, tuple(what), province)
            if work.start and work.end and work.start >= work.end:
                self.draft.problems.append(source.problem((*path, "to"), "is not after the start"))
            yield work


def announced(entry: MaintenanceEntry, what: tuple[Thing, ...], province: Province) -> Maintenance:
    """One announcement resolved."""
    start, end = entry.start, entry.end
    if start is not None and start.tzinfo is None:
        start = start.replace(tzinfo=province.zone)
    if end is not None and end.tzinfo is None:
        end = end.replace(tzinfo=province.zone)
    every = None
    if entry.every is not None:
        days = frozenset(entry.every.day or ())
        weekdays = entry.every.weekday or frozenset()
        every = Recurrence(entry.every.start, entry.every.end, weekdays, days)
    return Maintenance(what, entry.why, start, end, every)


def contact(name: str, entry: Any) -> Contact:
    """A contact with the ways that are given."""
    ways = {way: value for way in WAYS if (value := getattr(entry, way)) is not None}
    return Contact(name, entry.name or name, ways)
