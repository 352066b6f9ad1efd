"""One controller, asked: its resources once in a while, their readings each time."""

import asyncio
import base64
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from pydantic import Field
from yarl import URL

from probes.checking import checked
from probes.dial import Course, FailedError, Tls
from probes.probe import Duration, Settings, Target
from probes.reading import Head, Reading, Reason, Row, info, row
from probes.redfish.client import AT_ONCE, Client
from probes.redfish.parts import Part, parts
from probes.redfish.tree import Tree, explore

Found = dict[int, list[Part]]
"""What resources say, by their place in the tree."""

Missing = list[tuple[str, FailedError]]

TOLD = 3
"""Resources whose fault stands in the message."""


class RedfishSettings(Settings):
    """Settings of the redfish probe. The credential `http` lets it in: user and password, or a
    token.
    """

    port: int = Field(443, ge=1, le=65535)
    tls: bool = True
    verify: bool = True
    ca: str | None = Field(None, description="file of authorities (PEM) instead of the system's")
    server_name: str | None = Field(None, description="name asked for and verified in TLS")
    slow: Duration = Field(900.0, description="how often to look for new parts")


class RedfishSession:
    """The probe at work on one controller."""

    def __init__(self, target: Target, settings: RedfishSettings) -> None:
        self._labels = target.labels
        self._slow = settings.slow
        host = f"[{target.address}]" if ":" in target.address else target.address
        scheme = "https" if settings.tls else "http"
        self._client = Client(
            URL(f"{scheme}://{host}:{settings.port}"),
            Tls(settings.verify, settings.ca, settings.server_name),
            _access(target.credentials.get("http") or {}),
        )
        self._tree: Tree | None = None
        self._explored = 0.0
        self._answered = 0

    async def ask(self, deadline: float) -> Reading:
        """One run. What was read before time was up counts."""
        found: Found = {}
        missing: Missing = []
        reading = await checked(
            deadline, partial(self._talk, found, missing), lambda _: self._rows(found)
        )
        tree = self._tree
        if tree is not None:
            reading.tables_expected = len(tree.paths) + len(tree.lost)
            reading.tables_answered = self._answered
            if reading.reason is Reason.TIMEOUT and found:
                reading.reason = Reason.PARTIAL
                whole = f"{self._answered} of {reading.tables_expected} resources"
                reading.message = f"{whole} were read in the time there is"
                reading.hint = "the controller is slow: raise `timeout`"
            if reading.success:
                words = [(name, word) for name, word in tree.identity.items() if word]
                reading.described = {"identity": [info("device", (*self._labels, *words))]}
        if missing and reading.reason is None:
            reading.missing = tuple(path for path, _ in missing)
            reading.reason, reading.hint = Reason.PARTIAL, missing[0][1].hint
            reading.message = "; ".join(f"{path}: {why.message}" for path, why in missing[:TOLD])
        return reading

    async def close(self) -> None:
        """Let go of the connection."""
        await self._client.close()

    async def _talk(self, found: Found, missing: Missing, course: Course) -> None:
        self._client.asked = self._answered = 0
        now = asyncio.get_running_loop().time()
        if self._tree is None or now - self._explored >= self._slow:
            self._tree = await explore(lambda path: self._client.resource(path, course))
            self._explored = now
        missing.extend(self._tree.lost)
        known = self._tree.paths
        for first in range(0, len(known), AT_ONCE):
            some = range(first, min(first + AT_ONCE, len(known)))
            asking = [self._one(place, found, missing, course) for place in some]
            tasks = [asyncio.ensure_future(one) for one in asking]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
        if len(missing) > len(self._tree.lost):
            self._explored = 0.0  # a part may be gone: look again next time
        if missing and not found:
            raise missing[0][1]

    async def _one(self, place: int, found: Found, missing: Missing, course: Course) -> None:
        """Read one resource; what it says stands at its place, whichever comes first."""
        assert self._tree is not None
        kind, path = self._tree.paths[place]
        try:
            resource = await self._client.resource(path, course)
        except FailedError as error:
            if error.reason is not Reason.PROTOCOL:
                raise
            missing.append((path, error))
        else:
            self._answered += 1
            found[place] = list(parts(kind, resource))

    def _rows(self, found: Found) -> Iterable[Row | None]:
        """Parts that say the same of one name are numbered, in the order of their places."""
        told: Counter[tuple[object, ...]] = Counter()
        every = (part for place in sorted(found) for part in found[place])
        for subject, name, labels, fields in every:
            said = tuple(one for one, value in fields.items() if value is not None)
            same = (subject, name, labels, said)
            told[same] += 1
            shown = name if told[same] == 1 else f"{name} #{told[same]}"
            yield row(Head(subject, (*self._labels, (subject, shown), *labels)), fields)


def _access(credential: Mapping[str, Any]) -> dict[str, str]:
    if credential.get("token"):
        return {"X-Auth-Token": credential["token"].reveal()}
    if credential.get("user"):
        password = credential["password"].reveal() if credential.get("password") else ""
        both = f"{credential['user']}:{password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}
    return {}
