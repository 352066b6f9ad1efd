"""Targets of the cli probe, and one run of it."""

import asyncio
from pathlib import Path
from typing import Any

from inventory.secret import Secret
from probes.cli.pool import Pool
from probes.cli.session import CliSession, CliSettings
from probes.probe import Target
from probes.reading import Reading, values

LABELS = (("device", "hbh-lab-rt01"), ("site", "dc"))


def target(
    port: int, platform: str, access: dict[str, Any], name: str = "hbh-lab-rt01", **settings: Any
) -> Target:
    """A device on loopback."""
    given = {"platform": platform, "port": port, **settings}
    return Target(
        name,
        ("127.0.0.1",),
        LABELS,
        CliSettings.model_validate(given),
        {"ssh": access},
    )


def by_key(user: str, key: Path, known_hosts: Path) -> dict[str, Any]:
    """Access by a key, as the plan fetches it."""
    secret = Secret(key.read_text().rstrip("\n"))
    return {"user": user, "key": secret, "password": None, "known_hosts": str(known_hosts)}


def by_password(user: str, password: str, known_hosts: Path) -> dict[str, Any]:
    """Access by a password, as the plan fetches it."""
    return {
        "user": user,
        "key": None,
        "password": Secret(password),
        "known_hosts": str(known_hosts),
    }


async def ask(
    one: Target,
    memory: dict[str, Any] | None = None,
    seconds: float = 20.0,
    pool: Pool | None = None,
) -> Reading:
    """One run, with its own pool unless one is given."""
    session = CliSession(one, {} if memory is None else memory, pool or Pool())
    return await session.ask(asyncio.get_running_loop().time() + seconds)


def samples(reading: Reading) -> dict[tuple[str, str], float]:
    """Values by metric and instance (the labels behind device and site)."""
    found = {}
    for head, fields in reading.rows:
        instance = ",".join(value for _, value in head.labels[2:])
        for name, value in values(fields).items():
            found[f"{head.subject}_{name}", instance] = value
    return found
