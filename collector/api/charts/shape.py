"""The shapes of charts, and of what goes through ports and circuits now."""

from pydantic import Field

from collector.api.shape import Answer

_SECOND = "a second; null where it is not known"


class Series(Answer):
    """One line of a chart."""

    label: str
    how: str = Field(
        description="What became of the readings of a step: mean, highest, lowest, last"
    )
    state: str = Field(description="Where the line counts things in a state: which; else empty")
    values: list[float | None] = Field(description="One a point of the grid; null is a gap")


class Limit(Answer):
    """A line across a chart."""

    kind: str = Field(description="warning, critical or capacity")
    value: float
    instance: str = Field(description="The line that it is of; empty where it is of all")


class Chart(Answer):
    """One chart, with what is needed to draw and to read it."""

    key: str
    title: str
    note: str = Field(description="What a point stands for, in words")
    unit: str = Field(description="As the catalogue names units, and bytes_per_second, per_second")
    low: float | None = Field(description="The axis begins at least here; null: where the data do")
    high: float | None = Field(description="The axis reaches at least here")
    stacked: bool = Field(description="The lines are parts of a whole")
    series: list[Series]
    left_out: int = Field(description="Lines that are not told; the worst are")
    limits: list[Limit]
    problem: str = Field(description="Why this chart could not be had; empty when it could")


class Charts(Answer):
    """Every chart of a thing that has data. Point n of every line is at `start` + n * `step`, and
    stands for the step before it; the last may be ahead of `at`.
    """

    thing: str
    interface: str
    span: str
    at: float
    start: float
    step: float
    count: int
    charts: list[Chart]
    problem: str = Field(description="Why nothing is told: there is no store to ask; else empty")


class Port(Answer):
    """What goes through an interface, as its device counts it."""

    interface: str
    receive: float | None = Field(description="Bits a second")
    transmit: float | None = Field(description="Bits a second")
    receive_errors: float | None = Field(description=f"Packets {_SECOND}")
    transmit_errors: float | None = Field(description=f"Packets {_SECOND}")
    receive_discards: float | None = Field(description=f"Packets {_SECOND}")
    transmit_discards: float | None = Field(description=f"Packets {_SECOND}")


class Ports(Answer):
    """The interfaces of a device of which the store has counters."""

    device: str
    at: float
    items: list[Port]
    problem: str = Field(description="Why nothing is told: there is no store to ask; else empty")


class Load(Answer):
    """What a circuit carries: transmit from A to Z, receive from Z to A, in bits a second."""

    circuit: str
    capacity: float | None
    transmit: float | None
    receive: float | None
    transmit_ratio: float | None = Field(description="Of the capacity")
    receive_ratio: float | None
    counters: str = Field(description="The port that counts, as device/interface; empty: none")


class Loads(Answer):
    """Every circuit of the inventory."""

    at: float
    items: list[Load]
    problem: str = Field(description="Why nothing is told: there is no store to ask; else empty")
