"""One device asked over its command line: facts each time, its configuration when that is due.

A run is one login. What came before it broke off counts. A command that the device does not know
is missing from the tables that answered; it is no fault, as a MIB that a device lacks is none.
"""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from inventory.value import duration
from probes.cli.cleanse import NotKeptError, cleansed
from probes.cli.facts import UnreadableError, changed_at, rows_of
from probes.cli.language import Backup, Fact, Platform, platforms
from probes.cli.pool import POOL, Pool
from probes.dial import FailedError
from probes.probe import Probe, Settings, Target
from probes.reading import Config, Reading, Reason, Row

if TYPE_CHECKING:
    from probes.cli.line import Line

EVERY = 3600.0
"""Seconds between two runs where the inventory says nothing: each is a login."""

FACT = 1 << 16
"""Longest answer that facts are looked for in, in characters: patterns hold up other threads."""

_SLACK = 0.95
"""Share of the backup's age after which it is due, so that jitter does not cost a whole turn."""

_MARGIN = 0.2
"""Seconds before the deadline when a conversation is cut off."""

_RIGHTS = "may the user of the credential see it? docs/commands.md lists what it needs"


def _age(value: object) -> object:
    if value is False:
        return None
    return value if isinstance(value, float) else duration(value)


class CliSettings(Settings):
    """Settings of the cli probe. `facts` are names of the platform's facts, all of them where it
    is not given; `backup` is the age at which the configuration is saved again, or off.
    """

    platform: str
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    facts: list[str] | None = None
    backup: Annotated[float | None, BeforeValidator(_age)] = 86400.0

    @field_validator("platform")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in platforms():
            raise ValueError(f"no platform {name!r} (one of {', '.join(platforms())})")
        return name

    @field_validator("facts")
    @classmethod
    def _there(cls, names: list[str] | None, info: Any) -> list[str] | None:
        one = platforms().get(info.data.get("platform", ""))
        for name in names or ():
            if one is not None and name not in one.facts:
                raise ValueError(f"no fact {name!r} (one of {', '.join(one.facts) or 'none'})")
        return names


@dataclass(slots=True)
class Talk:
    """One conversation, in its thread: what is asked, and what came of it so far."""

    line: "Line | None"
    platform: Platform
    facts: dict[str, Fact]
    backup: Backup | None
    identity: Sequence[tuple[str, str]]
    now: float
    rows: list[Row] = field(default_factory=list)
    config: Config | None = None
    answered: int = 0
    missing: list[str] = field(default_factory=list)
    fault: FailedError | None = None

    def run(self, target: Target, until: float) -> None:
        """Log in and ask; whatever goes wrong is kept, nothing is raised. `until` is monotonic."""
        try:
            from probes.cli.line import Line

            settings = target.settings
            assert isinstance(settings, CliSettings)
            self.line = line = Line(target.address, settings.port, until)
            try:
                line.open(self.platform.driver, target.credentials["ssh"])
                self._ask(line)
            finally:
                line.close()
        except FailedError as error:
            self.fault = error
        except Exception as error:  # noqa: BLE001 - whatever a device provokes becomes a reading
            self.fault = FailedError(Reason.INTERNAL, f"unexpected {type(error).__name__}")

    def cut(self) -> None:
        """End it from outside."""
        if self.line is not None:
            self.line.cut()

    def _ask(self, line: "Line") -> None:
        refused = re.compile("|".join(f"(?:{one})" for one in self.platform.refused), re.MULTILINE)
        for name, fact in self.facts.items():
            text = line.ask(fact.command)
            try:
                if len(text) > FACT or refused.search(text[:2000]):
                    raise UnreadableError
                self.rows += rows_of(fact, text, self.identity, self.now)
                self.answered += 1
            except UnreadableError:
                self.missing.append(name)
        if self.backup is not None:
            self._save(self.backup, line.ask(self.backup.command))

    def _save(self, backup: Backup, text: str) -> None:
        try:
            kept = cleansed(backup, self.platform.refused, text)
        except NotKeptError as error:
            self.missing.append("backup")
            message = f"the configuration was not saved: {error}"
            raise FailedError(Reason.PARTIAL, message, _RIGHTS) from None
        self.config = Config(kept, changed_at(backup.changed, text))
        self.answered += 1


class CliSession:
    """The probe at work on one device. `memory["saved"]` is when its configuration was last kept:
    whoever keeps it writes that.
    """

    def __init__(self, target: Target, memory: dict[str, Any], pool: Pool = POOL) -> None:
        """Raises ValueError on an SSH credential that cannot be used."""
        access = target.credentials.get("ssh")
        if not target.addresses:
            raise ValueError("cli asks devices; a service has no command line")
        if access is None:
            raise ValueError("cli needs an ssh credential: ask a device of the inventory")
        if not access.get("known_hosts"):
            raise ValueError(
                "the ssh credential names no known_hosts file, and host keys are always checked: "
                "known_hosts: file:known_hosts (a first line comes from ssh-keyscan)"
            )
        if access.get("key") is None and access.get("password") is None:
            raise ValueError("the ssh credential has neither key nor password")
        assert isinstance(target.settings, CliSettings)
        self._target, self._memory, self._pool = target, memory, pool
        self._settings = target.settings
        self._platform = platforms()[target.settings.platform]
        self._key = f"{target.name} ({target.address}:{target.settings.port})"

    async def ask(self, deadline: float) -> Reading:
        """One login."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        reading = Reading(start=time.time())
        talk = self._prepared(reading.start)
        reading.tables_expected = len(talk.facts) + (talk.backup is not None)
        until = deadline - _MARGIN
        cut_at = time.monotonic() + until - began

        def work() -> None:
            talk.run(self._target, cut_at)

        try:
            if not await self._pool.run(self._key, work, talk.cut, until):
                talk.fault = FailedError(Reason.TIMEOUT, "no answer in time; it was cut off")
        except FailedError as error:
            talk.fault = error
        self._write(reading, talk)
        reading.duration = loop.time() - began
        return reading

    async def close(self) -> None:
        """Nothing is held between runs."""

    def _prepared(self, now: float) -> Talk:
        known, wanted = self._platform.facts, self._settings.facts
        facts = {name: known[name] for name in (known if wanted is None else wanted)}
        due, saved = self._settings.backup, self._memory.get("saved", 0.0)
        wants = due is not None and now - saved >= due * _SLACK
        backup = self._platform.backup if wants else None
        return Talk(None, self._platform, facts, backup, self._target.labels, now)

    def _write(self, reading: Reading, talk: Talk) -> None:
        fault = talk.fault
        reading.rows, reading.config = list(talk.rows), talk.config
        reading.tables_answered, reading.missing = talk.answered, tuple(talk.missing)
        if fault is not None:
            reading.reason = Reason.PARTIAL if talk.answered else fault.reason
            reading.message, reading.hint = fault.message, fault.hint
        elif talk.missing and not talk.answered:
            reading.reason = Reason.PROTOCOL
            reading.message = f"no command was answered ({', '.join(talk.missing)})"
            reading.hint = f"is platform {self._settings.platform} right? {_RIGHTS}"


def _open(target: Target, memory: dict[str, Any]) -> CliSession:
    return CliSession(target, memory)


PROBE = Probe("cli", CliSettings, _open, prompt=False)
