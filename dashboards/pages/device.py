"""Thiết bị: one device, whatever it is."""

from dashboards.page import Page, Panel, Row, asks, column, limits, told_by
from dashboards.pages._parts import OVERVIEW, one_device, outages, sites
from dashboards.query import Expr, bits, facts, latest, rate, series, since, total
from dashboards.words import Text

_IT = {"device": "$device"}
SITE = ("site", Text("Địa điểm", "Site"))


def _ports(value: Expr) -> Expr:
    return total("max", value, "interface", "device")


_NAMED_PORTS = Expr(
    f"{_ports(latest('interface_up', **_IT))} * on (interface) group_left (alias) "
    f"{facts('interface_info', 'interface', 'alias', **_IT)}",
    "state",
)
_NOW = Row(
    Text("Hiện tại", "Now"),
    (
        Panel(
            1,
            "stat",
            Text("Trạng thái", "State"),
            Text("Trạng thái do Hatang kết luận.", "What the state engine concludes."),
            (asks(latest("device_state", **_IT), "Trạng thái", "State"),),
            width=6,
            height=5,
            states="device_state",
        ),
        Panel(
            2,
            "stat",
            Text("Thời gian chạy", "Uptime"),
            Text("Từ lần khởi động gần nhất của thiết bị.", "Since the device last started."),
            (asks(latest("system_uptime_seconds", **_IT), "Thời gian chạy", "Uptime"),),
            width=6,
            height=5,
        ),
        Panel(
            3,
            "stat",
            Text("Thiết bị bị che sau nó", "Devices hidden behind it"),
            Text(
                "Số thiết bị mất liên lạc vì thiết bị này.", "Devices out of reach because of it."
            ),
            (asks(latest("device_hidden_devices", **_IT), "Bị che", "Hidden"),),
            width=6,
            height=5,
            bad_from=1,
        ),
        Panel(
            4,
            "stat",
            Text("Kết quả các phép đo", "Probes"),
            Text("Lần hỏi gần nhất của từng cách đo.", "The last run of each way of asking."),
            (asks(latest("probe_success", **_IT), "{{probe}} {{target}}"),),
            width=6,
            height=5,
            states="probe_success",
        ),
        Panel(
            5,
            "table",
            Text("Nhận dạng", "Identity"),
            Text("Theo thiết bị tự khai và theo danh mục.", "As the device and the inventory say."),
            width=24,
            height=5,
            columns=(
                column("Thiết bị", "Device", "device"),
                column("Địa điểm", "Site", "site"),
                column("Vai trò", "Role", "role"),
                column("Hãng", "Vendor", "vendor"),
                column("Model", "Model", "model"),
                column("Hệ điều hành", "System", "os"),
                column("Phiên bản", "Version", "version"),
                column("Số serial", "Serial", "serial"),
                told_by(Expr(f"last_over_time({series('device_info', **_IT)}[1d]) == 1", "info")),
            ),
        ),
        Panel(
            6,
            "timeline",
            Text("Trạng thái theo thời gian", "State over time"),
            Text("Tím: bị che sau sự cố khác.", "Purple: hidden behind another cause."),
            (asks(latest("device_state", **_IT), "{{device}}"),),
            width=24,
            height=5,
            states="device_state",
        ),
    ),
)
_PING = Row(
    Text("Kết nối", "Reachability"),
    (
        Panel(
            7,
            "series",
            Text("Độ trễ ping", "Ping round trip"),
            Text("Trung bình và lớn nhất trong kỳ.", "Mean and highest of each interval."),
            (
                asks(series("icmp_rtt_seconds", **_IT), "Trung bình", "Mean"),
                asks(series("icmp_rtt_max_seconds", **_IT), "Lớn nhất", "Highest"),
                asks(series("icmp_jitter_seconds", **_IT), "Jitter"),
            ),
        ),
        Panel(
            8,
            "series",
            Text("Mất gói ping", "Ping loss"),
            Text("Tỷ lệ gói không có trả lời.", "Share of echoes without a reply."),
            (asks(series("icmp_loss_ratio", **_IT), "Mất gói", "Loss"),),
        ),
    ),
)
_SYSTEM = Row(
    Text("Hệ thống", "System"),
    (
        Panel(
            9,
            "series",
            Text("CPU", "CPU"),
            Text("Mức sử dụng toàn máy.", "Usage of the whole machine."),
            (asks(series("cpu_usage_ratio", cpu="all", **_IT), "CPU"),),
            width=8,
            limits=limits("CpuHigh", **_IT),
        ),
        Panel(
            10,
            "series",
            Text("Bộ nhớ (RAM)", "Memory"),
            Text("Phần đã dùng; không tính bộ đệm khi biết.", "Used; without caches where known."),
            (asks(series("memory_used_ratio", **_IT), "{{pool}}"),),
            width=8,
            limits=limits("MemoryHigh", instance="", **_IT),
        ),
        Panel(
            11,
            "series",
            Text("Ổ đĩa", "Storage"),
            Text("Phần dung lượng đã dùng của từng ổ.", "Used share of each volume."),
            (asks(series("storage_used_ratio", **_IT), "{{storage}}"),),
            width=8,
            limits=limits("StorageFull", instance="", **_IT),
        ),
    ),
)
_INTERFACES = Row(
    Text("Cổng mạng", "Interfaces"),
    (
        Panel(
            12,
            "table",
            Text("Cổng", "Interfaces"),
            Text("Bấm tên cổng để mở trang của nó.", "A click on a name opens its page."),
            width=24,
            height=12,
            columns=(
                column("Cổng", "Interface", "interface"),
                column("Thiết bị", "Device", "device"),
                column("Mô tả", "Alias", "alias"),
                column("Trạng thái", "State", _NAMED_PORTS, "interface_up", 150),
                column("Tốc độ", "Speed", _ports(latest("interface_speed_bits_per_second", **_IT))),
                column("Vào", "In", _ports(bits("interface_receive_bytes_total", **_IT))),
                column("Ra", "Out", _ports(bits("interface_transmit_bytes_total", **_IT))),
                column(
                    "Lỗi vào mỗi giây",
                    "Errors in a second",
                    _ports(rate("interface_receive_errors_total", **_IT)),
                ),
                column(
                    "Bỏ gói ra mỗi giây",
                    "Discards out a second",
                    _ports(rate("interface_transmit_discards_total", **_IT)),
                ),
            ),
            worst_first="Vào",
        ),
        Panel(
            13,
            "series",
            Text("Lưu lượng vào", "Traffic in"),
            Text("Mười cổng nhiều nhất tại mỗi thời điểm.", "The ten busiest at each moment."),
            (
                asks(
                    Expr(
                        f"topk(10, {bits('interface_receive_bytes_total', **_IT)})",
                        "bits_per_second",
                    ),
                    "{{interface}}",
                ),
            ),
            link="interface",
        ),
        Panel(
            14,
            "series",
            Text("Lưu lượng ra", "Traffic out"),
            Text("Mười cổng nhiều nhất tại mỗi thời điểm.", "The ten busiest at each moment."),
            (
                asks(
                    Expr(
                        f"topk(10, {bits('interface_transmit_bytes_total', **_IT)})",
                        "bits_per_second",
                    ),
                    "{{interface}}",
                ),
            ),
            link="interface",
        ),
    ),
)
_HARDWARE = Row(
    Text("Phần cứng", "Hardware"),
    (
        Panel(
            15,
            "series",
            Text("Nhiệt độ", "Temperature"),
            Text("Từng cảm biến của thiết bị.", "Each sensor of the device."),
            (asks(series("sensor_temperature_celsius", **_IT), "{{sensor}}"),),
            limits=limits("TemperatureHigh", instance="", **_IT),
        ),
        Panel(
            16,
            "timeline",
            Text("Tình trạng phần cứng", "Hardware health"),
            Text(
                "Nguồn, quạt, đĩa, cảm biến như thiết bị tự báo.", "As the device says of itself."
            ),
            (asks(latest("sensor_state", **_IT), "{{class}} {{sensor}}"),),
            states="sensor_state",
        ),
        Panel(
            17,
            "stat",
            Text("Lần đổi cấu hình gần nhất", "Configuration last changed"),
            Text("Theo bản sao cấu hình đã lưu.", "By the configurations that were saved."),
            (asks(since(latest("config_changed_timestamp_seconds", **_IT)), "Cách đây", "Ago"),),
            width=12,
            height=5,
        ),
        Panel(
            18,
            "stat",
            Text("Thời gian hỏi", "Time of a poll"),
            Text("Lần hỏi gần nhất mất bao lâu.", "How long the last run took."),
            (asks(latest("probe_duration_seconds", **_IT), "{{probe}} {{target}}"),),
            width=12,
            height=5,
        ),
    ),
)

PAGE = Page(
    "device",
    Text("Thiết bị", "Device"),
    Text("Một thiết bị: trạng thái, hệ thống, cổng, phần cứng.", "One device, all of it."),
    (_NOW, _PING, _SYSTEM, _INTERFACES, _HARDWARE),
    (sites(), one_device(site="~$site")),
    (outages("device", "device", **_IT),),
    links=(OVERVIEW, SITE),
)
