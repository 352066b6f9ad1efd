"""How a thing was, from its events: spans without gaps. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from collector.contract.grid import Span
from collector.journal import Entry
from collector.verdicts.events import State
from collector.verdicts.verdict import Verdict

MOST = 200
"""Spans above which short ones that follow each other are told as one, of the worst state."""

_WORST = (State.DOWN, State.DEGRADED, State.UNREACHABLE, State.UNKNOWN, State.UP)


@dataclass(frozen=True, slots=True)
class Stretch:
    """How a thing was from `start` up to `end` (Unix seconds); `because` and `work` are things."""

    start: float
    end: float
    state: State = State.UNKNOWN
    because: str = ""
    work: str = ""
    watched: bool = False


Change = tuple[float, Callable[[Stretch], Stretch]]


def stretches(
    events: Iterable[Entry], held: Verdict | None, watched: Sequence[Span], start: float, end: float
) -> list[Stretch]:
    """How a thing was in a time, oldest first, from when on that is known.

    `events` are those of its verdicts and of work on it, also from before; `held` is what is held
    of it at the end; `watched` is when a collector was at work.
    """
    ordered = sorted(events, key=lambda one: one.id)
    changes = [*_judged(ordered, held), *filter(None, map(_worked, ordered))]
    start = max(start, min((at for at, _ in changes), default=end))
    changes += [(begin, _watch(True)) for begin, _ in watched]
    changes += [(until, _watch(False)) for _, until in watched if not _within(until, watched)]
    now, found = Stretch(start, start), list[Stretch]()
    for at, change in sorted(changes, key=lambda one: one[0]):
        if at >= end:
            break
        if at > now.start:
            found.append(replace(now, end=at))
            now = replace(now, start=at)
        now = change(now)
    found.append(replace(now, end=end))
    return _coarse(_merged(map(_seen, found), _alike), start, end)


def _judged(ordered: Iterable[Entry], held: Verdict | None) -> Iterator[Change]:
    """What verdicts changed. That something is seen up that was unknown is no event of its own:
    the next one, or what is held, tells since when it was.
    """
    known, last = None, 0.0
    for one in ordered:
        detail = one.detail
        state, before = _state(detail.get("state")), _state(detail.get("before"))
        if one.kind != "verdict" or state is None:
            continue
        if before is not None and before is not known:
            since = detail.get("before_since")
            last = max(last, since) if isinstance(since, (int, float)) else last or one.at
            yield last, _to(before)
        known, last = state, one.at
        yield last, _to(state, str(detail.get("because", "")), str(detail.get("maintenance", "")))
    if held is not None and held.state is not known:
        yield max(last, held.since), _to(held.state, held.because, held.maintenance)


def _state(name: object) -> State | None:
    return State.__members__.get(str(name).upper())


def _to(state: State, because: str = "", work: str = "") -> Callable[[Stretch], Stretch]:
    return lambda held: replace(held, state=state, because=because, work=work)


def _worked(one: Entry) -> Change | None:
    """That work on it began or ended."""
    what = one.detail.get("what")
    if one.kind != "maintenance" or what not in ("begins", "ends"):
        return None
    by = str(one.detail.get("by", "")) if what == "begins" else ""
    return one.at, lambda held: replace(held, work=by)


def _watch(watched: bool) -> Callable[[Stretch], Stretch]:
    return lambda held: replace(held, watched=watched)


def _within(at: float, spans: Iterable[Span]) -> bool:
    return any(begin <= at < until for begin, until in spans)


def _seen(one: Stretch) -> Stretch:
    """What nobody watched is not known."""
    return one if one.watched else Stretch(one.start, one.end)


def _alike(one: Stretch, other: Stretch) -> bool:
    return replace(one, start=other.start, end=other.end) == other


def _merged(
    found: Iterable[Stretch], together: Callable[[Stretch, Stretch], bool]
) -> list[Stretch]:
    """Neighbours that belong together as one, of the worse state."""
    merged: list[Stretch] = []
    for one in found:
        if merged and together(merged[-1], one):
            worse = min(merged[-1], one, key=lambda each: _WORST.index(each.state))
            merged[-1] = replace(worse, start=merged[-1].start, end=one.end)
        elif one.end > one.start:
            merged.append(one)
    return merged


def _coarse(found: list[Stretch], start: float, end: float) -> list[Stretch]:
    """No more than some hundred: of two neighbours one is as long as a small part of the whole."""
    if len(found) <= MOST:
        return found
    short = (end - start) / MOST

    def together(one: Stretch, other: Stretch) -> bool:
        both = one.end - one.start < short and other.end - other.start < short
        return both and one.watched and other.watched

    return _merged(found, together)
