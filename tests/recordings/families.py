"""Which profiles a family's devices have, and which recordings do not say who the device is."""

NAMED: dict[str, str] = {
    "cisco-ios/centreon_cisco-standard": "cisco-ios",
}
"""Recordings without a sysObjectID, polled with the profile that an inventory would name."""
