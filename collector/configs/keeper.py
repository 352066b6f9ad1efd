"""What becomes of a configuration that a probe brought: into the repository, off the loop; then two
described rows, an event where it changed, and a word to the probe that it need not ask again soon.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from collector.configs.repository import GitFailed, Repository, Saved
from collector.journal import Journal
from collector.pipeline import Pipeline
from collector.plan import Job
from collector.state import Memory
from probes.reading import Config, Head, Reading, Row, row

WAITING = 32
"""Configurations that may wait for the disk; of further ones the next run brings another."""

SKEW = 3600.0
"""A device that says that it was changed longer before the last backup than this has a wrong clock
(or zone).
"""

log = logging.getLogger("hatang.configs")


class Keeper:
    """One repository, written one configuration after another; without one nothing is kept. Used
    in the loop only.
    """

    def __init__(
        self, repository: Repository | None, journal: Journal, pipeline: Pipeline, memory: Memory
    ) -> None:
        self.repository = repository
        self._journal, self._pipeline, self._memory = journal, pipeline, memory
        self._tasks: set[asyncio.Task[None]] = set()
        self._one = asyncio.Lock()
        self._told: set[str] = set()
        self._problem = ""

    def load(self, jobs: Mapping[str, Job], now: float) -> None:
        """What is known from earlier stands in the rows at once; what is asked no more ends."""
        asked = {
            job.thing: job
            for job in jobs.values()
            if job.probe.name == "cli" and job.kind == "device"
        }
        for device in self._told - asked.keys():
            self._pipeline.forget(_key(device), now)
        self._told &= asked.keys()
        for job in asked.values():
            self._tell(job, now)

    def take(self, job: Job, reading: Reading) -> None:
        """Keep the configuration of a reading, if it brought one; the reading lets go of it."""
        config, reading.config = reading.config, None
        if config is None or self.repository is None or len(self._tasks) >= WAITING:
            return
        task = asyncio.ensure_future(self._save(self.repository, job, config, reading.start))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, seconds: float = 5.0) -> None:
        """Wait until what came is kept."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def _save(self, place: Repository, job: Job, config: Config, at: float) -> None:
        async with self._one:
            try:
                saved = await asyncio.to_thread(place.save, job.thing, config.text, at)
            except (GitFailed, OSError, LookupError) as error:
                if str(error) != self._problem:
                    log.error("configuration not kept", extra={"job": job.key, "why": str(error)})
                self._problem = str(error)
                return
            except Exception:  # a fault here must not end the task unheard
                log.exception("configuration not kept", extra={"job": job.key})
                return
        self._problem = ""
        self._learn(job, config, saved, at)

    def _learn(self, job: Job, config: Config, saved: Saved, at: float) -> None:
        known = self._memory.of(job.key)
        if saved.changed and not saved.first:
            known["changed"] = _when(config.changed, known.get("saved"), at)
            self._record(job, saved, known["changed"], at)
        elif saved.first and config.changed is not None and config.changed <= at:
            known["changed"] = config.changed
        known["saved"] = at
        self._memory.mark(job.key)
        self._tell(job, at)

    def _record(self, job: Job, saved: Saved, changed: float, at: float) -> None:
        said: dict[str, Any] = {
            "added": saved.added,
            "removed": saved.removed,
            "revision": saved.revision,
            "changed": changed,
        }
        text = f"configuration changed: {saved.added} lines came, {saved.removed} went"
        self._journal.event("config", f"device:{job.thing}", text, at, **said)
        log.info("configuration changed", extra={"job": job.key, **said})

    def _tell(self, job: Job, now: float) -> None:
        known = self._memory.of(job.key)
        values = {
            "backup_timestamp_seconds": _number(known.get("saved")),
            "changed_timestamp_seconds": _number(known.get("changed")),
        }
        found: Row | None = row(Head("config", job.target.labels[:2]), values)
        if found is not None:
            self._told.add(job.thing)
            self._pipeline.describe(_key(job.thing), [found], now)


def _key(device: str) -> str:
    return f"config/{device}"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _when(said: float | None, before: float | None, seen: float) -> float:
    """When a change was made: as the device says, if that can be; else when it was seen."""
    earliest = (before if before is not None else seen) - SKEW
    return said if said is not None and earliest <= said <= seen else seen
