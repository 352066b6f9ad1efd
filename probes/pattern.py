"""What an answer must contain, as the inventory writes it."""

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import SchemaError, SchemaValidator, core_schema


class Pattern:
    """A regular expression that is searched in time linear in the text, whatever either of them is:
    a page that a stranger wrote cannot hold the loop. The price is that it knows no look-around and
    no references back (it is pydantic's own engine, Rust's `regex`). Raises ValueError.
    """

    __slots__ = ("_search",)

    def __init__(self, expression: str) -> None:
        try:
            self._search = SchemaValidator(core_schema.str_schema(pattern=expression))
        except SchemaError as error:
            why = str(error).strip().rpartition("\n")[2].strip().removeprefix("error: ")
            brace = "; a brace itself is written \\{" if "repetition" in why else ""
            raise ValueError(f"not a regular expression: {why}{brace}") from None

    def within(self, text: str) -> bool:
        """Whether it matches somewhere in a text. `$` is also before a last line feed."""
        search = self._search.isinstance_python
        return search(text) or (text.endswith("\n") and search(text[:-1]))


def _known(text: str) -> str:
    Pattern(text)
    return text


Expression = Annotated[str, AfterValidator(_known)]
"""A regular expression as written; refused, with what is wrong, if it is none."""


def pattern(value: str | None) -> Pattern | None:
    """What to search for, if anything."""
    return None if value is None else Pattern(value)
