"""What is done with a damaged SQLite file: it is kept beside its place, and a new one can begin."""

from datetime import UTC, datetime
from pathlib import Path


def set_aside(path: Path) -> Path:
    """Rename a file, with what SQLite keeps beside it, to `NAME.damaged-STAMP`; returns that path.
    What is gone already is passed over. Raises OSError.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
