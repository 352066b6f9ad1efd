"""What can go wrong between us and an agent, in words an operator can act on."""

from probes.reading import Reason


class SnmpError(Exception):
    """A request that brought nothing back.

    `reason` is from the closed set, `message` says what happened, `hint` what to look at (may be
    empty). None of them ever holds a secret.
    """

    def __init__(self, reason: Reason, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.hint = hint


class DecodeError(ValueError):
    """Bytes that are no SNMP message. Internal: a client drops the packet and counts it."""
