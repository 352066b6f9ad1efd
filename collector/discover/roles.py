"""What a device probably is for, where that is plain from its profile or its services; pure."""

from collections.abc import Collection

from collector.discover.found import Answer

KINDS = {
    "firewall": (
        "fortinet-fortigate", "cisco-asa", "paloalto-panos", "checkpoint-gaia", "sophos-sfos",
        "sophos-cyberoam", "pfsense-opnsense",
    ),
    "ups": (
        "generic-ups", "eaton-ups", "mge-galaxy", "megatec-ups", "cyberpower",
    ),
    "pdu": ("raritan-px", "servertech-sentry", "eaton-pdu"),
    "sensor": ("akcp-sensorprobe", "netbotz", "hwg-poseidon"),
    "storage": ("synology-dsm", "qnap-qts"),
    "hypervisor": ("vmware-vsphere",),
    "load-balancer": ("f5-bigip",),
    "server": ("windows", "net-snmp-linux"),
    "cooling": ("stulz-wib",),
    "controller": ("hpe-ilo", "dell-idrac", "huawei-ibmc", "lenovo-xcc", "supermicro-bmc"),
    "switch": (
        "fortinet-fortiswitch", "aruba-aoscx", "aruba-aoss", "tplink-jetstream", "cisco-nxos",
        "mikrotik-swos", "ubiquiti-edgeswitch",
    ),
    "access-point": ("aruba-instant", "ubiquiti-unifi"),
    "wireless-controller": ("cisco-wlc", "cisco-c9800", "aruba-controller"),
}  # fmt: skip
"""Profiles that one kind of device has. Others (routers that switch, switches that route) do not
tell by themselves.
"""
_KIND = {profile: kind for kind, profiles in KINDS.items() for profile in profiles}

BRIDGE_ONLY = (2, 3)
"""sysServices (RFC 3418) of a device that forwards frames (layer 2, maybe 1) and does no more."""


def kind(answer: Answer) -> str:
    """The plain kind of a device, or nothing."""
    told = _KIND.get(answer.profile, "")
    return told or ("switch" if answer.services in BRIDGE_ONLY else "")


def role(answer: Answer, roles: Collection[str]) -> tuple[str, bool]:
    """A role for a device, and whether the inventory has it: only then it is more than a remark."""
    wanted = kind(answer)
    return wanted, bool(wanted) and wanted in roles
