"""The bodies that are sent to act."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
_LINES = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=_LINE)
]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=_LINES)
]
Owner = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=_LINE)]


def _moment(given: object) -> float:
    """Unix seconds of a number, or of a text in ISO 8601 with a time zone; up to the year 2100."""
    seconds = -1.0
    with suppress(ValueError, OverflowError):
        if isinstance(given, str):
            moment = datetime.fromisoformat(given)
            seconds = moment.timestamp() if moment.tzinfo else seconds
        elif isinstance(given, (int, float)) and not isinstance(given, bool):
            seconds = float(given)
    if not 0 <= seconds <= 4_102_444_800:
        raise ValueError("write Unix seconds, or ISO 8601 with a time zone")
    return seconds


Moment = Annotated[
    float,
    BeforeValidator(_moment),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "format": "date-time"}]}),
]


class Act(BaseModel):
    """What all acts may say: who acts, where no token says so."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    who: Name | None = None


class Reload(Act):
    """The inventory is to be read again, and why: limits that change are recorded with it."""

    why: Text = ""


class Acknowledge(Act):
    """Somebody takes notice, and may write something to it."""

    note: Text = ""


class Write(Act):
    """A note."""

    text: Text


class Assign(Act):
    """Whose it is from now on, "" for nobody's."""

    owner: Owner


class Suspect(Act):
    """Whether a cyber-security incident is suspected."""

    suspected: bool = True


class Announce(Act):
    """Maintenance: what things, why, from when (now, unless said) to when. Unix seconds, or ISO
    8601 with a time zone.
    """

    what: list[Annotated[str, StringConstraints(max_length=200)]] = Field(
        min_length=1, max_length=50
    )
    why: Text
    start: Moment | None = Field(default=None, alias="from")
    end: Moment = Field(alias="to")


class Extend(Act):
    """Until when announced maintenance lasts from now on."""

    end: Moment = Field(alias="to")
    why: Text = ""


class Hush(Act):
    """A silence: of a thing (kind:name) or an incident (incident:23), of one alert or of all, until
    when and why. Unix seconds, or ISO 8601 with a time zone.
    """

    what: str = Field(max_length=200)
    alert: str = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9_]*$")
    until: Moment
    why: Text


class Enter(BaseModel):
    """A token, given once."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    token: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=512)]
