"""How to ask one thing: a file or a package per protocol, the metric catalogue, vendor knowledge as
data.

A probe knows nothing of inventory files, schedules or storage (docs/design.md §2).
"""
