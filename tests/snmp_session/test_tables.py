"""Tables that stand for others, or have nothing to say without them."""

from typing import Any

import pytest

from inventory.secret import Secret
from probes.probe import Target
from probes.snmp.profile import Profile, TableSpec
from probes.snmp.session import SnmpSession, SnmpSettings
from tests.snmp_session.polling import LABELS, SYSTEM, agent, ask, by_instance
from tests.snmp_session.replay import Oid, integer

FIRST, SECOND = (1, 3, 6, 1, 4, 1, 99, 1), (1, 3, 6, 1, 4, 1, 99, 2)
ONE: dict[Oid, bytes] = {(*SECOND, 2): integer(2, 20)}
BOTH: dict[Oid, bytes] = {(*FIRST, 1): integer(2, 10), **ONE}


def table(column: Oid, **more: Any) -> TableSpec:
    row = {"subject": "sensor", "label": {"sensor": ["{index}"]}, "fields": {"count": "value"}}
    oid = ".".join(map(str, column))
    return TableSpec.model_validate({"columns": {"value": oid}, "rows": [row], **more})


async def said(objects: dict[Oid, bytes], **more: Any) -> tuple[set[str], set[Oid]]:
    """The sensors of a poll of two tables, `more` with the second; what was asked."""
    tables = {"first": table(FIRST), "second": table(SECOND, **more)}
    profile = Profile(name="x", title="x", match=[], identity={}, tables=tables)
    with agent({**SYSTEM, **objects}) as device:
        secret = {"version": "2c", "community": Secret("public")}
        target = Target(
            "d", ("127.0.0.1",), LABELS, SnmpSettings(port=device.port), {"snmp": secret}
        )
        reading = await ask(SnmpSession(target, {}, profile))
        return set(by_instance(reading, "sensor")), {oid for one in device.requests for oid in one}


@pytest.mark.asyncio
async def test_a_table_is_left_out_where_a_better_one_has_rows() -> None:
    assert (await said(BOTH, unless=["first"]))[0] == {"1"}
    assert (await said(BOTH, unless=["of another profile?"]))[0] == {"1", "2"}
    assert (await said(ONE, unless=["first"]))[0] == {"2"}


@pytest.mark.asyncio
async def test_a_table_is_not_asked_where_what_it_needs_is_missing() -> None:
    assert (await said(BOTH, needs=["first"]))[0] == {"1", "2"}
    sensors, asked = await said(ONE, needs=["first"])
    assert not sensors
    assert SECOND not in asked
