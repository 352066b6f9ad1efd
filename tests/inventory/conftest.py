"""A small vocabulary, so that these tests know nothing of real probes."""

import re

import pytest
from pydantic import BaseModel, ConfigDict, field_validator

from inventory.vocabulary import Vocabulary


class SnmpSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    port: int = 161
    profile: str | None = None
    context: str = ""


class HttpSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    match: str = ""

    @field_validator("match")
    @classmethod
    def _pattern(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f'"{text}" is no regular expression: {error}') from None
        return text


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary(
        probes={"snmp": SnmpSettings, "http": HttpSettings},
        profiles=frozenset({"cisco-ios", "huawei-vrp"}),
        rules=frozenset({"StorageFull", "CpuHigh"}),
        needs={"snmp": "snmp"},
        ratios=frozenset({"StorageFull", "CpuHigh"}),
        instances={"StorageFull": "storage"},
    )
