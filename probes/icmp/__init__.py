"""Continuous ping of every address of one collector: the one source that is not a probe run.

`Pinger` owns the sockets and the time; `Track` and `EchoCounts` what is known of one address;
`Planner` who is due when; `packet` the bytes. The engine hears of lost echoes and of recovery at
once through callbacks; the pipeline takes one row an interval from `Pinger.collect` and `echo_row`.
"""

from probes.icmp.pinger import Pinger
from probes.icmp.track import EchoCounts, echo_row
from probes.icmp.wire import IcmpUnavailableError

__all__ = ["EchoCounts", "IcmpUnavailableError", "Pinger", "echo_row"]
