"""What to ask, of whom, how often: the inventory turned into jobs and pings, once per reload.

Everything that a run needs is computed here: target, labels, deadline, encoded heads. A reload
builds a new plan beside the old one; a job that is equal keeps its session and its place in the
schedule.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from inventory.model import Credential, Device, Inventory, Service, Use
from inventory.secret import SecretMissing
from probes.probe import Probe, Settings, Target
from probes.reading import Head

PATIENCE = {"snmp": 4.0, "cli": 12.0, "ssh": 3.0, "redfish": 8.0}
"""A poll of many requests may take this many times the `timeout` that one answer may take."""


@dataclass(frozen=True, slots=True)
class Job:
    """One probe on one target. `key` is stable across reloads and restarts.

    `thing` is what the target belongs to in the inventory, a device or a service; `about` are
    labels of the inventory that a device's own info row carries besides what the device says of
    itself.
    """

    key: str
    kind: str
    thing: str
    site: str
    probe: Probe
    target: Target
    interval: float
    timeout: float
    about: tuple[tuple[str, str], ...] = ()
    heads: "JobHeads" = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        labels = (*self.target.labels, ("probe", self.probe.name))
        object.__setattr__(self, "heads", JobHeads(labels))


class JobHeads:
    """The heads of the rows that tell how a job fared."""

    __slots__ = ("labels", "poll", "probe", "reasons")

    def __init__(self, labels: tuple[tuple[str, str], ...]) -> None:
        self.labels = labels
        self.probe = Head("probe", labels)
        self.poll = Head("poll", labels)
        self.reasons: dict[str, Head] = {}

    def reason(self, reason: str) -> Head:
        """The head of rows by reason; few reasons ever happen to one job."""
        head = self.reasons.get(reason)
        if head is None:
            head = self.reasons[reason] = Head("probe", (*self.labels, ("reason", reason)))
        return head


@dataclass(frozen=True, slots=True)
class Ping:
    """One address that is echoed, and who is meant by it: rows to write, and the things
    (`kind:name`) that are judged by it: devices, circuits, the collector's own gateway.
    """

    address: str
    interval: float
    report: float
    heads: tuple[Head, ...]
    things: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one collector asks."""

    collector: str
    inventory: Inventory
    jobs: Mapping[str, Job]
    pings: Mapping[str, Ping]


Fetch = Callable[[Credential], Any]


def build(inventory: Inventory, collector: str, probes: Mapping[str, Probe], fetch: Fetch) -> Plan:
    """The plan of one collector. `fetch` turns a credential into the secret values that a probe
    takes. Raises SecretMissing, with the credential's name.

    Devices that are planned or retired are not asked.
    """
    devices = [
        device
        for device in inventory.devices.values()
        if device.collector == collector and device.lifecycle == "active"
    ]
    services = [one for one in inventory.services.values() if one.collector == collector]
    once = _Fetched(fetch)
    jobs = [job for device in devices for job in device_jobs(device, probes, once)]
    jobs += [job for service in services for job in service_jobs(service, probes, once)]
    pings = _pings(inventory, collector, devices)
    return Plan(collector, inventory, {job.key: job for job in jobs}, pings)


class _Fetched:
    """Each credential's secrets are fetched once."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._known: dict[int, Any] = {}

    def __call__(self, credential: Credential) -> Any:
        if id(credential) not in self._known:
            self._known[id(credential)] = self._fetch(credential)
        return self._known[id(credential)]


def fetch(credential: Credential) -> dict[str, Any]:
    """A credential's secret values. Raises SecretMissing, with the credential's name."""
    try:
        return credential.fetch()
    except SecretMissing as missing:
        where = f"credentials.{credential.name}.{credential.kind}"
        raise SecretMissing(f"{where}: {missing}") from None


def device_jobs(device: Device, probes: Mapping[str, Probe], fetch: Fetch) -> list[Job]:
    """What a device is asked. Raises SecretMissing."""
    known = {kind: fetch(one) for kind, one in device.credentials.items() if device.probes}
    return [_device_job(device, use, probes[use.probe], known) for use in device.probes]


def service_jobs(service: Service, probes: Mapping[str, Probe], fetch: Fetch) -> list[Job]:
    """What a service is asked. Raises SecretMissing."""
    known = {kind: fetch(one) for kind, one in service.credentials.items() if service.checks}
    return [_service_job(service, use, probes[use.probe], known) for use in service.checks]


def _device_job(device: Device, use: Use, probe: Probe, known: Mapping[str, Any]) -> Job:
    labels = [("device", device.name), ("site", device.site)]
    if use.name != use.probe:
        labels.append(("target", use.name))
    elif probe.check:
        labels.append(("target", use.probe))
    return Job(
        key=f"device/{device.name}/{use.name}",
        kind="device",
        thing=device.name,
        site=device.site,
        probe=probe,
        target=Target(
            device.name, device.addresses, tuple(labels), cast(Settings, use.settings), known
        ),
        interval=use.interval,
        timeout=_deadline(use),
        about=(("role", device.role or ""), ("lifecycle", device.lifecycle)),
    )


def _service_job(service: Service, use: Use, probe: Probe, known: Mapping[str, Any]) -> Job:
    labels = (("service", service.name), ("target", use.name))
    return Job(
        key=f"service/{service.name}/{use.name}",
        kind="service",
        thing=service.name,
        site="",
        probe=probe,
        target=Target(service.name, (), labels, cast(Settings, use.settings), known),
        interval=use.interval,
        timeout=_deadline(use),
    )


def _deadline(use: Use) -> float:
    return min(use.timeout * PATIENCE.get(use.probe, 1.0), use.interval * 0.9)


def _pings(inventory: Inventory, collector: str, devices: Iterable[Device]) -> dict[str, Ping]:
    """Devices that share an address share one pinger; a circuit's own probe address is one more
    subject, and the collector's gateway one without rows.
    """
    wanted: dict[str, list[_Echo]] = {}
    for device in devices:
        if device.ping:
            head = Head("icmp", (("device", device.name), ("site", device.site)))
            echo = _Echo(device.ping, device.interval, head, f"device:{device.name}")
            wanted.setdefault(device.addresses[0], []).append(echo)
    names = {device.name for device in devices}
    for circuit in inventory.circuits.values():
        if circuit.probe and circuit.z.device in names and circuit.lifecycle == "active":
            site = inventory.devices[circuit.z.device].site
            head = Head("circuit", (("circuit", circuit.name), ("site", site)))
            echo = _Echo(1.0, 60.0, head, f"circuit:{circuit.name}")
            wanted.setdefault(circuit.probe, []).append(echo)
    gateway = inventory.collectors[collector].gateway
    if gateway is not None:
        wanted.setdefault(gateway, []).append(_Echo(1.0, 60.0, None, f"collector:{collector}"))
    return {address: _ping(address, echoes) for address, echoes in wanted.items()}


class _Echo(NamedTuple):
    """One thing's wish for echoes."""

    interval: float
    report: float
    head: Head | None
    thing: str


def _ping(address: str, echoes: Sequence[_Echo]) -> Ping:
    return Ping(
        address,
        interval=min(echo.interval for echo in echoes),
        report=min(echo.report for echo in echoes),
        heads=tuple(echo.head for echo in echoes if echo.head is not None),
        things=tuple(echo.thing for echo in echoes),
    )
