"""Charts of a device: whether it is reached, how it works, what its hardware says; and of one of
its interfaces.
"""

from collections.abc import Iterator

from collector.api.charts.chart import (
    HIGHEST,
    LINES,
    LOWEST,
    MEAN,
    Chart,
    Drawn,
    Text,
    Thing,
    gauge,
    gauges,
    levels,
    same,
)
from collector.api.charts.checks import checks
from collector.api.charts.metric import (
    Pace,
    bits,
    busiest,
    condensed,
    grouped,
    rate,
    rhythm,
    series,
)
from collector.api.charts.span import PEAK
from collector.stores.promql import Grid
from inventory.model import Device

IN, OUT = Text("Chiều vào", "In"), Text("Chiều ra", "Out")
_PORT = ("interface",)
LITTLE_RTT, LITTLE_LOSS = 0.002, 0.02


def device(thing: Thing, one: Device, grid: Grid) -> Iterator[Chart]:
    """Everything that may be drawn of a device, whatever it is."""
    polled = Pace(grid, rhythm(one.probes, otherwise=one.interval))
    yield from pings(Pace(grid, one.interval), one.name)
    yield from _system(thing, polled)
    yield from _firewall(thing, polled)
    yield from _power(thing, polled)
    yield from _ports(thing, polled)
    yield from _rooms(thing, polled.slower())
    yield from _others(thing, polled)
    yield from checks(thing, one.probes, grid, {"device": one.name})


def pings(pace: Pace, name: str, of: str = "") -> Iterator[Chart]:
    """Round trip and loss of the pings to a device; `of` says whose they are, where that is not
    plain.
    """
    it = {"device": name}
    more = f" ({of})" if of else ""
    yield Chart(
        "ping-rtt",
        Text(f"Độ trễ ping{more}", f"Ping round trip{more}"),
        "seconds",
        (
            gauge("icmp_rtt_seconds", pace, it, MEAN, "mean"),
            gauge("icmp_rtt_max_seconds", pace, it, HIGHEST),
            gauge("icmp_jitter_seconds", pace, it, same("Jitter"), "mean"),
        ),
        high=LITTLE_RTT,
    )
    yield Chart(
        "ping-loss",
        Text(f"Mất gói ping{more}", f"Ping loss{more}"),
        "ratio",
        levels("icmp_loss_ratio", pace, it),
        high=LITTLE_LOSS,
    )


def _system(thing: Thing, pace: Pace) -> Iterator[Chart]:
    it, slow = {"device": thing.name}, pace.slower()
    yield Chart(
        "cpu",
        same("CPU"),
        "ratio",
        levels("cpu_usage_ratio", pace, {"cpu": "all", **it}),
        high=1.0,
        marks=thing.marks("CpuHigh"),
    )
    yield Chart(
        "memory",
        Text("Bộ nhớ (RAM)", "Memory"),
        "ratio",
        (gauges("memory_used_ratio", "pool", slow, it),),
        high=1.0,
        marks=thing.marks("MemoryHigh"),
    )
    yield Chart(
        "storage",
        Text("Ổ đĩa đã dùng", "Storage in use"),
        "ratio",
        (gauges("storage_used_ratio", "storage", slow, it),),
        high=1.0,
        marks=thing.marks("StorageFull"),
    )
    yield Chart(
        "disks",
        Text("Đọc ghi đĩa", "Disk reads and writes"),
        "bytes_per_second",
        (
            _sum("disk_read_bytes_total", slow, it, Text("Đọc", "Read")),
            _sum("disk_written_bytes_total", slow, it, Text("Ghi", "Written")),
        ),
    )


def _sum(metric: str, pace: Pace, it: dict[str, str], name: Text) -> Drawn:
    """A counter of all instances together, a second."""
    query = grouped("sum", rate(series(metric, **it), pace))
    return Drawn(query, "mean", pace.counted, name)


def _ports(thing: Thing, pace: Pace) -> Iterator[Chart]:
    """The busiest interfaces of the span."""
    whole = pace.grid.end - pace.grid.start
    for way, vi, en in (("receive", "vào", "in"), ("transmit", "ra", "out")):
        one = series(f"interface_{way}_bytes_total", device=thing.name)
        most = f"rate({one}[{whole:.0f}s] @ {pace.grid.end:.0f})"
        busy = f"topk({LINES}, {grouped('max', most, _PORT)})"
        query = f"8 * {grouped('max', rate(one, pace), _PORT)} and on (interface) {busy}"
        yield Chart(
            f"busiest-{en}",
            Text(f"Các cổng bận nhất, chiều {vi}", f"Busiest interfaces, {en}"),
            "bits_per_second",
            (Drawn(query, "mean", pace.counted, by=_PORT),),
        )


def _firewall(thing: Thing, pace: Pace) -> Iterator[Chart]:
    it = {"device": thing.name}
    yield Chart(
        "sessions",
        Text("Số phiên kết nối", "Sessions"),
        "count",
        levels("firewall_sessions", pace, it),
        marks=thing.marks("FirewallSessionsMany"),
    )
    sessions = grouped("max", condensed("highest", series("firewall_sessions", **it), pace))
    limit = grouped("max", f"last_over_time({series('firewall_sessions_limit', **it)}[1d])")
    yield Chart(
        "sessions-share",
        Text("Số phiên so với mức tối đa", "Sessions of what it can hold"),
        "ratio",
        (Drawn(f"{sessions} / {limit}", "highest", pace.window, HIGHEST),),
        high=1.0,
        marks=thing.marks("FirewallSessionsHigh"),
    )
    yield Chart(
        "sessions-new",
        Text("Phiên mới mỗi giây", "New sessions in a second"),
        "per_second",
        (_sum("firewall_sessions_created_total", pace, it, MEAN),),
    )
    yield Chart(
        "vpn-users",
        Text("Người dùng VPN", "VPN users"),
        "count",
        levels("vpn_users", pace.slower(), it),
    )


def _power(thing: Thing, pace: Pace) -> Iterator[Chart]:
    it = {"device": thing.name}
    yield Chart(
        "ups-load",
        Text("Tải UPS", "UPS load"),
        "ratio",
        levels("ups_load_ratio", pace, it),
        high=1.0,
        marks=thing.marks("UpsOverloaded"),
    )
    yield Chart(
        "ups-charge",
        Text("Mức nạp ắc quy", "Battery charge"),
        "ratio",
        (gauge("ups_battery_charge_ratio", pace, it, LOWEST, "lowest"),),
        high=1.0,
        worst="lowest",
    )
    yield Chart(
        "ups-runtime",
        Text("Thời gian ắc quy còn chạy được", "Runtime on battery"),
        "seconds",
        (gauge("ups_battery_runtime_seconds", pace, it, LOWEST, "lowest"),),
        worst="lowest",
        marks=thing.marks("UpsRuntimeLow"),
    )
    yield Chart(
        "ups-power",
        Text("Công suất ra UPS", "UPS output power"),
        "watts",
        levels("ups_output_power_watts", pace, it),
    )
    yield Chart(
        "ups-input",
        Text("Điện áp vào UPS", "UPS input voltage"),
        "volts",
        (
            gauge("ups_input_voltage_volts", pace, it, HIGHEST),
            gauge("ups_input_voltage_volts", pace, it, LOWEST, "lowest"),
        ),
        low=None,
    )
    yield Chart(
        "fuel",
        Text("Nhiên liệu máy phát điện", "Generator fuel"),
        "ratio",
        (gauge("generator_fuel_ratio", pace.slower(), it, LOWEST, "lowest"),),
        high=1.0,
        worst="lowest",
    )


def _rooms(thing: Thing, pace: Pace) -> Iterator[Chart]:
    it = {"device": thing.name}
    yield Chart(
        "temperature",
        Text("Nhiệt độ", "Temperature"),
        "celsius",
        (
            gauges("sensor_temperature_celsius", "sensor", pace, it),
            gauge("ups_battery_temperature_celsius", pace, it, Text("Ắc quy", "Battery")),
        ),
        low=None,
        marks=thing.marks("TemperatureHigh", "TemperatureLow"),
    )
    yield Chart(
        "humidity",
        Text("Độ ẩm", "Humidity"),
        "ratio",
        (gauges("sensor_humidity_ratio", "sensor", pace, it),),
        high=1.0,
        marks=thing.marks("HumidityHigh", "HumidityLow"),
    )
    yield Chart(
        "fans",
        Text("Tốc độ quạt", "Fan speed"),
        "rpm",
        (gauges("sensor_fan_rpm", "sensor", pace, it, "lowest"),),
        worst="lowest",
    )
    yield Chart(
        "current",
        Text("Dòng điện", "Current"),
        "amperes",
        (gauges("sensor_current_amperes", "sensor", pace, it),),
    )


def _others(thing: Thing, pace: Pace) -> Iterator[Chart]:
    it, slow = {"device": thing.name}, pace.slower()
    received = rate(series("tunnel_receive_bytes_total", **it), slow)
    tunnels = f"8 * {grouped('max', received, ['tunnel'])}"
    yield Chart(
        "wireless",
        Text("Máy khách không dây", "Wireless clients"),
        "count",
        levels("wireless_clients", slow, it),
    )
    yield Chart(
        "wan-latency",
        Text("Độ trễ đường SD-WAN", "SD-WAN latency"),
        "seconds",
        (gauges("wan_link_latency_seconds", "link", slow, it),),
    )
    yield Chart(
        "tunnels",
        Text("Lưu lượng vào từ đường hầm VPN", "Received from VPN tunnels"),
        "bits_per_second",
        (Drawn(tunnels, "mean", slow.counted, by=("tunnel",)),),
    )
    yield Chart(
        "log-store",
        Text("Kho nhật ký đã dùng", "Log store in use"),
        "ratio",
        (gauges("log_used_ratio", "store", slow, it),),
        high=1.0,
        marks=thing.marks("LogStoreFull"),
    )


def interface(one: Device, port: str, grid: Grid) -> Iterator[Chart]:
    """Everything that may be drawn of one interface, as seen from its device."""
    pace = Pace(grid, rhythm(one.probes, otherwise=one.interval))
    it = {"device": one.name, "interface": port}
    speed = f"last_over_time({series('interface_speed_bits_per_second', **it)}[1d])"
    yield Chart(
        "traffic",
        Text("Lưu lượng", "Traffic"),
        "bits_per_second",
        (
            *ways(pace, ("interface_receive_bytes_total", IN), it),
            *ways(pace, ("interface_transmit_bytes_total", OUT), it),
        ),
        ceiling=grouped("max", speed),
    )
    yield _faults("errors", Text("Gói lỗi mỗi giây", "Errors in a second"), pace, it)
    yield _faults("discards", Text("Gói bị bỏ mỗi giây", "Discards in a second"), pace, it)
    yield Chart(
        "broadcast",
        Text("Gói quảng bá mỗi giây", "Broadcasts in a second"),
        "per_second",
        (
            _sum("interface_receive_broadcast_packets_total", pace.slower(), it, IN),
            _sum("interface_transmit_broadcast_packets_total", pace.slower(), it, OUT),
        ),
    )


def ways(pace: Pace, counted: tuple[str, Text], it: dict[str, str]) -> Iterator[Drawn]:
    """One direction: its mean, and its highest five minutes where steps are coarser than that."""
    metric, name = counted
    yield Drawn(bits(metric, pace, **it), "mean", pace.counted, name)
    if pace.grid.step > PEAK:
        yield Drawn(busiest(metric, pace, **it), "highest", PEAK, peaked(name))


def peaked(name: Text) -> Text:
    """What the highest five minutes of a direction are called."""
    return Text(f"{name.vi}, đỉnh 5 phút", f"{name.en}, 5-minute peak")


def _faults(fault: str, title: Text, pace: Pace, it: dict[str, str]) -> Chart:
    slow = pace.slower()
    received = _sum(f"interface_receive_{fault}_total", slow, it, IN)
    sent = _sum(f"interface_transmit_{fault}_total", slow, it, OUT)
    return Chart(fault, title, "per_second", (received, sent), high=0.1)
