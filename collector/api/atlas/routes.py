"""Where the map is answered, with examples of its answers."""

from collector.api import screen
from collector.api.atlas import answers, shape
from collector.api.route import LANGUAGE, Parameter, Route
from collector.api.wall.examples import WALL

_LOST, _CAUSE = WALL.sites[0], WALL.causes[0]

MAP = shape.Map(
    **dict(screen.EXAMPLE),
    read=screen.EXAMPLE.at - 7200,
    causes={_CAUSE.thing: _LOST.because},
    sites=[
        shape.SiteNow(
            state=_LOST.state, since=_LOST.since, cause=_CAUSE.thing, devices={"unreachable": 3}
        )
    ],
    circuits=[shape.Now(state="down", since=_CAUSE.since, cause="")],
    ground=shape.Ground(
        id="5d1f0c6a90be7a34",
        words={"site": {_LOST.state: _LOST.word}, "circuit": {"down": _CAUSE.word}},
        sites=[
            shape.MapSite(
                name=_LOST.name,
                title=_LOST.title,
                kind=_LOST.kind,
                parent=_LOST.parent,
                location=(20.7375, 104.933),
                hops=4,
                above=shape.Above(site="dc", circuits=["tsl-ii-05212-a"]),
            )
        ],
        circuits=[
            shape.MapCircuit(
                name="tsl-ii-05212-a",
                title=_CAUSE.title,
                kind="tslcd-commune",
                provider="VNPT",
                capacity=2e8,
                backup=False,
                a="dc",
                z="pa-co",
            )
        ],
    ),
)
REACH = shape.Reach(
    thing=_CAUSE.thing,
    title=_CAUSE.title,
    site="",
    path=[
        shape.Step(thing="device:hbh-dc-pe01", title="hbh-dc-pe01", hops=2, site="site:dc"),
        shape.Step(thing="device:hbh-dc-core01", title="hbh-dc-core01", hops=1, site="site:dc"),
        shape.Step(thing="collector:noc-1", title="noc-1", hops=0, site=""),
    ],
    counts={"service": 0, "site": 1, "circuit": 0, "device": 3},
    dark=[shape.Named(thing="site:pa-co", title=_LOST.title)],
    drawn=["site:pa-co"],
)
ROUTES = (
    Route(
        "GET",
        "/api/v1/map",
        answers.whole,
        "All that the console's map shows: sites, circuits, what hangs on what",
        MAP,
        (LANGUAGE, Parameter("ground", "the id of the ground that is known: it is not sent again")),
        refusals=(400,),
    ),
    *(
        Route(
            "GET",
            f"/api/v1/{kind}/{{name}}/impact",
            answers.reach,
            "The way from a thing to its collector, and what goes dark with it",
            REACH,
            (LANGUAGE,),
            refusals=(400, 404),
        )
        for kind in ("devices", "circuits", "sites", "services")
    ),
)
