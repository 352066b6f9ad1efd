"""Asking one address over SNMP who it is: one attempt a set of access data, the first that is let
in wins.
"""

import asyncio
import logging
from collections.abc import Sequence

from collector.discover import neighbours
from collector.discover.found import Access, Answer, Refusal
from probes.reading import Reading, Reason, line
from probes.snmp.agent import Agent
from probes.snmp.ber import encode_oid
from probes.snmp.client import Client
from probes.snmp.column import Value
from probes.snmp.device import identify
from probes.snmp.errors import SnmpError
from probes.snmp.poll import Poll
from probes.snmp.value import shown

SYSTEM = [
    encode_oid(one)
    for one in (
        *(f"1.3.6.1.2.1.1.{number}.0" for number in (1, 2, 5, 6, 7)),
        "1.3.6.1.6.3.10.2.1.1.0",
        "1.0.8802.1.1.2.1.3.2.0",
    )
]
"""sysDescr, sysObjectID, sysName, sysLocation, sysServices, snmpEngineID, lldpLocChassisId."""
LEARNING = 20.0
"""Seconds for all that follows a first answer; endless tables end here."""
HOPELESS = (Reason.REFUSED, Reason.UNREACHABLE)
"""Nobody listens there: no other set will be let in."""

MUTE = "the agent says who it is, but does not answer this user"
MUTE_HINT = "check the priv password and both protocols, or give it a longer --timeout"
"""What silence means after a discovery in version 3: agents do not report every wrong key."""

_log = logging.getLogger(__name__)


async def ask(address: str, port: int, ways: Sequence[Access], seconds: float) -> Answer:
    """What an address tells; `seconds` is the time for a first answer to each set. Never raises."""
    answer = Answer(address)
    for access in ways:
        try:
            if await _enter(answer, port, access, seconds):
                break
        except SnmpError as error:
            refusal = Refusal(access.name, error.reason, error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - one address must not end the survey
            _log.warning("asking %s failed in our own code", address, exc_info=error)
            text = f"{type(error).__name__} in hatang"
            refusal = Refusal(access.name, Reason.INTERNAL, text, "")
        else:
            text = "the agent answers but shows nothing"
            refusal = Refusal(access.name, Reason.AUTH, text, "look at the view on the device")
        answer.refusals.append(refusal)
        if refusal.reason in HOPELESS:
            break
    return answer


async def _enter(answer: Answer, port: int, access: Access, seconds: float) -> bool:
    """Try one set; True when it was let in. Raises SnmpError."""
    clock = asyncio.get_running_loop().time
    client, agent = Client.shared(), Agent([answer.address], port, access.security)
    try:
        got = await client.get(agent, SYSTEM, clock() + seconds)
    except SnmpError as error:
        if error.reason is not Reason.TIMEOUT or agent.engine is None:
            raise
        raise SnmpError(Reason.AUTH, MUTE, MUTE_HINT) from None
    if all(one is None for one in got[:3]):
        return False
    answer.access = access.name
    _system(answer, got)
    if agent.engine is not None:
        answer.engine = agent.engine.id.hex()
    poll = Poll(client, agent, clock() + LEARNING, neighbours.ROWS, Reading(0.0))
    try:
        async with asyncio.timeout(LEARNING + 1):
            device = await identify(poll, (), None)
            answer.profile = device.plan.profile.name
            answer.identity = dict(device.identity.head.labels)
            answer.neighbours, whole = await neighbours.read(poll)
            answer.cut = not whole
    except (SnmpError, TimeoutError):
        answer.cut = True
    return True


def _system(answer: Answer, got: Sequence[Value | None]) -> None:
    descr, _, name, location, services, engine, chassis = got
    answer.description = line(shown(descr), 120)
    answer.name, answer.location = shown(name), shown(location)
    answer.services = services if isinstance(services, int) else 0
    answer.engine = engine[:32].hex() if isinstance(engine, bytes) else ""
    if isinstance(chassis, bytes):
        answer.chassis = shown(chassis, "mac") or shown(chassis)
