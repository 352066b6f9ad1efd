"""A child of the tests: pings the addresses named, and prints what it saw as JSON.

pings.py SECONDS INTERVAL ADDRESS...
"""

import asyncio
import json
import sys
from dataclasses import asdict

from probes.icmp import IcmpUnavailableError, Pinger


async def main(seconds: float, interval: float, addresses: list[str]) -> None:
    events: dict[str, list[str]] = {address: [] for address in addresses}
    pinger = Pinger(
        on_heard=lambda key, _at: events[key].append("heard"),
        on_lost=lambda key, _at: events[key].append("lost"),
        on_unsent=lambda key, _at, message: events[key].append(message),
    )
    try:
        for address in addresses:
            pinger.add(address, address, interval)
    except IcmpUnavailableError as error:
        print(json.dumps({"message": error.message, "hint": error.hint}))
        return
    pinger.start()
    await asyncio.sleep(seconds)
    seen = {
        address: asdict(counts) | {"events": events[address]}
        for address in addresses
        if (counts := pinger.collect(address))
    }
    pinger.close()
    print(json.dumps(seen))


asyncio.run(main(float(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
