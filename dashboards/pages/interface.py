"""Cổng mạng: one interface of one device."""

from dashboards.page import Page, Panel, Row, Variable, asks, column, limits, told_by
from dashboards.pages._parts import OVERVIEW, one_device, outages, sites, values
from dashboards.pages.device import SITE
from dashboards.query import Expr, bits, latest, rate, series, share, since, total
from dashboards.words import Text

_IT = {"device": "$device", "interface": "$interface"}
_LIMITS = {"device": "$device", "instance": ""}
_ON = ("device", "interface")
_SPEED = total("max", latest("interface_speed_bits_per_second", **_IT), *_ON)
_KINDS = ("unicast", "multicast", "broadcast")


def _packets(direction: str) -> Expr:
    kinds = [
        str(total("sum", rate(f"interface_{direction}_{one}_packets_total", **_IT)))
        for one in _KINDS
    ]
    return Expr(f"({' + '.join(kinds)})", "per_second")


def _part(direction: str, fault: str) -> Expr:
    bad = total("sum", rate(f"interface_{direction}_{fault}_total", **_IT))
    return Expr(f"{bad} / ({_packets(direction)} > 0)", "ratio")


def _faults(number: int, fault: str, vi: str, en: str, rule: str) -> Panel:
    return Panel(
        number,
        "series",
        Text(vi, en),
        Text("Phần của số gói theo mỗi chiều.", "Share of the packets in each direction."),
        (
            asks(_part("receive", fault), "Chiều vào", "In"),
            asks(_part("transmit", fault), "Chiều ra", "Out"),
        ),
        limits=limits(rule, **_LIMITS),
    )


_NOW = Row(
    Text("Hiện tại", "Now"),
    (
        Panel(
            1,
            "stat",
            Text("Trạng thái", "State"),
            Text("Cổng up hay down.", "Whether the interface is up."),
            (asks(latest("interface_up", **_IT), "Trạng thái", "State"),),
            width=6,
            height=5,
            states="interface_up",
        ),
        Panel(
            2,
            "stat",
            Text("Được bật", "Enabled"),
            Text("Quản trị viên bật hay tắt cổng.", "What the administrator wants."),
            (asks(latest("interface_admin_up", **_IT), "Được bật", "Enabled"),),
            width=6,
            height=5,
            states="interface_admin_up",
        ),
        Panel(
            3,
            "stat",
            Text("Tốc độ", "Speed"),
            Text("Tốc độ mà cổng đang chạy.", "The speed that it runs at."),
            (asks(latest("interface_speed_bits_per_second", **_IT), "Tốc độ", "Speed"),),
            width=6,
            height=5,
        ),
        Panel(
            4,
            "stat",
            Text("Lần đổi trạng thái gần nhất", "Last change"),
            Text("Từ khi cổng đổi trạng thái.", "Since the interface changed its state."),
            (
                asks(
                    since(latest("interface_last_change_timestamp_seconds", **_IT)),
                    "Cách đây",
                    "Ago",
                ),
            ),
            width=6,
            height=5,
        ),
        Panel(
            5,
            "table",
            Text("Thông tin cổng", "What it is"),
            Text("Theo thiết bị tự khai.", "As the device says."),
            width=14,
            height=5,
            columns=(
                column("Cổng", "Interface", "interface"),
                column("Mô tả", "Alias", "alias"),
                column("Tên vật lý", "Description", "description"),
                column("Địa chỉ MAC", "MAC", "mac"),
                column("MTU", "MTU", "mtu"),
                told_by(
                    Expr(f"last_over_time({series('interface_info', **_IT)}[15m]) == 1", "info")
                ),
            ),
        ),
        Panel(
            6,
            "table",
            Text("Đường truyền trên cổng này", "Circuits on it"),
            Text("Theo danh mục.", "By the inventory."),
            width=10,
            height=5,
            columns=(
                column("Đường truyền", "Circuit", "circuit"),
                column("Đầu", "End", "end"),
                told_by(
                    Expr(f"last_over_time({series('circuit_end_info', **_IT)}[15m]) == 1", "info")
                ),
            ),
        ),
    ),
)
_TRAFFIC = Row(
    Text("Lưu lượng", "Traffic"),
    (
        Panel(
            7,
            "series",
            Text("Lưu lượng", "Traffic"),
            Text("Nhìn từ thiết bị.", "As seen from the device."),
            (
                asks(bits("interface_receive_bytes_total", **_IT), "Vào", "In"),
                asks(bits("interface_transmit_bytes_total", **_IT), "Ra", "Out"),
            ),
            height=10,
        ),
        Panel(
            8,
            "series",
            Text("Tải", "Load"),
            Text("Phần của tốc độ cổng.", "Share of the interface's speed."),
            (
                asks(share(bits("interface_receive_bytes_total", **_IT), _SPEED, _ON), "Vào", "In"),
                asks(
                    share(bits("interface_transmit_bytes_total", **_IT), _SPEED, _ON), "Ra", "Out"
                ),
            ),
            height=10,
            limits=limits("InterfaceBusy", **_LIMITS),
        ),
        Panel(
            9,
            "series",
            Text("Số gói vào theo loại", "Packets in by kind"),
            Text("Nhiều gói quảng bá là dấu hiệu vòng lặp.", "Much broadcast hints at a loop."),
            tuple(
                asks(rate(f"interface_receive_{one}_packets_total", **_IT), one) for one in _KINDS
            ),
        ),
        Panel(
            10,
            "series",
            Text("Số gói ra theo loại", "Packets out by kind"),
            Text("Nhiều gói quảng bá là dấu hiệu vòng lặp.", "Much broadcast hints at a loop."),
            tuple(
                asks(rate(f"interface_transmit_{one}_packets_total", **_IT), one) for one in _KINDS
            ),
        ),
        _faults(11, "errors", "Tỷ lệ lỗi (CRC)", "Errors", "InterfaceErrors"),
        _faults(12, "discards", "Tỷ lệ bỏ gói", "Discards", "InterfaceDiscards"),
        Panel(
            13,
            "timeline",
            Text("Trạng thái theo thời gian", "State over time"),
            Text("Cổng up hay down.", "Up or down."),
            (asks(latest("interface_up", **_IT), "{{interface}}"),),
            width=24,
            height=5,
            states="interface_up",
        ),
    ),
)

PAGE = Page(
    "interface",
    Text("Cổng mạng", "Interface"),
    Text("Một cổng của một thiết bị.", "One interface of one device."),
    (_NOW, _TRAFFIC),
    (
        sites(),
        one_device(site="~$site"),
        Variable(
            "interface",
            Text("Cổng", "Interface"),
            values("interface_up", "interface", device="$device"),
            several=False,
        ),
    ),
    (outages("device", "device", device="$device"),),
    links=(OVERVIEW, SITE, ("device", Text("Thiết bị", "Device"))),
)
