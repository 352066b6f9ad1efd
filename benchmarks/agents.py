"""Real agents of about fifty interfaces: snmpd in a network namespace of its own with veth pairs.

The namespace, its interfaces and the agents are made by `standing` and gone when it ends. Pollers
run inside the namespace as well (`inside`), so that nothing of it is seen from outside.
"""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PORT = 1161
COMMUNITY = "public"
USER, AUTH, PRIV = "bench", "bench-auth-phrase", "bench-priv-phrase"
PAIRS = 26

_CONFIG = f"""
rocommunity {COMMUNITY}
createUser {USER} SHA "{AUTH}" AES "{PRIV}"
rouser {USER} authpriv
sysLocation benchmark
"""


def address(number: int) -> str:
    """The loopback address of an agent, one each."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def inside(name: str, *command: str) -> list[str]:
    """A command as it is run inside a namespace."""
    return ["ip", "netns", "exec", name, *command]


@contextlib.contextmanager
def namespace() -> Iterator[str]:
    """A network namespace with loopback and 26 veth pairs, all up; yields its name. Needs root."""
    name = f"hatang-bench-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        batch = ["link set lo up"]
        for pair in range(PAIRS):
            batch += [
                f"link add ge{pair}a type veth peer name ge{pair}b",
                f"link set ge{pair}a up",
                f"link set ge{pair}b up",
            ]
        subprocess.run(
            ["ip", "-n", name, "-batch", "-"], input="\n".join(batch), text=True, check=True
        )
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


def _start(name: str, number: int, folder: Path) -> subprocess.Popen[bytes]:
    home = folder / str(number)
    home.mkdir()
    config = home / "snmpd.conf"
    config.write_text(_CONFIG)
    command = ["snmpd", "-f", "-LE", "4", "-C", "-c", str(config), "-p", str(home / "pid")]
    return subprocess.Popen(
        inside(name, *command, f"udp:{address(number)}:{PORT}"),
        env={**os.environ, "SNMP_PERSISTENT_DIR": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _answers(name: str, number: int) -> bool:
    command = ["snmpget", "-v2c", "-c", COMMUNITY, "-t", "1", "-r", "0"]
    command += [f"{address(number)}:{PORT}", "1.3.6.1.2.1.1.3.0"]
    return subprocess.run(inside(name, *command), capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def standing(count: int) -> Iterator[str]:
    """So many agents that answer, at `address(0..count-1)`; yields their namespace's name.

    Raises TimeoutError when one does not answer within 60 s.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hatang-bench-")))
        name = stack.enter_context(namespace())
        agents: list[subprocess.Popen[bytes]] = []
        stack.callback(_stop, agents)
        agents += [_start(name, number, folder) for number in range(count)]
        until = time.monotonic() + 60
        for number in range(count):
            while not _answers(name, number):
                if time.monotonic() > until:
                    raise TimeoutError(f"the agent at {address(number)} does not answer")
                time.sleep(0.1)
        yield name


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(10)
