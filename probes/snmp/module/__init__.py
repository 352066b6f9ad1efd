"""Modules of Prometheus' snmp_exporter: its module files read, asked by our engine, and told under
its names, labels and values, so that dashboards made for it go on.

What a module means is snmp_exporter's to say; where its releases differ, the newest is followed.
"""
