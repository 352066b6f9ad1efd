"""Example bodies of what people do. A test holds them to their shapes."""

from collector.api.acts import bodies, shape

_AT = 1795223700.0
MAINTENANCE = shape.Maintenance(
    id=3,
    what=["circuit:tsl-ii-05212-a"],
    why="VNPT chuyển tuyến cáp",
    who="truc-ca",
    start=_AT,
    end=_AT + 7200,
    ended=None,
)
MAINTENANCES = shape.Maintenances(items=[MAINTENANCE])
ACKNOWLEDGE = bodies.Acknowledge(who="truc-ca", note="Đã gọi trực VNPT")
WRITE = bodies.Write(text="Đã gọi trực VNPT, hẹn 30 phút", who="truc-ca")
ASSIGN = bodies.Assign(owner="to-truyen-dan", who="truc-ca")
SUSPECT = bodies.Suspect(suspected=True, who="truong-ca")
ACT = bodies.Act(who="truc-ca")
EXTEND = bodies.Extend.model_validate(
    {"to": _AT + 10_800, "why": "nhà mạng xin thêm một giờ", "who": "truc-ca"}
)
RELOAD = bodies.Reload(why="ổ đĩa mới", who="an")
ANNOUNCE = bodies.Announce.model_validate(
    {
        "what": ["circuit:tsl-ii-05212-a"],
        "why": "VNPT chuyển tuyến cáp",
        "from": _AT,
        "to": _AT + 7200,
        "who": "truc-ca",
    }
)
RELOADED = shape.Reloaded(reloaded=_AT, devices=840)
ENTER = bodies.Enter(token="the token, not its hash")  # noqa: S106 - an example, nobody's token
HUSH = bodies.Hush.model_validate(
    {"what": "incident:23", "until": _AT + 7200, "why": "VNPT đang xử lý", "who": "truc-ca"}
)
SESSION = shape.Session(
    open=False,
    name="truc-ca",
    role="operator",
    until=_AT + 12 * 3600,
    csrf="3f1c" * 16,
    version="0.1.0",
    language="vi",
)
