"""The names that an inventory may use: of probes and profiles, and of rules that have limits."""

from dataclasses import replace

from alerts.thresholds import thresholds
from inventory.vocabulary import Vocabulary
from probes import registry


def vocabulary() -> Vocabulary:
    """Everything that `inventory.load` checks names against. Raises ProfileInvalid, ValueError."""
    limits = thresholds()
    return replace(
        registry.vocabulary(),
        rules=frozenset(limits),
        ratios=frozenset(name for name, one in limits.items() if one.unit == "ratio"),
        instances={name: one.instance for name, one in limits.items() if one.instance},
    )
