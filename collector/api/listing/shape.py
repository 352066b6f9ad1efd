"""The shapes of the inventory's list."""

from pydantic import Field

from collector.api.screen import Screen
from collector.api.shape import Answer


class Choice(Answer):
    """A value, in words, and how many things of the list would have it."""

    value: str = Field(description="Empty where nothing is said")
    word: str
    count: int


class Facet(Answer):
    """A field that narrows the list: `where=FIELD=VALUE|VALUE`. Counted are the things that meet
    everything else that is asked.
    """

    field: str
    title: str
    choices: list[Choice]
    more: int = Field(description="Values that are not listed")


class Heading(Answer):
    """A column that can be shown."""

    key: str = Field(description="As `columns` and `sort` take it")
    title: str
    number: bool


class Listed(Answer):
    """One thing: its state as it is shown (`maintenance` where work is on), and its cells."""

    thing: str
    title: str
    state: str
    word: str
    because: str = Field(description="The cause's title; empty where it is its own")
    cells: list[str]


class Listing(Screen):
    """Things of one kind that were found, in columns."""

    kind: str
    kinds: dict[str, int] = Field(description="Of each kind how many the words find, unfiltered")
    total: int = Field(description="How many things were found")
    page: int
    pages: int
    columns: list[str] = Field(description="Keys of the cells, in order")
    sort: str = Field(description="A column's key, with - before it from the last to the first")
    headings: list[Heading] = Field(description="All that can be shown of this kind")
    shown: list[str] = Field(description="Columns of who has chosen none")
    facets: list[Facet]
    rows: list[Listed]
