"""A trap as net-snmp puts it on the wire."""

import asyncio
import socket
import subprocess

LINK_DOWN = ("", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.5", "i", "5")


async def settled() -> None:
    """What was sent has been read: a connection takes some rounds of the loop, on a machine that
    stalls too.
    """
    for _ in range(10):
        await asyncio.sleep(0.005)


def linkdown() -> bytes:
    """One packet of version 2c, of the community `public`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(5)
        to = f"127.0.0.1:{ear.getsockname()[1]}"
        subprocess.run(["snmptrap", "-v2c", "-c", "public", to, *LINK_DOWN], check=True)
        return ear.recv(2000)
