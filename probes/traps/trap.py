"""A notification as it was received, and what of it is worth writing down."""

from collections.abc import Sequence
from dataclasses import dataclass

from probes.reading import clean
from probes.traps.names import OTHER, meanings, name_of

TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
_UNSAID = ("1.3.6.1.2.1.1.3.0", TRAP_OID, "1.3.6.1.6.3.18.1.3.0", "1.3.6.1.6.3.18.1.4.0",
           "1.3.6.1.6.3.1.1.4.3.0")  # fmt: skip
"""sysUpTime, the notification itself, and what a proxy adds to one of version 1 (RFC 3584): its
address, its community (a secret) and its enterprise.
"""
_INTERFACE = ("1.3.6.1.2.1.31.1.1.1.1.", "1.3.6.1.2.1.2.2.1.2.")
"""ifName, ifDescr."""
_INDEX = "1.3.6.1.2.1.2.2.1.1."

MOST = 20
"""Values of one notification that are kept."""


@dataclass(frozen=True, slots=True)
class Trap:
    """From whom (an address), which (an identifier and its name, or `other`), and its values as
    text by object identifier.
    """

    source: str
    oid: str
    name: str
    values: tuple[tuple[str, str], ...]

    @property
    def look(self) -> str:
        """Why the device is to be looked at because of it, or ""."""
        return meanings()[self.name].look if self.name != OTHER else ""

    @property
    def interface(self) -> str:
        """The interface that it is about: its name, else `if<ifIndex>`, else ""."""
        for prefix in _INTERFACE:
            for oid, text in self.values:
                if oid.startswith(prefix) and text:
                    return text
        return next((f"if{text}" for oid, text in self.values if oid.startswith(_INDEX)), "")


def trap_of(source: str, values: Sequence[tuple[str, str | bytes]]) -> Trap | None:
    """A notification from its values in the form of version 2; None where it does not say which it
    is. Texts are cleaned as those of labels are.
    """
    oid = next((clean(text) for name, text in values if name == TRAP_OID), "")
    if not oid:
        return None
    kept = [(name, clean(text)) for name, text in values if name not in _UNSAID]
    return Trap(source, oid, name_of(oid), tuple(kept[:MOST]))
