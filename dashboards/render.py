"""Pages as the JSON that Grafana reads; with `plugins` and `fields` all that needs its SDK."""

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import (
    dashboard,
    prometheus,
)

from dashboards import fields, plugins
from dashboards.page import Annotation, Page, Panel, Place, Query, Row, Variable, placed
from dashboards.query import limit
from dashboards.words import LIMITS, UNITS, Language, Text

TAG = "hatang"
_PLUGINS = {
    "stat": "stat",
    "series": "timeseries",
    "table": "table",
    "timeline": "state-timeline",
    "map": "geomap",
    "bars": "bargauge",
}
_INSTANT = frozenset({"stat", "table", "map", "bars"})
_TABULAR = frozenset({"table", "map"})
_HEADINGS = 1000  # rows are numbered from here, panels below
_ALL = {"vi": "Tất cả", "en": "All"}
_PAGES = Text("Các bảng theo dõi", "Dashboards")
_SOURCE = Text("Nguồn dữ liệu", "Data source")


class _Mark(dashboard.AnnotationQuery):
    """The SDK's annotation, with the fields of Grafana's Prometheus source that it leaves out."""

    title: str = ""

    def to_json(self) -> dict[str, object]:
        return {**super().to_json(), "titleFormat": self.title, "step": "60s"}


def _target(query: Query, panel: Panel, number: int, language: Language) -> prometheus.Dataquery:
    instant = panel.kind in _INSTANT
    form = prometheus.PromQueryFormat
    return prometheus.Dataquery(
        expr=query.expr.text,
        ref_id=chr(ord("A") + number),
        instant=instant,
        range_val=not instant,
        format_val=form.TABLE if panel.kind in _TABULAR else form.TIME_SERIES,
        legend_format=query.legend.said(language),
        editor_mode=prometheus.QueryEditorMode.CODE,
        datasource=fields.SOURCE,
    )


def _queries(panel: Panel) -> list[Query]:
    drawn = [
        Query(limit(rule, severity, **dict(labels)), said)
        for rule, labels in panel.limits
        for severity, said in LIMITS.items()
    ]
    return [*panel.asked(), *drawn]


def _reshaped(panel: Panel, language: Language) -> list[dashboard.DataTransformerConfig]:
    if panel.kind == "map":
        numbers = [
            {"targetField": one, "destinationType": "number"} for one in ("latitude", "longitude")
        ]
        return [
            dashboard.DataTransformerConfig(
                id_val="convertFieldType", options={"conversions": numbers, "fields": {}}
            )
        ]
    if panel.kind != "table":
        return []
    names: dict[str, str] = {}
    order: dict[str, int] = {}
    letters = iter("ABCDEFGHIJKLMNOP")
    for number, one in enumerate(panel.columns):
        letter = next(letters) if one.value is not None else ""
        # A single query's values are called `Value`, those of several `Value #A` and so on.
        keys = [one.label] if one.label else [f"Value #{letter}"]
        keys += ["Value"] if letter == "A" else []
        names |= dict.fromkeys(keys, one.title.said(language))
        order |= dict.fromkeys(keys, number)
    kept = [one.label for one in panel.columns if one.label]
    shown = "|".join([*kept, "Value( #[A-Z])?"])
    pick = {"include": {"pattern": f"^({shown})$"}}
    return [
        dashboard.DataTransformerConfig(id_val="merge", options={}),
        dashboard.DataTransformerConfig(id_val="filterFieldsByName", options=pick),
        dashboard.DataTransformerConfig(
            id_val="organize",
            options={"renameByName": names, "indexByName": order, "excludeByName": {}},
        ),
    ]


def _fields(panel: Panel, language: Language) -> dashboard.FieldConfigSource:
    overrides = []
    if panel.kind == "table":
        overrides = [fields.column_style(one, panel, language) for one in panel.columns]
    if panel.counts:
        overrides = fields.counted(panel.counts, language)
    if panel.limits:
        overrides = fields.limit_lines(language)
    ratio = panel.unit == "ratio" and panel.kind != "table"
    return dashboard.FieldConfigSource(
        defaults=dashboard.FieldConfig(
            unit=UNITS[panel.unit],
            min_val=0 if ratio else None,
            max_val=panel.most,
            mappings=fields.mappings(panel.states, language),
            thresholds=fields.steps(panel),
            color=fields.colours(panel),
            links=fields.series_link(panel.link, language) if panel.link else [],
            no_value=Text("Chưa có dữ liệu", "No data").said(language),
            custom=plugins.custom(panel),
        ),
        overrides=overrides,
    )


def _panel(panel: Panel, place: Place, language: Language) -> dashboard.Panel:
    return dashboard.Panel(
        type_val=_PLUGINS[panel.kind],
        id_val=panel.id,
        title=panel.title.said(language),
        description=panel.about.said(language),
        datasource=fields.SOURCE,
        grid_pos=dashboard.GridPos(h=place.height, w=place.width, x=place.x, y=place.y),
        targets=[
            _target(one, panel, number, language) for number, one in enumerate(_queries(panel))
        ],
        options=plugins.options(panel, language),
        field_config=_fields(panel, language),
        transformations=_reshaped(panel, language),
        time_from=panel.since or None,
        hide_time_override=False if panel.since else None,
    )


def _heading(row: Row, number: int, place: Place, language: Language) -> dashboard.RowPanel:
    return dashboard.RowPanel(
        id_val=_HEADINGS + number,
        title=row.title.said(language),
        collapsed=False,
        grid_pos=dashboard.GridPos(h=place.height, w=place.width, x=place.x, y=place.y),
        panels=[],
    )


def _source(language: Language) -> dashboard.VariableModel:
    return dashboard.VariableModel(
        type_val=dashboard.VariableType.DATASOURCE,
        name="ds",
        label=_SOURCE.said(language),
        query="prometheus",
        current=dashboard.VariableOption(selected=True, text="Hatang", value="hatang"),
        options=[],
        refresh=dashboard.VariableRefresh.ON_DASHBOARD_LOAD,
    )


def _variable(one: Variable, language: Language) -> dashboard.VariableModel:
    everything = dashboard.VariableOption(selected=True, text=_ALL[language], value="$__all")
    return dashboard.VariableModel(
        type_val=dashboard.VariableType.QUERY,
        name=one.name,
        label=one.label.said(language),
        query=one.query,
        regex=one.regex,
        datasource=fields.SOURCE,
        multi=one.several,
        include_all=one.several,
        all_value=".*" if one.several and not one.listed else None,
        current=everything if one.several else None,
        options=[],
        refresh=dashboard.VariableRefresh.ON_DASHBOARD_LOAD,
        sort=dashboard.VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC,
    )


def _annotation(one: Annotation, language: Language) -> dashboard.AnnotationQuery:
    mark = _Mark(
        name=one.name.said(language),
        datasource=fields.SOURCE,
        enable=True,
        icon_color=one.colour,
        expr=one.expr.text,
    )
    mark.title = one.title.said(language)
    return mark


def _links(page: Page, language: Language) -> list[dashboard.DashboardLink]:
    kind = dashboard.DashboardLinkType
    every = dashboard.DashboardLink(
        title=_PAGES.said(language),
        type_val=kind.DASHBOARDS,
        icon="external link",
        tags=[TAG],
        as_dropdown=True,
        keep_time=True,
    )
    own = [
        dashboard.DashboardLink(
            title=title.said(language),
            type_val=kind.LINK,
            icon="dashboard",
            url=f"/d/hatang-{slug}",
            keep_time=True,
            include_vars=True,
        )
        for slug, title in page.links
    ]
    return [*own, every]


def _proven(page: Page) -> None:
    numbers = [panel.id for row in page.rows for panel in row.panels]
    twice = {one for one in numbers if numbers.count(one) > 1}
    if twice or max(numbers) >= _HEADINGS:
        raise ValueError(f"{page.slug}: panels need numbers of their own: {sorted(twice)}")


def rendered(page: Page, language: Language) -> str:
    """A page as Grafana's JSON in one language. Raises ValueError when it does not fit the grid."""
    _proven(page)
    panels: list[dashboard.Panel | dashboard.RowPanel] = []
    for number, (one, place) in enumerate(placed(page.rows)):
        if isinstance(one, Row):
            panels.append(_heading(one, number, place, language))
        else:
            panels.append(_panel(one, place, language))
    whole = dashboard.Dashboard(
        uid=page.uid,
        title=page.title.said(language),
        description=page.about.said(language),
        tags=[TAG],
        timezone="browser",
        editable=True,
        graph_tooltip=dashboard.DashboardCursorSync.CROSSHAIR,
        time=dashboard.DashboardDashboardTime(from_val=page.shown, to="now"),
        refresh="1m",
        week_start="monday",
        panels=panels,
        templating=dashboard.DashboardDashboardTemplating(
            list_val=[_source(language), *(_variable(one, language) for one in page.variables)]
        ),
        annotations=dashboard.AnnotationContainer(
            list_val=[_annotation(one, language) for one in page.annotations]
        ),
        links=_links(page, language),
    )
    return JSONEncoder(sort_keys=True, indent=1, ensure_ascii=False).encode(whole) + "\n"
