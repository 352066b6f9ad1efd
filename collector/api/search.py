"""Which things are meant: the language of `hatang inventory`, and the verdict's state and cause."""

from collections.abc import Mapping, Sequence

from collector.api.entry.guard import RefusedError
from collector.verdicts.events import State
from collector.verdicts.verdict import Verdict
from inventory.model import KINDS, Inventory
from inventory.query import QueryInvalid, condition, select

Held = Mapping[str, Verdict]
"""Verdicts by thing."""

MAINTENANCE = "maintenance"
"""What is shown as the state of a thing that announced work covers."""

_NAMES = {state: state.name.lower() for state in State}
_OWN = ("state", "because")


def matching(
    inventory: Inventory, kind: str, conditions: Sequence[str], search: str, held: Held
) -> list[str]:
    """Things of one kind in order. `state=down` and `because=circuit:x` are answered from the
    verdicts, all else from the inventory.
    """
    try:
        asked = [(text, condition(text)) for text in conditions]
        own = [one for _, one in asked if one.path[0] in _OWN]
        others = [text for text, one in asked if one.path[0] not in _OWN]
        things = _known(inventory, kind, others, search, held)
    except QueryInvalid as error:
        raise RefusedError(400, str(error), "as in where=site.kind=ward") from None
    return [
        one for one in things if all(each.met(_values(held.get(one), each.path[0])) for each in own)
    ]


def state_name(held: Verdict | None) -> str:
    """The word of the catalogue."""
    return _NAMES[held.state if held else State.UNKNOWN]


def shown_name(held: Verdict | None) -> str:
    """The same as people are shown it: `maintenance` where announced work covers the thing."""
    return MAINTENANCE if held and held.maintenance else state_name(held)


def _known(
    inventory: Inventory, kind: str, conditions: Sequence[str], search: str, held: Held
) -> list[str]:
    if kind not in KINDS:
        if conditions or search:
            raise RefusedError(400, f"a {kind} has no fields to ask for")
        return sorted(one for one in held if one.startswith(f"{kind}:"))
    return sorted(str(thing) for thing in select(inventory, kind, conditions, search))


def _values(held: Verdict | None, field: str) -> list[str]:
    if field == "state":
        return [state_name(held)]
    return [held.because] if held and held.because else []
