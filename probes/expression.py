"""What a PromQL expression says of the catalogue's metrics: read as text, by whoever holds rules,
dashboards or charts to the catalogue.
"""

import re

_WORDS = frozenset(
    {"and", "atan2", "bool", "by", "group_left", "group_right", "ignoring", "inf", "nan", "offset"}
    | {"on", "or", "unless", "without"}
)
_TEXT = re.compile(r'"(?:\\.|[^"\\])*"')
_PLACES = re.compile(r"\{[^}]*\}|\[[^\]]*\]|#[^\n]*")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_NAME = re.compile(r"\b[a-z_][a-z0-9_:]*\b(?!\s*\()")
_INFO = re.compile(r"\b[a-z0-9_]+_info\b(\s*\{[^}]*\})?(\s*\[[^\]]*\]\s*\))?(\s*==\s*1\b)?")


def metrics(expr: str) -> set[str]:
    """The metrics that it reads; a recorded one has its colon."""
    return set(_NAME.findall(_GROUPING.sub(" ", bare(expr, " ")))) - _WORDS


def bare(expr: str, text: str = '""') -> str:
    """It without label matchers, ranges, comments; `text` where strings stood."""
    return _PLACES.sub(" ", _TEXT.sub(text, expr))


def joins_old_infos(expr: str) -> bool:
    """Whether it reads an info without `== 1`: one that ended is 0, and still there."""
    return any(not found[3] for found in _INFO.finditer(_TEXT.sub('""', expr)))
