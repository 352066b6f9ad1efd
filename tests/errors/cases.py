"""What must be told of each error that `stand.py` makes: the reason, the sentence, the hint.

Sentences and hints are regular expressions.
"""

from typing import NamedTuple

from probes.reading import Reason


class Case(NamedTuple):
    """One error, met at the device or service `name`."""

    name: str
    reason: Reason
    message: str
    hint: str
    service: bool = False

    @property
    def probe(self) -> str:
        """The way of asking that meets it."""
        return self.name.partition("-")[0]

    @property
    def label(self) -> tuple[str, str]:
        """The label that its rows carry."""
        return ("service" if self.service else "device", self.name)


_AUTH = Reason.AUTH
_SNMP = (
    Case(
        "snmp-wrong",
        Reason.TIMEOUT,
        r"no answer from UDP port \d+",
        "check the community on the device .*access list.*port",
    ),
    Case("snmp-nobody", Reason.REFUSED, r"nothing listens on UDP port \d+", "start the SNMP agent"),
    Case("snmp-blind", _AUTH, "the agent answers but shows nothing", "look at the view"),
    Case("snmp-stranger", _AUTH, "does not know the user", "create the user .*or correct its name"),
    Case("snmp-wrong-auth", _AUTH, "wrong authentication", "check the auth password and"),
    Case("snmp-wrong-priv", _AUTH, "none of .* encrypted requests", "check the priv password and"),
    Case("snmp-no-auth", _AUTH, "at level noAuthNoPriv: authoriz", "ask for a higher level"),
    Case("snmp-no-priv", _AUTH, "at level authNoPriv: authoriz", "ask for a higher level"),
    Case("snmp-too-high", _AUTH, "does not allow this security level", "compare the user's auth"),
    Case("snmp-context", _AUTH, "none of .* encrypted requests", "and the context"),
    Case("snmp-narrow", Reason.PARTIAL, "shows nothing but its system group", "widen the view"),
    Case(
        "snmp-foreign",
        Reason.PARTIAL,
        "none of the [0-9]+ tables of profile fortinet-fortigate answered",
        r"is it the right profile\? sysObjectID [\d.]+ says profile net-snmp-linux",
    ),
)
_LOGIN = {
    "unknown-host": (
        _AUTH,
        r"the host key of \[127\.0\.6\.1\]:\d+ is not known: it shows ssh-ed25519 SHA256:",
        r"compare .*add to .*: \[127\.0\.6\.1\]:\d+ ssh-ed25519 AAAA",
    ),
    "changed-host": (_AUTH, "THE HOST KEY HAS CHANGED: .*Nothing was sent", "ssh-keygen -f .* -R"),
    "wrong-key": (_AUTH, r"the server refused \S+ with the key", "locked or expired"),
    "wrong-password": (_AUTH, r"the server refused \S+ with the password", "locked or expired"),
    "nobody": (Reason.REFUSED, r"nothing takes SSH connections on port \d+", "is this its port"),
}
_SSH = tuple(
    Case(f"{probe}-{name}", *told) for probe in ("ssh", "cli") for name, told in _LOGIN.items()
)
_CERTIFICATE = {
    "self-signed": (Reason.TLS, "the certificate is signed by itself", "set `ca` to its file"),
    "wrong-name": (Reason.TLS, "the certificate is for another address", "set `server_name`"),
    "expired": (Reason.TLS, "the certificate has expired", "renew it on the server"),
    "plain": (Reason.TLS, "TLS handshake failed", "does the port speak TLS"),
}
_TLS = tuple(
    Case(f"{probe}-{name}", *told, probe != "redfish")
    for probe in ("http", "tcp", "smtp", "redfish")
    for name, told in _CERTIFICATE.items()
    if (probe, name) != ("smtp", "plain")
)
_ABSENT = Case("redfish-absent", Reason.PROTOCOL, "no Redfish service there", "is it switched on")
CASES = (*_SNMP, *_SSH, *_TLS, _ABSENT)
