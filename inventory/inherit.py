"""Inheritance: defaults, role by role, down to the device; and probe settings checked against their
types.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from inventory.asking import Asked, ProbeEntry, ThresholdEntry
from inventory.draft import Draft
from inventory.model import Credential, Threshold, Use
from inventory.parse import flaws
from inventory.problem import near, quoted
from inventory.source import Keys, Source
from inventory.vocabulary import Vocabulary

Limits = dict[tuple[str, tuple[tuple[str, str], ...]], Threshold]


@dataclass(slots=True)
class Wish:
    """A probe as one chain of layers wants it; keys of `settings` come from any of `layers`."""

    interval: float | None = None
    timeout: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Layer:
    """A role or the defaults with everything above merged in. `paths`: it and those above, nearest
    first. `unsure` when something it builds on is wrong: what it lacks may be meant to stand there.
    """

    paths: tuple[Keys, ...]
    plain: dict[str, Any]
    probes: dict[str, Wish]
    checks: dict[str, tuple[str, Wish]]
    limits: Limits
    credentials: dict[str, Credential]
    unsure: bool = False


TIMEOUT = 5.0
"""Seconds of a timeout that nobody wrote, or the interval where that is shorter."""
PLAIN = ("ping", "interval", "timeout", "settle", "collector", "hours")
NOTHING = Layer((), {"tags": (), "parameters": {}}, {}, {}, {}, {})


class Heritage:
    """Layers of one draft, each merged once; settings objects shared where they are equal."""

    def __init__(self, draft: Draft, vocabulary: Vocabulary) -> None:
        self.draft = draft
        self.vocabulary = vocabulary
        self.credentials = credentials(draft)
        self._roles: dict[str, Layer] = {}
        self._settings: dict[tuple[str, str], BaseModel | list[tuple[Keys, str, str]]] = {}
        self._uses: dict[tuple[str, str, float, float, int], Use] = {}
        base = draft.single.get("defaults")
        below = replace(NOTHING, unsure=("defaults", "") in draft.broken)
        self.base = below if base is None else self.over(below, base, ("defaults",))
        self._check_roles()

    def _check_roles(self) -> None:
        """Merge every role, base first; cycles are told once, by the first role in them."""
        told: set[str] = set()
        for name in self.draft.sections["roles"]:
            chain = [name]
            while (below := self.draft.sections["roles"].get(chain[-1])) and below.extends:
                path = ("roles", chain[-1], "extends")
                if below.extends in chain:
                    cycle = chain[chain.index(below.extends) :]
                    if not told & set(cycle):
                        shown = " > ".join((*cycle, below.extends))
                        self.draft.wrong(path, f"role cycle: {shown}")
                    told.update(cycle)
                    break
                if below.extends in self._roles or not self.draft.known("roles", below.extends):
                    break
                chain.append(below.extends)
            for one in reversed(chain):
                self._merge(one)

    def _merge(self, name: str) -> None:
        entry = self.draft.sections["roles"].get(name)
        if entry is None or name in self._roles:
            return
        self.draft.refer("roles", entry.extends, ("roles", name, "extends"))
        under = self.role(entry.extends)
        self._roles[name] = self.over(under, entry, ("roles", name))

    def role(self, name: str | None) -> Layer:
        """The layer of a role; of none, or a broken one, the defaults."""
        if name is None:
            return self.base
        return self._roles.get(name) or replace(self.base, unsure=True)

    def over(self, under: Layer, entry: Asked, path: Keys) -> Layer:
        """A layer with an entry laid over it."""
        given = entry.model_fields_set
        plain = {**under.plain, **{key: getattr(entry, key) for key in PLAIN if key in given}}
        if "tags" in given:
            plain["tags"] = tuple(dict.fromkeys((*under.plain["tags"], *entry.tags)))
        if "parameters" in given:
            plain["parameters"] = {**under.plain["parameters"], **entry.parameters}
        return Layer(
            paths=(path, *under.paths),
            plain=plain,
            probes=self._probes(under, entry, path) if "probes" in given else under.probes,
            checks=self._checks(under, entry, path) if "checks" in given else under.checks,
            limits=self.limits(under.limits, entry.thresholds, path)
            if "thresholds" in given
            else under.limits,
            credentials=self.access(under.credentials, entry.credentials, path)
            if "credentials" in given
            else under.credentials,
            unsure=under.unsure
            or (str(path[0]), str(path[1]) if len(path) > 1 else "") in self.draft.broken
            or not all(name in self.credentials for name in entry.credentials),
        )

    def _probes(self, under: Layer, entry: Asked, path: Keys) -> dict[str, Wish]:
        merged = dict(under.probes)
        for name, use in entry.probes.items():
            if not self._probe_known(name, (*path, "probes", name)):
                continue
            if use is None:
                merged.pop(name, None)
            else:
                settings = self._settings_of(name, use, path)
                merged[name] = _laid(merged.get(name, Wish()), use, settings)
        return merged

    def _settings_of(self, probe: str, use: ProbeEntry, path: Keys) -> dict[str, Any]:
        """The settings that one file gives to a probe, files found from there."""
        settings = dict(use.model_extra or {})
        for key in self.vocabulary.files.get(probe, frozenset()) & settings.keys():
            folder = self._origin(path).path.parent
            said = settings[key]
            if isinstance(said, list):
                settings[key] = [str(folder / x) if isinstance(x, str) else x for x in said]
        return settings

    def _checks(self, under: Layer, entry: Asked, path: Keys) -> dict[str, tuple[str, Wish]]:
        merged = dict(under.checks)
        for name, check in entry.checks.items():
            if check is None:
                merged.pop(name, None)
            else:
                merged.update(self.check(name, check, path))
        return merged

    def check(
        self, name: str, check: Mapping[str, ProbeEntry | None], path: Keys
    ) -> Iterator[tuple[str, tuple[str, Wish]]]:
        """One check as (name, (probe, wish)); nothing when its probe is unknown or off."""
        for probe, use in check.items():
            if self._probe_known(probe, (*path, "checks", name, probe)) and use is not None:
                yield name, (probe, _laid(Wish(), use, self._settings_of(probe, use, path)))

    def _probe_known(self, name: str, path: Keys) -> bool:
        if name in self.vocabulary.probes:
            return True
        suggestion = near(name, self.vocabulary.probes)
        self.draft.wrong(path, f"unknown probe {quoted(name)}", suggestion)
        return False

    def limits(
        self, under: Limits, given: Mapping[str, list[ThresholdEntry]], path: Keys
    ) -> Limits:
        """Thresholds laid over others: rule by rule, instance by instance, severity by severity."""
        merged = dict(under)
        rules = self.vocabulary.rules
        for rule, entries in given.items():
            if rules and rule not in rules:
                where = (*path, "thresholds", rule)
                self.draft.wrong(where, f"unknown rule {quoted(rule)}", near(rule, rules))
            for entry in entries:
                self._fits(rule, entry, (*path, "thresholds", rule))
                only = tuple(sorted(entry.only.items()))
                old = merged.get((rule, only)) or Threshold(rule, only=only)
                warning = old.warning if entry.warning is None else entry.warning
                critical = old.critical if entry.critical is None else entry.critical
                merged[rule, only] = Threshold(rule, warning, critical, only)
        return merged

    def _fits(self, rule: str, entry: ThresholdEntry, path: Keys) -> None:
        """Note what a rule would never read: a share above 1, an instance by another label."""
        if rule in self.vocabulary.ratios:
            for limit in (entry.warning, entry.critical):
                if limit is not None and limit > 1:
                    suggestion = (
                        f"write it like {limit:g}%" if limit <= 100 else "a percentage like 85%"
                    )
                    self.draft.wrong(path, f"limit {limit:g} is more than the whole", suggestion)
        if entry.only and rule in self.vocabulary.rules:
            label = self.vocabulary.instances.get(rule)
            if [*entry.only] != [label]:
                suggestion = f"only: {{{label}: NAME}}" if label else "without only"
                given = ", ".join(map(quoted, entry.only))
                self.draft.wrong(path, f"no instances by {given}", suggestion)

    def access(
        self, under: dict[str, Credential], given: tuple[str, ...], path: Keys
    ) -> dict[str, Credential]:
        """Credentials by kind, those of the named sets over the others."""
        merged = dict(under)
        for number, name in enumerate(given):
            if self.draft.refer("credentials", name, (*path, "credentials", number)):
                merged.update(self.credentials[name])
        return merged

    def need(self, layer: Layer, path: Keys) -> None:
        """Note each probe and check that lacks the credential without which it cannot work."""
        needs = {} if layer.unsure else self.vocabulary.needs
        asked: list[tuple[str, Keys]] = [(name, ("probes", name)) for name in layer.probes]
        asked += [(one, ("checks", name, one)) for name, (one, _) in layer.checks.items()]
        for probe, keys in asked:
            kind = needs.get(probe)
            if kind is not None and kind not in layer.credentials:
                advice = "name one in credentials: [...]"
                self.draft.wrong((*path, *keys), f"no {kind} credential", advice)

    def use(self, name: str, probe: str, wish: Wish, layer: Layer) -> Use | None:
        """A probe put to use, or None when its settings are wrong (noted where they stand)."""
        key = (probe, repr(wish.settings))
        settings = self._settings.get(key)
        if settings is None:
            settings = self._settings[key] = self._validated(probe, wish.settings)
        if isinstance(settings, list):
            for loc, message, suggestion in settings:
                self.draft.wrong(self._where(name, probe, loc, layer), message, suggestion)
            return None
        own = wish.interval or self.vocabulary.rhythms.get(probe)
        interval: float = own or layer.plain.get("interval", 60.0)
        said: float | None = wish.timeout or layer.plain.get("timeout")
        timeout = min(TIMEOUT, interval) if said is None else said
        if timeout > interval and not layer.unsure:
            message = f"timeout {timeout:g}s is longer than the interval {interval:g}s"
            advice = "a run must end before the next begins"
            self.draft.wrong(self._paced(name, probe, layer), message, advice)
        same = (name, probe, interval, timeout, id(settings))
        if same not in self._uses:
            self._uses[same] = Use(name, probe, interval, timeout, settings)
        return self._uses[same]

    def _validated(
        self, probe: str, settings: dict[str, Any]
    ) -> BaseModel | list[tuple[Keys, str, str]]:
        kind = self.vocabulary.probes[probe]
        try:
            valid = kind.model_validate(settings)
        except ValidationError as error:
            known = [one.alias or key for key, one in kind.model_fields.items()]
            return [
                (loc, message, suggestion or _meant(loc, message, known))
                for loc, message, suggestion in flaws(error)
            ]
        profile = getattr(valid, "profile", None)
        profiles = self.vocabulary.profiles
        if profiles and isinstance(profile, str) and profile and profile not in profiles:
            message = f"unknown profile {quoted(profile)}"
            return [(("profile",), message, near(profile, profiles))]
        return valid

    def _where(self, name: str, probe: str, loc: Keys, layer: Layer) -> Keys:
        """The path, in the nearest layer that has it, of a probe's setting."""
        for reach in (loc[:1], ()):
            for path in layer.paths:
                for inside in (("probes", probe), ("checks", name, probe)):
                    if self._stands((*path, *inside, *reach)):
                        return (*path, *inside, *loc)
        return layer.paths[0]

    def _paced(self, name: str, probe: str, layer: Layer) -> Keys:
        """The nearest place that sets the timeout or the interval of a probe."""
        for path in layer.paths:
            for inside in (("probes", probe), ("checks", name, probe), ()):
                for key in ("timeout", "interval"):
                    if self._stands((*path, *inside, key)):
                        return (*path, *inside, key)
        return layer.paths[0]

    def _origin(self, path: Keys) -> Source:
        """The file where the entry at a path stands."""
        source = self.draft.origin.get((str(path[0]), str(path[1]) if len(path) > 1 else ""))
        return source or self.draft.origin[str(path[0]), ""]

    def _stands(self, path: Keys) -> bool:
        data: Any = self._origin(path).data
        for part in path:
            if not isinstance(data, dict) or part not in data:
                return False
            data = data[part]
        return True


def _meant(loc: Keys, message: str, known: list[str]) -> str:
    return near(str(loc[0]), known) if loc and message.startswith("unknown key") else ""


def _laid(under: Wish, use: ProbeEntry, settings: Mapping[str, Any]) -> Wish:
    return Wish(
        use.interval or under.interval,
        use.timeout or under.timeout,
        {**under.settings, **settings},
    )


def credentials(draft: Draft) -> dict[str, dict[str, Credential]]:
    """Every set of access data, by kind."""
    found: dict[str, dict[str, Credential]] = {}
    for name, entry in draft.sections["credentials"].items():
        found[name] = {
            kind: Credential(name, kind, _values(value))
            for kind in ("snmp", "ssh", "http")
            if (value := getattr(entry, kind)) is not None
        }
    return found


def _values(entry: BaseModel) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key in type(entry).model_fields:
        value = getattr(entry, key)
        if isinstance(value, dict):
            value = next(iter(value.items()))
        values[key] = value
    return values
