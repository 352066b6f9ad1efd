"""The processes that the demo starts, each in a session of its own, ended by their own ids and no
others.

Ctrl-C in a terminal goes to the demo alone, which then ends its children in order. Where `setpriv`
is there (util-linux, on every Debian) the kernel ends them too when the demo itself is killed.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


class ChildError(RuntimeError):
    """A child did not start or went away; the message has its last words."""


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs a Python module of ours."""
    return [sys.executable, "-P", "-m", name, *arguments]


class Child:
    """A command at work as a process; what it says goes to a log file."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        """Starts it at once. Its standard output can be read with `first_line`."""
        self._log = log
        self._from = log.stat().st_size if log.exists() else 0
        tied = shutil.which("setpriv")
        before = [tied, "--pdeathsig", "TERM", "--"] if tied else []
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*before, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
                env=dict(environment),
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        code = self._process.poll()
        if code is not None and code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return f"with code {code}"

    def first_line(self) -> str:
        """Waits for its first line of output. Raises ChildError when it ends without one."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode()
        if not line:
            self._process.wait()
            raise ChildError(self.last_words())
        return line

    def last_words(self, lines: int = 12) -> str:
        """The end of what it wrote since it was started."""
        with self._log.open("rb") as log:
            log.seek(self._from)
            said = log.read()[-8000:].decode(errors="replace").splitlines()
        return "\n".join(said[-lines:]) or f"it ended {self.ending}"

    def stop(self, patience: float) -> None:
        """Ask it to end; after `patience` seconds, end it and what it left in its session's
        group.
        """
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
