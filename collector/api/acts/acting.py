"""How every act is taken and done.

It is in the audit log before it takes effect, and on disk when it is answered. Who acted is the
token's holder; only where the API is open to this machine alone, without tokens, it is what the
body says.
"""

import sqlite3
from collections.abc import Awaitable
from typing import TypeVar

from aiohttp import web

from collector.api import rim
from collector.api.acts import bodies
from collector.api.entry.guard import HOLDER, BodyRefusedError, RefusedError
from collector.incidents import NotWrittenError, TooManyNotesError
from collector.windows import NoWindowError, TooManyWindowsError

NOBODY = "operator"
"""Who acted where nobody says it."""

Body = TypeVar("Body", bound=bodies.Act)
T = TypeVar("T")


async def done(acting: Awaitable[T]) -> T:
    """What an act gives. Raises RefusedError where it is not on disk, or one too many."""
    try:
        return await acting
    except sqlite3.Error as error:
        raise RefusedError(503, f"the journal cannot be read: {error}", "try again") from None
    except NotWrittenError as error:
        raise RefusedError(
            503, f"not known to be on disk: {error}", "look at it again before trying again"
        ) from None
    except NoWindowError as error:
        raise RefusedError(
            404, f"maintenance {error} stands no more", "somebody ended it"
        ) from None
    except (TooManyNotesError, TooManyWindowsError) as error:
        raise RefusedError(409, str(error)) from None


async def read(request: web.Request, kind: type[Body], nobody: str = NOBODY) -> tuple[Body, str]:
    """The body in its shape, and who acts, `nobody` where it is not said. No body is an empty
    one.
    """
    rim.allow(request, "language")
    body = await rim.body(request, kind)
    holder: str | None = request.get(HOLDER)
    if holder is not None and body.who not in (None, holder):
        raise BodyRefusedError([f"who: the token is {holder}'s; leave it out"])
    return body, holder or body.who or nobody
