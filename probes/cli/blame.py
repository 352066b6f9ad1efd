"""What a library's exception says of a conversation, in a reading's words: those of the ssh probe,
for they are read side by side. No text of the device and no secret goes into them.
"""

import errno
from collections.abc import Iterator, Mapping
from typing import Any

import paramiko
from netmiko.exceptions import NetmikoAuthenticationException, ReadTimeout

from probes.dial import FailedError, failure
from probes.reading import Reason

_LOST = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}

Where = tuple[str, int]


class Strict(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
    """Nobody unknown is talked to."""

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
        """Raises FailedError, with what to compare."""
        del client
        raise FailedError(
            Reason.AUTH,
            f"the host key of {hostname} is not known: it shows {key.get_name()} {key.fingerprint}",
            "compare it on the device's console. If it is the same, add to known_hosts: "
            f"{hostname} {key.get_name()} {key.get_base64()}",
        )


def blame(error: BaseException, cut: bool, access: Mapping[str, Any], where: Where) -> FailedError:
    """Why it came to nothing: by the first exception of the chain that is known."""
    chain = list(_chain(error))
    own = next((one for one in chain if isinstance(one, FailedError)), None)
    if own is not None:
        return own
    if cut:
        return FailedError(Reason.TIMEOUT, "no answer in time")
    for one in chain:
        found = _of_ssh(one, access, where) or _of_system(one, where)
        if found is not None:
            return found
    message = f"no conversation with its command line: {type(error).__name__}"
    return FailedError(Reason.PROTOCOL, message, "is it the platform that the settings name?")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _of_ssh(error: BaseException, access: Mapping[str, Any], where: Where) -> FailedError | None:
    if isinstance(error, paramiko.BadHostKeyException):
        return _changed(error, access, where)
    if isinstance(error, (paramiko.AuthenticationException, NetmikoAuthenticationException)):
        given = [f"the {kind}" for kind in ("key", "password") if access.get(kind) is not None]
        message = f"the server refused {access.get('user')} with {' and '.join(given)}"
        hint = "is the account locked or expired, and may it log in over SSH?"
        return FailedError(Reason.AUTH, message, hint)
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        message = "no way of encryption in common with the server"
        hint = "the server is very old, or its key is of another kind than in known_hosts"
        return FailedError(Reason.PROTOCOL, message, hint)
    if isinstance(error, paramiko.SSHException) and "banner" in str(error):
        return FailedError(Reason.PROTOCOL, "no SSH session: no banner", "does SSH listen there?")
    return None


def _changed(error: Any, access: Mapping[str, Any], where: Where) -> FailedError:
    place = where[0] if where[1] == 22 else f"[{where[0]}]:{where[1]}"
    return FailedError(
        Reason.AUTH,
        f"THE HOST KEY HAS CHANGED: {place} now shows {error.key.get_name()} "
        f"{error.key.fingerprint}, which is not the one in known_hosts. Somebody may be listening "
        "in between. Nothing was sent",
        "do not log in by hand. Compare it on the device's console. Only if it is right (a new "
        f"device), ssh-keygen -f {access.get('known_hosts')} -R '{place}' and add the new key",
    )


def _of_system(error: BaseException, where: Where) -> FailedError | None:
    if isinstance(error, ConnectionRefusedError):
        message = f"nothing takes SSH connections on port {where[1]}"
        return FailedError(Reason.REFUSED, message, "is SSH switched on, and is this its port?")
    if isinstance(error, (TimeoutError, ReadTimeout)):
        return FailedError(Reason.TIMEOUT, "no answer in time")
    if isinstance(error, EOFError) or (isinstance(error, OSError) and error.errno in _LOST):
        message = "the device closed the connection before it had answered"
        return FailedError(Reason.PROTOCOL, message, "too many sessions, or not this address?")
    return failure(error, "connect") if isinstance(error, OSError) else None
