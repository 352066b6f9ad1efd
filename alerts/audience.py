"""Who is told of what: `notify` of the inventory as sets of alerts that do not overlap, so that one
alert reaches a contact once, and none reaches nobody.

An alert is its labels. A `Cell` is a set of alerts: for each label the values that belong, or those
that do not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.notice import SEVERITIES, URGENT
from inventory.graph import within
from inventory.model import Inventory, Notify
from inventory.problem import near

LABELS = ("alertname", "subject", "instance", "severity", "kind", "site", "provider", "role")
"""What the gate puts on an alert, and `match` may ask for."""


class RoutingInvalid(ValueError):  # noqa: N818 - it says what is the case
    """`notify` cannot be made into routes; the message says which entry and why."""


@dataclass(frozen=True, slots=True)
class Values:
    """Values of one label: those listed, or with `other` all but those."""

    listed: frozenset[str]
    other: bool = False

    def both(self, with_: "Values") -> "Values":
        """What belongs to both."""
        if self.other and with_.other:
            return Values(self.listed | with_.listed, other=True)
        if self.other:
            return Values(with_.listed - self.listed)
        kept = self.listed - with_.listed if with_.other else self.listed & with_.listed
        return Values(kept)

    def turned(self) -> "Values":
        """What does not belong."""
        return Values(self.listed, not self.other)

    @property
    def empty(self) -> bool:
        """Whether nothing belongs."""
        return not self.listed and not self.other

    def __contains__(self, value: str) -> bool:
        return (value in self.listed) != self.other


Cell = Mapping[str, Values]
EVERYTHING: Cell = {}


def common(one: Cell, other: Cell) -> Cell | None:
    """Alerts in both, None when there can be none."""
    found = dict(one)
    for label, values in other.items():
        found[label] = found[label].both(values) if label in found else values
        if found[label].empty:
            return None
    return found


def without(cells: Iterable[Cell], gone: Cell) -> list[Cell]:
    """The alerts of some cells that are not in another, again as cells that do not overlap."""
    left = []
    for cell in cells:
        inside: Cell | None = cell
        for label, values in gone.items():
            if inside is None:
                break
            outside = common(inside, {label: values.turned()})
            if outside is not None:
                left.append(outside)
            inside = common(inside, {label: values})
    return left


@dataclass(frozen=True, slots=True)
class Share:
    """Alerts that a contact is told of: always, or in the hours of a calendar; `after` so many
    seconds without an owner.
    """

    contact: str
    cell: Cell
    hours: str | None = None
    after: int = 0


def shares(inventory: Inventory) -> list[Share]:
    """What each contact is told of: the first entry that matches counts, those without hours before
    the others.

    The first contact is also told of what nobody else is, and of critical and major alerts that
    nobody is told of at all hours. Raises RoutingInvalid.
    """
    entries = [(_checked(inventory, at, one), one) for at, one in enumerate(inventory.notify)]
    told = [(cell, one) for cell, one in entries if not int(one.after)]
    always = [(cell, one) for cell, one in told if not one.hours]
    first = default(inventory)
    wanted = [Share(to, cell) for cell, one in always for to in one.to]
    urgent = _left([{"severity": Values(URGENT)}], always)
    wanted += [Share(first, cell) for cell in (*urgent, *_left([EVERYTHING], told))]
    later = [pair for pair in entries if pair not in told]
    for cell, one in [pair for pair in told if pair[1].hours] + sorted(later, key=_in_hours):
        wanted += [Share(to, cell, one.hours, int(one.after)) for to in one.to]
    found: list[Share] = []
    for share in wanted:
        found += _more(found, share)
    return found


def _left(cells: list[Cell], entries: Iterable[tuple[Cell, Notify]]) -> list[Cell]:
    """What no entry has."""
    for cell, _ in entries:
        cells = without(cells, cell)
    return cells


def _in_hours(entry: tuple[Cell, Notify]) -> bool:
    return entry[1].hours is not None


def default(inventory: Inventory) -> str:
    """The contact that hears what no other does: the first that is told at once and at any hour.
    Raises RoutingInvalid when there is no contact at all.
    """
    plain = [one.to[0] for one in inventory.notify if not (one.hours or int(one.after))]
    for contact in (*plain, *inventory.contacts):
        return contact
    raise RoutingInvalid("no contact in the inventory: nobody would be told of anything")


def _more(found: Iterable[Share], new: Share) -> list[Share]:
    """A share without what the same contact is already told of after the same time."""
    cells: list[Cell] = [new.cell]
    for held in found:
        if (held.contact, held.after) == (new.contact, new.after):
            cells = without(cells, held.cell)
    return [Share(new.contact, cell, new.hours, new.after) for cell in cells]


def _checked(inventory: Inventory, number: int, entry: Notify) -> Cell:
    where = f"notify entry {number + 1}"
    cell = {}
    for label, values in entry.match.items():
        if label not in LABELS:
            meant = near(label, LABELS) or f"one of {', '.join(LABELS)}"
            raise RoutingInvalid(f'{where}: no alert has a label "{label}" ({meant})')
        wanted = set(values)
        if label == "severity" and (odd := wanted - set(SEVERITIES)):
            raise RoutingInvalid(f"{where}: no severity {', '.join(sorted(odd))}")
        if label == "site":
            if odd := wanted - set(inventory.sites):
                raise RoutingInvalid(f"{where}: no site {', '.join(sorted(odd))}")
            wanted = set().union(*(within(inventory, site) for site in wanted))
        cell[label] = Values(frozenset(wanted))
    return cell


def steps(inventory: Inventory, labels: Mapping[str, str]) -> list[int]:
    """After how many seconds without an owner somebody else is to be told of an alert, sorted."""
    return sorted(
        {
            int(entry.after)
            for number, entry in enumerate(inventory.notify)
            if int(entry.after)
            and all(
                labels.get(label, "") in values
                for label, values in _checked(inventory, number, entry).items()
            )
        }
    )
