"""What the shapes of all answers share. OpenAPI is made from the shapes, and every answer is one of
them.

Times are Unix seconds; a thing that may be anything else than a device is written `kind:name`.
"""

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """What all answers share: no field that is not described."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Answer):
    """Why there is no answer, and what to do about it."""

    error: str
    hint: str = ""
    problems: list[str] = Field(default=[], description="Each problem of a refused reload")


class Page(Answer):
    """A part of a list. `next` is the cursor of the part that follows, null at the end."""

    next: str | None = None


class Counted(Page):
    """A part of a list that is in memory, and how many things match in all."""

    total: int
