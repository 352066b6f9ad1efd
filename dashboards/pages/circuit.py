"""Mạng TSLCD: state, quality, load and the month's result of circuits, by carrier too."""

from dashboards.page import Column, Page, Panel, Row, Variable, asks, column, limits
from dashboards.pages._parts import OVERVIEW, PROVIDER, WARDS, counts, outages, values
from dashboards.query import Expr, latest, series, share, told, total
from dashboards.words import Text

CHOSEN = "~$circuit"
_ALL = {"circuit": CHOSEN}
_CAPACITY = total("max", latest("circuit_capacity_bits_per_second", **_ALL), "circuit")
_PROVIDER = ("circuit_info", "circuit", "provider")


def _load(direction: str) -> Expr:
    carried = series(f"circuit:{direction}_bits_per_second", **_ALL)
    return share(Expr(f"{carried}", "bits_per_second"), _CAPACITY, ("circuit",))


def _peak(direction: str) -> Expr:
    carried = series(f"circuit:{direction}_bits_per_second", **_ALL)
    high = Expr(f"quantile_over_time(0.95, {carried}[$__range])", "bits_per_second")
    return share(high, _CAPACITY, ("circuit",))


_SLOTS = f"{series('circuit:available', **_ALL)}[$__range]"
_UP = Expr(f"avg_over_time({series('circuit:available', **_ALL)}[$__range])", "ratio")
_OUT = Expr(f"300 * (count_over_time({_SLOTS}) - sum_over_time({_SLOTS}))", "seconds")


def _quality(number: int, metric: str, vi: str, en: str, rule: str) -> Panel:
    return Panel(
        number,
        "series",
        Text(vi, en),
        Text(
            "Đo từ trung tâm tới điểm cuối; nét đứt: ngưỡng chặt nhất của những gì đã chọn.",
            "From the centre to the circuit's end; dashed: the tightest limit of those chosen.",
        ),
        (asks(series(metric, **_ALL), "{{circuit}}"),),
        width=8,
        height=9,
        limits=limits(rule, **_ALL),
        link="circuit",
    )


_STATE = Row(
    Text("Trạng thái", "State"),
    (
        Panel(
            1,
            "stat",
            Text("Đường truyền theo trạng thái", "Circuits by state"),
            Text("Trong các đường truyền đã chọn.", "Of the circuits that are chosen."),
            counts("circuit_state", latest("circuit_state", **_ALL)),
            width=24,
            height=4,
            counts="circuit_state",
        ),
        Panel(
            2,
            "timeline",
            Text("Trạng thái từng đường truyền", "Every circuit over time"),
            Text("Một dòng một đường truyền, 20 dòng một trang.", "A line a circuit, 20 a page."),
            (
                asks(
                    told(latest("circuit_state", **_ALL), *_PROVIDER), "{{circuit}} · {{provider}}"
                ),
            ),
            width=24,
            height=16,
            states="circuit_state",
            link="circuit",
        ),
    ),
)
_QUALITY = Row(
    Text("Chất lượng", "Quality"),
    (
        _quality(3, "circuit_rtt_seconds", "Độ trễ khứ hồi", "Round trip time", "CircuitSlow"),
        _quality(4, "circuit_loss_ratio", "Tỷ lệ mất gói", "Packet loss", "CircuitLoss"),
        _quality(5, "circuit_jitter_seconds", "Biến động trễ (jitter)", "Jitter", "CircuitJitter"),
        Panel(
            6,
            "series",
            Text("Tải chiều đi", "Load, A to Z"),
            Text(
                "Lưu lượng 5 phút trên dung lượng hợp đồng.",
                "Five minutes, of the contracted capacity.",
            ),
            (asks(_load("transmit"), "{{circuit}}"),),
            limits=limits("CircuitBusy", **_ALL),
            link="circuit",
        ),
        Panel(
            7,
            "series",
            Text("Tải chiều về", "Load, Z to A"),
            Text(
                "Lưu lượng 5 phút trên dung lượng hợp đồng.",
                "Five minutes, of the contracted capacity.",
            ),
            (asks(_load("receive"), "{{circuit}}"),),
            limits=limits("CircuitBusy", **_ALL),
            link="circuit",
        ),
    ),
)
_CONTRACT: tuple[Column, ...] = (
    column("Đường truyền", "Circuit", "circuit"),
    column("Nhà mạng", "Carrier", "provider"),
    column("Hợp đồng", "Contract", "contract"),
    column(
        "Trạng thái",
        "State",
        told(latest("circuit_state", **_ALL), *_PROVIDER, "contract"),
        "circuit_state",
        150,
    ),
    column("Dung lượng", "Capacity", _CAPACITY),
    column("P95 chiều đi", "P95, A to Z", _peak("transmit")),
    column("P95 chiều về", "P95, Z to A", _peak("receive")),
    column("Độ khả dụng", "Availability", _UP),
    column(
        "Cam kết",
        "Target",
        total("max", latest("circuit_target_availability_ratio", **_ALL), "circuit"),
    ),
    column("Gián đoạn", "Downtime", _OUT),
)
_MONTH = Row(
    Text("Tháng này", "This month"),
    (
        Panel(
            8,
            "table",
            Text(
                "Hợp đồng: P95 so với 90 % và độ khả dụng so với cam kết",
                "Contracts: p95 against 90 %, availability against target",
            ),
            Text(
                "Số theo dõi, từ ô 5 phút; số chính thức lấy từ API hợp đồng (docs/contract.md)."
                " TT 06/2026: P95 không quá 90 % dung lượng 7 ngày liên tiếp.",
                "To watch, from five-minute slots; the official numbers are the contract API's"
                " (docs/contract.md).",
            ),
            width=24,
            height=14,
            columns=_CONTRACT,
            worst_first="Gián đoạn",
            since="now/M",
        ),
        Panel(
            9,
            "bars",
            Text("Độ khả dụng theo nhà mạng", "Availability by carrier"),
            Text(
                "Trung bình các đường truyền đã chọn, tháng này.",
                "The mean of the circuits chosen, this month.",
            ),
            (asks(total("avg", told(_UP, *_PROVIDER), "provider"), "{{provider}}"),),
            width=8,
            since="now/M",
            most=1.0,
        ),
        Panel(
            10,
            "bars",
            Text("Mất gói theo nhà mạng", "Loss by carrier"),
            Text("Trung bình một giờ qua.", "The mean of the last hour."),
            (
                asks(
                    total(
                        "avg",
                        told(
                            Expr(
                                f"avg_over_time({series('circuit_loss_ratio', **_ALL)}[1h])",
                                "ratio",
                            ),
                            *_PROVIDER,
                        ),
                        "provider",
                    ),
                    "{{provider}}",
                ),
            ),
            width=8,
        ),
        Panel(
            11,
            "bars",
            Text("Độ trễ theo nhà mạng", "Round trip by carrier"),
            Text("Trung bình một giờ qua.", "The mean of the last hour."),
            (
                asks(
                    total(
                        "avg",
                        told(
                            Expr(
                                f"avg_over_time({series('circuit_rtt_seconds', **_ALL)}[1h])",
                                "seconds",
                            ),
                            *_PROVIDER,
                        ),
                        "provider",
                    ),
                    "{{provider}}",
                ),
            ),
            width=8,
        ),
    ),
)

PAGE = Page(
    "circuit",
    Text("Mạng TSLCD – trạng thái và chất lượng", "TSLCD: state and quality"),
    Text("Đường truyền số liệu chuyên dùng, theo nhà mạng.", "The leased lines, by carrier."),
    (_STATE, _QUALITY, _MONTH),
    (
        PROVIDER,
        Variable(
            "circuit",
            Text("Đường truyền", "Circuit"),
            values("circuit_info", "circuit", provider="~$provider", kind="~tslcd.*"),
            listed=True,
        ),
    ),
    (outages("circuit", "circuit", circuit=CHOSEN),),
    links=(OVERVIEW, WARDS),
)
