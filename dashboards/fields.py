"""The house style of fields: units, colours, names of states, columns and links."""

from grafana_foundation_sdk.models import dashboard

from dashboards.page import TARGETS, Column, Panel
from dashboards.words import BAD, GOOD, LIMIT_COLOURS, LIMITS, PLAIN, UNITS, Language, states

SOURCE = dashboard.DataSourceRef(type_val="prometheus", uid="${ds}")
_TEXTS = {"site": "Mở địa điểm|Open the site", "device": "Mở thiết bị|Open the device"} | {
    "interface": "Mở cổng|Open the interface",
    "circuit": "Mở đường truyền|Open the circuit",
    "service": "Mở dịch vụ|Open the service",
}


def address(target: str, values: dict[str, str]) -> str:
    """The link to a page, with the things that it is to show."""
    chosen = "".join(f"&var-{name}={value}" for name, value in values.items())
    return f"/d/hatang-{target}?var-ds=${{ds}}{chosen}&${{__url_time_range}}"


def _link(target: str, language: Language, values: dict[str, str]) -> dashboard.DashboardLink:
    vi, en = _TEXTS[target].split("|")
    return dashboard.DashboardLink(
        title=vi if language == "vi" else en, url=address(target, values), type_val=None
    )


def series_link(target: str, language: Language) -> list[dashboard.DashboardLink]:
    """A click on a series leads to the page of what its labels name."""
    values = {name: f"${{__field.labels.{name}}}" for name in TARGETS[target]}
    return [_link(target, language, values)]


def mappings(metric: str, language: Language) -> list[dashboard.ValueMapping]:
    """Values of a state as words in their colours."""
    if not metric:
        return []
    named = {
        str(one.value): dashboard.ValueMappingResult(
            text=one.name.said(language), color=one.colour, index=number
        )
        for number, one in enumerate(states(metric))
    }
    return [dashboard.ValueMap(options=named)]


def steps(panel: Panel) -> dashboard.ThresholdsConfig:
    """The colours of plain numbers: blue, unless a panel says from where they are bad or good."""
    first = PLAIN
    more: list[dashboard.Threshold] = []
    if panel.bad_from is not None:
        first = GOOD
        more = [dashboard.Threshold(value=panel.bad_from, color=BAD)]
    elif panel.good_from is not None:
        first = BAD
        more = [dashboard.Threshold(value=panel.good_from, color=GOOD)]
    return dashboard.ThresholdsConfig(
        mode=dashboard.ThresholdsMode.ABSOLUTE,
        steps=[dashboard.Threshold(value=None, color=first), *more],
    )


def colours(panel: Panel) -> dashboard.FieldColor:
    """Lines by a palette that keeps a name's colour; everything else by its value."""
    mode = dashboard.FieldColorModeId
    by_name = panel.kind == "series"
    return dashboard.FieldColor(mode=mode.PALETTE_CLASSIC_BY_NAME if by_name else mode.THRESHOLDS)


def _override(
    name: str, properties: dict[str, object]
) -> dashboard.DashboardFieldConfigSourceOverrides:
    return dashboard.DashboardFieldConfigSourceOverrides(
        matcher=dashboard.MatcherConfig(id_val="byName", options=name),
        properties=[
            dashboard.DynamicConfigValue(id_val=key, value=value)
            for key, value in properties.items()
        ],
    )


def limit_lines(language: Language) -> list[dashboard.DashboardFieldConfigSourceOverrides]:
    """Limits are dashed, in the colour of their severity."""
    return [
        _override(
            LIMITS[severity].said(language),
            {
                "color": dashboard.FieldColor(
                    mode=dashboard.FieldColorModeId.FIXED, fixed_color=colour
                ),
                "custom.lineStyle": {"fill": "dash", "dash": [8, 6]},
                "custom.fillOpacity": 0,
                "custom.stacking": {"mode": "none", "group": "A"},
            },
        )
        for severity, colour in LIMIT_COLOURS.items()
    ]


def _targeted(one: Column, panel: Panel, language: Language) -> dict[str, str]:
    """What a link of a column hands over: its own value, and what stands in other columns;
    nothing when these are not there.
    """
    titles = {other.label: other.title.said(language) for other in panel.columns if other.label}
    if not titles.keys() >= set(TARGETS[one.link]):
        return {}
    own = "${__value.raw}"
    return {
        name: own if name == one.label else f'${{__data.fields["{titles[name]}"]}}'
        for name in TARGETS[one.link]
    }


def column_style(
    one: Column, panel: Panel, language: Language
) -> dashboard.DashboardFieldConfigSourceOverrides:
    """How one column of a table looks."""
    properties: dict[str, object] = {}
    if one.value is not None:
        properties["unit"] = UNITS[one.value.unit]
    if one.states:
        properties["mappings"] = mappings(one.states, language)
        properties["custom.cellOptions"] = {"type": "color-background", "mode": "basic"}
    if one.link and (handed := _targeted(one, panel, language)):
        properties["links"] = [_link(one.link, language, handed)]
    if one.hidden:
        properties["custom.hidden"] = True
    if one.width:
        properties["custom.width"] = one.width
    return _override(one.title.said(language), properties)


def counted(metric: str, language: Language) -> list[dashboard.DashboardFieldConfigSourceOverrides]:
    """Numbers of things by state, each in the colour of its state."""
    return [
        _override(
            one.name.said(language),
            {
                "color": dashboard.FieldColor(
                    mode=dashboard.FieldColorModeId.FIXED, fixed_color=one.colour
                )
            },
        )
        for one in states(metric)
    ]
