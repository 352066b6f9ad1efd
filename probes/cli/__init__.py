"""The cli probe: what a device tells only on its command line, and its running configuration.

netmiko blocks: each run is a conversation in a thread of a small pool. netmiko and paramiko are
imported when the first session talks.
"""

from probes.cli.session import EVERY, PROBE

__all__ = ["EVERY", "PROBE"]
