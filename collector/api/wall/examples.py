"""An example of what the wall shows. A test holds it to its shape."""

from collector.api import screen
from collector.api.state.examples import VERDICTS
from collector.api.wall import shape

_CAUSE = VERDICTS.items[0]
_AT = _CAUSE.since
_COUNTS = {"up": 251, "degraded": 0, "down": 1, "unreachable": 0, "unknown": 0, "maintenance": 0}

WALL = shape.Wall(
    **dict(screen.EXAMPLE),
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
            word="Bị che bởi sự cố khác",
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
