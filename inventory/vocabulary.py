"""The names that others know and the inventory only checks: probes with their settings, profiles,
rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What may be named. An empty `profiles` or `rules` means: not known here, so not checked.

    `needs` is the kind of credential (`snmp`, `ssh`, `http`) that a probe cannot work without;
    `rhythms` the seconds between two runs of probes for which a general `interval` is not meant. Of
    rules, `ratios` have limits that are shares of a whole, and `instances` gives the label that
    tells a rule's instances apart. `files` are settings of probes that name files, relative to the
    file that says so.
    """

    probes: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    profiles: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    needs: Mapping[str, str] = field(default_factory=dict)
    rhythms: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ratios: frozenset[str] = frozenset()
    instances: Mapping[str, str] = field(default_factory=dict)
