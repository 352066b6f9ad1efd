"""A directory for one process alone: its lock, held for as long as the file is open."""

import fcntl
from pathlib import Path
from typing import IO


def hold(folder: Path, name: str) -> IO[bytes]:
    """The open lock file `name` in `folder`, which is made if missing; closing it lets go.

    Raises BlockingIOError when another process holds it, OSError when it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (folder / name).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        lock.close()
        raise
    return lock
