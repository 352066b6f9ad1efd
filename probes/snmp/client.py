"""The client: many requests in flight on a few shared sockets, matched by id and agent."""

from collections.abc import Sequence

from probes.snmp.agent import Agent
from probes.snmp.column import Table, Value


class Client:
    """One per event loop, shared by all sessions."""

    @classmethod
    def shared(cls) -> "Client":
        """The running loop's client."""
        raise NotImplementedError

    async def get(self, agent: Agent, oids: Sequence[bytes], deadline: float) -> list[Value | None]:
        """The values of exactly these instances; None where the agent has none. Raises SnmpError.

        `deadline` is in the running loop's clock.
        """
        raise NotImplementedError

    async def walk(
        self, agent: Agent, columns: Sequence[bytes], deadline: float, limit: int
    ) -> Table:
        """All rows of these columns (at most `limit` each), never raises: see Table.reason."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the sockets; requests in flight end as INTERNAL."""
        raise NotImplementedError
