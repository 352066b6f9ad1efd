"""The probes there are: one map, nothing found by import side effects."""

from inventory.vocabulary import Vocabulary
from probes import http, snmp, tcp
from probes.probe import Probe
from probes.snmp.profile import load_profiles

PROBES: dict[str, Probe] = {probe.name: probe for probe in (snmp.PROBE, http.PROBE, tcp.PROBE)}


def vocabulary() -> Vocabulary:
    """The names an inventory may use. Rules are not known yet, so their names are not checked."""
    return Vocabulary(
        probes={name: probe.settings for name, probe in PROBES.items()},
        profiles=frozenset(load_profiles()),
    )
