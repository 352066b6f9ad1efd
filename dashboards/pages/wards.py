"""Bản đồ đường truyền cấp xã: where the circuits of communes are well, and since when not."""

from dashboards.page import Page, Panel, Row, asks, column
from dashboards.pages._parts import CIRCUITS, OVERVIEW, PROVIDER, counts, outages
from dashboards.query import Expr, facts, latest, told
from dashboards.words import Text

_OF_PROVIDER = facts("circuit_info", "circuit", "provider", provider="~$provider")


def _of_wards(value: Expr, *more: str) -> Expr:
    """Of circuits that end in a commune, from the chosen carriers."""
    carried = Expr(f"({value}) * on (circuit) group_left (provider) {_OF_PROVIDER}", value.unit)
    return told(carried, "site_info", "site", "name", *more, kind="ward")


_STATE = _of_wards(latest("circuit_state"))
_NOT_UP = Expr(f"{_STATE} > 0", "state")

_MAP = Row(
    Text("Bản đồ", "Map"),
    (
        Panel(
            1,
            "stat",
            Text("Đường truyền cấp xã theo trạng thái", "Commune circuits by state"),
            Text(
                "Mọi đường truyền có điểm cuối tại một xã.", "Every circuit that ends in a commune."
            ),
            counts("circuit_state", _STATE),
            width=24,
            height=4,
            counts="circuit_state",
        ),
        Panel(
            2,
            "map",
            Text("Bản đồ đường truyền cấp xã", "Map of commune circuits"),
            Text(
                "Mỗi chấm là một đường truyền, đặt tại trụ sở xã, màu theo trạng thái.",
                "A point a circuit, at the commune's office, coloured by state.",
            ),
            (asks(_of_wards(latest("circuit_state"), "latitude", "longitude"), "{{name}}"),),
            width=14,
            height=18,
            states="circuit_state",
        ),
        Panel(
            3,
            "table",
            Text("Xã có sự cố đường truyền", "Communes whose circuit is not well"),
            Text(
                "Bị che: nguyên nhân ở nơi khác.", "Unreachable means: because of something else."
            ),
            width=10,
            height=18,
            columns=(
                column("Xã", "Commune", "name"),
                column("Đường truyền", "Circuit", "circuit"),
                column("Nhà mạng", "Carrier", "provider", width=90),
                column("Trạng thái", "State", _NOT_UP, "circuit_state", 150),
            ),
            worst_first="Trạng thái",
        ),
    ),
)
_HISTORY = Row(
    Text("Diễn biến", "History"),
    (
        Panel(
            4,
            "timeline",
            Text("Trạng thái đường truyền từng xã", "Every commune's circuit over time"),
            Text("Một dòng một đường truyền, 20 dòng một trang.", "A line a circuit, 20 a page."),
            (asks(_STATE, "{{name}} · {{provider}}"),),
            width=24,
            height=20,
            states="circuit_state",
            link="circuit",
        ),
        Panel(
            5,
            "series",
            Text(
                "Số đường truyền cấp xã không tốt theo nhà mạng",
                "Commune circuits not up by carrier",
            ),
            Text("Mất kết nối, suy giảm hoặc bị che.", "Down, degraded or unreachable."),
            (asks(Expr(f"sum by (provider) ({_STATE} > bool 0)", "count"), "{{provider}}"),),
            width=24,
        ),
    ),
)

PAGE = Page(
    "wards",
    Text("Bản đồ đường truyền cấp xã", "Map of commune circuits"),
    Text("Đường truyền tới mọi xã, phường.", "The circuits to every commune."),
    (_MAP, _HISTORY),
    (PROVIDER,),
    (outages("circuit", "circuit"),),
    links=(OVERVIEW, CIRCUITS),
)
