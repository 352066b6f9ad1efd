"""The house style of each kind of panel: the options of Grafana's plugins."""

from collections.abc import Callable, Mapping

from grafana_foundation_sdk.models import (
    bargauge,
    common,
    geomap,
    stat,
    statetimeline,
    table,
    timeseries,
)

from dashboards.page import Panel
from dashboards.words import Language


def _reduced() -> common.ReduceDataOptions:
    return common.ReduceDataOptions(values=False, calcs=["lastNotNull"], fields="")


def _legend(panel: Panel) -> common.VizLegendOptions:
    wide = panel.kind == "series" and panel.height > 6
    return common.VizLegendOptions(
        display_mode=common.LegendDisplayMode.TABLE if wide else common.LegendDisplayMode.LIST,
        placement=common.LegendPlacement.BOTTOM,
        show_legend=True,
        calcs=["lastNotNull", "max"] if wide else [],
    )


def _stat(panel: Panel, _language: Language) -> object:
    named = bool(panel.states) and len(panel.queries) == 1
    several = "{{" in panel.queries[0].legend.vi
    mode = common.BigValueTextMode
    return stat.Options(
        graph_mode=common.BigValueGraphMode.NONE,
        color_mode=common.BigValueColorMode.BACKGROUND if named else common.BigValueColorMode.VALUE,
        justify_mode=common.BigValueJustifyMode.AUTO,
        text_mode=mode.VALUE_AND_NAME if several or len(panel.queries) > 1 else mode.AUTO,
        reduce_options=_reduced(),
        orientation=common.VizOrientation.AUTO,
    )


def _series(panel: Panel, _language: Language) -> object:
    return timeseries.Options(
        legend=_legend(panel),
        tooltip=common.VizTooltipOptions(
            mode=common.TooltipDisplayMode.MULTI, sort=common.SortOrder.DESCENDING
        ),
    )


def _table(panel: Panel, language: Language) -> object:
    first = [one.title for one in panel.columns if one.title.vi == panel.worst_first]
    sort = [
        common.TableSortByFieldState(display_name=one.said(language), desc=True) for one in first
    ]
    return table.Options(
        show_header=True,
        cell_height=common.TableCellHeight.SM,
        footer=common.TableFooterOptions(show=False, reducer=["sum"], count_rows=False),
        sort_by=sort,
    )


def _timeline(panel: Panel, _language: Language) -> object:
    return statetimeline.Options(
        show_value=common.VisibilityMode.NEVER,
        row_height=0.85,
        merge_values=True,
        align_value=common.TimelineValueAlignment.LEFT,
        legend=_legend(panel),
        tooltip=common.VizTooltipOptions(
            mode=common.TooltipDisplayMode.SINGLE, sort=common.SortOrder.NONE
        ),
        per_page=20,
    )


def _map(panel: Panel, _language: Language) -> object:
    markers = common.MapLayerOptions(
        type_val="markers",
        name=panel.queries[0].legend.en,
        tooltip=True,
        location=common.FrameGeometrySource(
            mode=common.FrameGeometrySourceMode.COORDS, latitude="latitude", longitude="longitude"
        ),
        config={
            "showLegend": True,
            "style": {
                "color": {"field": "Value", "fixed": "dark-green"},
                "opacity": 0.8,
                "size": {"fixed": 6, "max": 15, "min": 2},
                "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
            },
        },
    )
    return geomap.Options(
        view=geomap.MapViewConfig(id_val="fit", lat=0, lon=0, zoom=9, padding=5, all_layers=True),
        controls=geomap.ControlsOptions(
            show_zoom=True, mouse_wheel_zoom=True, show_attribution=True, show_scale=True
        ),
        basemap=common.MapLayerOptions(type_val="default", name="basemap", config={}),
        layers=[markers],
        tooltip=geomap.TooltipOptions(mode=geomap.TooltipMode.DETAILS),
    )


def _bars(panel: Panel, _language: Language) -> object:
    return bargauge.Options(
        display_mode=common.BarGaugeDisplayMode.BASIC,
        value_mode=common.BarGaugeValueMode.COLOR,
        name_placement=common.BarGaugeNamePlacement.LEFT,
        sizing=common.BarGaugeSizing.AUTO,
        reduce_options=_reduced(),
        orientation=common.VizOrientation.HORIZONTAL,
        legend=_legend(panel),
    )


_OPTIONS: Mapping[str, Callable[[Panel, Language], object]] = {
    "stat": _stat,
    "series": _series,
    "table": _table,
    "timeline": _timeline,
    "map": _map,
    "bars": _bars,
}


def options(panel: Panel, language: Language) -> object:
    """The options of a panel's plugin."""
    return _OPTIONS[panel.kind](panel, language)


def custom(panel: Panel) -> object:
    """The plugin's own settings of fields; nothing where it has none."""
    if panel.kind == "series":
        stacking = common.StackingMode.NORMAL if panel.stacked else common.StackingMode.NONE
        return timeseries.FieldConfig(
            draw_style=common.GraphDrawStyle.LINE,
            line_width=1,
            fill_opacity=30 if panel.stacked else 8,
            show_points=common.VisibilityMode.NEVER,
            span_nulls=False,
            axis_placement=common.AxisPlacement.AUTO,
            stacking=common.StackingConfig(mode=stacking, group="A"),
        )
    if panel.kind == "timeline":
        return statetimeline.FieldConfig(line_width=0, fill_opacity=85)
    if panel.kind == "table":
        return table.FieldConfig(
            align=common.FieldTextAlignment.AUTO,
            cell_options=common.TableAutoCellOptions(),
            filterable=True,
        )
    return None
