"""A real store with the past of the resting province: a sample a minute, with a day's rhythm, a gap
and an outage, for charts to be drawn of.

The past is the same whatever the hour of the test: shapes are of seconds from now, below zero, and
now is always three in the afternoon. Samples go on for as long as the tests of a file may take.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.contract.stored import push
from tests.daemons import victoria_metrics

DOWN, UP, PORT = "hbh-xa-05212-rt01", "hbh-dc-sw01", 'Gi0/1 "core" \\ a'
EVERY = 60
AHEAD = 900
"""Seconds of samples after now: who asks some minutes later finds that nothing has stopped."""
AFTERNOON = 15 * 3_600
OUTAGE = (-7_200.0, -5_400.0)
"""From when until when the ward was cut off."""

Shape = Callable[[float], float | None]
_DOWN = {"device": DOWN, "site": "pa-co"}
_UP = {"device": UP, "site": "dc"}
_PHASES = {"resolve": 0.004, "connect": 0.012, "tls": 0.03, "processing": 0.2, "transfer": 0.02}


def _day(low: float, high: float) -> Shape:
    """A value that is low at night and high at noon, with something of a jag."""

    def shape(at: float) -> float:
        share = 0.5 - 0.5 * math.cos(2 * math.pi * (at + AFTERNOON) / 86_400)
        jag = 0.08 * math.sin(at / 137) + 0.05 * math.sin(at / 47)
        return max(low + (high - low) * (share + jag), 0.0)

    return shape


def _cut(shape: Shape, instead: float | None) -> Shape:
    """The same, but for the outage."""
    return lambda at: instead if OUTAGE[0] <= at < OUTAGE[1] else shape(at)


def gauges(now: float) -> Iterator[tuple[str, dict[str, str], Shape]]:
    """What is measured of the province."""
    for labels, shape in ((_UP, _day(0.0011, 0.0019)), (_DOWN, _day(0.009, 0.021))):
        gone = _cut(shape, None) if labels is _DOWN else shape
        lost = _cut(_day(0.0, 0.004), 1.0) if labels is _DOWN else lambda at: 0.0
        yield "icmp_rtt_seconds", labels, gone
        yield "icmp_rtt_max_seconds", labels, lambda at, of=gone: 3 * of(at) if of(at) else None
        yield "icmp_jitter_seconds", labels, _day(0.0002, 0.0009)
        yield "icmp_loss_ratio", labels, lost
        yield "device_state", labels, _cut(lambda at: 0.0, 3.0 if labels is _DOWN else 0.0)
    yield "cpu_usage_ratio", {"cpu": "all", **_UP}, _day(0.12, 0.61)
    yield "memory_used_ratio", {"pool": "system", **_UP}, _day(0.55, 0.62)
    for place, share in (("/", 0.42), ("/var", 0.84), ("<b>/mnt", 0.2)):
        yield "storage_used_ratio", {"storage": place, **_UP}, _day(share, share + 0.03)
    for number in range(12):
        sensor = {"sensor": f"inlet {number + 1}", **_UP}
        yield "sensor_temperature_celsius", sensor, _day(18 + number, 22 + 1.2 * number)
    yield "interface_speed_bits_per_second", {"interface": "wan1", **_DOWN}, lambda at: 1e9
    check = {"service": "mot-cua", "target": "home"}
    for phase, seconds in _PHASES.items():
        labels = {"phase": phase, **check}
        yield "http_duration_seconds", labels, _day(seconds, 2 * seconds)
    ends = now + 24 * 86_400
    yield "tls_certificate_expiry_timestamp_seconds", check, lambda at: ends
    yield "probe_success", {"probe": "http", **check}, _cut(lambda at: 1.0, 0.0)


def counters() -> Iterator[tuple[str, dict[str, str], Shape]]:
    """What is counted, as a second's growth."""
    wan, core = {"interface": "wan1", **_DOWN}, {"interface": PORT, **_UP}
    for labels, part in ((wan, 1.0), (core, 4.0)):
        cut = (lambda shape: _cut(shape, 0.0)) if labels is wan else lambda shape: shape
        yield "interface_transmit_bytes_total", labels, cut(_day(5e5 * part, 6e6 * part))
        yield "interface_receive_bytes_total", labels, cut(_day(2e6 * part, 21e6 * part))
        for way in ("receive", "transmit"):
            yield f"interface_{way}_errors_total", labels, lambda at: 0.02 * (at % 7200 < 600)
            yield f"interface_{way}_discards_total", labels, lambda at: 0.5 * (at % 3600 < 300)
            yield f"interface_{way}_broadcast_packets_total", labels, _day(2, 9)


def series(now: float, hours: float) -> Iterator[dict[str, Any]]:
    """All of it, as the store imports it; the growth of counters summed up."""
    start = int(now - 3_600 * hours) // EVERY * EVERY
    stamps = range(start, int(now) + AHEAD, EVERY)
    for name, labels, shape in gauges(now):
        pairs = [(at, value) for at in stamps if (value := shape(at - now)) is not None]
        yield _one(name, labels, pairs)
    for name, labels, shape in counters():
        total, pairs = 1e9, []
        for at in stamps:
            total += EVERY * (shape(at - now) or 0.0)
            pairs.append((at, round(total)))
        yield _one(name, labels, pairs)


def _one(name: str, labels: dict[str, str], pairs: list[tuple[int, float]]) -> dict[str, Any]:
    return {
        "metric": {"__name__": name, **labels},
        "values": [value for _, value in pairs],
        "timestamps": [1000 * at for at, _ in pairs],
    }


@contextmanager
def filled(folder: Path, now: float, hours: float = 26.0) -> Iterator[str]:
    """The address of a store that holds so many hours of it."""
    with victoria_metrics(folder) as store:
        push(store.url, list(series(now, hours)))
        yield store.url
