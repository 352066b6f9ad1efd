"""SSH: Linux and Unix servers without an agent, over one kept connection, one command a poll.

`session` speaks (asyncssh, imported when the first session opens), `script` is what runs there,
`answer` and `rows` read what came back; nothing is installed on the server and nothing runs as
root.
"""

from typing import Any

from probes.probe import Probe, Session, Target
from probes.ssh.settings import SshSettings


def _open(target: Target, memory: dict[str, Any]) -> Session:
    from probes.ssh.session import SshSession  # asyncssh is large: only who uses it pays for it

    return SshSession(target, memory)


PROBE = Probe("ssh", SshSettings, _open)

__all__ = ["PROBE"]
