"""SNMP: our own engine (codec, security, client) and, above it, profiles that make rows."""

from probes.snmp.session import PROBE

__all__ = ["PROBE"]
