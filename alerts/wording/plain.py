"""Text that came from outside made fit to print, and text made fit for an SMS."""

import re
import string
import unicodedata
from collections.abc import Callable, Mapping

NAME_LENGTH = 80
"""Characters of a name in a sentence (an inventory's key has at most as many)."""

SENTENCE_LENGTH = 400
SMS_LENGTH = 160
"""Septets of one SMS (3GPP TS 23.038, the 7-bit default alphabet)."""

_GSM = frozenset(string.ascii_letters + string.digits + " @$_!\"#%&'()*+,-./:;<=>?")
"""The part of ASCII that the 7-bit alphabet has in its basic table: each costs one septet."""

_INSTEAD = str.maketrans(
    {"đ": "d", "Đ": "D", "–": "-", "—": "-", "→": "-", "·": ",", "…": "..", "`": "'"}
    | {"[": "(", "]": ")", "{": "(", "}": ")", "|": "/", "\\": "/", "~": "-", "^": ""}
)
_FLOOR = 8


def clean(text: str, length: int = NAME_LENGTH) -> str:
    """One line without control and formatting characters (which turn, hide or break text), cut in
    its middle when it is longer than `length`.
    """
    kept = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text[:10_000])
    return shortened(" ".join(kept.split()), length)


def shortened(text: str, length: int) -> str:
    """Text of at most `length` characters: the middle goes, for names differ at their ends."""
    if len(text) <= length:
        return text
    head = (length - 2) // 2
    return f"{text[:head]}..{text[len(text) - (length - 2 - head) :]}"


def gsm(text: str) -> str:
    """Text without diacritics in letters that cost an SMS one septet each; others are left out."""
    plain = unicodedata.normalize("NFKD", text.translate(_INSTEAD)).translate(_INSTEAD)
    return " ".join(re.sub(r"\s", " ", "".join(one for one in plain if one in _GSM)).split())


def fitted(build: Callable[[Mapping[str, str]], str], fields: Mapping[str, str]) -> str:
    """What `build` makes of fields, as an SMS: the longest field gives way until it fits."""
    given = {name: gsm(text) for name, text in fields.items()}
    while True:
        text = gsm(build(given))
        over = len(text) - SMS_LENGTH
        longest = max(given, key=lambda name: len(given[name]), default="")
        if over <= 0 or not longest or len(given[longest]) <= _FLOOR:
            return text[:SMS_LENGTH].rstrip()
        given[longest] = shortened(given[longest], max(_FLOOR, len(given[longest]) - over))


def words_in(text: str) -> bool:
    """Whether an SMS would show anything of a text."""
    return any(one.isalnum() for one in gsm(text))
