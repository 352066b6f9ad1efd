"""What vendors say in their own MIBs: Cisco IOS, Huawei VRP, FortiGate, MikroTik.

Object identifiers are those of the vendors' MIB files: CISCO-PROCESS-MIB, CISCO-MEMORY-POOL-MIB,
CISCO-ENVMON-MIB, HUAWEI-ENTITY-EXTENT-MIB, FORTINET-CORE-MIB, FORTINET-FORTIGATE-MIB, MIKROTIK-MIB.
"""

from collector.demo import tlv
from collector.demo.columns.entity import Part
from collector.demo.columns.host import busy, celsius, memory_used
from collector.demo.columns.system import fixed, integers, texts
from collector.demo.device import Device
from collector.demo.rhythm import activity, worked
from collector.demo.shape import Column, Value


def _percent(of: float = 1.0) -> Value:
    return lambda device, _row, now: tlv.gauge(round(100 * min(busy(device, now) * of, 1)))


def _memory(size: int, used: bool) -> Value:
    def value(device: Device, _row: int, now: float) -> bytes:
        part = memory_used(device, now)
        return tlv.gauge(int(size * (part if used else 1 - part)))

    return value


def cisco() -> list[Column]:
    """Processor, two memory pools, temperature, fans and power supplies of an IOS switch."""
    cisco_ = "1.3.6.1.4.1.9.9."
    pools, two = (1, 2), ("1001", "1002")
    return [
        Column(cisco_ + "109.1.1.1.1.2", integers([1]), (1,)),
        *(Column(f"{cisco_}109.1.1.1.1.{n}", _percent(), (1,)) for n in (3, 4, 5, 6, 7, 8)),
        Column(cisco_ + "48.1.1.1.2", texts(["Processor", "I/O"]), pools),
        Column(cisco_ + "48.1.1.1.4", integers([1, 1]), pools),
        Column(cisco_ + "48.1.1.1.5", _memory(180_000_000, used=True), pools),
        Column(cisco_ + "48.1.1.1.6", _memory(180_000_000, used=False), pools),
        Column(cisco_ + "48.1.1.1.7", _memory(120_000_000, used=False), pools),
        Column(cisco_ + "13.1.3.1.2", texts(["SW#1, Sensor#1, GREEN"]), ("1006",)),
        Column(
            cisco_ + "13.1.3.1.3",
            lambda d, _row, now: tlv.gauge(round(celsius(d, now, 38, 81))),
            ("1006",),
        ),
        Column(cisco_ + "13.1.3.1.4", integers([66]), ("1006",)),
        Column(cisco_ + "13.1.3.1.6", integers([1]), ("1006",)),
        Column(cisco_ + "13.1.4.1.2", texts(["Switch 1 - FAN 1", "Switch 1 - FAN 2"]), two),
        Column(cisco_ + "13.1.4.1.3", integers([1, 1]), two),
        Column(cisco_ + "13.1.5.1.2", texts(["SW1 - PS1", "SW1 - PS2"]), two),
        Column(cisco_ + "13.1.5.1.3", integers([1, 1]), two),
        Column(cisco_ + "13.1.5.1.4", integers([2, 2]), two),
    ]


BOARD = 67108873
"""entPhysicalIndex of the main board on small Huawei routers and switches."""


def huawei() -> list[Column]:
    """hwEntityStateTable of the main board, fans and power."""
    state = "1.3.6.1.4.1.2011.5.25.31.1.1."
    board: dict[int, Value] = {
        1: integers([3]),  # admin state: unlocked
        2: integers([3]),  # operating state: enabled
        5: lambda d, _row, now: tlv.integer(round(100 * busy(d, now))),
        6: integers([90]),
        7: lambda d, _row, now: tlv.integer(round(100 * memory_used(d, now))),
        8: integers([95]),
        9: integers([536_870_912]),
        10: lambda d, _row, now: tlv.ticks(d.uptime(now)),
        11: lambda d, _row, now: tlv.integer(round(celsius(d, now, 44, 82))),
        12: integers([75]),
    }
    return [
        *(Column(f"{state}1.1.{number}", value, (BOARD,)) for number, value in board.items()),
        Column(state + "10.1.1", integers([0]), ("0.1",)),
        Column(state + "10.1.2", integers([1]), ("0.1",)),
        Column(state + "10.1.5", integers([60]), ("0.1",)),
        Column(state + "10.1.6", integers([1]), ("0.1",)),
        Column(state + "10.1.7", integers([1]), ("0.1",)),
        Column(state + "18.1.6", integers([1]), ("0.1",)),
    ]


def huawei_parts(model: str) -> list[Part]:
    """The parts that a Huawei device lists: its frame and main board."""
    return [Part(2, model, 3), Part(BOARD, f"{model} Board 0", 9)]


def _sessions(peak: int) -> Value:
    return lambda d, _row, now: tlv.gauge(
        int(200 + peak * (0.2 + d.share(83)) * activity(now, d.share(84)))
    )


def fortigate(version: str, peak: int, cluster: bool) -> list[Column]:
    """fgSystem, processors, hardware sensors, sessions, and the cluster's members when there is
    one.
    """
    base, serial = "1.3.6.1.4.1.12356.101.", "1.3.6.1.4.1.12356.100.1.1.1"
    two, names = (1, 2), ["CPU Temperature", "Fan 1"]
    own = [
        Column(serial, lambda d, _r, _now: tlv.octets(f"FG100E{d.serial}")),
        Column(base + "4.1.1", fixed(tlv.octets(version))),
        Column(base + "4.1.3", _percent()),
        Column(base + "4.1.4", lambda d, _r, now: tlv.gauge(round(100 * memory_used(d, now)))),
        Column(base + "4.1.5", fixed(tlv.gauge(4_127_744))),
        Column(base + "4.1.6", lambda d, _r, _now: tlv.gauge(int(2000 + 9000 * d.share(85)))),
        Column(base + "4.1.7", fixed(tlv.gauge(121_000))),
        Column(base + "4.1.8", _sessions(peak)),
        Column(base + "4.1.11", lambda d, _r, now: tlv.gauge(int(activity(now, d.share(84)) * 99))),
        Column(base + "4.1.20", lambda d, _r, now: tlv.counter64(int(d.uptime(now) * 100))),
        Column(base + "4.3.1", fixed(tlv.integer(2))),
        Column(base + "4.3.2.1.1", integers([1, 2]), two),
        Column(base + "4.3.2.1.2", texts(names), two),
        Column(base + "4.3.2.1.3", _hardware, two),
        Column(base + "4.3.2.1.4", integers([0, 0]), two),
        Column(base + "4.4.1", fixed(tlv.integer(2))),
        Column(base + "4.4.2.1.1", integers([1, 2]), two),
        Column(base + "4.4.2.1.2", _percent(), two),
        Column(base + "13.1.1", fixed(tlv.integer(3 if cluster else 1))),
    ]
    return own + (_cluster(base + "13.2.1.1.", peak) if cluster else [])


def _hardware(device: Device, row: int, now: float) -> bytes:
    value = celsius(device, now, 47, 86) if row == 0 else 5200 + 300 * device.share(87)
    return tlv.octets(f"{value:.1f}" if row == 0 else f"{value:.0f}")


def _cluster(base: str, peak: int) -> list[Column]:
    two = (1, 2)
    return [
        Column(base + "1", integers([1, 2]), two),
        Column(base + "2", lambda d, r, _now: tlv.octets(f"FG100E{d.serial[:-1]}{r}"), two),
        Column(base + "3", _percent(), two),
        Column(base + "4", lambda d, _r, now: tlv.gauge(round(100 * memory_used(d, now))), two),
        Column(base + "5", lambda d, _r, now: tlv.gauge(int(2e5 * busy(d, now))), two),
        Column(base + "6", _sessions(peak), two),
        Column(base + "11", lambda d, r, _now: tlv.octets(f"{d.plays.name}-{r + 1}"), two),
        Column(base + "12", integers([1, 1]), two),
    ]


def mikrotik() -> list[Column]:
    """Health (both the old scalars and the gauge table), serial and RouterOS version."""
    base, index = "1.3.6.1.4.1.14988.1.1.", (13, 14)

    def health(device: Device, row: int, now: float) -> bytes:
        value = 240 + 4 * device.share(88) if row == 0 else celsius(device, now, 41, 89)
        return tlv.integer(round(value))

    return [
        Column(base + "3.8", lambda d, _r, _now: tlv.integer(int(240 + 4 * d.share(88)))),
        Column(base + "3.10", lambda d, _r, now: tlv.integer(int(10 * celsius(d, now, 41, 89)))),
        Column(base + "3.14", fixed(tlv.integer(880))),
        Column(base + "3.100.1.1", integers([13, 14]), index),
        Column(base + "3.100.1.2", texts(["voltage", "temperature"]), index),
        Column(base + "3.100.1.3", health, index),
        Column(base + "3.100.1.4", integers([3, 1]), index),  # deci-volts, degrees
        Column(base + "4.4", fixed(tlv.octets("7.16.2"))),
        Column(base + "7.3", lambda d, _r, _now: tlv.octets(d.serial)),
        Column(base + "7.4", fixed(tlv.octets("7.16.2"))),
        Column(base + "7.8", fixed(tlv.octets("RB750Gr3"))),
    ]


def leases() -> list[Column]:
    """Addresses that a MikroTik has leased, counted up with its uptime's work
    (mtxrDHCPLeaseCount).
    """
    return [
        Column(
            "1.3.6.1.4.1.14988.1.1.6.1",
            lambda d, _r, now: tlv.gauge(
                int(3 + 18 * min(worked(now - 3600, now, d.share(90)) / 3600, 1.5))
            ),
        )
    ]
