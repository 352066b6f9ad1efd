"""The gate as vmalert sees it: Alertmanager's API, version 2, as far as vmalert and amtool need it.

Alerts are posted here and shown here; silences and receivers are Alertmanager's own.
"""

import time

from aiohttp import web
from pydantic import Field, RootModel

from collector.api import rim
from collector.api.entry.guard import RefusedError
from collector.api.shape import Answer
from collector.gate.gate import timed
from collector.gate.incoming import AlertsRefusedError
from collector.gate.rounds import Rounds
from collector.gate.shown import view
from collector.selfmetrics import VERSION

ROUNDS = web.AppKey("rounds", Rounds)

BODY = 5 << 20
"""Largest post, in bytes."""

FILTERS = ("active", "silenced", "inhibited", "unprocessed", "filter", "receiver")


class Condition(Answer):
    """`active` when people are told of it, `suppressed` while it is masked."""

    state: str
    silencedBy: tuple[str, ...] = ()  # noqa: N815 - Alertmanager's own name
    inhibitedBy: tuple[str, ...] = ()  # noqa: N815 - Alertmanager's own name


class Receiver(Answer):
    """Who is told; here always Alertmanager."""

    name: str


class Alert(Answer):
    """One alert that the gate holds, as Alertmanager shows its own."""

    labels: dict[str, str]
    annotations: dict[str, str]
    startsAt: str  # noqa: N815 - Alertmanager's own name
    endsAt: str  # noqa: N815 - Alertmanager's own name
    updatedAt: str  # noqa: N815 - Alertmanager's own name
    fingerprint: str
    receivers: list[Receiver]
    status: Condition
    generatorURL: str = ""  # noqa: N815 - Alertmanager's own name


class Alerts(RootModel[list[Alert]]):
    """All that the gate holds."""


class Cluster(Answer):
    """Gates know of no others."""

    status: str = "disabled"
    peers: tuple[str, ...] = ()


class Version(Answer):
    """What answers here."""

    version: str
    branch: str = ""
    revision: str = ""
    buildUser: str = ""  # noqa: N815 - Alertmanager's own name
    buildDate: str = ""  # noqa: N815 - Alertmanager's own name
    goVersion: str = ""  # noqa: N815 - Alertmanager's own name


class Configuration(Answer):
    """There is none to show."""

    original: str = ""


class Status(Answer):
    """As `/api/v2/status` of Alertmanager; `uptime` is the time of the start."""

    cluster: Cluster
    versionInfo: Version  # noqa: N815 - Alertmanager's own name
    config: Configuration
    uptime: str = Field(description="When the collector started, RFC 3339")


async def post(request: web.Request) -> web.Response:
    """Alerts that fire or have ended."""
    rim.allow(request)
    rounds = request.app[ROUNDS]
    body = bytearray()
    async for part in request.content.iter_chunked(1 << 16):
        body += part
        if len(body) > BODY:
            raise RefusedError(413, f"the body is larger than {BODY} bytes")
    if body:
        try:
            await rounds.take(bytes(body))
        except AlertsRefusedError as refused:
            raise RefusedError(400, str(refused)) from None
    return web.Response(text="", content_type="text/plain")


async def alerts(request: web.Request) -> web.Response:
    """What the gate holds."""
    rim.allow(request, *FILTERS)
    found = view(request.app[ROUNDS].gate, time.time())
    return rim.told(Alerts([Alert.model_validate(one) for one in found]))


async def status(request: web.Request) -> web.Response:
    """That somebody is here."""
    rim.allow(request)
    uptime = timed(request.app[rim.SOURCE].started)
    version = Version(version=VERSION)
    return rim.told(
        Status(cluster=Cluster(), versionInfo=version, config=Configuration(), uptime=uptime)
    )
