"""SNMP: our own engine (codec, security, client) and, above it, profiles that turn tables into rows."""
