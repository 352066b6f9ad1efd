"""UPS-MIB (RFC 1628): mains that swing, a battery that is full, a load that follows the office
day.
"""

from collector.demo import tlv
from collector.demo.columns.host import celsius
from collector.demo.columns.system import fixed
from collector.demo.device import Device
from collector.demo.rhythm import activity, swing
from collector.demo.shape import Column, Value

_BASE = "1.3.6.1.2.1.33.1."


def load(device: Device, now: float) -> float:
    """Percent of its power that a UPS gives, 10 to 80."""
    return 15 + 25 * device.share(61) + 20 * min(activity(now, device.share(62)), 1.6)


def volts(device: Device, now: float) -> float:
    """The mains: 215 to 235 V."""
    return 222 + 6 * device.share(63) + 7 * (swing(now, 5400, device.share(64)) - 0.5)


def ups(maker: str, model: str, watts: int) -> list[Column]:
    """Identity, battery, one input and one output line, no alarm."""
    output: dict[str, Value] = {
        "4.4.1.2.1": lambda d, _r, now: tlv.integer(round(volts(d, now))),
        "4.4.1.3.1": lambda d, _r, now: tlv.integer(
            round(load(d, now) / 100 * watts / volts(d, now) * 10)
        ),
        "4.4.1.4.1": lambda d, _r, now: tlv.integer(round(load(d, now) / 100 * watts)),
        "4.4.1.5.1": lambda d, _r, now: tlv.integer(round(load(d, now))),
        "3.3.1.2.1": lambda d, _r, now: tlv.integer(round(498 + 4 * swing(now, 600, d.share(65)))),
        "3.3.1.3.1": lambda d, _r, now: tlv.integer(round(volts(d, now))),
        "3.3.1.4.1": lambda d, _r, now: tlv.integer(
            round(load(d, now) / 90 * watts / volts(d, now) * 10)
        ),
        "2.3.0": lambda d, _r, now: tlv.integer(round(1800 / load(d, now))),
        "2.7.0": lambda d, _r, now: tlv.integer(round(celsius(d, now, 26, 66))),
        "2.4.0": lambda d, _r, now: tlv.integer(100 - int(2 * swing(now, 86400, d.share(67)))),
    }
    constant = {
        "2.1.0": 2, "2.2.0": 0, "2.5.0": 546, "2.6.0": 0, "3.2.0": 1, "4.1.0": 3, "4.2.0": 500,
        "4.3.0": 1, "6.1.0": 0, "3.3.1.1.1": 1, "4.4.1.1.1": 1,
    }  # fmt: skip
    named = {"1.1.0": maker, "1.2.0": model, "1.3.0": "3.11", "1.4.0": "1.9", "1.5.0": "UPS"}
    values: dict[str, Value] = {
        **output,
        **{place: fixed(tlv.integer(number)) for place, number in constant.items()},
        **{place: fixed(tlv.octets(text)) for place, text in named.items()},
        "3.1.0": fixed(tlv.counter32(3)),
    }
    return [_column(place, value) for place, value in values.items()]


def _column(place: str, value: Value) -> Column:
    oid, index = place.rsplit(".", 1)
    return Column(_BASE + oid, value, (index,))
