"""Which things are meant: the language of `hatang inventory`, and the verdict's state and cause."""

from collections.abc import Mapping, Sequence

from collector.api.guard import RefusedError
from collector.verdicts.events import State
from collector.verdicts.verdict import Verdict
from inventory.model import KINDS, Inventory
from inventory.query import QueryInvalid, select

Held = Mapping[str, Verdict]
"""Verdicts by thing."""

_OWN = ("state", "because")


def matching(
    inventory: Inventory, kind: str, conditions: Sequence[str], search: str, held: Held
) -> list[str]:
    """Things of one kind in order. `state=down` and `because=circuit:x` are answered from the
    verdicts, all else from the inventory.
    """
    own = [parts for one in conditions if (parts := _own(one)) is not None]
    others = [one for one in conditions if _own(one) is None]
    things = _known(inventory, kind, others, search, held)
    for field, wanted, same in own:
        things = [one for one in things if (_value(held.get(one), field) == wanted) == same]
    return things


def state_name(held: Verdict | None) -> str:
    """The word of the catalogue."""
    return (held.state if held else State.UNKNOWN).name.lower()


def _known(
    inventory: Inventory, kind: str, conditions: Sequence[str], search: str, held: Held
) -> list[str]:
    if kind not in KINDS:
        if conditions or search:
            raise RefusedError(400, f"a {kind} has no fields to ask for")
        return sorted(one for one in held if one.startswith(f"{kind}:"))
    try:
        return sorted(str(thing) for thing in select(inventory, kind, conditions, search))
    except QueryInvalid as error:
        raise RefusedError(400, str(error), "as in where=site.kind=ward") from None


def _own(condition: str) -> tuple[str, str, bool] | None:
    """Field, value, and whether it must be the same, of a condition on a verdict."""
    for field in _OWN:
        for sign, same in (("!=", False), ("=", True)):
            if condition.startswith(field + sign):
                return field, condition.removeprefix(field + sign), same
    return None


def _value(held: Verdict | None, field: str) -> str:
    if field == "state":
        return state_name(held)
    return held.because if held else ""
