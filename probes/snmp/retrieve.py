"""A GET of any number of instances: split to what the agent takes, faults singled out."""

from asyncio import Future, get_running_loop
from collections import deque
from collections.abc import Sequence

from probes.reading import Reason
from probes.snmp import message, trust
from probes.snmp.agent import Agent
from probes.snmp.column import Value
from probes.snmp.errors import SnmpError
from probes.snmp.exchange import Asker, Exchange
from probes.snmp.message import Pdu, Request

MOST = 60
"""Instances asked for in one GET: their names and values fit an Ethernet frame."""


class Retrieval:
    """One GET at work. `done` gets the values, or an SnmpError."""

    __slots__ = (
        "_agent",
        "_asker",
        "_deadline",
        "_most",
        "_oids",
        "_waiting",
        "done",
        "exchange",
        "found",
    )

    def __init__(
        self,
        asker: Asker,
        agent: Agent,
        oids: Sequence[bytes],
        deadline: float,
    ) -> None:
        self._asker = asker
        self._agent = agent
        self._deadline = deadline
        self.done: Future[list[Value | None]] = get_running_loop().create_future()
        self._most = min(MOST, agent.pace.ceiling)
        self._oids = oids
        self._waiting = deque(dict.fromkeys(oids))
        self.exchange: Exchange | None = None
        self.found: dict[bytes, Value | None] = dict.fromkeys(oids)

    def start(self) -> None:
        """Send the first request, or be done when nothing was asked for."""
        if self.done.done():
            return
        if not self._waiting:
            self.done.set_result([self.found[oid] for oid in self._oids])
            return
        count = min(self._most, len(self._waiting))
        oids = tuple([self._waiting.popleft() for _ in range(count)])
        self._asker.ask(self._agent, Request(message.GET, oids), self, self._deadline)

    def answered(self, request: Request, pdu: Pdu) -> None:
        """Take the values that were asked for; ask again for what the agent left out."""
        names, values = message.varbinds(pdu)
        if pdu.status:
            self._refused(request, pdu)
            return
        asked = dict.fromkeys(request.oids)
        taken = 0
        for name, value in zip(names, values, strict=True):
            if name in asked:
                del asked[name]
                taken += 1
                self.found[name] = value
        if not taken:
            self.failed(SnmpError(Reason.PROTOCOL, "the agent answers something else than asked"))
            return
        self._waiting.extendleft(reversed(asked))
        self.start()

    def _refused(self, request: Request, pdu: Pdu) -> None:
        """Halve what is too big; leave out the one instance that the agent cannot give."""
        name = message.error_name(pdu.status)
        oids = list(request.oids)
        if pdu.status in (message.NO_ACCESS, message.AUTHORIZATION):
            self.failed(trust.refused(self._agent, name))
            return
        if len(oids) == 1:
            if pdu.status == message.TOO_BIG:
                self.failed(SnmpError(Reason.PROTOCOL, "the agent says tooBig to one value"))
                return
            oids = []  # absent, or not readable: the value stays None
        elif pdu.status != message.TOO_BIG and 1 <= pdu.culprit <= len(oids):
            del oids[pdu.culprit - 1]
        else:
            self._most = len(oids) // 2
            if pdu.status == message.TOO_BIG:
                self._agent.pace.too_big(len(oids))
        self._waiting.extendleft(reversed(oids))
        self.start()

    def silent(self, exchange: Exchange) -> bool:  # noqa: ARG002 - the protocol of a sink
        """A GET is small: it is sent again as it is."""
        return False

    def failed(self, error: SnmpError) -> None:
        """What was found so far is given up: a GET is whole or nothing."""
        if not self.done.done():
            self.done.set_exception(error)
