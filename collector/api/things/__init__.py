"""What is watched: devices, sites, circuits and services, how they are, what was read of them last,
and how the collector fares.
"""
