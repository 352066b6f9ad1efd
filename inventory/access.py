"""Access data as it is written: credentials by kind, secrets only as references."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, model_validator

from inventory.problem import quoted
from inventory.value import LocalFile, Reference, Text, wrong

AUTH = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
PRIV = ("des", "aes128", "aes192", "aes256", "aes192c", "aes256c")


class Entry(BaseModel):
    """Part of a file: unknown keys are errors, nothing is converted in silence."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


def _version(value: object) -> str:
    word = str(value)
    if word not in ("1", "2c", "3"):
        raise wrong(f"unknown version {quoted(value)}", "1, 2c or 3")
    return word


def _one_of(known: tuple[str, ...]) -> Any:
    def check(value: object) -> object:
        if not isinstance(value, dict) or len(value) != 1:
            raise wrong("must be one algorithm with its secret", f"like {{{known[-1]}: env:NAME}}")
        algorithm = next(iter(value))
        if algorithm not in known:
            raise wrong(f"unknown algorithm {quoted(algorithm)}", ", ".join(known))
        return value

    return BeforeValidator(check)


class SnmpEntry(Entry):
    """SNMP access: a community, or a user of the user-based security model."""

    version: Annotated[
        Literal["1", "2c", "3"],
        BeforeValidator(_version),
        WithJsonSchema({"enum": [1, 3, "1", "2c", "3"]}),
    ] = "2c"
    community: Reference | None = None
    user: Text = ""
    auth: Annotated[dict[str, Reference] | None, _one_of(AUTH)] = None
    priv: Annotated[dict[str, Reference] | None, _one_of(PRIV)] = None
    context: Text = ""

    @model_validator(mode="after")
    def _fits(self) -> "SnmpEntry":
        if self.version == "3":
            if not self.user:
                raise wrong('"user" is missing', "version 3 knows users")
            if self.community is not None:
                raise wrong('"community" is not for version 3', "remove it, or version: 2c")
            if self.priv is not None and self.auth is None:
                raise wrong('"auth" is missing', "priv is not possible without auth")
        elif self.community is None:
            raise wrong('"community" is missing', "write env:NAME or file:path")
        elif self.user or self.auth or self.priv:
            raise wrong(f'"user", "auth", "priv" are not for version {self.version}', "version: 3")
        return self


class SshEntry(Entry):
    """SSH access. `enable` is the secret of the privileged mode, for the cli probe."""

    user: Text
    key: Reference | None = None
    password: Reference | None = None
    known_hosts: LocalFile | None = None
    enable: Reference | None = None

    @model_validator(mode="after")
    def _fits(self) -> "SshEntry":
        if self.key is None and self.password is None:
            raise wrong('"key" or "password" is missing', "write env:NAME or file:path")
        if self.known_hosts is None:
            raise wrong('"known_hosts" is missing', "host keys are always checked: file:path")
        return self


class HttpEntry(Entry):
    """HTTP access: basic, or a bearer token."""

    user: Text | None = None
    password: Reference | None = None
    token: Reference | None = None


class CredentialEntry(Entry):
    """A set of access data that devices name."""

    snmp: SnmpEntry | None = None
    ssh: SshEntry | None = None
    http: HttpEntry | None = None
