"""What the rows of a device are called, so that no two share a name and a name outlives its index.

Duplicates all take ` (<more>)` where the profile knows more (an interface's ifDescr), then `#n`
in the order of their indexes; so do names that another table of the device has taken
(docs/metrics.md).
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from probes.reading import LABEL_BYTES, clean
from probes.snmp.plan import RowsPlan
from probes.snmp.value import Cell


def distinct(
    names: Mapping[bytes, str], more: Callable[[bytes], str], taken: Collection[str]
) -> dict[bytes, str]:
    """A name of its own for every index.

    `names` are in index order; `taken` are names that other rows of the subject have already.
    """
    names = {index: clean(name) for index, name in names.items()}
    counts = Counter(names.values())
    result = {i: n for i, n in names.items() if counts[n] == 1 and n not in taken}
    longer = {
        index: _fit(name, f" ({text})" if (text := clean(more(index))) else "")
        for index, name in names.items()
        if index not in result
    }
    counts = Counter(longer.values())
    used = {*taken, *result.values()}
    for index, name in longer.items():
        alone = counts[name] == 1 and name not in used
        result[index] = name if alone else _numbered(name, used)
        used.add(result[index])
    return result


def _numbered(name: str, used: Collection[str]) -> str:
    number = 1
    while (found := _fit(name, f"#{number}")) in used:
        number += 1
    return found


def _fit(name: str, suffix: str) -> str:
    """`name` and `suffix`, the name cut so that both keep within a label's length."""
    room = LABEL_BYTES - len(suffix.encode())
    if room < LABEL_BYTES // 2:
        return clean(name + suffix)
    return name.encode()[:room].decode(errors="ignore") + suffix


def called(
    plan: RowsPlan, rows: Mapping[bytes, Mapping[str, Cell]], sure: set[str]
) -> tuple[dict[bytes, str], set[bytes]]:
    """What each row calls itself, and which of them had to take their index for a name.

    A row whose better name may stand in a part that could not be read is left out: a wrong name
    would start another series.
    """
    names: dict[bytes, str] = {}
    made: set[bytes] = set()
    if not plan.label:
        return dict.fromkeys(list(rows)[:1], plan.subject), made
    for index, cells in rows.items():
        for source, needs, own in plan.sources:
            if name := clean(source(cells, index)):
                names[index] = name
                made |= {index} if own else set()
                break
            if any(need not in sure and cells.get(need) is None for need in needs):
                break
    return names, made
