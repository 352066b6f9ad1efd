"""The codec against pysnmp's, both ways, RFC vectors of the security model, and rubbish."""

import asyncio
import struct
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pysnmp.proto import api, rfc1902
from pysnmp.proto.api import v2c
from pysnmp.proto.secmod.rfc3414 import service

from probes.reading import Reason
from probes.snmp import ber, cursor, message, trust, usm
from probes.snmp.agent import Agent, Community, security
from probes.snmp.client import Client
from probes.snmp.column import Table
from probes.snmp.errors import DecodeError
from probes.snmp.usm import User

SUBID = st.integers(0, 2**32 - 1) | st.integers(0, 300)
OIDS = st.builds(
    lambda first, rest: (*first, *rest),
    st.sampled_from([(1, 3), (0, 0), (2, 40), (1, 39), (2, 999)]),
    st.lists(SUBID, max_size=20),
)
VALUES = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(v2c.Integer32),
    st.integers(0, 2**32 - 1).map(v2c.Counter32),
    st.integers(0, 2**32 - 1).map(v2c.Gauge32),
    st.integers(0, 2**32 - 1).map(v2c.TimeTicks),
    st.integers(0, 2**64 - 1).map(v2c.Counter64),
    st.binary(max_size=400).map(v2c.OctetString),
    st.binary(min_size=4, max_size=4).map(v2c.IpAddress),
    OIDS.map(v2c.ObjectIdentifier),
    st.floats(width=32).map(lambda f: v2c.Opaque(b"\x9fx\x04" + struct.pack(">f", f))),
    st.floats().map(lambda f: v2c.Opaque(b"\x9fy\x08" + struct.pack(">d", f))),
)


def text(oid: tuple[int, ...]) -> str:
    return ".".join(map(str, oid))


def plain(value: Any) -> Any:
    """What we make of a value of pysnmp's."""
    if isinstance(value, rfc1902.Opaque):
        raw = bytes(value)
        return struct.unpack(">f" if raw[1] == 0x78 else ">d", raw[3:])[0]
    if isinstance(value, v2c.ObjectIdentifier):
        return ber.encode_oid(text(tuple(value)))
    if isinstance(value, (rfc1902.OctetString, rfc1902.IpAddress)):
        return bytes(value)
    return int(value)


@given(OIDS)
@example((1, 3, 6, 1, 4, 1, 2**32 - 1))
def test_object_identifiers_are_pyasn1s(oid: tuple[int, ...]) -> None:
    ours = ber.encode_oid(text(oid))
    assert ber.encode(ber.OID, ours) == encoder.encode(v2c.ObjectIdentifier(oid))
    assert ber.decode_oid(ours) == oid
    assert ber.dotted(ours) == text(oid)


@pytest.mark.parametrize("wrong", ["", "1", "3.1", "1.40", "1.3.x", "1.3.-1", "1.3.99999999999"])
def test_what_is_no_identifier_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - int() says it in its own words
        ber.encode_oid(wrong)


@given(st.integers(-(2**63), 2**64 - 1))
def test_integers_are_pyasn1s(value: int) -> None:
    ours = ber.encode_integer(value)
    assert decoder.decode(ours)[0] == value
    if value >= 0:  # pyasn1 writes some negative numbers a byte too long
        assert ours == encoder.encode(univ.Integer(value))


@given(st.lists(st.tuples(SUBID, SUBID), min_size=1, max_size=12))
def test_order_of_indexes_is_that_of_numbers(indexes: list[tuple[int, int]]) -> None:
    encoded = [ber.encode_subids(index) for index in indexes]
    good = cursor.ascending(b"", encoded)
    chain = [(), *indexes]
    up = [a < b for a, b in zip(chain, indexes, strict=False)]
    assert good == (up.index(False) if False in up else len(up))


@given(
    st.lists(st.tuples(OIDS, VALUES), max_size=12),
    st.integers(1, 2**31 - 1),
    st.integers(0, 18),
    st.sampled_from([api.SNMP_VERSION_1, api.SNMP_VERSION_2C]),
)
def test_answers_of_pysnmp_are_read(
    varbinds: list[tuple[tuple[int, ...], Any]], number: int, status: int, version: int
) -> None:
    protocol = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    pdu = protocol.GetResponsePDU()
    protocol.apiPDU.set_defaults(pdu)
    protocol.apiPDU.set_request_id(pdu, number)
    protocol.apiPDU.set_error_status(pdu, status)
    protocol.apiPDU.set_varbinds(pdu, varbinds)
    whole = protocol.Message()
    protocol.apiMessage.set_defaults(whole)
    protocol.apiMessage.set_community(whole, "public")
    protocol.apiMessage.set_pdu(whole, pdu)
    data = encoder.encode(whole)
    ours = message.decode_community(data, *message.version_of(data)[1:])
    names, values = message.varbinds(ours)
    assert (ours.request, ours.status, ours.culprit) == (number, status, 0)
    assert names == [ber.encode_oid(text(name)) for name, _ in varbinds]
    assert repr(values) == repr([plain(value) for _, value in varbinds])


@given(
    st.lists(OIDS, max_size=12).map(tuple),
    st.integers(1, 2**31 - 1),
    st.integers(0, 5),
    st.integers(0, 2000),
)
def test_requests_are_read_by_pysnmp(
    oids: tuple[tuple[int, ...], ...], number: int, first: int, second: int
) -> None:
    encoded = tuple(ber.encode_oid(text(oid)) for oid in oids)
    pdu = message.encode_pdu(message.Request(message.GETBULK, encoded, first, second), number)
    data = message.encode_community(message.V2C, b"public", pdu)
    whole, rest = decoder.decode(data, asn1Spec=v2c.Message())
    theirs = v2c.apiMessage.get_pdu(whole)
    assert not rest
    assert v2c.apiBulkPDU.get_request_id(theirs) == number
    assert v2c.apiBulkPDU.get_non_repeaters(theirs) == first
    assert v2c.apiBulkPDU.get_max_repetitions(theirs) == second
    assert [tuple(name) for name, _ in v2c.apiBulkPDU.get_varbinds(theirs)] == list(oids)


# RFC 3414 A.3, RFC 7860; the engine id of the RFCs' examples.
ENGINE = bytes.fromhex("000000000000000000000002")


@pytest.mark.parametrize(
    ("auth", "key", "localized"),
    [
        ("md5", "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        (
            "sha1",
            "9fb5cc0381497b3793528939ff788d5d79145211",
            "6695febc9288e36282235fc7151f128497b38f3f",
        ),
    ],
)
def test_keys_are_those_of_rfc_3414(auth: str, key: str, localized: str) -> None:
    ours = usm.password_key(auth, b"maplesyrup")
    assert ours.hex() == key
    assert usm.localize(auth, ours, ENGINE).hex() == localized


# pysnmp's privacy services by their identifiers (SNMP-USER-BASED-SM-MIB, CISCO-SNMP-USM-OIDS-MIB).
PRIVACY = service.SnmpUSMSecurityModel.PRIV_SERVICES
SHA1 = (1, 3, 6, 1, 6, 3, 10, 1, 1, 3)
SERVICES = {
    "des": PRIVACY[1, 3, 6, 1, 6, 3, 10, 1, 2, 2],
    "aes128": PRIVACY[1, 3, 6, 1, 6, 3, 10, 1, 2, 4],
    "aes192": PRIVACY[1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 1],
    "aes256": PRIVACY[1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 2],
    "aes192c": PRIVACY[1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 101],
    "aes256c": PRIVACY[1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 102],
}


@pytest.mark.parametrize("priv", usm.PRIV)
def test_privacy_is_pysnmps(priv: str) -> None:
    theirs = SERVICES[priv]
    user = User("u", "sha1", "authpass12", priv, "privpass12")
    engine = usm.Engine(user, ENGINE, 3, 99, 0.0)
    master = theirs.hash_passphrase(SHA1, "privpass12")
    key = theirs.localize_key(SHA1, master, v2c.OctetString(ENGINE))
    assert engine.priv_key == bytes(key)
    data = usm.seal(user, engine, 7, message.encode_pdu(message.Request(message.GET, ()), 7), 0.0)
    frame = message.decode_frame(data, *message.version_of(data)[1:])
    sealed, _ = ber.read_octets(data, *frame.body)
    parameters = (v2c.Integer(3), v2c.Integer(99), v2c.OctetString(frame.salt))
    plain_one = bytes(theirs.decrypt_data(key, parameters, v2c.OctetString(sealed)))
    assert plain_one.startswith(b"\x30")
    assert ENGINE in plain_one


def _answer(user: User, engine: usm.Engine, clock: float = 0.0) -> bytes:
    """What an agent with these keys would answer: our own request, turned into a Response."""
    pdu = ber.encode(
        message.RESPONSE,
        ber.encode_integer(5) + b"\x02\x01\x00\x02\x01\x00" + ber.encode(48, b""),
    )
    whole = usm.seal(User(user.name), engine, 5, pdu, clock)
    if not user.auth:
        return whole
    return usm.seal(user, engine, 5, pdu, clock)


LEVELS = [
    User("u"),
    User("u", "sha256", "authpass12"),
    User("u", "sha256", "authpass12", "aes128", "privpass12"),
    User("u", "md5", "authpass12", "des", "privpass12"),
]


def _meet(user: User, data: bytes, clock: float = 0.0) -> message.Pdu | None:
    agent = Agent(["127.0.0.1"], 161, user)
    agent.discovered(ENGINE, 2, 1000, 0.0)
    frame = message.decode_frame(data, *message.version_of(data)[1:])
    return trust.check(agent, data, frame, clock)


@pytest.mark.parametrize("user", LEVELS)
def test_secured_answer_is_read(user: User) -> None:
    pdu = _meet(user, _answer(user, usm.Engine(user, ENGINE, 2, 1000, 0.0)))
    assert pdu is not None
    assert pdu.request == 5


@pytest.mark.parametrize("user", LEVELS[1:])
def test_answer_changed_anywhere_is_dropped(user: User) -> None:
    data = _answer(user, usm.Engine(user, ENGINE, 2, 1000, 0.0))
    for at in range(len(data)):
        changed = data[:at] + bytes((data[at] ^ 0x41,)) + data[at + 1 :]
        try:
            version, *rest = message.version_of(changed)
            frame = message.decode_frame(changed, *rest)
        except DecodeError:
            continue
        agent = Agent(["127.0.0.1"], 161, user)
        agent.discovered(ENGINE, 2, 1000, 0.0)
        if version == message.V3:
            with pytest.raises(DecodeError):
                trust.check(agent, changed, frame, 0.0)


@pytest.mark.parametrize(("boots", "time"), [(1, 1000), (2, 800), (0, 0)])
def test_old_answer_is_dropped(boots: int, time: int) -> None:
    user = LEVELS[2]
    with pytest.raises(DecodeError, match="window"):
        _meet(user, _answer(user, usm.Engine(user, ENGINE, boots, time, 0.0)))


def test_answer_of_lower_level_is_dropped() -> None:
    plain_one = _answer(LEVELS[0], usm.Engine(LEVELS[0], ENGINE, 2, 1000, 0.0))
    with pytest.raises(DecodeError):
        _meet(LEVELS[2], plain_one)


SAMPLES = [
    message.encode_community(
        1,
        b"public",
        ber.encode(
            message.RESPONSE,
            b"\x02\x01\x05\x02\x01\x00\x02\x01\x00"
            + ber.encode(
                48,
                b"".join(
                    ber.encode(48, ber.encode(6, b"\x2b\x06" + bytes((n,))) + value)
                    for n, value in enumerate(
                        [b"\x02\x01\x05", b"\x41\x04abcd", b"\x04\x81\x80" + b"x" * 128]
                    )
                ),
            ),
        ),
    ),
    *(_answer(user, usm.Engine(user, ENGINE, 2, 1000, 0.0)) for user in LEVELS),
]


class Deaf:
    def send(self, data: bytes, to: object) -> None:
        """Into the void."""

    def close(self, loop: object) -> None:
        """Nothing to close."""


@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6),
    st.integers(0, 400),
    st.binary(max_size=60),
)
def test_rubbish_raises_nothing_in_the_client(
    sample: bytes, changes: list[tuple[int, int]], cut: int, more: bytes
) -> None:
    data = bytearray(sample)
    for at, value in changes:
        data[at % len(data)] = value
    packet = bytes(data[: cut or None]) + more

    async def meet(security_: Community | User) -> Table:
        client = Client()
        client._transport = Deaf()  # type: ignore[assignment]  # a loop of this test has no socket
        client._number = 4
        agent = Agent(["127.0.0.1"], 161, security_)
        agent.discovered(ENGINE, 2, 1000, 0.0)
        deadline = asyncio.get_running_loop().time() + 5
        task = asyncio.ensure_future(client.walk(agent, [b"\x2b\x06\x01"], deadline, 10))
        await asyncio.sleep(0)
        client._on_datagram(packet, ("127.0.0.1", 161))
        client._on_datagram(more, ("127.0.0.1", 161))
        await asyncio.sleep(0)
        client.close()
        return await asyncio.wait_for(task, 1)

    for security_ in (Community(1, b"public"), *LEVELS):
        assert asyncio.run(meet(security_)).reason in (None, *Reason)


@given(st.binary(max_size=200))
def test_rubbish_raises_only_decode_error(data: bytes) -> None:
    for read in (
        lambda: message.version_of(data),
        lambda: message.decode_community(data, 0, len(data)),
        lambda: message.decode_frame(data, 0, len(data)),
        lambda: message.decode_scoped(data, 0, len(data)),
        lambda: message.varbinds(message.Pdu(0, 0, 0, 0, data, 0, len(data))),
        lambda: ber.decode_oid(data),
    ):
        try:
            read()
        except DecodeError:
            continue


@pytest.mark.parametrize(
    "content",
    [
        "30820000",  # the long form where nothing follows
        "3005060128020100",
        "30050601280401",
        "300506012804ff",
        "30060601280201",
        "3080060128020100",
        "30ff",
        "3007060128020a0102",
        "300406850101",
    ],
)
def test_broken_varbinds_are_refused(content: str) -> None:
    data = bytes.fromhex(content)
    with pytest.raises(DecodeError):
        message.varbinds(message.Pdu(0, 0, 0, 0, data, 0, len(data)))


def test_unsigned_numbers_without_leading_zero_are_unsigned() -> None:
    data = bytes.fromhex("300a0602280141" + "04ffffffff")
    assert message.varbinds(message.Pdu(0, 0, 0, 0, data, 0, len(data)))[1] == [2**32 - 1]


class Secret:
    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text


def test_credentials_become_security() -> None:
    assert security({"version": "1", "community": Secret("c")}) == Community(0, b"c")
    assert security({"version": "2c", "community": Secret("c")}) == Community(1, b"c")
    made = security(
        {
            "version": "3",
            "user": "noc",
            "auth": ("sha256", Secret("authpass12")),
            "priv": ("aes128", Secret("privpass12")),
            "context": "",
        }
    )
    assert made == LEVELS[2].__class__("noc", "sha256", "authpass12", "aes128", "privpass12")
    assert "pass12" not in repr(made)
    assert "public" not in repr(Community(1, b"public"))


@pytest.mark.parametrize(
    "fields",
    [
        ("u", "sha3", "authpass12"),
        ("u", "sha1", "short"),
        ("u", "sha1", "authpass12", "rot13", "privpass12"),
        ("u", "", "", "aes128", "privpass12"),
        ("u", "sha1", "authpass12", "aes128", ""),
    ],
)
def test_impossible_users_are_refused(fields: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"unknown|password|needs"):
        User(*fields)
