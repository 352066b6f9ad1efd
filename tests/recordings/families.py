"""Which profiles a family's devices have, and which recordings do not say who the device is."""

NAMED: dict[str, str] = {
    "cisco-ios/centreon_cisco-standard": "cisco-ios",
    "f5/centreon_f5-cpu": "f5-bigip",
    "pdu/centreon_raritan": "raritan-px",
    "sophos/centreon_sophos": "sophos-sfos",
    "storage-nas/centreon_qnap": "qnap-qts",
    "windows/centreon_windows": "windows",
    "windows/centreon_windows-list": "windows",
}
"""Recordings without a sysObjectID, polled with the profile that an inventory would name."""

PROFILES: dict[str, tuple[str, ...]] = {
    "checkpoint": ("checkpoint-gaia",),
    "cisco-asa-ftd": ("cisco-asa",),
    "cisco-ios": ("cisco-ios",),
    "cisco-iosxe": ("cisco-ios",),
    "cisco-nxos": ("cisco-nxos",),
    "comware-h3c": ("h3c-comware",),
    "draytek": ("draytek-vigor",),
    "env-sensors": ("apc-powernet", "hwg-poseidon", "stulz-wib", "vertiv-geist"),
    "f5": ("f5-bigip",),
    "firewall-oss": ("freebsd-net-snmp", "pfsense-opnsense"),
    "fortinet": ("fortinet-fortigate", "fortinet-fortiswitch"),
    "hpe-aruba": ("aruba-aoscx", "aruba-aoss", "aruba-controller"),
    "huawei-vrp": ("huawei-vrp",),
    "juniper": ("juniper-junos",),
    "linux": ("net-snmp-linux",),
    "mikrotik": ("mikrotik-routeros", "mikrotik-swos"),
    "paloalto": ("paloalto-panos",),
    "pdu": ("apc-powernet", "hpe-power", "raritan-px", "vertiv-geist"),
    "ruijie": ("ruijie-rgos",),
    "server-bmc": ("dell-idrac", "hpe-ilo", "huawei-ibmc"),
    "sophos": ("sophos-sfos", "sophos-cyberoam"),
    "storage-nas": ("qnap-qts", "synology-dsm"),
    "tplink": ("tplink-jetstream",),
    "ubiquiti": ("ubiquiti-airos", "ubiquiti-edgeos", "ubiquiti-edgeswitch", "ubiquiti-unifi"),
    "ups-apc": ("apc-powernet", "mge-galaxy"),
    "ups-eaton": ("eaton-ups",),
    "ups-rfc1628": ("delta-ups", "generic-ups"),
    "ups-vertiv": ("vertiv-liebert",),
    "vmware": ("vmware-vsphere",),
    "windows": ("windows", "windows-desktop"),
    "zte": ("zte-zxr10",),
}
"""The profiles that the devices of a family may have."""
