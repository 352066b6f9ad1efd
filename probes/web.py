"""What goes wrong with HTTP, as a reading says it; http and redfish speak it."""

import aiohttp

from probes.dial import Course, FailedError, failure
from probes.reading import Reason


def told(error: aiohttp.ClientError, course: Course) -> FailedError:
    """A client's error as a reason; none of the server's bytes are repeated."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return failure(error.certificate_error, "tls")  # type: ignore[arg-type]  # an SSLError
    if isinstance(error, aiohttp.ClientConnectorError):
        return failure(error.os_error, course.phase)
    if isinstance(error, aiohttp.ClientOSError):
        return failure(OSError(error.errno, error.strerror), course.phase)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return FailedError(Reason.PROTOCOL, "the server closed the connection without an answer")
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.ClientPayloadError):
        return FailedError(Reason.PROTOCOL, f"broken HTTP in {course.phase}")
    return FailedError(Reason.PROTOCOL, f"broken HTTP: {type(error).__name__}")
