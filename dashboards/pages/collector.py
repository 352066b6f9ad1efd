"""Máy giám sát: whether what is shown can be believed."""

from dashboards.page import Annotation, Page, Panel, Row, Variable, asks, column, limits, told_by
from dashboards.pages._parts import OVERVIEW, values
from dashboards.query import Expr, latest, rate, series, top, total
from dashboards.words import Text

_IT = {"collector": "~$collector"}
_REASON = Expr(
    f"max by (device, service, target, probe, reason) "
    f"({latest('probe_reason_info', reason='!')} == 1)",
    "info",
)


def _stat(number: int, metric: str, title: Text, about: Text) -> Panel:
    return Panel(
        number,
        "stat",
        title,
        about,
        (asks(latest(metric, **_IT), "{{collector}}"),),
        width=6,
        height=4,
        states=metric,
    )


_NOW = Row(
    Text("Hiện tại", "Now"),
    (
        _stat(
            1,
            "collector_store_up",
            Text("Kho số liệu", "Store"),
            Text("Kho có nhận số liệu không.", "Whether the store takes what is sent."),
        ),
        _stat(
            2,
            "collector_alertmanager_up",
            Text("Alertmanager", "Alertmanager"),
            Text("Có báo được cho người trực không.", "Whether people can be told."),
        ),
        _stat(
            3,
            "collector_reload_success",
            Text("Nạp danh mục thành công", "Inventory loaded"),
            Text("Lần nạp lại danh mục gần nhất.", "The last reload of the inventory."),
        ),
        _stat(
            4,
            "collector_isolated",
            Text("Bị cô lập", "Isolated"),
            Text("Chính máy giám sát mất mạng.", "The collector itself is cut off."),
        ),
    ),
)
_WORK = Row(
    Text("Công việc", "Work"),
    (
        Panel(
            5,
            "series",
            Text("Số lần hỏi mỗi giây", "Polls in a second"),
            Text("Lần hỏi đã xong.", "Runs that ended."),
            (asks(rate("collector_polls_total", **_IT), "{{collector}}"),),
            width=8,
        ),
        Panel(
            6,
            "series",
            Text("Giá trị thu được mỗi giây", "Values in a second"),
            Text("Giá trị đã chuyển cho kho.", "Values handed on."),
            (asks(rate("collector_samples_total", **_IT), "{{collector}}"),),
            width=8,
        ),
        Panel(
            7,
            "series",
            Text("Lần hỏi bị bỏ", "Runs left out"),
            Text("Vì lần trước chưa xong.", "Because the one before had not ended."),
            (asks(total("sum", rate("poll_missed_total"), "probe"), "{{probe}}"),),
            width=8,
        ),
        Panel(
            8,
            "series",
            Text("Lần hỏi trễ nhất", "Latest runs"),
            Text("Trễ so với lịch, lớn nhất toàn tỉnh.", "Behind schedule, the worst of all."),
            (asks(total("max", series("poll_lateness_seconds"), "probe"), "{{probe}}"),),
            width=8,
            limits=limits("CollectorLate"),
        ),
        Panel(
            9,
            "series",
            Text("Độ trễ vòng lặp", "Event loop lag"),
            Text("Trễ nhiều là máy quá tải.", "A late loop is an overloaded machine."),
            (asks(series("collector_loop_lag_seconds", **_IT), "{{collector}}"),),
            width=8,
            limits=limits("CollectorLagging", **_IT),
        ),
        Panel(
            10,
            "series",
            Text("Tỷ lệ thiết bị không hỏi được", "Devices that it cannot ask"),
            Text("Do chính máy giám sát.", "Because of this machine itself."),
            (asks(series("collector_unasked_ratio", **_IT), "{{collector}}"),),
            width=8,
            limits=limits("CollectorCannotAsk", **_IT),
        ),
    ),
)
_STORE = Row(
    Text("Hàng đợi và kho", "Spool and store"),
    (
        Panel(
            11,
            "series",
            Text("Hàng đợi trên đĩa", "Spool"),
            Text("Số byte chờ kho nhận.", "Bytes that wait for the store."),
            (asks(series("collector_spool_bytes", **_IT), "{{collector}}"),),
            width=8,
        ),
        Panel(
            12,
            "series",
            Text("Tuổi của số liệu chờ lâu nhất", "Oldest data that wait"),
            Text("Lô cũ nhất chưa vào kho.", "The oldest batch that is not stored."),
            (asks(series("collector_spool_age_seconds", **_IT), "{{collector}}"),),
            width=8,
            limits=limits("CollectorSpoolOld", **_IT),
        ),
        Panel(
            13,
            "series",
            Text("Lỗi khi ghi và giá trị bị mất", "Errors and lost values"),
            Text("Mỗi giây, theo lý do.", "In a second, by reason."),
            (
                asks(
                    rate("collector_store_errors_total", **_IT),
                    "Lỗi ghi {{reason}}",
                    "Errors {{reason}}",
                ),
                asks(
                    rate("collector_dropped_samples_total", **_IT),
                    "Mất {{reason}}",
                    "Lost {{reason}}",
                ),
            ),
            width=8,
        ),
        Panel(
            14,
            "series",
            Text("CPU của chương trình giám sát", "CPU of the collector"),
            Text("Phần của một lõi.", "Share of one core."),
            (asks(rate("collector_cpu_seconds_total", **_IT), "{{collector}}"),),
        ),
        Panel(
            15,
            "series",
            Text("Bộ nhớ của chương trình giám sát", "Memory of the collector"),
            Text("Bộ nhớ đang chiếm.", "Resident memory."),
            (asks(series("collector_resident_bytes", **_IT), "{{collector}}"),),
        ),
    ),
)
_PROBES = Row(
    Text("Phép đo", "Probes"),
    (
        Panel(
            16,
            "table",
            Text("Phép đo không thành công", "Probes that fall short"),
            Text("Lý do của lần hỏi gần nhất.", "Why the last run fell short."),
            height=12,
            columns=(
                column("Thiết bị", "Device", "device"),
                column("Dịch vụ", "Service", "service"),
                column("Phép đo", "Probe", "probe"),
                column("Đối tượng", "Target", "target"),
                column("Lý do", "Reason", "reason"),
                told_by(_REASON),
            ),
        ),
        Panel(
            17,
            "series",
            Text("Lần hỏi lâu nhất", "Longest runs"),
            Text("Mười lần lâu nhất tại mỗi thời điểm.", "The ten longest at each moment."),
            (asks(top(10, series("probe_duration_seconds")), "{{device}}{{service}} {{probe}}"),),
            height=12,
        ),
    ),
)

PAGE = Page(
    "collector",
    Text("Máy giám sát", "Collector"),
    Text("Số liệu đang hiện có tin được không.", "Whether what is shown can be believed."),
    (_NOW, _WORK, _STORE, _PROBES),
    (
        Variable(
            "collector", Text("Máy giám sát", "Collector"), values("collector_info", "collector")
        ),
    ),
    annotations=(
        Annotation(
            Text("Máy giám sát bị cô lập", "Collector cut off"),
            Expr(f"{latest('collector_isolated', **_IT)} == 1", "state"),
            Text("{{collector}} bị cô lập", "{{collector}} is cut off"),
        ),
    ),
    links=(OVERVIEW,),
)
