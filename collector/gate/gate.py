"""What people are told now: the engine's incidents and vmalert's alerts, masked, held and merged.

Pure: time comes in as an argument, what must be known of the world through `World`. Alertmanager
takes every label set for an alert of its own. So the labels of an alert stay as they were first
told; when its severity rises it is told under the higher one too, and both end together: nobody who
was told is left without a RESOLVED, and nobody gets one while it lasts.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from alerts.notice import rank
from collector.gate.held import ENGINE, NOTHING, RULE, Held, Key, Proof, Source, Told, Variant
from collector.gate.incoming import ALERTS, Posted
from collector.gate.ruling import Ruling
from collector.verdicts.verdict import Cause, Mask, News

log = logging.getLogger("hatang.gate")

AHEAD = 4 * 3600.0
"""Seconds: the end that Alertmanager is told lies so far ahead, so that our own absence ends
nothing; and what a peer did not take is offered to it for so long.
"""

AGAIN = 15 * 60.0
"""Seconds for which an end is told again to peers that took it: one that restarts before its group
was due has forgotten it.
"""

DOUBT = 60.0
"""Seconds after a start in which the engine sees again whatever is down."""

SETTLE = 300.0
"""Seconds after a cause is gone in which a rule's window still holds the outage."""

VISIBLE = 32.0
"""Seconds until what was delivered is in every answer of the store: VictoriaMetrics hides the last
30 by default.
"""

LONG = 300.0
"""Seconds between polls above which one reading is proof enough; below, a rate needs two."""

AT_ONCE = 200
"""Alerts that are worked on before others have their turn in the loop."""

TRUST = 3600.0
"""Seconds, at most, for which one post counts."""

STALE_AFTER = 60.0
"""Seconds without a word after which an alert is marked as stale."""

TELLING = {"DeviceDown", "CircuitDown", "SiteDown", "ServiceDown"}
TELLING |= {"CircuitRedundancyLost", "CircuitFlapping"}
"""Incidents that say all there is to say of a thing: what a rule finds there is a symptom."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A reading of everything an alert is about: when it was read, up to when everything that was
    read has reached the store, and how many seconds lie between such readings.
    """

    at: float
    stored: float
    every: float = 60.0


class Ending(NamedTuple):
    """One end of one alert."""

    key: Key
    at: float


class World(Protocol):
    """What the gate must know of the rest."""

    def mask(self, thing: str) -> Mask | None:
        """Why nobody is to be told of a thing now."""

    def fresh(self, identity: Mapping[str, str], metrics: Collection[str]) -> Sighting | None:
        """The newest reading that has all metrics of what these labels name."""

    def knows(self, thing: str) -> bool:
        """Whether this collector asks a thing at all."""

    def theirs(self, thing: str) -> bool:
        """Whether another collector asks it, whose own gate speaks of it."""

    def words(self, posted: Posted, severity: str) -> Told:
        """A rule's alert as it is told."""

    def over(self, one: Held, at: float) -> Told:
        """The end of an alert, of which no more is known than when."""

    def steps(self, labels: Mapping[str, str]) -> Iterable[int]:
        """After how many seconds without an owner others are told too."""

    def owned(self, key: Key) -> bool:
        """Whether somebody has taken it on."""


class Gate:
    """What is held. `changed` are the alerts that differ from what was last `taken` to be kept."""

    def __init__(self, world: World, *, visible: float = VISIBLE) -> None:
        self.held: dict[Key, Held] = {}
        self.refused = 0
        self._world = world
        self._visible = visible
        self._changed: set[Key] = set()
        self._news = False
        self._doubtful: dict[Key, float] = {}

    def recall(self, kept: Iterable[Held], now: float) -> None:
        """What was held before a restart. A rule's alert counts as firing until now."""
        for one in kept:
            one.firing = now
            self.held[one.key] = one

    def taken(self) -> dict[Key, Held | None]:
        """What changed since the last time it was asked for; None for what is no longer held."""
        changed, self._changed = self._changed, set()
        return {key: self.held.get(key) for key in changed}

    def incident(self, news: News, words: Told) -> None:
        """An incident of the engine or of the contract numbers has opened, changed or closed, and
        the words for that.
        """
        cause = news.cause
        key = Key(cause.alert, cause.thing)
        self._doubtful.pop(key, None)
        one = self.held.get(key)
        if news.what == "closed":
            if one is not None and not one.ended:
                self._end(one, news.at, words)
            return
        if one is None or one.ended:
            since = min(cause.since or news.at, news.at)
            self._put(Held(key, ENGINE, since, cause.severity, words))
            return
        self._reword(one, words)
        self._rise(one, cause.severity)

    def standing(self, causes: Iterable[Cause], now: float) -> None:
        """After a restart: no other incident is open. What is still held closed unseen, or opened
        in the last moment and was not written down: it ends unless it soon opens again.
        """
        known = {Key(cause.alert, cause.thing) for cause in causes}
        held = (key for key, one in self.held.items() if one.origin == ENGINE and not one.ended)
        self._doubtful = {key: now + DOUBT for key in held if key not in known}

    def alerts(self, posted: Iterable[Posted], now: float) -> None:
        """A post of vmalert's."""
        for one in posted:
            self._posted(one, now)

    def _posted(self, posted: Posted, now: float) -> None:
        one = self.held.get(posted.key)
        ending = posted.until <= now
        if one is None or one.ended:
            if ending or self._world.theirs(posted.key.subject):
                return
            if one is None and len(self.held) >= ALERTS:
                self._refuse()
                return
            since = min(posted.since or now, now)
            one = Held(posted.key, RULE, since, posted.severity, NOTHING)
            self._put(one)
        until = 0.0 if ending else min(posted.until, now + TRUST)
        one.sources[posted.severity] = Source(now, until)
        if ending:
            self._settled(one, now)
        else:
            self._fires(one, posted, now)

    def _refuse(self) -> None:
        if not self.refused:
            log.error("too many alerts; further ones are refused", extra={"held": len(self.held)})
        self.refused += 1

    def _fires(self, one: Held, posted: Posted, now: float) -> None:
        one.firing, one.proof = now, Proof()
        one.identity = dict(posted.identity)
        one.metrics = tuple(posted.annotations.get("metrics", "").split()[:20])
        if one.stale:
            one.stale = 0.0
            self._touch(one)
        rises = rank(posted.severity) < rank(one.severity)
        self._rise(one, posted.severity)
        # A lower rule of the same alert speaks of it too: the words are those of the highest.
        spoken = hash((one.severity, tuple(posted.annotations.items())))
        if (rises or posted.severity == one.severity or not one.spoken) and spoken != one.spoken:
            one.spoken = spoken
            self._reword(one, self._world.words(posted, one.severity))

    def _settled(self, one: Held, now: float) -> None:
        """vmalert has no more of it: what nobody was told of is forgotten at once."""
        if not one.told and not one.active(now):
            self._forget(one)

    def asked(self, now: float) -> list[Key]:
        """Rules' alerts of which vmalert must be asked: those that it no longer posts."""
        return [
            key
            for key, one in self.held.items()
            if one.origin == RULE and not one.ended and not one.active(now)
        ]

    def sight(self, keys: Iterable[Key], now: float) -> None:
        """Look whether what these alerts are about was read since they last fired."""
        for key in keys:
            one = self.held.get(key)
            if one is None or one.proof.enough or not one.metrics:
                continue
            sighting = self._world.fresh(one.identity, one.metrics)
            if sighting is not None:
                if sighting.at > one.firing:
                    one.proof.read(sighting.at, 1 if sighting.every > LONG else 2)
                one.proof.stored(sighting.stored, now)

    def weigh(self, keys: Iterable[Key], ruling: Ruling, now: float) -> None:
        """What vmalert answered, against what was read: an alert ends when vmalert has looked after
        fresh readings had reached the store, and found nothing.
        """
        for key in keys:
            one = self.held.get(key)
            if one is None or one.ended or one.active(now):
                continue
            if key in ruling.alive:
                one.firing, one.proof = max(one.firing, ruling.of(key.alertname)), Proof()
                continue
            one.proof.looked = max(one.proof.looked, ruling.of(key.alertname))
            if self._proven(one):
                self._end(one, now)

    def _proven(self, one: Held) -> bool:
        proof = one.proof
        if not one.told or not one.metrics or not self._world.knows(one.key.subject):
            return proof.looked > one.firing
        return bool(proof.enough) and proof.looked >= proof.enough + self._visible

    def step(self, now: float) -> bool:
        """Time went by, or something was said: whether what is to be told differs from before."""
        silenced = {
            key.subject
            for key, one in self.held.items()
            if key.alertname in TELLING and not one.ended
        }
        for key in [key for key, until in self._doubtful.items() if now >= until]:
            del self._doubtful[key]
            self._end(self.held[key], now)
        for one in list(self.held.values()):
            if one.ended:
                self._expire(one, now)
            else:
                self._look(one, silenced, now)
        news, self._news = self._news, False
        return news

    def _look(self, one: Held, silenced: Collection[str], now: float) -> None:
        active = one.active(now)
        if not active and one.told and not one.stale and now > one.firing + STALE_AFTER:
            one.stale = one.firing
            self._touch(one)
        mask = self._mask(one, silenced, now)
        if not active or mask:
            return
        if not one.told:
            one.told_at = now
        if Variant(one.severity) not in one.told:
            self._tell(one, Variant(one.severity))
            one.steps = tuple(self._world.steps(labels(one, one.told[-1])))
        self._escalate(one, now)

    def _mask(self, one: Held, silenced: Collection[str], now: float) -> bool:
        """Whether nobody is to be told (more) of an alert now."""
        mask = self._world.mask(one.key.subject)
        if one.origin == ENGINE:
            return mask is not None
        if one.key.subject in silenced or (mask is not None and mask.why == "hidden"):
            one.masked = now
            return True
        settling = not one.told and one.masked and now < one.masked + SETTLE
        return mask is not None or bool(settling)

    def _escalate(self, one: Held, now: float) -> None:
        late = (Variant(one.severity, str(after)) for after in one.steps if _late(one, after, now))
        due = [variant for variant in late if variant not in one.told]
        if due and not self._world.owned(one.key):
            for variant in due:
                self._tell(one, variant)

    def _tell(self, one: Held, variant: Variant) -> None:
        one.told.append(variant)
        self._touch(one)

    def _put(self, one: Held) -> None:
        self.held[one.key] = one
        self._changed.add(one.key)

    def _touch(self, one: Held) -> None:
        self._changed.add(one.key)
        self._news = True

    def _reword(self, one: Held, words: Told) -> None:
        if one.words.labels:  # as first told: other labels would be another alert
            words = Told(one.words.labels, words.annotations, words.url)
        if words != one.words:
            one.words = words
            self._touch(one)

    def _rise(self, one: Held, severity: str) -> None:
        if rank(severity) < rank(one.severity):
            one.severity = severity
            self._touch(one)

    def _end(self, one: Held, now: float, words: Told | None = None) -> None:
        """It is over: told as such where it was told at all, and no longer as it was."""
        if not one.told:
            self._forget(one)
            return
        one.ended = max(now, one.since)
        one.accepted = False
        one.stale = 0.0
        self._reword(one, words or self._world.over(one, one.ended))
        self._touch(one)

    def _forget(self, one: Held) -> None:
        del self.held[one.key]
        self._changed.add(one.key)

    def _expire(self, one: Held, now: float) -> None:
        """An end that every peer took is told a while longer, else for hours."""
        if now > one.ended + (AGAIN if one.accepted else AHEAD):
            self._forget(one)

    def parts(self, now: float) -> Iterator[list[dict[str, Any]]]:
        """Everything that lasts and is told, as Alertmanager's API takes it; in parts, between
        which others may have their turn. What is said meanwhile is news for the next time.
        """
        everything = list(self.held.values())
        for at in range(0, len(everything), AT_ONCE):
            yield [
                worded(one, variant, now + AHEAD)
                for one in everything[at : at + AT_ONCE]
                if not one.ended
                for variant in one.told
            ]

    def ended(self) -> list[tuple[Ending, list[dict[str, Any]]]]:
        """What has ended and is still to be told as such. The lower severity stands first: should
        it be inhibited by the higher, it is over before that one is.
        """
        return [
            (Ending(key, one.ended), [worded(one, variant, one.ended) for variant in one.told])
            for key, one in self.held.items()
            if one.ended
        ]

    def accepted(self, ending: Ending) -> None:
        """Every peer has taken that end."""
        one = self.held.get(ending.key)
        if one is not None and one.ended == ending.at and not one.accepted:
            one.accepted = True


def _late(one: Held, after: int, now: float) -> bool:
    return now >= one.told_at + after


def labels(one: Held, variant: Variant) -> dict[str, str]:
    """The labels under which an alert is told; empty ones are left out, as Alertmanager does."""
    found = {**one.words.labels, **one.key._asdict(), **variant._asdict()}
    return {name: text for name, text in found.items() if text}


def worded(one: Held, variant: Variant, end: float) -> dict[str, Any]:
    """One alert of Alertmanager's API, version 2."""
    annotations = {name: text for name, text in one.words.annotations.items() if text}
    if one.stale:
        annotations["stale"] = timed(one.stale)
    found: dict[str, Any] = {
        "labels": labels(one, variant),
        "annotations": annotations,
        "startsAt": timed(one.since),
        "endsAt": timed(end),
    }
    return {**found, "generatorURL": one.words.url} if one.words.url else found


def timed(at: float) -> str:
    """Unix seconds as RFC 3339."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
