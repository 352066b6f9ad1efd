"""Which things of the inventory are meant: the language of `hatang inventory`, and the verdict's
state.
"""

from collections.abc import Mapping, Sequence

from collector.api.guard import RefusedError
from collector.api.view import state_name
from collector.engine import Verdict
from inventory.model import Inventory
from inventory.query import QueryInvalid, select


def matching(
    inventory: Inventory,
    kind: str,
    conditions: Sequence[str],
    words: str,
    held: Mapping[str, Verdict],
) -> list[str]:
    """Names in order. `state=down` is answered from the verdicts, all else from the inventory."""
    own = [one for one in conditions if _is_state(one)]
    others = [one for one in conditions if not _is_state(one)]
    try:
        names = sorted(thing.name for thing in select(inventory, kind, others, words))
    except QueryInvalid as error:
        raise RefusedError(400, str(error), "as in where=site.kind=ward") from None
    for condition in own:
        sign, wanted = condition.removeprefix("state").partition("=")[::2]
        names = [n for n in names if (state_name(held.get(n)) == wanted) == (sign == "")]
    return names


def _is_state(condition: str) -> bool:
    return condition.startswith(("state=", "state!="))
