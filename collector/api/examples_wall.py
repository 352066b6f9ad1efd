"""Example bodies of the console's wall and session. A test holds them to their shapes."""

from collector.api import shape_wall as shape
from collector.api.examples_state import VERDICTS
from collector.api.session import Enter

_CAUSE = VERDICTS.items[0]
_AT = _CAUSE.since
_COUNTS = {"up": 251, "degraded": 0, "down": 1, "unreachable": 0, "unknown": 0, "maintenance": 0}

SCREEN = shape.Screen(
    at=_AT + 95,
    last=4712,
    province=shape.Province(
        name="Hòa Bình",
        collector="noc-1",
        version="0.1.0",
        timezone="Asia/Ho_Chi_Minh",
        language="vi",
    ),
    stores={"local": True},
    alertmanagers={"127.0.0.1:9093": True},
    journal=True,
)
WALL = shape.Wall(
    **dict(SCREEN),
    counts={"circuit": _COUNTS},
    causes=[
        shape.WallCause(
            **_CAUSE.incidents[0].model_dump(),
            thing=_CAUSE.thing,
            title=_CAUSE.title,
            state=_CAUSE.state,
            word=_CAUSE.word,
            evidence=_CAUSE.evidence,
            maintenance="",
            hidden={"device": 1},
        )
    ],
    sites=[
        shape.Tile(
            name="pa-co",
            title="UBND xã Pà Cò",
            kind="ward",
            parent="mai-chau",
            state="unreachable",
            word="Không tới được",
            since=_AT,
            because=_CAUSE.title,
        )
    ],
    services=[],
    places={"mai-chau": "Huyện Mai Châu"},
    changes=[
        shape.Change(
            id=4712,
            at=_AT + 5,
            kind="incident",
            subject=_CAUSE.thing,
            title=_CAUSE.title,
            what="opened",
            state="",
            severity="critical",
            who="",
            text="",
        )
    ],
)
ENTER = Enter(token="the token, not its hash")  # noqa: S106 - an example, nobody's token
SESSION = shape.Session(
    open=False,
    name="truc-ca",
    role="operator",
    until=_AT + 12 * 3600,
    csrf="3f1c" * 16,
    version="0.1.0",
    language="vi",
)
