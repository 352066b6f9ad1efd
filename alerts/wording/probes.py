"""What probes say, in the reader's language: `probes.yaml` has every text of theirs.

Probes speak English, in texts whose gaps hold what a device, a server or a library said. Here a
text is found by what stands around its gaps; what was said in them is quoted as it is.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from alerts.wording.words import WORDS

_GAP = re.compile(r"{(\w+)}")
DEEP = 6
"""How often a text may stand in a gap of another."""


@cache
def phrases() -> Mapping[str, str]:
    """Vietnamese by English."""
    text = (files(__package__) / "probes.yaml").read_text("utf-8")
    return {str(english): str(own) for english, own in yaml.load(text, yaml.CSafeLoader).items()}


@lru_cache(4096)
def probe_words(text: str, language: str, deep: int = DEEP) -> str:
    """A message or hint of a probe; one that is not ours comes back as it is."""
    if language == "en" or not text or not deep:
        return text
    low = text.lower()
    for mark, english, own in _ordered():
        if mark in low and (found := _pattern(english).fullmatch(text)):
            gaps = found.groupdict().items()
            return own.format_map(
                {name: probe_words(gap, language, deep - 1) for name, gap in gaps}
            )
    known = WORDS.reasons.get(text)
    return known.say(language) if known else text


@cache
def _ordered() -> tuple[tuple[str, str, str], ...]:
    """Both texts, those that say most by themselves first; before them their longest piece, which
    most texts do not have: a pattern is made of few.
    """
    ordered = sorted(phrases().items(), key=lambda pair: -len(_GAP.sub("", pair[0])))
    return tuple(
        (max(_GAP.split(english)[::2], key=len).lower(), english, own) for english, own in ordered
    )


@cache
def _pattern(english: str) -> re.Pattern[str]:
    """As a pattern; texts that probes put after each other stay apart."""
    gap = ".+?" if "; " in english else "(?:(?!; ).)+?"
    found, seen = "", set[str]()
    for place, piece in enumerate(_GAP.split(english)):
        if place % 2 == 0:
            found += re.escape(piece)
        else:
            found += f"(?P={piece})" if piece in seen else f"(?P<{piece}>{gap})"
            seen.add(piece)
    return re.compile(found, re.IGNORECASE | re.DOTALL)
