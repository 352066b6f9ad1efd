"""Example bodies of what is concluded. A test holds them to their shapes."""

from collector.api.state import alerts, shape

_AT = 1795223700.0
_SIGNS = [
    shape.Sign(code="silent_for", args={"seconds": "4"}),
    shape.Sign(code="a_end_down", args={"device": "hbh-dc-pe01", "interface": "ge-0/0/3"}),
]
_WORDS = "không trả lời trong 4 giây; cổng ge-0/0/3 của hbh-dc-pe01 mất tín hiệu"
_SUMMARY = "[KHẨN CẤP] Đường truyền TSLCD xã Pà Cò mất kết nối"
_NOTED = shape.Mark(at=_AT + 90, who="truc-ca")

VERDICTS = shape.Verdicts(
    items=[
        shape.Verdict(
            thing="circuit:tsl-ii-05212-a",
            kind="circuit",
            name="tsl-ii-05212-a",
            title="TSLCD cấp II xã Pà Cò",
            site="pa-co",
            role="",
            state="down",
            code=2,
            word="Mất kết nối",
            since=_AT,
            because="",
            evidence=_WORDS,
            signs=_SIGNS,
            maintenance="",
            flapping=False,
            incidents=[
                shape.Ongoing(
                    id=23,
                    alert="CircuitDown",
                    severity="critical",
                    severity_word="Khẩn cấp",
                    summary=_SUMMARY,
                    side="carrier",
                    side_word="nhà mạng",
                    since=_AT,
                    detected_at=int(_AT) + 5,
                    owner="",
                    acknowledged=_NOTED,
                    suspected=False,
                )
            ],
            hidden=1,
            hides=[
                shape.Hidden(
                    thing="device:hbh-xa-05212-rt01",
                    title="Router UBND xã Pà Cò",
                    state="unreachable",
                    word="Bị che bởi sự cố khác",
                )
            ],
        )
    ],
    total=1,
    counts={"up": 0, "degraded": 0, "down": 1, "unreachable": 0, "unknown": 0},
)
EVENT = shape.Event(
    id=4711,
    at=_AT,
    kind="verdict",
    subject="circuit:tsl-ii-05212-a",
    text="up -> down",
    words=f"Mất kết nối: {_WORDS}",
    detail={"state": "down", "before": "up", "because": "", "since": _AT},
)
EVENTS = shape.Events(items=[EVENT])
INCIDENT = shape.Incident(
    id=23,
    cause="circuit:tsl-ii-05212-a",
    title="TSLCD cấp II xã Pà Cò",
    alert="CircuitDown",
    severity="critical",
    severity_word="Khẩn cấp",
    summary=_SUMMARY,
    side="carrier",
    side_word="nhà mạng",
    since=_AT,
    detected_at=int(_AT) + 5,
    closed_at=None,
    evidence=_WORDS,
    signs=_SIGNS,
    ending="",
    hidden=1,
    hides=["device:hbh-xa-05212-rt01"],
    owner="to-truyen-dan",
    acknowledged=_NOTED,
    suspected=shape.Suspicion(
        at=_AT + 600,
        who="truong-ca",
        first_notice_due=int(_AT) + 5 + 24 * 3600,
        full_report_due=int(_AT) + 5 + 72 * 3600,
    ),
    notes=[shape.Note(at=_AT + 120, who="truc-ca", text="Đã gọi trực VNPT, hẹn 30 phút")],
)
INCIDENTS = shape.Incidents(items=[INCIDENT])
EVENT_STREAM = f"retry: 2000\n\nid: 4711\nevent: verdict\ndata: {EVENT.model_dump_json()}\n\n"
INCIDENT_STREAM = (
    f"retry: 2000\n\nid: 4712\nevent: incident\ndata: {INCIDENT.model_dump_json()}\n\n"
)


ALERTS = alerts.Alerts(
    [
        alerts.Alert(
            labels={
                "alertname": "CircuitDown",
                "subject": "circuit:tsl-ii-05212-a",
                "severity": "critical",
                "kind": "circuit",
                "site": "pa-co",
                "provider": "VNPT",
            },
            annotations={"summary": _SUMMARY, "incident": "23", "hidden": "1"},
            startsAt="2026-11-21T01:15:05Z",
            endsAt="2026-11-21T05:15:05Z",
            updatedAt="2026-11-21T01:15:05Z",
            fingerprint="6ddc6f2bc0a2a6a9",
            receivers=[alerts.Receiver(name="alertmanager")],
            status=alerts.Condition(state="active"),
        )
    ]
)
GATE = alerts.Status(
    cluster=alerts.Cluster(),
    versionInfo=alerts.Version(version="0.1.0"),
    config=alerts.Configuration(),
    uptime="2026-11-20T01:15:00Z",
)
