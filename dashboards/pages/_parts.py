"""What several pages share: choices at the top, marks of outages, counts by state."""

from dashboards.page import Annotation, Query, Variable
from dashboards.query import Expr, count, facts, latest, series
from dashboards.words import Text, states

OVERVIEW = ("overview", Text("Tổng quan", "Overview"))
WARDS = ("wards", Text("Cấp xã", "Communes"))
CIRCUITS = ("circuit", Text("TSLCD", "TSLCD"))
_NAMED = '/name="(?<text>[^"]+)".*?{label}="(?<value>[^"]+)"/'


def values(metric: str, label: str, **labels: str) -> str:
    """A variable's query for the values of a label."""
    series(metric, **{label: "~.*"})  # so that an unknown label is an error here too
    return f"label_values({series(metric, **labels)}, {label})"


def named(metric: str, label: str, **labels: str) -> str:
    """A variable's query for things of an info that have a name; goes with `by_name`."""
    return f"query_result({facts(metric, 'name', label, **labels)})"


def by_name(label: str) -> str:
    """People choose by name, queries get the label."""
    return _NAMED.replace("{label}", label)


def sites(several: bool = True, **labels: str) -> Variable:
    """Which places."""
    query = named("site_info", "site", **labels)
    return Variable("site", Text("Địa điểm", "Site"), query, by_name("site"), several, bool(labels))


def one_device(**labels: str) -> Variable:
    """Which device."""
    query = values("device_state", "device", **labels)
    return Variable("device", Text("Thiết bị", "Device"), query, several=False)


PROVIDER = Variable("provider", Text("Nhà mạng", "Carrier"), values("circuit_info", "provider"))


_DOWN = {
    "device": ("Thiết bị", "không phản hồi", "Devices"),
    "site": ("Địa điểm", "mất kết nối", "Sites"),
    "circuit": ("Đường truyền", "mất kết nối", "Circuits"),
    "service": ("Dịch vụ", "ngừng hoạt động", "Services"),
}
"""What is down, and how that is said of it."""


def outages(kind: str, label: str, **labels: str) -> Annotation:
    """Marks while a thing itself is down; what is hidden behind it is not marked."""
    down = Expr(f"{latest(f'{kind}_state', **labels)} == 2", "state")
    things, is_down, english = _DOWN[kind]
    title = Text(f"{{{{{label}}}}} {is_down}", f"{{{{{label}}}}} is down")
    name = Text(f"{things} {is_down}", f"{english} down")
    return Annotation(name, down, title)


def counts(metric: str, values_of: Expr | None = None) -> tuple[Query, ...]:
    """How many things are in each state."""
    of = latest(metric) if values_of is None else values_of
    return tuple(
        Query(count(Expr(f"{of} == {one.value}", "state")), one.name) for one in states(metric)
    )
