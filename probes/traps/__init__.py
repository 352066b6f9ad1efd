"""SNMP traps and informs: what devices say without being asked.

Names of notifications are data (`names.yaml`); receiving is pysnmp's (`receiver.py`), which is
imported only where somebody listens.
"""

from probes.traps.names import Meaning, meanings
from probes.traps.trap import Trap

__all__ = ["Meaning", "Trap", "meanings"]
