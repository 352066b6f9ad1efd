"""How things are called in a sentence, from the inventory's titles."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from alerts.wording.plain import clean, words_in
from alerts.wording.words import KINDS, WORDS
from inventory.model import Circuit, Inventory, Thing

NAMED = 6
"""How many of the hidden things are named."""

_ORDER = ("service", "site", "circuit", "device", "collector")


def thing(text: str) -> Thing:
    """The thing that `kind:name` names; a bare name is a device's."""
    kind, colon, name = text.partition(":")
    return Thing(kind, name) if colon and kind in KINDS else Thing("device", text)


@dataclass(frozen=True, slots=True)
class Naming:
    """Names of things in one language. What the inventory does not know is called by its key.
    Made anew for each inventory; one for many names is cheaper than one for each.
    """

    inventory: Inventory
    language: str
    _twins: dict[tuple[str, str], list[Circuit]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def place(self, site: str) -> str:
        """A site inside a sentence: without "UBND", which the reader knows."""
        known = self.inventory.sites.get(site)
        title = clean(known.title) if known else clean(site)
        for prefix in WORDS.place_prefixes:
            title = title.removeprefix(prefix)
        return title

    def site_of(self, one: Thing) -> str:
        """The key of the site where a thing is; a circuit is where its Z end is."""
        if one.kind == "site":
            return one.name
        device: str | None = one.name
        if one.kind == "circuit":
            circuit = self.inventory.circuits.get(one.name)
            device = circuit.z.device if circuit else None
        known = self.inventory.devices.get(device) if device else None
        return known.site if known else ""

    def name(self, one: Thing) -> str:
        """A thing inside a sentence."""
        if one.kind == "site":
            return self.place(one.name)
        if one.kind == "circuit" and one.name in self.inventory.circuits:
            return self.circuit(self.inventory.circuits[one.name])
        if one.kind in ("device", "service"):
            known = getattr(self.inventory, f"{one.kind}s").get(one.name)
            return clean(known.title if known else one.name)
        return clean(one.name)

    def circuit(self, one: Circuit) -> str:
        """A circuit by its own name; else by its kind and site, and its way where it has twins."""
        if one.title != one.name:
            return clean(one.title)
        kind = next(
            (w for start, w in WORDS.circuit_kinds.items() if one.kind.startswith(start)), None
        )
        site = self.site_of(Thing("circuit", one.name))
        if kind is None or not site:
            return clean(one.name)
        name = f"{kind.say(self.language)} {self.place(site)}"
        twins = self._beside(one.kind, site)
        if len(twins) == 1:
            return name
        if one.path and sum(other.path == one.path for other in twins) == 1:
            return WORDS.lines["path"].say(self.language, name=name, path=clean(one.path))
        return f"{name} ({clean(one.name)})"

    def _beside(self, kind: str, site: str) -> list[Circuit]:
        """Circuits of one kind at one place; all are put in order by the first that asks."""
        if not self._twins:
            for other in self.inventory.circuits.values():
                place = self.site_of(Thing("circuit", other.name))
                self._twins.setdefault((other.kind, place), []).append(other)
        return self._twins[kind, site]

    def short(self, one: Thing) -> str:
        """A name that leaves something in an SMS: the key where the title would not."""
        name = self.name(one)
        return name if words_in(name) else clean(one.name)

    def counted(self, things: Sequence[Thing], *, short: bool = False) -> str:
        """How many of each kind."""
        found = []
        for kind in ("device", "circuit", "site", "service", "collector"):
            if count := sum(one.kind == kind for one in things):
                noun = WORDS.nouns[kind]
                word = noun.short.say(self.language) if short else noun.say(self.language)
                many = self.language == "en" and count != 1 and not short
                found.append(f"{count} {noun.many if many else word}")
        return ", ".join(found)

    def some(self, things: Sequence[Thing]) -> str:
        """The first few by name, what people use before what serves it."""
        ordered = sorted(things, key=lambda one: _ORDER.index(one.kind))
        names = ", ".join(self.name(one) for one in ordered[:NAMED])
        if len(ordered) <= NAMED:
            return names
        more = WORDS.lines["more"].say(self.language, count=str(len(ordered) - NAMED))
        return f"{names} {more}"
