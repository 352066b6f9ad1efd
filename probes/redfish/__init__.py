"""The redfish probe: the health of a server's hardware, as its controller tells it (iLO, iDRAC,
XCC, iBMC and others; DMTF DSP0266).

`client.py` asks, `tree.py` finds what there is, `parts.py` makes rows of it.
"""

from typing import Any

from probes.probe import Probe, Target
from probes.redfish.session import RedfishSession, RedfishSettings


def _open(target: Target, memory: dict[str, Any]) -> RedfishSession:
    del memory  # what there is may have changed by the next start
    assert isinstance(target.settings, RedfishSettings)
    return RedfishSession(target, target.settings)


PROBE = Probe("redfish", RedfishSettings, _open)
