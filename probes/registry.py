"""The probes there are: one map, nothing found by import side effects."""

from inventory.vocabulary import Vocabulary
from probes.http import PROBE as HTTP
from probes.probe import Probe
from probes.snmp import PROBE as SNMP
from probes.snmp.profile import load_profiles
from probes.tcp import PROBE as TCP

PROBES: dict[str, Probe] = {probe.name: probe for probe in (SNMP, HTTP, TCP)}
NEEDS = {"snmp": "snmp"}
"""The kind of credential that a probe cannot work without."""


def vocabulary() -> Vocabulary:
    """The names an inventory may use. Rules are not known yet, so their names are not checked."""
    return Vocabulary(
        probes={name: probe.settings for name, probe in PROBES.items()},
        profiles=frozenset(load_profiles()),
        needs=NEEDS,
    )
