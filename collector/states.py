"""What the engine concludes, as rows: the state of every thing, what a cause hides, and because of
whom something is not up (docs/metrics.md).
"""

from collections import Counter
from collections.abc import Iterable

from alerts.notice import SEVERITIES
from collector.pipeline import Pipeline
from collector.verdicts.engine import Engine
from collector.verdicts.events import State
from collector.verdicts.topology import Topology
from collector.verdicts.verdict import Cause
from probes.reading import Head, Row

Labels = tuple[tuple[str, str], ...]


class States:
    """Writes rows of verdicts; knows which label sets each thing has."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._heads: dict[str, Head] = {}
        self._explained: set[str] = set()

    def load(self, topology: Topology, now: float) -> None:
        """Take over what is judged; the rows of what is no longer end."""
        heads = {thing: Head(labels[0][0], labels) for thing, labels in _labels(topology)}
        for thing in heads.keys() - self._heads.keys():
            # What was explained before a restart and is no longer ends here.
            self._pipeline.describe(f"cause/{thing}", [], now)
            self._pipeline.forget(f"cause/{thing}", now)
        for thing in self._heads.keys() - heads.keys():
            self._pipeline.forget(f"state/{thing}", now)
            self._end(thing, now)
        self._heads = heads

    def tell(self, things: Iterable[str], engine: Engine, now: float) -> None:
        """Rows of these things as they are held now, stamped with a whole second."""
        causes = {cause.thing: cause for cause in engine.causes.values()}
        for thing in things:
            head = self._heads.get(thing)
            if head is not None:
                self._state(thing, head, engine, causes.get(thing), now)
                self._explain(thing, head, engine, causes, now)

    def tell_all(self, engine: Engine, now: float) -> None:
        """Rows of everything that is judged."""
        self.tell(self._heads, engine, now)

    def tell_open(self, severities: Iterable[str], now: float) -> None:
        """How many incidents are open, given the severity of each."""
        counts = Counter(severities)
        rows = [Row(_INCIDENT[severity], b"open=%d" % counts[severity]) for severity in _INCIDENT]
        self._pipeline.observe("incidents", rows, int(now))

    def _state(
        self, thing: str, head: Head, engine: Engine, cause: Cause | None, now: float
    ) -> None:
        held = engine.verdicts.get(thing)
        if held is None:
            return
        hidden = sum(one.startswith("device:") for one in cause.hides) if cause else 0
        fields = b"state=%d,hidden_devices=%d,maintenance=%d,flapping=%d" % (
            held.state,
            hidden,
            bool(held.maintenance),
            held.flapping,
        )
        self._pipeline.observe(f"state/{thing}", [Row(head, fields)], int(now))

    def _explain(
        self, thing: str, head: Head, engine: Engine, causes: dict[str, Cause], now: float
    ) -> None:
        """The info row that names the cause, while there is one."""
        held = engine.verdicts.get(thing)
        because = held.because or thing if held and held.state is not State.UP else ""
        cause = causes.get(because)
        if cause is None:
            self._end(thing, now)
            return
        kind, _, name = because.partition(":")
        labels = (("cause", name), ("cause_kind", kind), ("side", cause.side))
        row = Row(Head(head.subject, (*head.labels, *labels)), b"cause_info=1")
        self._explained.add(thing)
        self._pipeline.describe(f"cause/{thing}", [row], now)

    def _end(self, thing: str, now: float) -> None:
        if thing in self._explained:
            self._explained.discard(thing)
            self._pipeline.forget(f"cause/{thing}", now)


_INCIDENT = {severity: Head("incident", (("severity", severity),)) for severity in SEVERITIES}


def _labels(topology: Topology) -> Iterable[tuple[str, Labels]]:
    housed = {node.site for node in topology.devices}
    for node in topology.devices:
        yield f"device:{node.name}", (("device", node.name), ("site", node.site))
    for line in topology.circuits:
        yield f"circuit:{line.name}", (("circuit", line.name), ("site", line.site))
    for place in topology.sites:
        if place.name in housed:
            yield f"site:{place.name}", (("site", place.name),)
    for use in topology.services:
        yield f"service:{use.name}", (("service", use.name),)
