"""Stores of time series: an address, a client that writes to it, and what its answers mean.

A store takes gzip bodies of InfluxDB line protocol with millisecond stamps. To add one: a file here
with a class of the shape `Store`, and a line in `open_store`.
"""

from typing import Protocol

from collector.stores.address import Address, AddressInvalid, parse_address
from collector.stores.answer import Answer, Health, Kind
from collector.stores.influx2 import Influx2
from collector.stores.victoriametrics import VictoriaMetrics

__all__ = [
    "Address",
    "AddressInvalid",
    "Answer",
    "Health",
    "Kind",
    "Store",
    "open_store",
    "parse_address",
]


class Store(Protocol):
    """What a sender needs of a store. Its methods block and never raise."""

    address: Address

    def write(self, body: bytes) -> Answer:
        """Write a gzip body of whole lines."""

    def look(self) -> Health | None:
        """How the store is; None when it did not answer, or says nothing of itself."""

    def close(self) -> None:
        """Let go of connections."""


def open_store(address: Address) -> Store:
    """The client for an address. Connects to nothing yet."""
    return Influx2(address) if address.kind == "influx2" else VictoriaMetrics(address)
