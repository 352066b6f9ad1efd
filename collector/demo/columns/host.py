"""HOST-RESOURCES-MIB (RFC 2790) and UCD-SNMP-MIB: what a server says of its memory, disks and
load.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from collector.demo import tlv
from collector.demo.columns.system import fixed, integers, rows, texts
from collector.demo.device import Device
from collector.demo.rhythm import DAY, activity, sawtooth, worked
from collector.demo.shape import Column, Value

_TYPES = "1.3.6.1.2.1.25.2.1."
RAM, DISK = _TYPES + "2", _TYPES + "4"


class Storage(NamedTuple):
    """A row of hrStorageTable: `place`, its index, is fixed by the vendor on some systems, so it is
    given.
    """

    place: int
    name: str
    kind: str
    unit: int
    size: int


def busy(device: Device, now: float) -> float:
    """How much of its processors a device uses, 0.02 to 0.97, with the office day; never long above
    0.8.
    """
    return min(0.02 + (0.1 + 0.3 * device.share(21)) * activity(now, device.share(22)), 0.97)


def memory_used(device: Device, now: float) -> float:
    """The share of memory in use, 0.3 to 0.85: it leaks a little until the next start."""
    leak = 0.1 * min(device.uptime(now) / device.cycle, 1)
    return 0.3 + 0.3 * device.share(23) + leak + 0.1 * min(activity(now, device.share(22)), 1.5)


def disk_used(device: Device, row: int, now: float) -> float:
    """The share of a disk in use: it grows over weeks, then someone cleans it, at 0.65 at most and
    long before it would be full.
    """
    low = 0.15 + 0.3 * device.share(31 + row)
    high = low + 0.05 + 0.15 * device.share(51 + row)
    period = (30 + 60 * device.share(71 + row)) * DAY
    return low + (high - low) * sawtooth(now, period, device.share(91 + row))


def _used(stores: Sequence[Storage]) -> Value:
    def value(device: Device, row: int, now: float) -> bytes:
        store = stores[row]
        memory = store.kind == RAM
        part = memory_used(device, now) if memory else disk_used(device, row, now)
        return tlv.integer(int(store.size * part))

    return value


def storage(stores: Sequence[Storage]) -> list[Column]:
    """hrStorageTable and hrMemorySize."""
    index = [store.place for store in stores]
    memory = sum(store.size * store.unit for store in stores if store.kind == RAM)
    kinds = [tlv.object_id(store.kind) for store in stores]
    table: dict[int, Value] = {
        1: integers(index),
        2: lambda _device, row, _now: kinds[row],
        3: texts([store.name for store in stores]),
        4: integers([store.unit for store in stores]),
        5: integers([store.size for store in stores]),
        6: _used(stores),
    }
    return [
        Column("1.3.6.1.2.1.25.2.2", fixed(tlv.integer(memory // 1024))),
        *(Column(f"1.3.6.1.2.1.25.2.3.1.{n}", value, index) for n, value in table.items()),
    ]


def _load(device: Device, row: int, now: float) -> bytes:
    wobble = 0.7 + 0.6 * device.share(41 + row)
    return tlv.integer(int(100 * min(busy(device, now) * wobble, 1)))


def processors(count: int, first: int = 196608) -> list[Column]:
    """hrProcessorTable with the device rows that name its members; net-snmp counts from 196608."""
    index = [first + n for n in range(count)]
    return [
        Column("1.3.6.1.2.1.25.3.2.1.1", integers(index), index),
        Column("1.3.6.1.2.1.25.3.2.1.2", fixed(tlv.object_id("1.3.6.1.2.1.25.3.1.3")), index),
        Column("1.3.6.1.2.1.25.3.3.1.1", fixed(tlv.object_id("0.0")), index),
        Column("1.3.6.1.2.1.25.3.3.1.2", _load, index),
    ]


def host_uptime(ahead: float = 40.0) -> list[Column]:
    """hrSystemUptime, hrSystemDate, users and processes; the host is a little older than its
    agent.
    """
    return [
        Column("1.3.6.1.2.1.25.1.1", lambda d, _row, now: tlv.ticks(d.uptime(now) + ahead)),
        Column("1.3.6.1.2.1.25.1.5", lambda d, _row, _now: tlv.gauge(int(3 * d.share(24)))),
        Column(
            "1.3.6.1.2.1.25.1.6",
            lambda d, _row, now: tlv.gauge(int(140 + 200 * d.share(25) + 60 * busy(d, now))),
        ),
    ]


def _loads(processors_: int) -> Value:
    def value(device: Device, row: int, now: float) -> bytes:
        span = (60, 300, 900)[row]
        mean = (busy(device, now) + busy(device, now - span)) / 2
        return tlv.octets(f"{mean * processors_:.2f}")

    return value


def _load_int(processors_: int) -> Value:
    def value(device: Device, row: int, now: float) -> bytes:
        span = (60, 300, 900)[row]
        mean = (busy(device, now) + busy(device, now - span)) / 2
        return tlv.integer(round(100 * mean * processors_))

    return value


def _ticks(count: int, user: float) -> Value:
    """Raw processor time in hundredths: a share of the work, the rest is idle."""

    def value(device: Device, _row: int, now: float) -> bytes:
        up = device.uptime(now) * 100 * count
        work = worked(device.boot(now), now, device.share(22)) * 100 * count
        work = min(work * (0.1 + 0.4 * device.share(21)), up)
        return tlv.counter32(int(up - work if user == 0 else work * user))

    return value


def ucd(kilobytes: int, count: int) -> list[Column]:
    """UCD-SNMP-MIB memory, load averages and raw processor counters."""
    base = "1.3.6.1.4.1.2021."

    def part(share: float, of_used: bool) -> Value:
        def value(device: Device, _row: int, now: float) -> bytes:
            used = memory_used(device, now)
            return tlv.integer(int(kilobytes * share * (used if of_used else 1 - used)))

        return value

    three = rows(3)
    return [
        Column(base + "4.3", fixed(tlv.integer(8 * 1024 * 1024))),
        Column(base + "4.4", fixed(tlv.integer(8 * 1024 * 1024 - 65536))),
        Column(base + "4.5", fixed(tlv.integer(kilobytes))),
        Column(base + "4.6", part(0.35, of_used=False)),
        Column(base + "4.14", part(0.1, of_used=False)),
        Column(base + "4.15", part(0.55, of_used=False)),
        Column(base + "10.1.1", integers([1, 2, 3]), three),
        Column(base + "10.1.2", texts(["Load-1", "Load-5", "Load-15"]), three),
        Column(base + "10.1.3", _loads(count), three),
        Column(base + "10.1.5", _load_int(count), three),
        *(
            Column(f"{base}11.{number}", _ticks(count, part_of_work))
            for number, part_of_work in (
                (50, 0.60), (51, 0.01), (52, 0.25), (53, 0), (54, 0.08), (55, 0.2), (56, 0.01),
                (61, 0.04), (64, 0.01),
            )
        ),
        Column(base + "11.67", fixed(tlv.integer(count))),
    ]  # fmt: skip


def disks(names: Sequence[str]) -> list[Column]:
    """UCD-DISKIO-MIB of these block devices."""
    base, index = "1.3.6.1.4.1.2021.13.15.1.1.", rows(len(names))

    def count(salt: int, rate: float, wide: bool) -> Value:
        encode = tlv.counter64 if wide else tlv.counter32

        def value(device: Device, row: int, now: float) -> bytes:
            pace = device.share(row + salt)
            return encode(int(worked(device.boot(now), now, pace) * rate * (0.2 + pace)))

        return value

    return [
        Column(base + "1", integers(list(index)), index),
        Column(base + "2", texts(names), index),
        Column(base + "3", count(300, 4e6, wide=False), index),
        Column(base + "4", count(400, 6e6, wide=False), index),
        Column(base + "5", count(300, 90, wide=False), index),
        Column(base + "6", count(400, 160, wide=False), index),
        Column(base + "12", count(300, 4e6, wide=True), index),
        Column(base + "13", count(400, 6e6, wide=True), index),
    ]


def celsius(device: Device, now: float, around: float, salt: int, sway: float = 1.0) -> float:
    """A temperature that follows the day by some degrees; `sway` makes them fewer."""
    phase = device.share(salt)
    day = math.sin(math.tau * (now / DAY + 0.05 * phase))
    work = 2 * min(activity(now, phase), 1.5)
    return around + sway * (4 * (phase - 0.5) + 1.5 * day + work)
