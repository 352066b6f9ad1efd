"""The route of the wall."""

from collector.api.route import LANGUAGE, Route
from collector.api.wall import answer, examples

ROUTES = (
    Route(
        "GET",
        "/api/v1/wall",
        answer.wall,
        "All that the console's wall shows: causes, sites, services, counts, the last changes",
        examples.WALL,
        (LANGUAGE,),
        refusals=(400,),
    ),
)
