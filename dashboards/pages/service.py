"""Dịch vụ dùng chung: what people use, how fast it answers, how long certificates last."""

from dashboards.page import Page, Panel, Row, Variable, asks, column, limits
from dashboards.pages._parts import OVERVIEW, by_name, counts, named, outages
from dashboards.query import latest, left, series, since, told, total
from dashboards.words import Text

_IT = {"service": "~$service"}
_WHOLE = {"instance": "", **_IT}
_NAMED = ("service_info", "service", "name")
_STATE = told(latest("service_state", **_IT), *_NAMED, "kind", "owner", "level")
_TIME = total("sum", series("http_duration_seconds", **_IT), "service", "target")
_NOW_TIME = total("sum", latest("http_duration_seconds", **_IT), "service", "target")
_TLS = left(latest("tls_certificate_expiry_timestamp_seconds", **_IT))
_BACKUP = since(latest("backup_last_success_timestamp_seconds", **_IT))


def _line(number: int, title: Text, metric: str, about: Text, rule: str = "") -> Panel:
    """A chart of one kind of check, with the limit of its rule."""
    return Panel(
        number,
        "series",
        title,
        about,
        (asks(series(metric, **_IT), "{{service}} {{target}}"),),
        width=8,
        limits=limits(rule, **_WHOLE) if rule else (),
        link="service",
    )


_NOW = Row(
    Text("Hiện tại", "Now"),
    (
        Panel(
            1,
            "stat",
            Text("Dịch vụ theo trạng thái", "Services by state"),
            Text("Trong các dịch vụ đã chọn.", "Of the services that are chosen."),
            counts("service_state", latest("service_state", **_IT)),
            width=24,
            height=4,
            counts="service_state",
        ),
        Panel(
            2,
            "table",
            Text("Dịch vụ", "Services"),
            Text("Cấp độ theo hồ sơ an toàn hệ thống.", "The level is that of its security file."),
            width=14,
            height=14,
            columns=(
                column("Dịch vụ", "Service", "name"),
                column("Mã", "Key", "service"),
                column("Chủ quản", "Owner", "owner"),
                column("Cấp độ", "Level", "level", width=80),
                column("Trạng thái", "State", _STATE, "service_state", 150),
            ),
            worst_first="Trạng thái",
        ),
        Panel(
            3,
            "table",
            Text("Kiểm tra HTTP", "HTTP checks"),
            Text(
                "Mã trả lời và tổng thời gian lần gần nhất.", "Status and time of the last answer."
            ),
            width=10,
            height=14,
            columns=(
                column("Mã", "Key", "service"),
                column("Kiểm tra", "Check", "target"),
                column(
                    "Mã HTTP",
                    "HTTP status",
                    total("max", latest("http_status_code", **_IT), "service", "target"),
                ),
                column("Thời gian", "Time", _NOW_TIME),
            ),
            worst_first="Thời gian",
        ),
        Panel(
            4,
            "timeline",
            Text("Trạng thái từng dịch vụ", "Every service over time"),
            Text("Một dòng một dịch vụ, 20 dòng một trang.", "A line a service, 20 a page."),
            (asks(told(latest("service_state", **_IT), *_NAMED), "{{name}}"),),
            width=24,
            height=16,
            states="service_state",
            link="service",
        ),
    ),
)
_SPEED = Row(
    Text("Thời gian trả lời", "Response times"),
    (
        Panel(
            5,
            "series",
            Text("Thời gian trả lời HTTP", "HTTP response time"),
            Text("Tổng các pha.", "All phases together."),
            (asks(_TIME, "{{service}} {{target}}"),),
            limits=limits("HttpSlow", **_WHOLE),
            link="service",
        ),
        Panel(
            6,
            "series",
            Text("Thời gian HTTP theo pha", "HTTP time by phase"),
            Text(
                "Trung bình các dịch vụ đã chọn: pha nào chậm.",
                "The mean of the services chosen: which phase is slow.",
            ),
            (asks(total("avg", series("http_duration_seconds", **_IT), "phase"), "{{phase}}"),),
            stacked=True,
        ),
        _line(
            7,
            Text("Phân giải DNS", "DNS"),
            "dns_duration_seconds",
            Text("Thời gian trả lời của máy chủ DNS.", "How long the DNS server takes."),
            "DnsSlow",
        ),
        _line(
            8,
            Text("Kết nối TCP", "TCP"),
            "tcp_connect_seconds",
            Text("Thời gian mở kết nối.", "How long it takes to connect."),
        ),
        _line(
            9,
            Text("Thư điện tử (SMTP)", "Mail (SMTP)"),
            "smtp_duration_seconds",
            Text("Thời gian đối thoại SMTP.", "How long the dialogue takes."),
            "SmtpSlow",
        ),
    ),
)
_KEPT = Row(
    Text("Chứng thư, sao lưu, hàng đợi", "Certificates, backups, queues"),
    (
        Panel(
            10,
            "table",
            Text("Chứng thư SSL còn hạn bao lâu", "Certificates: time left"),
            Text("Chứng thư hết hạn sớm nhất của chuỗi.", "The first of the chain that ends."),
            columns=(
                column("Mã", "Key", "service"),
                column("Kiểm tra", "Check", "target"),
                column("Còn lại", "Left", _TLS),
            ),
        ),
        Panel(
            11,
            "table",
            Text("Sao lưu gần nhất", "Last backups"),
            Text("Từ lần sao lưu thành công gần nhất.", "Since the last one that succeeded."),
            columns=(
                column("Mã", "Key", "service"),
                column("Kiểm tra", "Check", "target"),
                column("Cách đây", "Ago", _BACKUP),
            ),
            worst_first="Cách đây",
        ),
        _line(
            12,
            Text("Hàng đợi thư", "Mail queue"),
            "mail_queue_messages",
            Text("Số thư đang chờ gửi.", "Messages that wait."),
            "MailQueueLong",
        ),
        _line(
            13,
            Text("CSDL dự phòng chậm đồng bộ", "Replication lag"),
            "database_replication_lag_seconds",
            Text("Bản sao chậm bao lâu.", "How far the replica is behind."),
            "DatabaseReplicaLate",
        ),
        _line(
            14,
            Text("Lệch giờ máy chủ NTP", "NTP offset"),
            "ntp_offset_seconds",
            Text("Giờ máy chủ trừ giờ máy giám sát.", "The server's clock less ours."),
        ),
    ),
)

PAGE = Page(
    "service",
    Text("Dịch vụ dùng chung", "Shared services"),
    Text("Cổng, một cửa, thư, LGSP, chứng thư.", "Portals, one-stop service, mail, certificates."),
    (_NOW, _SPEED, _KEPT),
    (
        Variable(
            "service",
            Text("Dịch vụ", "Service"),
            named("service_info", "service"),
            by_name("service"),
        ),
    ),
    (outages("service", "service", **_IT),),
    links=(OVERVIEW,),
)
