"""The shapes of what the pages of a device, circuit, site, service and incident show."""

from pydantic import Field

from collector.api.screen import Screen
from collector.api.shape import Answer
from collector.api.sheets.shape import (
    CircuitRow,
    DeviceRows,
    Happening,
    Named,
    Neighbour,
    Past,
    Sheet,
    Step,
    Things,
    Work,
)
from collector.api.state import shape as state
from collector.api.things import shape as things


class Says(Answer):
    """What a device says of itself; empty where it does not."""

    vendor: str
    model: str
    os: str
    version: str
    serial: str
    uptime: float | None = Field(description="Seconds")


class Neighbours(Answer):
    """The first of some, and how many there are."""

    total: int
    items: list[Neighbour]


class Circuits(Answer):
    """The first of some, and how many there are."""

    total: int
    items: list[CircuitRow]


class Interface(Answer):
    """An interface as it was read last; null is what is not known."""

    name: str
    alias: str
    description: str
    type: str
    mac: str
    mtu: str
    up: bool | None
    admin_up: bool | None
    full_duplex: bool | None
    speed: float | None = Field(description="Bits per second")
    changed: float | None = Field(description="When it last changed state")
    circuit: Named | None = Field(description="Which circuit ends there")


class Interfaces(Answer):
    """Those where a circuit ends first, then as the device counts them."""

    at: float | None
    total: int
    items: list[Interface]


class Run(Answer):
    """A probe or check, and how its last run went; `success` is null where it has not run yet."""

    name: str
    probe: str
    interval: float
    timeout: float
    at: float | None = None
    duration: float | None = None
    success: bool | None = None
    reason: str = ""
    reason_word: str = ""
    message: str = ""
    hint: str = ""
    missing: list[str] = Field(default=[], description="What was asked for and fell short")
    empty: list[str] = Field(
        default=[], description="Tables that it has no rows of: a MIB that it lacks"
    )
    lasting: bool = Field(default=False, description="Whether it fails, and not by a single slip")


class Check(Run):
    """A check of a service. `expires` is when its certificate ends."""

    expires: float | None


class Meaning(Answer):
    """What a value of a state is called; `tone` is good, warn, bad, or empty."""

    word: str
    tone: str


class Column(Answer):
    """A metric of the catalogue in words. `states` spells out the values of a state."""

    metric: str
    title: str
    unit: str
    states: dict[str, Meaning]


class Row(Answer):
    """One instance: what names it, when it was read, and a value for each column."""

    labels: dict[str, str]
    at: float
    values: list[int | float | None]


class Readings(Answer):
    """What was read last of one subject. `total` rows are known, the first of them told."""

    subject: str
    section: str
    title: str
    columns: list[Column]
    total: int
    rows: list[Row]


class ConfigChange(Answer):
    """A configuration that changed, seen at `at`; `changed` is when it was, as the device says."""

    revision: str
    at: float
    changed: float | None
    added: int
    removed: int


class DeviceSheet(Sheet):
    """All that a device's page shows."""

    device: things.Device
    site: Named | None
    contact: str
    says: Says
    up: Neighbours
    down: Neighbours
    interfaces: Interfaces
    probes: list[Run]
    readings: list[Readings]
    configs: list[ConfigChange] | None = Field(description="Newest first")


class CircuitEnd(Answer):
    """One end of a circuit. `interface` has what was read of it, null where it was not."""

    device: Named
    site: Named | None
    name: str = Field(description="Of the interface, as the inventory writes it")
    interface: Interface | None


class CircuitSheet(Sheet):
    """All that a circuit's page shows; its contract numbers are asked apart."""

    circuit: things.Circuit
    site: Named | None
    contact: str
    payers: list[str] = Field(description="As they are called where they are sites")
    a: CircuitEnd | None
    z: CircuitEnd
    siblings: Circuits = Field(description="Others that end at its site")
    readings: list[Readings] = Field(description="Of its own address, where one is pinged")


class SiteSheet(Sheet):
    """All that a site's page shows."""

    site: things.Site
    contact: str
    above: list[Named] = Field(description="The sites that it lies in, the greatest first")
    children: Things
    devices: DeviceRows
    circuits: Circuits
    services: Things = Field(description="That need it or something in it")


class ServiceSheet(Sheet):
    """All that a service's page shows."""

    service: things.Service
    checks: list[Check]
    needs: Things
    readings: list[Readings]


class Told(Answer):
    """What Alertmanagers were sent of an incident. `after` has the seconds without an owner after
    which others were told too.
    """

    at: float
    severities: list[str]
    after: list[int]
    taken: dict[str, bool] = Field(description="Each Alertmanager: whether it takes what is sent")


class IncidentSheet(Screen):
    """All that an incident's page shows."""

    incident: state.Incident
    cause: Named
    verdict: state.Verdict
    site: Named | None
    contact: str
    provider: str
    contract: str
    kinds: dict[str, int] = Field(description="How many of each kind it hides")
    hides: list[Named] = Field(description="The first of them, as they are now")
    timeline: list[Happening] = Field(description="Oldest first")
    told: Told | None = Field(description="null where nobody was")
    works: list[Work]
    earlier: list[Past]
    path: list[Step]
    grafana: str
    runbook: str = Field(description="GET /api/v1/runbooks/{name}; empty where there is none")


class Configs(Answer):
    """The revisions that are kept of a device's configuration, newest first."""

    items: list[ConfigChange]


class Difference(Answer):
    """What a revision changed. The first of all has the whole text, each line as added."""

    revision: str
    before: str = Field(description="The revision before; empty for the first")
    at: float
    added: int
    removed: int
    text: str = Field(description="A unified diff; secrets were never kept")
    cut: bool = Field(description="Whether the text is longer than this")


class Block(Answer):
    """A part of a runbook, by `kind`: heading (level, text), paragraph (text, with line ends), list
    (ordered, items). Code stands between backticks.
    """

    kind: str
    level: int = 0
    text: str = ""
    ordered: bool = False
    items: list[str] = Field(default=[])


class Runbook(Screen):
    """What to look at and whom to call."""

    name: str
    blocks: list[Block]
