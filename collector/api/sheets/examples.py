"""Example bodies of the sheets. A test holds them to their shapes."""

from collector.api import screen
from collector.api.sheets import shape
from collector.api.sheets import shape_kinds as kinds
from collector.api.state import examples as state
from collector.api.things import examples

_VERDICT = state.VERDICTS.items[0]
_AT = _VERDICT.since

_LINE = shape.Named(
    thing=_VERDICT.thing,
    title=_VERDICT.title,
    state="down",
    word=_VERDICT.word,
    since=_AT,
    maintenance=False,
)
_ROUTER = shape.Named(
    thing="device:hbh-xa-05212-rt01",
    title="Router UBND xã Pà Cò",
    state="unreachable",
    word="Bị che bởi sự cố khác",
    since=_AT,
    maintenance=False,
)
_SITE = shape.Named(**{**dict(_ROUTER), "thing": "site:pa-co", "title": "UBND xã Pà Cò"})
_PE = shape.Named(
    thing="device:hbh-dc-pe01",
    title="hbh-dc-pe01",
    state="up",
    word="Hoạt động tốt",
    since=_AT - 86400,
    maintenance=False,
)
_COLLECTOR = shape.Named(**{**dict(_PE), "thing": "collector:noc-1", "title": "noc-1"})
_PATH = [shape.Step(**dict(one), depth=place) for place, one in enumerate((_COLLECTOR, _PE))]
_OPEN = shape.Open(**_VERDICT.incidents[0].model_dump(), cause=_LINE, own=True)
_PAST = shape.Past(
    id=17,
    alert="CircuitDown",
    severity="critical",
    severity_word="Khẩn cấp",
    summary=state.INCIDENT.summary,
    side_word="nhà mạng",
    since=_AT - 86400,
    detected_at=int(_AT) - 86395,
    closed_at=int(_AT) - 82000,
)
_WORK = shape.Work(
    id=3,
    what=[_LINE],
    why="VNPT chuyển tuyến cáp",
    who="truc-ca",
    start=_AT + 3600,
    end=_AT + 7200,
    running=False,
)
_HISTORY = shape.History(
    start=_AT - 86400,
    end=_AT + 95,
    spans=[
        shape.Span(
            state="up",
            word="Hoạt động tốt",
            start=_AT - 86400,
            end=_AT,
            because="",
            maintenance=False,
            watched=True,
        ),
        shape.Span(
            state="down",
            word="Mất kết nối",
            start=_AT,
            end=_AT + 95,
            because="",
            maintenance=False,
            watched=True,
        ),
    ],
)
_EVENT = shape.Happening(
    id=4711,
    at=_AT,
    kind="verdict",
    what="",
    state="down",
    severity="",
    who="",
    words=f"Mất kết nối: {_VERDICT.evidence}",
)
_SHEET = shape.Sheet(
    **dict(screen.EXAMPLE),
    thing=_VERDICT.thing,
    kind="circuit",
    name=_VERDICT.name,
    title=_VERDICT.title,
    what="TSLCD",
    verdict=_VERDICT,
    cause=None,
    work=None,
    incidents=[_OPEN],
    works=[_WORK],
    closed=[_PAST],
    history=_HISTORY,
    events=[_EVENT],
    grafana="https://grafana.example.org/d/circuit?var-circuit=tsl-ii-05212-a",
    runbooks=["CircuitDown"],
    path=_PATH,
    below=shape.Below(total=1, kinds={"device": 1}, items=[_ROUTER]),
)
_COUNTS = {"up": 0, "degraded": 0, "down": 0, "unreachable": 1, "unknown": 0}


def _about(one: shape.Named, **more: object) -> dict[str, object]:
    """The example's common part, of another thing."""
    kind, _, name = one.thing.partition(":")
    told = {**dict(_SHEET), "thing": one.thing, "kind": kind, "name": name, "title": one.title}
    return {**told, "cause": _LINE, "incidents": [_OPEN.model_copy(update={"own": False})], **more}


_PORT = kinds.Interface(
    name="wan1",
    alias="VNPT 15/2026",
    description="wan1",
    type="ethernet",
    mac="00:09:0f:09:00:01",
    mtu="1500",
    up=False,
    admin_up=True,
    full_duplex=True,
    speed=1e9,
    changed=_AT,
    circuit=_LINE,
)
_CIRCUITS = kinds.Circuits(
    total=1,
    items=[
        shape.CircuitRow(
            **dict(_LINE),
            what="TSLCD",
            kind="tslcd",
            provider="VNPT",
            path="A",
            contract="15/2026",
            capacity=200e6,
        )
    ],
)
_NONE = shape.Things(total=0, counts=dict.fromkeys(_COUNTS, 0), items=[])
_RUN = kinds.Run(
    name="snmp",
    probe="snmp",
    interval=60.0,
    timeout=5.0,
    at=_AT,
    duration=5.0,
    success=False,
    reason="timeout",
    reason_word="không trả lời kịp",
    message="no answer in 5 s",
    hint="is it up, is this its port?",
    lasting=True,
)
_READINGS = [
    kinds.Readings(
        subject="memory",
        section="Hệ thống",
        title="Bộ nhớ",
        columns=[
            kinds.Column(
                metric="memory_used_ratio", title="Tỷ lệ bộ nhớ đã dùng", unit="ratio", states={}
            )
        ],
        total=1,
        rows=[kinds.Row(labels={"pool": "system"}, at=_AT, values=[0.25])],
    )
]
_CHANGE = kinds.ConfigChange(
    revision="3f2a91c", at=_AT - 7200, changed=_AT - 7300, added=2, removed=1
)

DEVICE = kinds.DeviceSheet.model_validate(
    _about(
        _ROUTER,
        device=examples.DEVICE,
        site=_SITE,
        contact="Trực NOC",
        says=kinds.Says(
            vendor="Fortinet",
            model="FortiGate-60F",
            os="FortiOS",
            version="7.4.3",
            serial="FGT60FTK20000001",
            uptime=8640000.0,
        ),
        up=kinds.Neighbours(
            total=1, items=[shape.Neighbour(**dict(_LINE), what="TSLCD", interface="wan1", far=_PE)]
        ),
        down=kinds.Neighbours(total=0, items=[]),
        interfaces=kinds.Interfaces(at=_AT, total=1, items=[_PORT]),
        probes=[_RUN],
        readings=_READINGS,
        configs=[_CHANGE],
    )
)
CIRCUIT = kinds.CircuitSheet.model_validate(
    {
        **dict(_SHEET),
        "circuit": examples.CIRCUIT,
        "site": _SITE,
        "contact": "Trực NOC",
        "payers": ["Sở Thông tin và Truyền thông", "UBND xã Pà Cò"],
        "a": kinds.CircuitEnd(device=_PE, site=None, name="ge-0/0/3", interface=None),
        "z": kinds.CircuitEnd(device=_ROUTER, site=_SITE, name="wan1", interface=_PORT),
        "siblings": kinds.Circuits(total=0, items=[]),
        "readings": [],
    }
)
SITE = kinds.SiteSheet.model_validate(
    _about(
        _SITE,
        site=examples.SITE,
        contact="Trực NOC",
        above=[],
        children=_NONE,
        devices=shape.DeviceRows(
            total=1,
            counts=_COUNTS,
            items=[
                shape.DeviceRow(
                    **dict(_ROUTER), what="Router xã", role="ward-router", address="10.17.140.1"
                )
            ],
        ),
        circuits=_CIRCUITS,
        services=_NONE,
    )
)
SERVICE = kinds.ServiceSheet.model_validate(
    _about(
        shape.Named(**{**dict(_PE), "thing": "service:mot-cua", "title": "Một cửa điện tử"}),
        service=examples.SERVICE,
        checks=[kinds.Check(**{**dict(_RUN), "name": "home", "probe": "http"}, expires=_AT + 1e6)],
        needs=shape.Things(total=1, counts=_COUNTS, items=[_ROUTER]),
        readings=[],
    )
)
INCIDENT = kinds.IncidentSheet(
    **dict(screen.EXAMPLE),
    incident=state.INCIDENT,
    cause=_LINE,
    verdict=_VERDICT,
    site=_SITE,
    contact="Trực NOC",
    provider="VNPT",
    contract="15/2026",
    kinds={"device": 1},
    hides=[_ROUTER],
    timeline=[_EVENT],
    told=kinds.Told(
        at=_AT + 6, severities=["critical"], after=[1800], taken={"127.0.0.1:9093": True}
    ),
    works=[],
    earlier=[_PAST],
    path=_PATH,
    grafana="",
    runbook="CircuitDown",
)
RUNBOOK = kinds.Runbook(
    **dict(screen.EXAMPLE),
    name="CircuitDown",
    blocks=[
        kinds.Block(kind="heading", level=1, text="CircuitDown"),
        kinds.Block(kind="list", ordered=True, items=["Gọi trực nhà mạng."]),
    ],
)
CONFIGS = kinds.Configs(items=[_CHANGE])
DIFFERENCE = kinds.Difference(
    revision="3f2a91c",
    before="8c11d02",
    at=_AT - 7200,
    added=2,
    removed=1,
    text="@@ -1,2 +1,3 @@\n-hostname a\n+hostname b\n+snmp-server community <hidden>\n",
    cut=False,
)
