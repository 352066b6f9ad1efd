"""The client: many requests in flight on two shared sockets, matched by id and agent.

It owns ids, retransmission with backoff inside the deadline, and the v3 conversation (discovery,
clock). Everything runs in callbacks from the sockets' reader and one coarse timer; a get or a walk
costs one future, however many packets it takes.
"""

import asyncio
import errno
import time
from collections.abc import Callable, Collection, Sequence
from heapq import heappop, heappush
from random import randrange
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from probes.reading import Reason
from probes.snmp import message, trust, usm
from probes.snmp.agent import Agent
from probes.snmp.column import Table, Value
from probes.snmp.errors import DecodeError, SnmpError
from probes.snmp.exchange import Exchange, Sink
from probes.snmp.retrieve import Retrieval
from probes.snmp.survey import Survey
from probes.snmp.transport import Transport
from probes.snmp.usm import User
from probes.snmp.walk import Walk

TICK = 0.02
"""Seconds by which a timer may be late: what makes one sweep serve many requests."""
RESYNCS = 3
"""How often one request is asked again because the agent told a new engine or clock."""

_UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM, errno.EHOSTDOWN)


class Client:
    """One per event loop, shared by all sessions: see `shared`.

    `sent`, `received`, `resent` and `dropped` count datagrams for the collector's own metrics.
    """

    _shared: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, "Client"]] = WeakKeyDictionary()

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`clock` must be the event loop's, `wall` in Unix seconds."""
        self.sent = self.received = self.resent = self.dropped = 0
        self._clock = clock
        self._wall = wall
        self._transport = Transport(self._on_datagram, self._on_refusal)
        self._pending: dict[int, Exchange] = {}
        self._due: list[tuple[float, int]] = []
        """When to look after which request: numbers only, so that an answered one can go."""
        self._timer: asyncio.TimerHandle | None = None
        self._number = randrange(1, 2**31)

    @classmethod
    def shared(cls) -> "Client":
        """The running loop's client, made when first asked for."""
        loop = asyncio.get_running_loop()
        client = cls._shared.get(loop)
        if client is None:
            for other in [known for known in cls._shared if known.is_closed()]:
                cls._shared.pop(other).abandon()
            client = cls._shared[loop] = cls()
        return client

    async def get(self, agent: Agent, oids: Sequence[bytes], deadline: float) -> list[Value | None]:
        """The values of exactly these instances, in this order; None where the agent has none.

        `oids` are content bytes, `deadline` is in the running loop's clock. Raises SnmpError when
        the agent did not answer or refused; an instance that it could not read (genErr) is None
        like one it lacks.
        """
        retrieval = Retrieval(self, agent, oids, deadline)
        retrieval.start()
        try:
            return await retrieval.done
        finally:
            self.forget(retrieval)

    async def walk(
        self, agent: Agent, columns: Sequence[bytes], deadline: float, limit: int
    ) -> Table:
        """All rows of these columns, at most `limit` of each. Never raises: see Table.reason.

        The columns should belong to tables with the same index: they are read side by side.
        """
        walk = Walk(self, agent, columns, deadline, limit)
        walk.start()
        try:
            return await walk.done
        finally:
            self.forget(walk)

    async def survey(
        self, agent: Agent, columns: Collection[bytes], witness: bytes, deadline: float
    ) -> set[bytes]:
        """Those of these columns in which the agent surely has no object. Never raises.

        `witness` is the instance of a scalar that it has.
        """
        survey = Survey(self, agent, columns, witness, deadline)
        survey.start()
        try:
            return await survey.done
        finally:
            self.forget(survey)

    def close(self) -> None:
        """Close the sockets; what is in flight fails as INTERNAL."""
        loop = asyncio.get_running_loop()
        for exchange in list(self._pending.values()):
            self._fail(exchange, SnmpError(Reason.INTERNAL, "the client was closed"))
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._transport.close(loop)

    def abandon(self) -> None:
        """Close the sockets of a loop that is closed already."""
        self._transport.close()

    # What the retrievals and walks use.

    def ask(self, agent: Agent, request: message.Request, sink: Sink, deadline: float) -> None:
        """Send a request; exactly one of the sink's callbacks will follow, by the deadline."""
        exchange = Exchange(agent, request, sink, deadline)
        sink.exchange = exchange
        if isinstance(agent.security, User):
            if agent.engine is None:
                agent.recall(self._clock(), self._wall())
            exchange.discovering = agent.engine is None or not agent.engine.fresh
        if self._clock() >= deadline - TICK:
            self._pending[exchange.number] = exchange
            self._fail(exchange, SnmpError(Reason.TIMEOUT, "the deadline came before the end"))
            return
        self._renew(exchange)

    def forget(self, sink: Sink) -> None:
        """Nobody waits for this any more."""
        if sink.exchange is not None:
            self._pending.pop(sink.exchange.number, None)
            sink.exchange = None

    # Sending.

    def _renew(self, exchange: Exchange) -> None:
        """Send under a new id: anything still under way for the old one is void."""
        self._pending.pop(exchange.number, None)
        self._number = number = self._number % (2**31 - 1) + 1
        exchange.number = number
        exchange.sent = 0
        exchange.packet = b""
        self._pending[number] = exchange
        self._transmit(exchange)

    def _encode(self, exchange: Exchange) -> bytes:
        security, number = exchange.agent.security, exchange.number
        if exchange.discovering:
            return usm.discovery(number)
        pdu = message.encode_pdu(exchange.request, number)
        if isinstance(security, User):
            engine = exchange.agent.engine
            assert engine is not None
            return usm.seal(security, engine, number, pdu, self._clock())
        return message.encode_community(security.version, security.community, pdu)

    def _transmit(self, exchange: Exchange) -> None:
        if not exchange.packet:
            exchange.packet = self._encode(exchange)
        agent = exchange.agent
        if agent.engine is not None and not exchange.discovering:
            agent.engine.unanswered += 1
        now = exchange.at = self._clock()
        backoff = min(agent.pace.wait() * (1 << exchange.sent), 8.0)
        exchange.sent += 1
        exchange.due = min(now + backoff, exchange.deadline - TICK)
        heappush(self._due, (exchange.due, exchange.number))
        if self._timer is None:
            self._arm(now)
        self.sent += 1
        try:
            self._transport.send(exchange.packet, agent.to)
        except OSError as error:
            self._fail(exchange, _refusal(error.errno or 0, agent.port))

    # Waiting.

    def _arm(self, now: float) -> None:
        wait = max(self._due[0][0] - now, TICK)
        self._timer = asyncio.get_running_loop().call_later(wait, self._sweep)

    def _sweep(self) -> None:
        """Look after every request that is due; entries of answered ones are thrown away here."""
        self._timer = None
        now = self._clock()
        while self._due and self._due[0][0] <= now:
            due, number = heappop(self._due)
            exchange = self._pending.get(number)
            if exchange is not None and exchange.due == due:
                self._expire(exchange, now)
        if not self._pending:
            self._due.clear()
        if self._due and self._timer is None:
            self._arm(now)

    def _expire(self, exchange: Exchange, now: float) -> None:
        if now >= exchange.deadline - 2 * TICK:
            self._fail(exchange, self._silence(exchange))
            return
        self.resent += 1
        engine = exchange.agent.engine
        if engine and exchange.sent > 1 and not (exchange.discovering or exchange.rediscovered):
            exchange.discovering = exchange.rediscovered = True
            self._renew(exchange)
        elif exchange.discovering or not exchange.sink.silent(exchange):
            self._transmit(exchange)

    def _silence(self, exchange: Exchange) -> SnmpError:
        agent = exchange.agent
        if not exchange.discovering and (error := trust.silence(agent)):
            return error
        if agent.engine is not None:
            agent.engine.fresh = False
        return trust.mute(agent)

    def _fail(self, exchange: Exchange, error: SnmpError) -> None:
        if self._pending.pop(exchange.number, None) is exchange:
            exchange.sink.exchange = None
            exchange.sink.failed(error)

    # Receiving.

    def _on_refusal(self, host: str, port: int, number: int) -> None:
        for exchange in list(self._pending.values()):
            to = exchange.agent.to
            if to[0] == host and to[1] == port and number != errno.EMSGSIZE:
                self._fail(exchange, _refusal(number, port))

    def _on_datagram(self, data: bytes, source: Any) -> None:
        self.received += 1
        try:
            version, at, end = message.version_of(data)
            if version == message.V3:
                self._secured(data, message.decode_frame(data, at, end), source)
            else:
                pdu = message.decode_community(data, at, end)
                exchange = self._match(pdu.request, source)
                if isinstance(exchange.agent.security, User) or pdu.kind != message.RESPONSE:
                    raise DecodeError("answer in another version")
                self._settle(exchange, pdu)
        except DecodeError:
            self.dropped += 1

    def _match(self, number: int, source: Any) -> Exchange:
        exchange = self._pending.get(number)
        if exchange is None:
            raise DecodeError("nobody asked")
        agent = exchange.agent
        if source[0] not in agent.addresses or source[1] != agent.port:
            raise DecodeError("answer from somebody else")
        return exchange

    def _secured(self, data: bytes, frame: message.Frame, source: Any) -> None:
        exchange = self._match(frame.number, source)
        agent, now = exchange.agent, self._clock()
        if exchange.discovering:
            trust.discovered(agent, data, frame, now)
            exchange.discovering = False
            agent.pace.heard(now - exchange.at)
            agent.remember(self._wall(), now)
            self._renew(exchange)
            return
        try:
            pdu = trust.check(agent, data, frame, now)
        except SnmpError as error:
            self._fail(exchange, error)
            return
        if pdu is not None:
            if pdu.request != frame.number:
                raise DecodeError("answer to another request")
            self._settle(exchange, pdu)
            return
        agent.remember(self._wall(), now)
        exchange.resyncs += 1
        if exchange.resyncs > RESYNCS:
            restless = SnmpError(Reason.PROTOCOL, "the agent's engine id or clock never settles")
            self._fail(exchange, restless)
            return
        self._renew(exchange)

    def _settle(self, exchange: Exchange, pdu: message.Pdu) -> None:
        sink = exchange.sink
        del self._pending[exchange.number]
        sink.exchange = None
        exchange.agent.heard = True
        if exchange.sent == 1:
            exchange.agent.pace.heard(self._clock() - exchange.at)
        try:
            sink.answered(exchange.request, pdu)
        except DecodeError:
            self._pending[exchange.number] = exchange
            sink.exchange = exchange
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours must end the request, not hang it
            sink.failed(SnmpError(Reason.INTERNAL, f"{type(error).__name__} in the SNMP client"))


def _refusal(number: int, port: int) -> SnmpError:
    if number == errno.ECONNREFUSED:
        return SnmpError(
            Reason.REFUSED,
            f"nothing listens on UDP port {port}",
            "start the SNMP agent, or correct the port",
        )
    if number in _UNREACHABLE:
        return SnmpError(Reason.UNREACHABLE, f"no way to the agent: {errno.errorcode[number]}")
    return SnmpError(Reason.INTERNAL, f"sending failed: {errno.errorcode.get(number, number)}")
