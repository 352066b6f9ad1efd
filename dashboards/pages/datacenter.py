"""Trung tâm dữ liệu: servers, storage, power, cooling, rooms of the data centres."""

from dashboards.page import Page, Panel, Row, asks, column, limits
from dashboards.pages._parts import OVERVIEW, counts, outages, sites
from dashboards.query import Expr, count, facts, latest, rate, series, top, total
from dashboards.words import Text

_HERE = {"site": "~$site"}
_SERVERS = facts("device_info", "device", "role", role="~hypervisor|(.*-)?server", **_HERE)
_SENSORS = facts("device_info", "device", role="sensor", **_HERE)
_CPU = {"cpu": "all", **_HERE}
_LIMITED = {"instance": "", **_HERE}


def _of_servers(value: Expr) -> Expr:
    of = total("max", value, "device")
    return Expr(f"{of} * on (device) group_left (role) {_SERVERS}", value.unit)


def _in_rooms(metric: str) -> Expr:
    return Expr(f"{series(metric, **_HERE)} and on (device) {_SENSORS}", series(metric).unit)


def _level(metric: str) -> Expr:
    """Of the states that a device says of its parts, those that are a warning or worse."""
    return Expr(f"({latest(metric, **_HERE)} > 0) < 3", "state")


_STORED = latest("storage_used_ratio", **_HERE)
_SERVERS_ROW = Row(
    Text("Máy chủ", "Servers"),
    (
        Panel(
            1,
            "stat",
            Text("Thiết bị theo trạng thái", "Devices by state"),
            Text("Mọi thiết bị của trung tâm dữ liệu.", "Every device of the data centre."),
            counts("device_state", latest("device_state", **_HERE)),
            width=24,
            height=4,
            counts="device_state",
        ),
        Panel(
            2,
            "table",
            Text("Máy chủ", "Servers"),
            Text("Bấm tên máy để mở trang của nó.", "A click on a name opens its page."),
            width=12,
            height=16,
            columns=(
                column("Máy chủ", "Server", "device"),
                column("Vai trò", "Role", "role"),
                column(
                    "Trạng thái", "State", _of_servers(latest("device_state")), "device_state", 140
                ),
                column("CPU", "CPU", _of_servers(latest("cpu_usage_ratio", **_CPU)), width=80),
                column(
                    "RAM", "Memory", _of_servers(latest("memory_used_ratio", **_HERE)), width=80
                ),
            ),
            worst_first="CPU",
        ),
        Panel(
            3,
            "table",
            Text("Hai mươi ổ đĩa đầy nhất", "Twenty fullest volumes"),
            Text("Phần dung lượng đã dùng.", "Used share of each volume."),
            width=12,
            height=16,
            columns=(
                column("Thiết bị", "Device", "device"),
                column("Ổ đĩa", "Volume", "storage"),
                column("Đã dùng", "Used", top(20, _STORED), width=100),
            ),
            worst_first="Đã dùng",
        ),
        Panel(
            4,
            "series",
            Text("CPU cao nhất", "Highest CPU"),
            Text("Mười máy cao nhất tại mỗi thời điểm.", "The ten highest at each moment."),
            (asks(top(10, series("cpu_usage_ratio", **_CPU)), "{{device}}"),),
            limits=limits("CpuHigh", **_HERE),
            link="device",
        ),
        Panel(
            5,
            "series",
            Text("Bộ nhớ (RAM) cao nhất", "Highest memory"),
            Text("Mười máy cao nhất tại mỗi thời điểm.", "The ten highest at each moment."),
            (asks(top(10, series("memory_used_ratio", **_HERE)), "{{device}} {{pool}}"),),
            limits=limits("MemoryHigh", **_HERE),
            link="device",
        ),
    ),
)
_STORAGE_ROW = Row(
    Text("Lưu trữ và phần cứng", "Storage and hardware"),
    (
        Panel(
            6,
            "series",
            Text("Đọc đĩa", "Disk reads"),
            Text("Mười máy nhiều nhất tại mỗi thời điểm.", "The ten busiest at each moment."),
            (
                asks(
                    top(10, total("sum", rate("disk_read_bytes_total", **_HERE), "device")),
                    "{{device}}",
                ),
            ),
            link="device",
        ),
        Panel(
            7,
            "series",
            Text("Ghi đĩa", "Disk writes"),
            Text("Mười máy nhiều nhất tại mỗi thời điểm.", "The ten busiest at each moment."),
            (
                asks(
                    top(10, total("sum", rate("disk_written_bytes_total", **_HERE), "device")),
                    "{{device}}",
                ),
            ),
            link="device",
        ),
        Panel(
            8,
            "table",
            Text("Phần cứng cần xem", "Hardware to look at"),
            Text(
                "Nguồn, quạt, nhiệt độ, đĩa mà thiết bị tự báo lỗi.", "What devices say is wrong."
            ),
            columns=(
                column("Thiết bị", "Device", "device"),
                column("Bộ phận", "Part", "sensor"),
                column("Loại", "Class", "class"),
                column("Tình trạng", "Health", _level("sensor_state"), "sensor_state", 130),
            ),
            worst_first="Tình trạng",
        ),
        Panel(
            9,
            "timeline",
            Text("Mảng đĩa RAID", "Disk arrays"),
            Text("Bình thường, suy giảm hoặc hỏng.", "Normal, degraded or failed."),
            (asks(latest("array_state", **_HERE), "{{device}} {{array}}"),),
            states="array_state",
            link="device",
        ),
    ),
)
_POWER_ROW = Row(
    Text("Nguồn, làm mát, phòng máy", "Power, cooling, rooms"),
    (
        Panel(
            10,
            "stat",
            Text("UPS đang chạy ắc quy", "UPS on battery"),
            Text("Số UPS đang chạy bằng ắc quy.", "How many UPS run on battery."),
            (
                asks(
                    count(Expr(f"{latest('ups_on_battery', **_HERE)} == 1", "state")),
                    "UPS chạy ắc quy",
                    "On battery",
                ),
            ),
            width=6,
            height=8,
            bad_from=1,
        ),
        Panel(
            11,
            "series",
            Text("Công suất ra của UPS", "UPS output power"),
            Text("Tổng các pha của từng UPS.", "All lines of each UPS."),
            (
                asks(
                    total("sum", series("ups_output_power_watts", **_HERE), "device"), "{{device}}"
                ),
            ),
            width=9,
            link="device",
            stacked=True,
        ),
        Panel(
            12,
            "series",
            Text("Tải của UPS", "UPS load"),
            Text("Phần công suất định mức.", "Share of the rating."),
            (asks(series("ups_load_ratio", **_HERE), "{{device}}"),),
            width=9,
            limits=limits("UpsOverloaded", **_HERE),
            link="device",
        ),
        Panel(
            13,
            "series",
            Text("Nhiệt độ phòng máy", "Temperature of rooms"),
            Text("Cảm biến phòng; TT 06/2026: 20-25 °C.", "Room sensors; the circular: 20-25 °C."),
            (asks(_in_rooms("sensor_temperature_celsius"), "{{device}} {{sensor}}"),),
            limits=limits("TemperatureHigh", **_LIMITED),
            link="device",
        ),
        Panel(
            14,
            "series",
            Text("Độ ẩm phòng máy", "Humidity of rooms"),
            Text("Cảm biến phòng; TT 06/2026: 40-55 %.", "Room sensors; the circular: 40-55 %."),
            (asks(_in_rooms("sensor_humidity_ratio"), "{{device}} {{sensor}}"),),
            limits=limits("HumidityHigh", **_LIMITED),
            link="device",
        ),
        Panel(
            15,
            "series",
            Text("Thiết bị nóng nhất", "Hottest devices"),
            Text("Cảm biến nóng nhất của mười thiết bị.", "The hottest sensor of ten devices."),
            (
                asks(
                    top(10, total("max", series("sensor_temperature_celsius", **_HERE), "device")),
                    "{{device}}",
                ),
            ),
            width=24,
            link="device",
        ),
    ),
)

PAGE = Page(
    "datacenter",
    Text(
        "Trung tâm dữ liệu – máy chủ, lưu trữ, nguồn, làm mát",
        "Data centre: servers, storage, power, cooling",
    ),
    Text("Những gì đặt trong trung tâm dữ liệu.", "What stands in the data centres."),
    (_SERVERS_ROW, _STORAGE_ROW, _POWER_ROW),
    (sites(kind="data-centre"),),
    (outages("device", "device", **_HERE),),
    links=(OVERVIEW, ("power", Text("UPS và môi trường", "UPS and environment"))),
)
