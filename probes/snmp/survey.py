"""Which columns an agent has nothing in: asked for many tables at once, so that those which a
device lacks are not walked one by one.

A column's question is the first step of its walk, and what the walk would conclude from the answer
is concluded here. Where the answer leaves a doubt the column is not named, and is walked.
"""

from asyncio import Future, get_running_loop
from collections import deque
from collections.abc import Collection, Sequence

from probes.snmp import message
from probes.snmp.agent import Agent
from probes.snmp.cursor import Cursor
from probes.snmp.errors import SnmpError
from probes.snmp.exchange import Asker, Exchange
from probes.snmp.message import Pdu, Request

NARROW = 6
"""Columns in a request below which walking is as cheap as this."""
REFUSALS = 4
"""Refusals after which the rest is left to the walks."""


class Survey:
    """One survey at work. `done` gets the columns without an object, whatever happens.

    `witness` is the instance of a scalar that the agent has: it is asked for in each request. Who
    answers that with something else mixes up what it is asked together.
    """

    __slots__ = (
        "_absent",
        "_agent",
        "_asker",
        "_deadline",
        "_kind",
        "_refusals",
        "_waiting",
        "_witness",
        "done",
        "exchange",
    )

    def __init__(
        self,
        asker: Asker,
        agent: Agent,
        columns: Collection[bytes],
        witness: bytes,
        deadline: float,
    ) -> None:
        self._asker = asker
        self._agent = agent
        self._deadline = deadline
        self._witness = witness
        self._waiting = deque(sorted(set(columns)))
        self._kind = message.GETNEXT if agent.v1 else message.GETBULK
        self._refusals = 0
        self._absent: set[bytes] = set()
        self.done: Future[set[bytes]] = get_running_loop().create_future()
        self.exchange: Exchange | None = None

    def start(self) -> None:
        """Ask for the next columns, or finish."""
        if self.done.done():
            return
        count = min(self._agent.breadth, len(self._waiting))
        if not count or self._agent.breadth < NARROW or self._refusals >= REFUSALS:
            self.done.set_result(self._absent)
            return
        oids = [self._waiting.popleft() for _ in range(count)]
        repeat = int(self._kind == message.GETBULK)
        request = Request(self._kind, (self._witness[:-1], *oids), 0, repeat)
        self._asker.ask(self._agent, request, self, self._deadline)

    def answered(self, request: Request, pdu: Pdu) -> None:
        """Conclude from an answer and ask on; what it leaves out is asked again."""
        names, values = message.varbinds(pdu)
        asked = request.oids[1:]
        if pdu.status:
            self._refused(asked, pdu)
        elif names[:1] != [self._witness]:
            self._waiting.clear()
        else:
            for oid, name, value in zip(asked, names[1:], values[1:], strict=False):
                cursor = Cursor(oid)
                cursor.read([name], [value])
                if cursor.column.complete:
                    self._absent.add(oid)
            left = asked[len(names) - 1 :]
            if len(left) == len(asked):
                self._again(left)
            else:
                self._waiting.extendleft(reversed(left))
        self.start()

    def _refused(self, asked: tuple[bytes, ...], pdu: Pdu) -> None:
        """Leave out what the agent stumbles over: its walk finds out what that is."""
        self._refusals += 1
        place = pdu.culprit - 2
        if pdu.status == message.TOO_BIG:
            self._again(asked)
        elif 0 <= place < len(asked):
            behind = asked[place + 1 :]
            if pdu.status == message.NO_SUCH_NAME:  # the end of all that it has, in SNMPv1
                behind = ()
                self._waiting.clear()
            self._waiting.extendleft(reversed((*asked[:place], *behind)))
        else:
            self._waiting.clear()

    def _again(self, asked: Sequence[bytes]) -> None:
        """Ask for half as much, from now on."""
        self._agent.breadth = len(asked) // 2
        self._waiting.extendleft(reversed(asked))

    def silent(self, exchange: Exchange) -> bool:
        """Ask for less on the second silence."""
        if exchange.sent < 2:
            return False
        self._again(exchange.request.oids[1:])
        self._asker.forget(self)
        self.start()
        return True

    def failed(self, error: SnmpError) -> None:  # noqa: ARG002 - the protocol of a sink
        """What is known so far is right all the same."""
        self._agent.breadth //= 2
        if not self.done.done():
            self.done.set_result(self._absent)
