"""Example bodies of what is watched and read. A test holds them to their shapes."""

from collector.api.things import shape

_AT = 1795223700.0

DEVICE = shape.Device(
    name="hbh-xa-05212-rt01",
    title="Router UBND xã Pà Cò",
    site="pa-co",
    role="ward-router",
    collector="noc-1",
    addresses=["10.17.140.1"],
    uplinks=["circuit:tsl-ii-05212-a"],
    lifecycle="active",
    ping=1.0,
    interval=60.0,
    hours="office",
    tags=["level-3"],
    asset={"serial": "FG1", "support_until": "2028-06-30", "owner": "Phòng HTKT"},
    credentials={"snmp": "ward"},
    probes=[shape.Probe(name="snmp", probe="snmp", interval=60.0, timeout=5.0)],
    state="down",
    since=_AT,
    because="",
    evidence="không trả lời trong 5 giây",
)
SITE = shape.Site(
    name="pa-co",
    title="UBND xã Pà Cò",
    kind="ward",
    parent="mai-chau",
    room="office",
    location=(20.74, 104.93),
    unit={"code": "05212", "name": "Xã Pà Cò"},
    hours="office",
    owner="",
    contact="truc-noc",
    tags=[],
    devices={"down": 1},
    state="down",
    since=_AT,
    because="",
    evidence="mọi thiết bị tại địa điểm không trả lời",
)
CIRCUIT = shape.Circuit(
    name="tsl-ii-05212-a",
    title="TSLCD cấp II xã Pà Cò",
    kind="tslcd",
    provider="VNPT",
    contract="15/2026",
    payers=["so-tttt", "pa-co"],
    path="A",
    capacity=200e6,
    targets={"availability": 0.995, "rtt": 0.05, "loss": 0.01, "jitter": 0.03},
    probe="10.17.250.2",
    a=shape.End(device="hbh-dc-pe01", interface="ge-0/0/3"),
    z=shape.End(device="hbh-xa-05212-rt01", interface="wan1"),
    lifecycle="active",
    hours=None,
    tags=[],
    state="up",
    since=_AT - 86400,
    because="",
    evidence="trả lời ping",
)
SERVICE = shape.Service(
    name="mot-cua",
    title="Một cửa điện tử",
    kind="portal",
    level=3,
    owner="so-tttt",
    needs=["device:hbh-dc-app01", "device:hbh-dc-db01"],
    checks=[shape.Probe(name="home", probe="http", interval=60.0, timeout=5.0)],
    hours=None,
    tags=[],
    state="up",
    since=_AT - 86400,
    because="",
    evidence="trả lời ping",
)
READINGS = shape.Readings(
    items=[
        shape.Reading(
            job="device/hbh-xa-05212-rt01/snmp",
            probe="snmp",
            thing="device:hbh-xa-05212-rt01",
            at=_AT,
            success=True,
            reason="partial",
            message="1 of 4 tables did not answer in time",
            hint="look at the load of the device's agent",
            missing=["storage"],
            empty=["optics", "ospf"],
            rows=[
                shape.Value(
                    metric="interface_receive_bytes_total",
                    labels={"device": "hbh-xa-05212-rt01", "site": "pa-co", "interface": "wan1"},
                    value=98123771,
                    time=_AT,
                )
            ],
        )
    ],
    next="ZGV2aWNlL2hiaC14YS0wNTIxMi1ydDAxL3NubXA",
)
STATUS = shape.Status(
    collector="noc-1",
    version="0.1.0",
    province="Hòa Bình",
    timezone="Asia/Ho_Chi_Minh",
    language="vi",
    now=_AT + 60,
    started=_AT - 86400,
    ready=True,
    reloaded=_AT - 3600,
    reload_success=True,
    addresses={"api": "http://127.0.0.1:9871", "query": "http://127.0.0.1:8428"},
    counts={"up": 838, "degraded": 0, "down": 1, "unreachable": 0, "unknown": 1},
    unasked=[shape.Unasked(why="Network is unreachable", things=1, names=["hbh-xa-05212-ap01"])],
    failing=[
        shape.Failing(
            probe="snmp",
            reason="auth",
            answered=False,
            things=2,
            lasting=2,
            names=["hbh-xa-05212-rt01", "hbh-xa-05212-sw01"],
            message="the agent does not know the user noc",
            hint="check the credential's user",
        )
    ],
    jobs=903,
    polls=1203441,
    samples=181203441,
    in_flight=4,
    lateness_p99=0.012,
    loop_lag=0.001,
    spool_bytes=81920,
    spool_age=1.2,
    dropped={},
    stores={
        "local": shape.Store(
            up=True, message="ok", sent_samples=181203001, errors={"timeout": 2}, rejected_rows={}
        )
    },
    alertmanagers={"http://127.0.0.1:9093": True},
)
