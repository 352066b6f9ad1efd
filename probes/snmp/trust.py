"""What a v3 message is worth: checks it, and says what a report means (RFC 3414 section 3.2, 3412
7.2).
"""

from probes.reading import Reason
from probes.snmp import ber, message, usm
from probes.snmp.agent import Agent
from probes.snmp.errors import DecodeError, SnmpError
from probes.snmp.usm import User

_LARGEST = 2**31 - 1


_TIME = ber.encode_oid("1.3.6.1.6.3.15.1.1.2.0")
_ENGINE = ber.encode_oid("1.3.6.1.6.3.15.1.1.4.0")

REPORTS = {
    ber.encode_oid(f"{oid}.0"): (text, hint)
    for oid, text, hint in (
        (
            "1.3.6.1.6.3.15.1.1.1",
            "the agent does not allow this security level for the user",
            "compare the user's auth and priv with the agent's configuration",
        ),
        (
            "1.3.6.1.6.3.15.1.1.3",
            "the agent does not know the user",
            "create the user on the agent or correct its name; its engine id may have changed",
        ),
        (
            "1.3.6.1.6.3.15.1.1.5",
            "wrong authentication: the agent could not verify our message",
            "check the auth password and the auth protocol (md5, sha1, sha256...)",
        ),
        (
            "1.3.6.1.6.3.15.1.1.6",
            "wrong privacy: the agent could not decrypt our message",
            "check the priv password and the priv protocol (aes256 is not aes256c)",
        ),
        (
            "1.3.6.1.6.3.11.2.1.1",
            "the agent does not know the user security model",
            "the agent speaks v3 with another security model, or none",
        ),
        (
            "1.3.6.1.6.3.12.1.4",
            "the context is not available on the agent",
            "check the credential's context",
        ),
        (
            "1.3.6.1.6.3.12.1.5",
            "the agent does not know the context",
            "check the credential's context",
        ),
    )
}


def discovered(agent: Agent, data: bytes, frame: message.Frame, clock: float) -> None:
    """Take the engine from the report to a discovery. Raises DecodeError on anything else."""
    if frame.flags & (usm.AUTHENTICATED | usm.PRIVATE):
        raise DecodeError("a discovery is answered in plain")
    pdu = message.decode_scoped(data, *frame.body)
    if pdu.kind != message.REPORT:
        raise DecodeError("a discovery is answered with a report")
    _take(agent, frame, clock)


def _take(agent: Agent, frame: message.Frame, clock: float) -> None:
    if not 1 <= len(frame.engine) <= 32 or not _sane(frame):
        raise DecodeError("engine of impossible size")
    agent.discovered(frame.engine, frame.boots, frame.time, clock)


def _sane(frame: message.Frame) -> bool:
    return 0 <= frame.boots <= _LARGEST and 0 <= frame.time <= _LARGEST


def check(agent: Agent, data: bytes, frame: message.Frame, clock: float) -> message.Pdu | None:
    """Verify, decrypt and judge an answer to a request of ours.

    None means: ask again, the agent told a new engine or clock, and we took it. Raises DecodeError
    when the message shall be dropped as if it had never come (forged, old, broken), SnmpError when
    the agent says why it will not answer.
    """
    user, engine = agent.security, agent.engine
    if not isinstance(user, User) or engine is None or not _sane(frame):
        raise DecodeError("no such conversation")
    signed = bool(frame.flags & usm.AUTHENTICATED)
    if signed and not (frame.engine == engine.id and usm.authentic(user, engine, data, frame)):
        raise DecodeError("wrong digest")
    pdu = usm.reveal(user, engine, data, frame)
    if pdu.kind == message.REPORT:
        _report(agent, frame, pdu, clock)
        return None
    if frame.flags & 3 != user.level or frame.engine != engine.id:
        raise DecodeError("answer of another security level or engine")
    if frame.user != user.name.encode():
        raise DecodeError("answer to another user")
    if signed:
        if not engine.in_window(frame.boots, frame.time, clock):
            raise DecodeError("answer out of the time window")
        if (frame.boots, frame.time) > (engine.boots, engine.now(clock)):
            engine.set(frame.boots, frame.time, clock)
    engine.answered, engine.unanswered = True, 0
    return pdu


def _report(agent: Agent, frame: message.Frame, pdu: message.Pdu, clock: float) -> None:
    """Learn from a report what makes sense to try again with; else say what it means."""
    names, _ = message.varbinds(pdu)
    name = names[0] if names else b""
    user, engine = agent.security, agent.engine
    assert isinstance(user, User) and engine is not None  # noqa: PT018 - one claim, made by check()
    if name == _TIME:
        # The id of the message is fresh and ours, so even a clock that went backwards is today's.
        if user.auth and not frame.flags & usm.AUTHENTICATED:
            raise DecodeError("a clock that nobody signed")
        engine.set(frame.boots, frame.time, clock)
    elif name == _ENGINE:
        if frame.engine == engine.id:
            raise DecodeError("a late answer to a discovery")
        _take(agent, frame, clock)
    else:
        text, hint = REPORTS.get(name, (f"the agent reports {ber.dotted(name)}", ""))
        raise SnmpError(Reason.AUTH, text, hint)


def silence(agent: Agent) -> SnmpError | None:
    """What it means when requests stay without an answer though the agent says who it is."""
    user, engine = agent.security, agent.engine
    if not isinstance(user, User) or engine is None or not user.auth:
        return None
    if not engine.fresh or engine.answered or engine.unanswered < SILENT:
        return None
    what = "encrypted" if user.priv else "authenticated"
    return SnmpError(
        Reason.AUTH,
        f"the agent answers discovery, but none of {engine.unanswered} {what} requests",
        "check the priv password and the priv protocol (aes256 is not aes256c), and the context"
        if user.priv
        else "check the user, the auth password and the auth protocol",
    )


def mute(agent: Agent) -> SnmpError:
    """What to look at when nothing comes back. A wrong community gets no answer (RFC 1157 section
    4.1), so it cannot be told from an agent that is not there.
    """
    if agent.heard:
        return SnmpError(
            Reason.TIMEOUT,
            f"no answer from UDP port {agent.port} any more",
            "it did before: is the device down or overloaded, or did its community, user or access "
            "list change?",
        )
    what = "the user's version 3" if isinstance(agent.security, User) else "the community"
    return SnmpError(
        Reason.TIMEOUT,
        f"no answer from UDP port {agent.port}",
        f"check {what} on the device (a wrong one gets no answer either), its access list for this "
        "collector, and that the agent runs on that port",
    )


def refused(agent: Agent, error: str) -> SnmpError:
    """An agent that hears us and shows nothing: `error` is the name of its error-status."""
    user = agent.security
    if not isinstance(user, User):
        hint = "look at the view and the access rules of this community on the device"
        return SnmpError(Reason.AUTH, f"the agent refuses the community: {error}", hint)
    level = ("noAuthNoPriv", "authNoPriv", "", "authPriv")[user.level]
    return SnmpError(
        Reason.AUTH,
        f"the agent refuses the user at level {level}: {error}",
        "does it ask for a higher level (auth, priv)? If not, look at the view of the user's group",
    )


SILENT = 3
"""Requests without an answer, after a discovery that had one, that make it a matter of passwords.
"""
