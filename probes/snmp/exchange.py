"""One request under way, and who waits for its answer."""

from typing import Protocol

from probes.snmp.agent import Agent
from probes.snmp.errors import SnmpError
from probes.snmp.message import Pdu, Request


class Sink(Protocol):
    """A get or a walk: what the client calls when something happened to its request.

    `exchange` is kept by the client: what is under way now, None when nothing is.
    """

    exchange: "Exchange | None"

    def answered(self, request: Request, pdu: Pdu) -> None:
        """The agent answered this request. Raises DecodeError, and has done nothing, when the
        varbinds cannot be read.
        """

    def failed(self, error: SnmpError) -> None:
        """No answer will come."""

    def silent(self, exchange: "Exchange") -> bool:
        """No answer yet. True when the sink asked for something else: this request is void."""


class Asker(Protocol):
    """The side of the client that gets and walks see."""

    def ask(self, agent: Agent, request: Request, sink: Sink, deadline: float) -> None:
        """Send a request; exactly one of the sink's callbacks will follow, by the deadline."""

    def forget(self, sink: Sink) -> None:
        """Nobody waits for what this sink asked any more."""


class Exchange:
    """A request, what was sent of it, and when."""

    __slots__ = (
        "agent",
        "at",
        "deadline",
        "discovering",
        "due",
        "number",
        "packet",
        "rediscovered",
        "request",
        "resyncs",
        "sent",
        "sink",
    )

    def __init__(self, agent: Agent, request: Request, sink: Sink, deadline: float) -> None:
        self.agent = agent
        self.request = request
        self.sink = sink
        self.deadline = deadline
        self.number = 0
        self.packet = b""
        self.sent = 0
        self.resyncs = 0
        self.at = self.due = 0.0
        self.discovering = self.rediscovered = False
