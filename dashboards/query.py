"""Queries as functions over the catalogue: what they name exists, with labels that it may carry.

An `Expr` is PromQL with the unit of what it yields. Put together, an expression's text is its
`str`; its unit is then said anew. Label values: `"x"` equals, `"~x"` matches (variables of several
values: `"~$site"`), `"!x"` and `"!~x"` are their opposites.
"""

from dataclasses import dataclass

from dashboards.words import Shown
from probes.catalogue import METRICS, Metric

VERDICT = "5m"
"""How long a verdict is shown after the last: they are written once a minute."""
READING = "15m"
"""How long a reading is shown after the last: as long as rules hold it."""
_DESCRIBED = {"device_info": "1d"}
"""A device that is silent says nothing of itself; a day is how long it is remembered."""
_RATES: dict[str, Shown] = {"bytes": "bytes_per_second", "seconds": "ratio"}
_OFTEN = (
    *("collector_", "poll_", "interface_receive_bytes_", "interface_transmit_bytes_"),
    *("trap_", "syslog_", "tunnel_"),
)
"""Counters that come with every run; the others may be read every five minutes only."""
_VERDICTS = frozenset({"state", "hidden_devices", "maintenance", "flapping", "cause_info", "open"})
_OF = frozenset({"device", "site", "circuit", "service", "incident"})
RECORDED: dict[str, tuple[Shown, frozenset[str]]] = {
    "circuit:transmit_bits_per_second": ("bits_per_second", frozenset({"circuit", "site"})),
    "circuit:receive_bits_per_second": ("bits_per_second", frozenset({"circuit", "site"})),
    "circuit:available": ("ratio", frozenset({"circuit", "site"})),
}
"""What `rules/province.yaml` records every five minutes, for panels over the whole province."""


LESS_IS_WORSE = frozenset(
    {"HumidityLow", "LicenseExpiring", "TemperatureLow", "TlsExpiring", "UpsRuntimeLow"}
)
"""Rules whose limits are lower bounds, of those that panels draw: the highest is the tightest."""


class UnknownError(ValueError):
    """A query names a metric or a label that the catalogue does not know."""


@dataclass(frozen=True, slots=True)
class Expr:
    """A PromQL expression and the unit of its values."""

    text: str
    unit: Shown

    def __str__(self) -> str:
        return self.text


def _known(name: str) -> tuple[Shown, set[str] | frozenset[str]]:
    if name in RECORDED:
        return RECORDED[name]
    if name not in METRICS:
        raise UnknownError(f"{name} is not in the catalogue")
    metric = METRICS[name]
    return metric.unit, _labels(metric)


def _labels(metric: Metric) -> set[str]:
    owned = {label for identity in metric.identities for label in identity}
    return owned | {*metric.optional, *metric.text}


def _matcher(label: str, value: str) -> str:
    operator = "=~" if value[:1] == "~" else "!~" if value[:2] == "!~" else "="
    if operator == "=" and value[:1] == "!":
        operator = "!="
    bare = value if operator == "=" else value.removeprefix("!").removeprefix("~")
    return f'{label}{operator}"{bare}"'


def series(name: str, **labels: str) -> Expr:
    """The series of a metric with these labels, as they are stored. Raises UnknownError."""
    unit, known = _known(name)
    if unknown := labels.keys() - known:
        raise UnknownError(f"{name} may not carry {', '.join(sorted(unknown))}")
    chosen = ",".join(_matcher(label, value) for label, value in labels.items())
    return Expr(f"{name}{{{chosen}}}" if chosen else name, unit)


def _window(name: str) -> str:
    subject, _, field = name.partition("_")
    return VERDICT if subject in _OF and field in _VERDICTS else READING


def latest(name: str, **labels: str) -> Expr:
    """The last value of each series, as long as it is worth showing. Raises UnknownError."""
    one = series(name, **labels)
    return Expr(f"last_over_time({one}[{_window(name)}])", one.unit)


def rate(name: str, **labels: str) -> Expr:
    """A counter a second: bytes a second, things a second; of seconds, the share of time."""
    one = series(name, **labels)
    unit = _RATES.get(one.unit, "per_second")
    often = name.startswith(_OFTEN)
    return Expr(f"rate({one}[{'$__rate_interval' if often else READING}])", unit)


def bits(name: str, **labels: str) -> Expr:
    """A counter of bytes in bits a second, as lines are bought."""
    return Expr(f"8 * {rate(name, **labels)}", "bits_per_second")


def facts(name: str, *by: str, **labels: str) -> Expr:
    """An info as it is now, one series for these labels: what joins take on their right side."""
    one = series(name, **labels)
    _, known = _known(name)
    if unknown := set(by) - known:
        raise UnknownError(f"{name} may not carry {', '.join(sorted(unknown))}")
    window = _DESCRIBED.get(name, READING)
    return Expr(f"max by ({', '.join(by)}) (last_over_time({one}[{window}]) == 1)", "info")


def told(value: Expr, about: str, on: str, *more: str, **labels: str) -> Expr:
    """Values with labels of an info added; what the info does not know falls away."""
    right = facts(about, on, *more, **labels)
    return Expr(f"({value}) * on ({on}) group_left ({', '.join(more)}) {right}", value.unit)


def total(function: str, value: Expr, *by: str) -> Expr:
    """An aggregate (sum, max, min, avg) over everything, or by labels."""
    grouped = f" by ({', '.join(by)})" if by else ""
    return Expr(f"{function}{grouped} ({value})", value.unit)


def count(value: Expr, *by: str) -> Expr:
    """How many series, 0 when there are none and nothing is asked by label."""
    counted = f"count{f' by ({chr(44).join(by)})' if by else ''} ({value})"
    return Expr(counted if by else f"{counted} or vector(0)", "count")


def top(number: int, value: Expr) -> Expr:
    """The highest, where a value is asked for once."""
    return Expr(f"topk({number}, {value})", value.unit)


def share(part: Expr, whole: Expr, on: tuple[str, ...] = ()) -> Expr:
    """One thing as a part of another."""
    joined = f" on ({', '.join(on)}) group_left ()" if on else ""
    return Expr(f"{part} /{joined} {whole}", "ratio")


def left(moment: Expr) -> Expr:
    """Seconds from now to a point in time."""
    return Expr(f"{moment} - time()", "seconds")


def since(moment: Expr) -> Expr:
    """Seconds since a point in time."""
    return Expr(f"time() - {moment}", "seconds")


def limit(rule: str, severity: str, **labels: str) -> Expr:
    """The limit of a rule as one line: the tightest of the things that are chosen."""
    site = labels.pop("site", "")
    one = latest("threshold_limit", rule=rule, severity=severity, **labels)
    if site:  # a device's limit does not say where the device stands
        one = Expr(f"{one} and on (device) {latest('device_state', site=site)}", one.unit)
    tightest = "max" if rule in LESS_IS_WORSE else "min"
    return Expr(f"{tightest}({one})", "any")
