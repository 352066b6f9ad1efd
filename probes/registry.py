"""The probes there are: one map, nothing found by import side effects."""

from inventory.vocabulary import Vocabulary
from probes.cli import EVERY
from probes.cli import PROBE as CLI
from probes.dns import PROBE as DNS
from probes.http import PROBE as HTTP
from probes.mail import IMAP, SMTP
from probes.ntp import PROBE as NTP
from probes.probe import Probe
from probes.redfish import PROBE as REDFISH
from probes.sip import PROBE as SIP
from probes.snmp import PROBE as SNMP
from probes.snmp.shelf import heads
from probes.ssh import PROBE as SSH
from probes.tcp import PROBE as TCP

_ALL = (SNMP, HTTP, TCP, CLI, SSH, REDFISH, DNS, SMTP, IMAP, NTP, SIP)
PROBES: dict[str, Probe] = {probe.name: probe for probe in _ALL}
NEEDS = {"snmp": "snmp", "cli": "ssh", "ssh": "ssh", "redfish": "http"}
"""The kind of credential that a probe cannot work without."""
RHYTHMS = {"cli": EVERY}
"""Seconds between two runs of probes that do not follow the inventory's general interval."""
FILES = {"snmp": frozenset(("modules",))}
"""Settings that name files."""


def vocabulary() -> Vocabulary:
    """The names of probes and profiles; those of rules are the collector's to add."""
    return Vocabulary(
        probes={name: probe.settings for name, probe in PROBES.items()},
        profiles=frozenset(heads()),
        needs=NEEDS,
        rhythms=RHYTHMS,
        files=FILES,
    )
