"""The routes of charts."""

from collector.api.charts import answers, shape
from collector.api.charts.span import SPANS
from collector.api.route import LANGUAGE, Parameter, Route

_SPAN = Parameter("span", f"the time until now: {', '.join(SPANS)}; 6h by default")
_INTERFACE = Parameter("interface", "only the charts of this interface")

CHARTS = shape.Charts(
    thing="circuit:tsl-ii-05212-a",
    interface="",
    span="24h",
    at=1796058012.5,
    start=1795971600.0,
    step=43200.0,
    count=3,
    charts=[
        shape.Chart(
            key="traffic",
            title="Lưu lượng (chiều đi: A → Z)",
            note="Mỗi điểm là trung bình của 5 phút.",
            unit="bits_per_second",
            low=0.0,
            high=None,
            stacked=False,
            series=[
                shape.Series(label="Chiều đi", how="mean", state="", values=[41.2e6, None, 182.4e6])
            ],
            left_out=0,
            limits=[shape.Limit(kind="capacity", value=200e6, instance="")],
            problem="",
        )
    ],
    problem="",
)
PORTS = shape.Ports(
    device="hbh-dc-pe01",
    at=1796058000.0,
    items=[
        shape.Port(
            interface="ge-0/0/3",
            receive=61.3e6,
            transmit=182.4e6,
            receive_errors=0.0,
            transmit_errors=0.0,
            receive_discards=0.0,
            transmit_discards=1.25,
        )
    ],
    problem="",
)
LOADS = shape.Loads(
    at=1796058000.0,
    items=[
        shape.Load(
            circuit="tsl-ii-05212-a",
            capacity=200e6,
            transmit=182.4e6,
            receive=61.3e6,
            transmit_ratio=0.912,
            receive_ratio=0.3065,
            counters="hbh-dc-pe01/ge-0/0/3",
        )
    ],
    problem="",
)


def _charts(kind: str, *more: Parameter) -> Route:
    return Route(
        "GET",
        f"/api/v1/{kind}s/{{name}}/charts",
        answers.charts(kind),
        f"Charts of a {kind}, from the store: every one that has data",
        CHARTS,
        (_SPAN, *more, LANGUAGE),
        refusals=(400, 404, 503),
    )


ROUTES = (
    _charts("device", _INTERFACE),
    _charts("circuit"),
    _charts("site"),
    _charts("service"),
    Route(
        "GET",
        "/api/v1/devices/{name}/interfaces/rates",
        answers.ports,
        "What goes through a device's interfaces now, from the store",
        PORTS,
        refusals=(400, 404, 503),
    ),
    Route(
        "GET",
        "/api/v1/loads",
        answers.loads,
        "What every circuit carries now, and of its capacity, from the store",
        LOADS,
        refusals=(400, 503),
    ),
)
