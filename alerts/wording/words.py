"""The phrases as data: `words.yaml`, read once and checked (nothing missing, no unknown
placeholder).
"""

import string
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from alerts.notice import ENGINE_ALERTS, SEVERITIES, SIDES

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
STATES = ("up", "degraded", "down", "unreachable", "unknown")
"""By the catalogue's numbers."""

KINDS = ("device", "circuit", "site", "service", "collector")

_END = ("device", "interface")
SIGNS: Mapping[str, tuple[str, ...]] = {
    "silent_for": ("seconds",),
    "never_answered": (),
    "poll_failed": ("probe", "reason"),
    "answers_echo": (),
    "answers_poll": ("probe",),
    "cannot_be_asked": ("why",),
    "behind": ("cause",),
    "a_end_up": _END,
    "a_end_down": _END,
    "a_end_admin_down": _END,
    "z_end_up": _END,
    "z_end_down": _END,
    "far_end_silent": ("device",),
    "probe_silent": (),
    "probe_answers": (),
    "site_silent": ("site", "count"),
    "siblings_down": ("provider", "count", "total"),
    "siblings_up": ("provider", "total"),
    "ups_on_battery": ("device",),
    "rebooted": ("device", "uptime"),
    "kept_running": ("device", "uptime"),
    "only_path": (),
    "other_path": ("device",),
    "one_path_left": ("site",),
    "check_failed": ("check", "reason"),
    "check_passes": ("check",),
    "need_failed": ("thing", "state"),
    "everything_silent": ("count",),
    "gateway_answers": (),
    "gateway_silent": (),
    "off_hours": ("calendar",),
    "flapped": ("changes", "minutes"),
    "settled": ("seconds",),
    "returning": ("cause",),
    "not_asked": (),
    "interface_down": _END,
    "behind_answers": ("device",),
    "above_threshold": ("value", "limit", "days"),
}
"""Every code of evidence, with its arguments."""

ENDS = ("recovered", "goes-on", "unwatched", "over")
_END_ABOUT = frozenset({"subject", "title", "at", "lasted"})

ABOUT = frozenset({"name", "site", "provider", "circuit", "contract"})
"""What a sentence about a thing may be filled with."""

_LINES: Mapping[str, frozenset[str]] = {
    "since": frozenset({"since"}),
    "circuit": frozenset({"circuit"}),
    "contract": frozenset({"contract"}),
    "path": frozenset({"name", "path"}),
    "rack": frozenset({"rack"}),
    "level": frozenset({"level"}),
    "hides": frozenset(),
    "more": frozenset({"count"}),
    "side": frozenset({"side"}),
    "evidence": frozenset({"signs"}),
    "todo": frozenset({"todo"}),
    "incident": frozenset({"incident"}),
    "provider": frozenset(),
    "sms": frozenset({"severity", "title", "since"}),
    "lasted": frozenset({"since", "at"}),
    "shown": frozenset({"signs"}),
    "resolved": frozenset(),
    "digest": frozenset(),
}


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Pair(_Data):
    """A phrase in both languages."""

    vi: str
    en: str

    def say(self, language: str, **values: str) -> str:
        """The phrase in a language, filled; what is not given is told as `?`."""
        return (self.en if language == "en" else self.vi).format_map(_Given(values))

    def asks(self) -> set[str]:
        """The placeholders of both phrases."""
        return placeholders(self.vi) | placeholders(self.en)


class _Given(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


class Noun(Pair):
    """A kind of thing, counted."""

    many: str
    short: Pair


class Subject(_Data):
    """How a sentence begins."""

    long: Pair
    short: Pair


class End(_Data):
    """How an end is said."""

    mark: Pair
    title: Pair
    short: Pair


class Alert(_Data):
    """What is said of one alert."""

    title: Pair
    todo: Mapping[str, Pair]
    short: Pair | None = None
    hides: Pair | None = None
    back: Pair | None = None


def placeholders(phrase: str) -> set[str]:
    """The names in braces. Raises ValueError where a brace is left open."""
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name is not None}


class Words(_Data):
    """The whole file."""

    severities: Mapping[str, Pair]
    states: Mapping[str, Mapping[str, Pair]]
    sides: Mapping[str, Pair]
    nouns: Mapping[str, Noun]
    subjects: Mapping[str, Subject]
    circuit_kinds: Mapping[str, Pair]
    place_prefixes: list[str]
    lines: Mapping[str, Pair]
    ends: Mapping[str, End]
    alerts: Mapping[str, Alert]
    reasons: Mapping[str, Pair]
    durations: Mapping[str, Pair]
    signs: Mapping[str, Pair]

    @model_validator(mode="after")
    def _complete(self) -> "Words":
        wanted: tuple[tuple[str, Mapping[str, object], Iterable[str]], ...] = (
            ("severities", self.severities, SEVERITIES),
            ("states", self.states, STATES),
            ("sides", self.sides, SIDES),
            ("nouns", self.nouns, KINDS),
            ("subjects", self.subjects, KINDS),
            ("lines", self.lines, _LINES),
            ("ends", self.ends, ENDS),
            ("alerts", self.alerts, ENGINE_ALERTS),
            ("durations", self.durations, "smhd"),
            ("signs", self.signs, SIGNS),
        )
        for section, given, names in wanted:
            if odd := set(given) ^ set(names):
                raise ValueError(f"{section}: missing or unknown: {', '.join(sorted(odd))}")
        if bare := [name for name, one in self.states.items() if "any" not in one]:
            raise ValueError(f'states: no "any" in {", ".join(bare)}')
        return self

    @model_validator(mode="after")
    def _fillable(self) -> "Words":
        for where, phrase, allowed in self._phrases():
            if odd := phrase.asks() - set(allowed):
                raise ValueError(f"{where}: unknown placeholder {', '.join(sorted(odd))}")
        return self

    def _phrases(self) -> Iterable[tuple[str, Pair, Iterable[str]]]:
        for name, line in self.lines.items():
            yield f"lines.{name}", line, _LINES[name]
        for name, sign in self.signs.items():
            yield f"signs.{name}", sign, SIGNS[name]
        for name, subject in self.subjects.items():
            yield f"subjects.{name}", subject.long, {"name", "site"}
            yield f"subjects.{name}", subject.short, {"name", "site"}
        for name, end in self.ends.items():
            yield from ((f"ends.{name}", one, _END_ABOUT) for one in (end.title, end.short))
            yield f"ends.{name}.mark", end.mark, ()
        for name, alert in self.alerts.items():
            if alert.back is not None:
                yield f"alerts.{name}.back", alert.back, _END_ABOUT - {"title"}
            titles = [one for one in (alert.title, alert.short) if one is not None]
            yield from ((f"alerts.{name}", one, ABOUT | {"subject"}) for one in titles)
            yield from ((f"alerts.{name}.todo", one, ABOUT) for one in alert.todo.values())
            if odd := ({"any"} - set(alert.todo)) | (set(alert.todo) - {"any", *SIDES}):
                raise ValueError(f"alerts.{name}.todo: missing or unknown: {', '.join(odd)}")


def read(text: str) -> Words:
    """The phrases in a YAML text. Raises pydantic.ValidationError, which says what is missing."""
    return Words.model_validate(yaml.load(text, yaml.CSafeLoader))


WORDS = read((files(__package__) / "words.yaml").read_text("utf-8"))
