"""The simulated province: devices that answer SNMP, ICMP and HTTP on loopback, and the demo around
them.

`simulator` is the process that plays the devices, `control` the way to cut and mend them,
`children` and `view` what `hatang demo` starts and shows. Nothing here is used by the collector.
"""

COLLECTOR = "collector"
"""The collector's own folder in a demo's state directory."""
