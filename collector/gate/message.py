"""How an alert is worded and labelled: the one place where the gate asks `alerts.wording`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from alerts.notice import Notice
from alerts.wording import Message, compose, compose_end, end_told, from_rule
from collector.gate.held import Held, Told
from collector.gate.incoming import Posted
from collector.verdicts.verdict import Cause, News, Sign
from inventory.model import KINDS, Inventory

NAMES = 20
"""Most hidden things that are named."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where a person can look: where the API is reached, and a dashboard with `{kind}` and `{name}`
    in its address. Empty ones are left out.
    """

    console: str = ""
    dashboard: str = ""

    def of(self, thing: str, incident: str = "") -> tuple[str, str]:
        """Console and dashboard of a thing (`kind:name`), or of an incident about it; the wall for
        a thing that has no page.
        """
        kind, _, name = thing.partition(":")
        place = f"{kind}s/{quote(name, safe='')}" if kind in KINDS else ""
        place = f"incidents/{incident}" if incident else place
        console = f"{self.console.rstrip('/')}/{place}" if self.console and name else ""
        return console, placed(self.dashboard, kind, name) if name else ""


def placed(dashboard: str, kind: str, name: str) -> str:
    """A dashboard's address for one thing."""
    return dashboard.replace("{kind}", kind).replace("{name}", quote(name, safe=""))


NO_LINKS = Links()


def of_cause(
    cause: Cause, inventory: Inventory, incident: int | str, links: Links = NO_LINKS
) -> Told:
    """An incident of the engine's. Raises KeyError for an alert that is not the engine's."""
    words = compose(_notice(cause, cause.evidence), inventory, incident)
    return _told(words, cause.thing, _facts(cause, inventory, incident), inventory, links)


def of_end(news: News, inventory: Inventory, incident: int | str, links: Links = NO_LINKS) -> Told:
    """An incident of the engine's that closed, with the evidence of its end. Raises KeyError as
    `of_cause`.
    """
    cause = news.cause
    words = compose_end(_notice(cause, news.evidence), news.at, inventory, incident)
    more = {**_facts(cause, inventory, incident), "ended": _local(news.at, inventory)}
    return _told(words, cause.thing, more, inventory, links)


def over(one: Held, at: float, inventory: Inventory) -> Told:
    """The end of what is held, of which is known only how it was told; with its links."""
    told = {**one.words.annotations}
    words = end_told({**one.words.labels, **one.key._asdict()}, told, inventory, one.since, at)
    told |= {"ended": _local(at, inventory), **_words(words)}
    return Told(one.words.labels, told, one.words.url)


def _notice(cause: Cause, evidence: Sequence[Sign]) -> Notice:
    return Notice(
        alert=cause.alert,
        thing=cause.thing,
        severity=cause.severity,
        since=cause.since,
        side=cause.side,
        evidence=tuple((sign.code, sign.args) for sign in evidence),
        hides=cause.hides,
    )


def _facts(cause: Cause, inventory: Inventory, incident: int | str) -> dict[str, str]:
    return {
        "cause": cause.thing,
        "side": cause.side,
        "hidden": str(len(cause.hides)),
        "hidden_names": ", ".join(cause.hides[:NAMES]),
        "incident": str(incident),
        "runbook": f"alerts/runbooks/{cause.alert}.md",
        "since": _local(cause.since, inventory),
        **_contract(cause.thing, inventory),
    }


def of_rule(posted: Posted, severity: str, inventory: Inventory, links: Links = NO_LINKS) -> Told:
    """A history rule's alert, in its own words under our severity."""
    thing = posted.key.subject
    riding = labels(thing, inventory)
    named = {**posted.identity, **riding, "alertname": posted.key.alertname}
    words = from_rule(
        {**named, "subject": thing, "severity": severity},
        posted.annotations,
        inventory,
        posted.since or None,
    )
    more = {
        "runbook": posted.annotations.get("runbook", "")[:200],
        "since": _local(posted.since, inventory),
        **_contract(thing, inventory),
    }
    told = _told(words, thing, more, inventory, links)
    return Told(told.labels, told.annotations, posted.url or told.url)


def labels(thing: str, inventory: Inventory) -> dict[str, str]:
    """What rides along on an alert about a thing: its kind, and the site, provider and role that
    people are chosen by.
    """
    kind, _, name = thing.partition(":")
    device = inventory.devices.get(name) if kind == "device" else None
    circuit = inventory.circuits.get(name) if kind == "circuit" else None
    if circuit is not None:
        far = inventory.devices.get(circuit.z.device)
        return {"kind": kind, "site": far.site if far else "", "provider": circuit.provider}
    if device is not None:
        return {"kind": kind, "site": device.site, "role": device.role or ""}
    return {"kind": kind, "site": name if kind == "site" else ""}


def _contract(thing: str, inventory: Inventory) -> dict[str, str]:
    kind, _, name = thing.partition(":")
    circuit = inventory.circuits.get(name) if kind == "circuit" else None
    return {"contract": circuit.contract, "provider": circuit.provider} if circuit else {}


def _told(
    words: Message, thing: str, more: Mapping[str, str], inventory: Inventory, links: Links
) -> Told:
    console, dashboard = links.of(thing, more.get("incident", ""))
    annotations = {**_words(words), **more, "console": console, "dashboard": dashboard}
    kept = {name: text for name, text in annotations.items() if text}
    return Told(labels(thing, inventory), kept, console)


def _words(words: Message) -> dict[str, str]:
    return {
        "summary": words.summary,
        "description": words.description,
        "summary_en": words.summary_en,
        "description_en": words.description_en,
        "sms": words.sms,
    }


def _local(at: float, inventory: Inventory) -> str:
    if not at:
        return ""
    return datetime.fromtimestamp(at, inventory.province.zone).isoformat(timespec="seconds")
