"""Tổng quan hạ tầng kỹ thuật: what is wrong and why, first; then how much of everything is well."""

from dashboards.page import Page, Panel, Query, Row, asks, column
from dashboards.pages._parts import CIRCUITS, WARDS, counts, outages
from dashboards.query import Expr, latest, series, since, told
from dashboards.words import SEVERITIES, Text

KINDS = ("device", "circuit", "site", "service")


def _causes(field: str) -> Expr:
    """A verdict's field of everything that is down or degraded itself."""
    parts = [
        f"({latest(f'{kind}_{field}')} and on ({kind}) (({latest(f'{kind}_state')} > 0) < 3))"
        for kind in KINDS
    ]
    return Expr(" or ".join(parts), latest(f"device_{field}").unit)


_LOSS = Expr(f"avg_over_time({series('circuit_loss_ratio')}[1h])", "ratio")
_WORST = f"topk(10, {_LOSS} > 0 or {_LOSS})"
_DATA = Expr(f"max(timestamp({series('collector_polls_total')}))", "timestamp_seconds")


def _of_worst(value: Expr) -> Expr:
    return Expr(f"{value} and on (circuit) {_WORST}", value.unit)


def _state_panel(number: int, kind: str, vi: str, en: str) -> Panel:
    metric = f"{kind}_state"
    return Panel(
        number,
        "stat",
        Text(f"{vi} theo trạng thái", f"{en} by state"),
        Text(
            "Trạng thái do Hatang kết luận: cái bị che sau sự cố khác không tính là hỏng.",
            "What the state engine concludes: what is hidden behind another cause is not down.",
        ),
        counts(metric),
        width=12,
        height=4,
        counts=metric,
    )


_NOW = Row(
    Text("Nguyên nhân hiện tại", "Causes now"),
    (
        Panel(
            1,
            "table",
            Text("Sự cố và số thiết bị bị ảnh hưởng", "Causes, and what each hides"),
            Text(
                "Chỉ nguyên nhân gốc; thiết bị bị che sau nó đếm ở cột cuối.",
                "Root causes only: down or degraded by themselves; what they hide is counted.",
            ),
            width=16,
            height=9,
            columns=(
                column("Trạng thái", "State", _causes("state"), "site_state", 150),
                column("Thiết bị", "Device", "device"),
                column("Đường truyền", "Circuit", "circuit"),
                column("Dịch vụ", "Service", "service"),
                column("Địa điểm", "Site", "site"),
                column("Thiết bị bị che", "Hidden devices", _causes("hidden_devices"), width=130),
            ),
            worst_first="Thiết bị bị che",
        ),
        Panel(
            2,
            "stat",
            Text("Sự cố đang mở theo mức", "Open incidents by severity"),
            Text("Sự cố đã báo và chưa khắc phục.", "Incidents told and not over yet."),
            tuple(
                Query(latest("incident_open", severity=one), said)
                for one, said in SEVERITIES.items()
            ),
            width=4,
            height=9,
            bad_from=1,
        ),
        Panel(
            3,
            "stat",
            Text("Tuổi của số liệu mới nhất", "Age of the newest data"),
            Text(
                "Quá hai phút: máy giám sát hoặc kho số liệu dừng, màn hình này không còn đúng.",
                "Over two minutes: collector or store has stopped; this page is not true now.",
            ),
            (asks(since(_DATA), "Tuổi số liệu", "Age"),),
            width=4,
            height=9,
            bad_from=120,
        ),
    ),
)
_COUNTS = Row(
    Text("Số lượng theo trạng thái", "How much is well"),
    (
        _state_panel(4, "device", "Thiết bị", "Devices"),
        _state_panel(5, "circuit", "Đường truyền", "Circuits"),
        _state_panel(6, "site", "Địa điểm", "Sites"),
        _state_panel(7, "service", "Dịch vụ", "Services"),
    ),
)
_SERVICES = told(latest("service_state"), "service_info", "service", "name", "owner", "level")
_MAP = told(latest("site_state"), "site_info", "site", "name", "kind", "latitude", "longitude")
_WHERE = Row(
    Text("Dịch vụ, đường truyền, địa điểm", "Services, circuits, sites"),
    (
        Panel(
            8,
            "table",
            Text("Dịch vụ", "Services"),
            Text("Trạng thái từng dịch vụ dùng chung.", "The state of each service."),
            width=8,
            height=14,
            columns=(
                column("Dịch vụ", "Service", "name"),
                column("Mã", "Key", "service", width=140),
                column("Trạng thái", "State", _SERVICES, "service_state", 130),
            ),
            worst_first="Trạng thái",
        ),
        Panel(
            9,
            "map",
            Text("Bản đồ địa điểm", "Map of sites"),
            Text("Màu theo trạng thái của địa điểm.", "Coloured by each site's state."),
            (asks(_MAP, "{{name}}"),),
            width=16,
            height=14,
            states="site_state",
        ),
        Panel(
            10,
            "table",
            Text(
                "Mười đường truyền mất gói nhiều nhất trong giờ qua",
                "Ten lossiest circuits of this hour",
            ),
            Text(
                "Đường truyền được dò định kỳ; đo từ trung tâm.",
                "Circuits that are probed, from the centre.",
            ),
            width=24,
            height=9,
            columns=(
                column("Đường truyền", "Circuit", "circuit"),
                column("Địa điểm", "Site", "site"),
                column("Nhà mạng", "Carrier", "provider"),
                column(
                    "Trạng thái",
                    "State",
                    _of_worst(told(latest("circuit_state"), "circuit_info", "circuit", "provider")),
                    "circuit_state",
                    150,
                ),
                column("Mất gói", "Loss", _of_worst(_LOSS), width=110),
                column("Độ trễ", "Round trip", _of_worst(latest("circuit_rtt_seconds")), width=110),
                column("Jitter", "Jitter", _of_worst(latest("circuit_jitter_seconds")), width=110),
            ),
            worst_first="Mất gói",
        ),
    ),
)

PAGE = Page(
    "overview",
    Text("Tổng quan hạ tầng kỹ thuật", "Technical infrastructure: overview"),
    Text("Nguyên nhân trước, số lượng sau.", "Causes first, then how much is well."),
    (_NOW, _COUNTS, _WHERE),
    annotations=(outages("circuit", "circuit"), outages("service", "service")),
    links=(WARDS, CIRCUITS),
)
