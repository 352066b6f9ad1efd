"""What every page of the console shows beside its own: whose it is, what of us does not work."""

import time
from collections.abc import Callable
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field

from collector.api.shape import Answer
from collector.api.source import Source
from collector.api.threads import POOL, apart
from collector.selfmetrics import VERSION

Fields = dict[str, Any]


class Province(Answer):
    """Whose wall this is."""

    name: str
    collector: str
    version: str
    timezone: str
    language: str


class Screen(Answer):
    """What every page of the console shows beside its own."""

    at: float
    last: int = Field(description="The last event's id: events/stream?after= goes on from here")
    province: Province
    stores: dict[str, bool] = Field(description="Whether each takes what it is sent")
    alertmanagers: dict[str, bool]
    journal: bool = Field(description="Whether it can be written")


def fields(source: Source) -> Fields:
    """The fields of a `Screen`, as they are now. Taken before what the page itself shows: `last`
    then is an event that it has seen.
    """
    province = source.plan.inventory.province
    return {
        "at": time.time(),
        "last": source.journal.committed,
        "province": Province(
            name=province.name,
            collector=source.plan.collector,
            version=VERSION,
            timezone=province.timezone,
            language=province.language,
        ),
        "stores": {name: one.up for name, one in list(source.delivery.stats.stores.items())},
        "alertmanagers": {peer.name: peer.up for peer in source.telling.rounds.peers},
        "journal": not source.journal.problem,
    }


async def told(work: Callable[[], BaseModel]) -> web.Response:
    """What is put together in a thread, compressed for whoever takes it so. Raises RefusedError
    where too many ask.
    """

    def written() -> bytes:
        return work().model_dump_json(by_alias=True).encode()

    response = web.Response(
        body=await apart(written),
        content_type="application/json",
        zlib_executor_size=1024,
        zlib_executor=POOL,
    )
    response.enable_compression()
    return response


EXAMPLE = Screen(
    at=1795223795.0,
    last=4712,
    province=Province(
        name="Hòa Bình",
        collector="noc-1",
        version="0.1.0",
        timezone="Asia/Ho_Chi_Minh",
        language="vi",
    ),
    stores={"local": True},
    alertmanagers={"127.0.0.1:9093": True},
    journal=True,
)
