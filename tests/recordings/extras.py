"""What a poll emits that cannot be so, whatever is expected: values that no device has, and one
reading emitted twice.
"""

from collections import Counter

from tests.recordings.emitted import Emitted, Polled
from tests.recordings.matching import words
from tests.recordings.tally import Tally

RANGES: dict[str, tuple[float, float]] = {
    "power_factor_ratio": (-1, 1),
    "_ratio": (0, 1),
    "_celsius": (-50, 200),
    "_volts": (-1e6, 1e6),
    "_amperes": (-1e5, 1e5),
    "_watts": (-1e8, 1e8),
    "_voltamperes": (0, 1e8),
    "_hertz": (0, 1e11),
    "_rpm": (0, 1e5),
    "_noise_dbm": (-130, 0),
    "_dbm": (-100, 50),
    "_decibels": (-100, 100),
    "_pascals": (-1e6, 1e9),
    "_timestamp_seconds": (0, 4.2e9),
    "battery_runtime_seconds": (0, 3e6),
    "speed_bits_per_second": (0, 1e13),
    "_total": (0, 2**64),
    "_bytes": (0, 1e18),
    "_up": (0, 1),
}
"""What a value may be, by the ending of its metric; the first that fits counts."""


def implausible(one: Emitted) -> bool:
    for ending, (least, most) in RANGES.items():
        if one.metric.endswith(ending):
            return not least <= one.value <= most
    return False


def judge_extras(polled: Polled, tally: Tally) -> None:
    """Values that cannot be, and one object emitted twice as one quantity."""
    for one in polled.emitted:
        if implausible(one):
            tally.extra("implausible", str(one))
    seen = Counter(
        (one.metric, next(iter(one.oids))) for one in polled.emitted if len(one.oids) == 1
    )
    for (metric, oid), count in seen.items():
        if count > 1:
            tally.extra("twice", f"{metric} of {oid} emitted {count} times")
    for one in polled.emitted:
        twin = _twin(one, polled)
        if twin is not None:
            tally.extra("twice", f"{one} beside {twin}")


def _twin(one: Emitted, polled: Polled) -> Emitted | None:
    """What satisfies an expected value already with the same words, number and quantity."""
    if one.used or one.subject != "sensor" or not one.value or one.metric == "sensor_state":
        return None
    for other in polled.of(one.metric):
        same = other.used and other.value == one.value
        if same and words(other.instance) == words(one.instance):
            return other
    return None
