"""Charts of what services, and devices that are checked like services, are asked: how long answers
take, whether they come, what is about to run out.
"""

from collections.abc import Iterator, Mapping, Sequence

from collector.api.charts.chart import Chart, Drawn, Text, Thing, gauges
from collector.api.charts.metric import Pace, condensed, grouped, peak, rhythm, series
from collector.stores.promql import Grid
from inventory.model import Use

_BY = ("target",)
_PHASES = (
    ("resolve", Text("Phân giải tên", "Name lookup")),
    ("connect", Text("Mở kết nối", "Connect")),
    ("tls", Text("Bắt tay TLS", "TLS handshake")),
    ("processing", Text("Máy chủ xử lý", "Server at work")),
    ("transfer", Text("Truyền nội dung", "Transfer")),
)
_TIMES = (
    ("dns", Text("Phân giải tên miền (DNS)", "DNS lookup"), "dns_duration_seconds", "DnsSlow"),
    ("tcp", Text("Mở kết nối TCP", "TCP connect"), "tcp_connect_seconds", ""),
    ("smtp", Text("Đối thoại SMTP", "SMTP dialogue"), "smtp_duration_seconds", "SmtpSlow"),
    ("imap", Text("Đối thoại IMAP", "IMAP dialogue"), "imap_duration_seconds", ""),
    ("sip", Text("Đối thoại SIP", "SIP dialogue"), "sip_duration_seconds", ""),
    (
        "replica",
        Text("CSDL dự phòng chậm đồng bộ", "Replication lag"),
        "database_replication_lag_seconds",
        "DatabaseReplicaLate",
    ),
)


def checks(thing: Thing, uses: Sequence[Use], grid: Grid, it: Mapping[str, str]) -> Iterator[Chart]:
    """Everything that may be drawn of checks; a line for each of them."""
    pace = Pace(grid, rhythm(uses))
    asked = Pace(grid, rhythm(uses, "http"))
    yield _http(thing, asked, it)
    yield _phases(asked, it)
    for probe, title, metric, rule in _TIMES:
        own = Pace(grid, rhythm(uses, probe))
        marks = thing.marks(rule) if rule else ()
        yield Chart(probe, title, "seconds", (gauges(metric, "target", own, it),), marks=marks)
    yield Chart(
        "ntp",
        Text("Lệch giờ máy chủ NTP", "NTP offset"),
        "seconds",
        (gauges("ntp_offset_seconds", "target", Pace(grid, rhythm(uses, "ntp")), it),),
        low=None,
    )
    yield Chart(
        "mail-queue",
        Text("Hàng đợi thư", "Mail queue"),
        "count",
        (gauges("mail_queue_messages", "target", pace, it),),
        marks=thing.marks("MailQueueLong"),
    )
    yield _success(pace, it)
    yield _certificates(thing, pace, it)
    yield _backups(thing, pace, it)


def _http(thing: Thing, pace: Pace, it: Mapping[str, str]) -> Chart:
    """The phases of one answer belong together: they are added before the highest is taken."""
    one = series("http_duration_seconds", **it)
    query = grouped("sum", condensed("last", one, Pace(Grid(0.0), pace.every)), _BY)
    how = "last"
    if pace.coarse:
        query, how = peak(query, pace, max(pace.every, pace.grid.step / 60)), "highest"
    return Chart(
        "http",
        Text("Thời gian trả lời HTTP", "HTTP response time"),
        "seconds",
        (Drawn(query, how, pace.window, by=_BY),),
        marks=thing.marks("HttpSlow"),
    )


def _phases(pace: Pace, it: Mapping[str, str]) -> Chart:
    one = condensed("mean", series("http_duration_seconds", **it), pace)
    query = grouped("avg", one, ["phase"])
    return Chart(
        "http-phases",
        Text("Thời gian HTTP theo pha", "HTTP time by phase"),
        "seconds",
        (Drawn(query, "mean", pace.window, by=("phase",), known=_PHASES),),
        stacked=True,
    )


def _success(pace: Pace, it: Mapping[str, str]) -> Chart:
    """Of a device this is how often each way of asking it was answered."""
    by = ("target",) if "service" in it else ("probe", "target")
    one = f"avg_over_time({series('probe_success', **it)}[{pace.window:.0f}s])"
    return Chart(
        "success",
        Text("Tỷ lệ lần hỏi có trả lời", "Share of runs that were answered"),
        "ratio",
        (Drawn(grouped("min", one, by), "mean", pace.window, by=by),),
        high=1.0,
        worst="lowest",
    )


def _certificates(thing: Thing, pace: Pace, it: Mapping[str, str]) -> Chart:
    one = condensed("last", series("tls_certificate_expiry_timestamp_seconds", **it), pace)
    query = f"{grouped('min', one, _BY)} - time()"
    return Chart(
        "tls",
        Text("Chứng thư số còn hạn", "Certificates: time left"),
        "seconds",
        (Drawn(query, "last", pace.window, by=_BY),),
        worst="lowest",
        marks=thing.marks("TlsExpiring"),
    )


def _backups(thing: Thing, pace: Pace, it: Mapping[str, str]) -> Chart:
    one = condensed("last", series("backup_last_success_timestamp_seconds", **it), pace)
    query = f"time() - {grouped('max', one, _BY)}"
    return Chart(
        "backups",
        Text("Tuổi bản sao lưu gần nhất", "Age of the last backup"),
        "seconds",
        (Drawn(query, "last", pace.window, by=_BY),),
        marks=thing.marks("BackupOld"),
    )
