"""What notifications are called: read from `names.yaml`, found by the longest prefix."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter

FILE = Path(__file__).with_name("names.yaml")

OTHER = "other"
"""What has no name of its own."""


class Meaning(BaseModel):
    """A notification: its identifiers (SMIv1's and SMIv2's may differ), what an operator calls it,
    and, where the device is to be looked at because of it, why.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    oid: Annotated[tuple[str, ...], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)]
    vi: str
    look: str = ""


@cache
def meanings() -> Mapping[str, Meaning]:
    """Every notification by name. Raises pydantic's ValidationError."""
    data = yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return TypeAdapter(dict[str, Meaning]).validate_python(data)


@cache
def _by_oid() -> Mapping[str, str]:
    return {oid: name for name, one in meanings().items() for oid in one.oid}


def name_of(oid: str) -> str:
    """What a notification is called, or `other`."""
    known = _by_oid()
    while oid:
        if oid in known:
            return known[oid]
        oid = oid.rpartition(".")[0]
    return OTHER
