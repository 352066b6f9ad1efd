"""A device's configuration as it was kept: its revisions, and what one of them changed.

Passwords, keys and communities were never kept (`probes.cli.cleanse`); what a network is like
inside still is nobody's business who only looks: differences are for operators.
"""

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from collector.api import rim
from collector.api.entry.guard import RefusedError
from collector.api.rim import SOURCE
from collector.api.sheets.shape_kinds import ConfigChange, Configs, Difference
from collector.api.threads import apart
from collector.configs import GitFailed, Repository, Revision, Unknown
from collector.journal import Entry
from probes.reading import unseen

LISTED = 200
"""Revisions that are listed."""

MOST = 400_000
"""Characters of a difference that are told."""

T = TypeVar("T")


async def configs(request: web.Request) -> web.Response:
    """The revisions of a device's configuration."""
    rim.allow(request)
    device = rim.one(request, request.app[SOURCE].plan.inventory.devices, "device").name

    def work(kept: Repository) -> Configs:
        try:
            found = kept.log(device, LISTED)
        except Unknown:
            found = []
        return Configs(items=[_revision(one) for one in found])

    return rim.told(await _asked(request, work, Configs(items=[])))


async def difference(request: web.Request) -> web.Response:
    """What one revision of a device's configuration changed."""
    rim.allow(request)
    device = rim.one(request, request.app[SOURCE].plan.inventory.devices, "device").name
    wanted = request.match_info["revision"]

    def work(kept: Repository) -> Difference:
        found = kept.log(device)
        places = [place for place, one in enumerate(found) if one.id == wanted]
        if not places:
            raise Unknown(f"{device} has no revision {wanted[:40]!r}")
        one, *older = found[places[0] :]
        before = older[0].id if older else ""
        return _difference(one, before, _text(kept, one, before))

    told = await _asked(request, work, None)
    if told is None:
        raise RefusedError(404, f"no configuration of {device} is kept")
    return rim.told(told)


async def _asked(request: web.Request, work: Callable[[Repository], T], nothing: T) -> T:
    kept = request.app[SOURCE].configs.repository
    if kept is None:
        return nothing
    try:
        return await apart(work, kept)
    except Unknown as error:
        raise RefusedError(404, str(error), "GET /api/v1/devices/{name}/configs") from None
    except (GitFailed, OSError) as error:
        raise RefusedError(503, f"configurations cannot be read: {error}") from None


def _text(kept: Repository, one: Revision, before: str) -> str:
    if before:
        return kept.difference(one.device, before, one.id)
    return "".join(f"+{line}\n" for line in kept.text(one.device, one.id).splitlines())


def _difference(one: Revision, before: str, text: str) -> Difference:
    return Difference(
        revision=one.id,
        before=before,
        at=one.at,
        added=one.added,
        removed=one.removed,
        text="\n".join(map(unseen, text[:MOST].split("\n"))),
        cut=len(text) > MOST,
    )


def _revision(one: Revision) -> ConfigChange:
    return ConfigChange(
        revision=one.id, at=one.at, changed=None, added=one.added, removed=one.removed
    )


def changed(one: Entry) -> ConfigChange:
    """A change of a configuration from its event."""
    said = one.detail
    when = said.get("changed")
    added, removed = said.get("added"), said.get("removed")
    return ConfigChange(
        revision=str(said.get("revision", "")),
        at=one.at,
        changed=float(when) if isinstance(when, (int, float)) else None,
        added=added if isinstance(added, int) else 0,
        removed=removed if isinstance(removed, int) else 0,
    )
