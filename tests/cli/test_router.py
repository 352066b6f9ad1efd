"""The real netmiko client against a real sshd with FRR's vtysh as its shell."""

from collections.abc import Iterator

import pytest

from tests.cli.asking import ask, by_key, samples, target
from tests.cli.routers import SECRET, VTYSH, Login, Router, login, router


@pytest.fixture(scope="module")
def frr() -> Iterator[Router]:
    with router() as running:
        yield running


@pytest.fixture(scope="module")
def door(frr: Router, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    shell = f"{VTYSH} --vty_socket {frr.folder}"
    with login(tmp_path_factory.mktemp("sshd"), shell) as running:
        yield running


@pytest.mark.asyncio
async def test_router_tells_its_peers_and_its_configuration(door: Login) -> None:
    access = by_key(door.user, door.key, door.known_hosts)
    reading = await ask(target(door.port, "frr", access))
    print(reading)
    assert reading.reason is None, reading.message
    found = samples(reading)
    assert found["bgp_peer_up", "127.0.0.2"] == 0
    assert ("bgp_peer_up", "127.0.0.3") not in found
    assert reading.config is not None
    assert SECRET not in reading.config.text
    assert "neighbor 127.0.0.2 password <hidden>" in reading.config.text
    assert (reading.tables_expected, reading.tables_answered) == (3, 2)
    assert reading.missing == ("ospf",)
