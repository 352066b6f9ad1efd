"""Địa điểm: everything that stands in one place."""

from dashboards.page import Page, Panel, Row, asks, column
from dashboards.pages._parts import CIRCUITS, OVERVIEW, outages, sites
from dashboards.query import Expr, bits, count, facts, latest, series, total
from dashboards.words import Text, states

_HERE = {"site": "$site"}
_ROLE = facts("device_info", "device", "role", **_HERE)
_DEVICES = Expr(
    f"{latest('device_state', **_HERE)} * on (device) group_left (role) {_ROLE}", "state"
)
_ENDS = facts("circuit_end_info", "circuit", "device", "interface", site="$site")


def _carried(metric: str) -> Expr:
    """Of the interfaces here that carry a circuit."""
    rate = total("max", bits(metric, **_HERE), "device", "interface")
    return Expr(f"{rate} * on (device, interface) group_right () {_ENDS}", rate.unit)


def _by_device(metric: str, **labels: str) -> Expr:
    return total("max", latest(metric, **_HERE, **labels), "device")


_NOW = Row(
    Text("Hiện tại", "Now"),
    (
        Panel(
            1,
            "stat",
            Text("Trạng thái địa điểm", "State of the site"),
            Text("Trạng thái do Hatang kết luận.", "What the state engine concludes."),
            (asks(latest("site_state", **_HERE), "Trạng thái", "State"),),
            width=6,
            height=5,
            states="site_state",
        ),
        Panel(
            2,
            "stat",
            Text("Thiết bị theo trạng thái", "Devices by state"),
            Text("Thiết bị đặt tại địa điểm này.", "Devices that stand here."),
            tuple(
                asks(
                    count(Expr(f"{latest('device_state', **_HERE)} == {one.value}", "state")),
                    one.name.vi,
                    one.name.en,
                )
                for one in states("device_state")
            ),
            width=12,
            height=5,
            counts="device_state",
        ),
        Panel(
            3,
            "stat",
            Text("Đang bảo trì", "In maintenance"),
            Text("Bảo trì đã khai báo cho địa điểm.", "Announced work on this site."),
            (asks(latest("site_maintenance", **_HERE), "Bảo trì", "Maintenance"),),
            width=6,
            height=5,
            states="site_maintenance",
        ),
        Panel(
            4,
            "table",
            Text("Thiết bị", "Devices"),
            Text("Bấm tên thiết bị để mở trang của nó.", "A click on a name opens its page."),
            width=14,
            height=11,
            columns=(
                column("Thiết bị", "Device", "device"),
                column("Vai trò", "Role", "role"),
                column("Trạng thái", "State", _DEVICES, "device_state", 150),
                column("Độ trễ", "Round trip", _by_device("icmp_rtt_seconds"), width=100),
                column("CPU", "CPU", _by_device("cpu_usage_ratio", cpu="all"), width=80),
                column("RAM", "Memory", _by_device("memory_used_ratio"), width=80),
            ),
            worst_first="Trạng thái",
        ),
        Panel(
            5,
            "table",
            Text("Đường truyền", "Circuits"),
            Text("Đường truyền có điểm cuối tại đây.", "Circuits whose Z end is here."),
            width=10,
            height=11,
            columns=(
                column("Đường truyền", "Circuit", "circuit"),
                column(
                    "Trạng thái",
                    "State",
                    total("max", latest("circuit_state", **_HERE), "circuit"),
                    "circuit_state",
                    150,
                ),
                column(
                    "Độ trễ",
                    "Round trip",
                    total("max", latest("circuit_rtt_seconds", **_HERE), "circuit"),
                    width=100,
                ),
                column(
                    "Mất gói",
                    "Loss",
                    total("max", latest("circuit_loss_ratio", **_HERE), "circuit"),
                    width=90,
                ),
                column(
                    "Dung lượng",
                    "Capacity",
                    total("max", latest("circuit_capacity_bits_per_second", **_HERE), "circuit"),
                    width=110,
                ),
            ),
            worst_first="Trạng thái",
        ),
    ),
)
_HISTORY = Row(
    Text("Diễn biến", "History"),
    (
        Panel(
            6,
            "timeline",
            Text("Trạng thái từng thiết bị", "Every device over time"),
            Text("Tím: bị che sau sự cố khác.", "Purple: hidden behind another cause."),
            (asks(latest("device_state", **_HERE), "{{device}}"),),
            width=24,
            height=11,
            states="device_state",
            link="device",
        ),
        Panel(
            7,
            "series",
            Text("Lưu lượng ra các đường truyền", "Sent into circuits"),
            Text("Cổng tại đây có nối đường truyền.", "Interfaces here that carry a circuit."),
            (asks(_carried("interface_transmit_bytes_total"), "{{circuit}}"),),
            link="circuit",
        ),
        Panel(
            8,
            "series",
            Text("Lưu lượng vào từ các đường truyền", "Received from circuits"),
            Text("Cổng tại đây có nối đường truyền.", "Interfaces here that carry a circuit."),
            (asks(_carried("interface_receive_bytes_total"), "{{circuit}}"),),
            link="circuit",
        ),
        Panel(
            9,
            "series",
            Text("Mất gói ping tới thiết bị", "Ping loss to devices"),
            Text("Tỷ lệ gói ping không có trả lời.", "Share of echoes without a reply."),
            (asks(series("icmp_loss_ratio", **_HERE), "{{device}}"),),
            width=8,
            link="device",
        ),
        Panel(
            10,
            "series",
            Text("Nhiệt độ cao nhất của từng thiết bị", "Hottest sensor of each device"),
            Text("Cảm biến trong thiết bị và trong phòng.", "Sensors in devices and in the room."),
            (
                asks(
                    total("max", series("sensor_temperature_celsius", **_HERE), "device"),
                    "{{device}}",
                ),
            ),
            width=8,
            link="device",
        ),
        Panel(
            11,
            "series",
            Text("Ắc quy UPS", "UPS battery"),
            Text("Mức nạp của từng UPS tại đây.", "Charge of each UPS here."),
            (asks(series("ups_battery_charge_ratio", **_HERE), "{{device}}"),),
            width=8,
            link="device",
            most=1.0,
        ),
    ),
)

PAGE = Page(
    "site",
    Text("Địa điểm", "Site"),
    Text("Mọi thứ đặt tại một địa điểm.", "Everything that stands in one place."),
    (_NOW, _HISTORY),
    (sites(several=False),),
    (outages("device", "device", **_HERE), outages("circuit", "circuit", **_HERE)),
    links=(OVERVIEW, CIRCUITS),
)
