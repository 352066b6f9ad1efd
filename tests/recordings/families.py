"""Which profiles a family's devices have, and which recordings do not say who the device is."""

NAMED: dict[str, str] = {
    "cisco-ios/centreon_cisco-standard": "cisco-ios",
}
"""Recordings without a sysObjectID, polled with the profile that an inventory would name."""

PROFILES: dict[str, tuple[str, ...]] = {
    "cisco-ios": ("cisco-ios",),
    "cisco-iosxe": ("cisco-ios",),
    "fortinet": ("fortinet-fortigate", "fortinet-fortiswitch"),
    "huawei-vrp": ("huawei-vrp",),
    "linux": ("net-snmp-linux",),
    "mikrotik": ("mikrotik-routeros",),
    "ups-eaton": ("eaton-ups",),
    "ups-rfc1628": ("generic-ups",),
}
"""The profiles that the devices of a family may have."""
