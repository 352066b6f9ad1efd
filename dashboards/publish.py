"""Hands the built dashboards to a Grafana: folder, data source, dashboards.

Repeating it changes nothing. Only what carries our identifiers is touched: a dashboard that people
moved to another folder stays there, and one that they edited is kept, unless asked otherwise. What
we publish carries a number of its content (`revision`), by which an edit is seen.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from zlib import crc32

from dashboards.soundness import JSON, loaded
from dashboards.words import Language

UID = "hatang"
"""Of the folder and of the data source."""
_THEIRS = ("id", "version", "revision")
_TIMEOUT = 15.0


class PublishError(RuntimeError):
    """Grafana cannot be reached, or refuses; the message is for people."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be: which language, where the store answers PromQL (empty: leave the data source
    alone), whether to look only, and whether edits of people are written over.
    """

    language: Language
    store: str = ""
    look: bool = False
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one thing: created, changed, same or kept; and what differs."""

    what: str
    done: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.done:<8} {self.what}{f': {self.detail}' if self.detail else ''}"


def _content(dashboard: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in dashboard.items() if key not in _THEIRS}


def number(dashboard: Mapping[str, Any]) -> int:
    """The number of a dashboard's content, whatever Grafana counts about it."""
    return crc32(json.dumps(_content(dashboard), sort_keys=True).encode()) & 0x7FFFFFFF


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """What differs between two versions, for people."""
    before = {one["id"]: one for one in old.get("panels", ()) if "id" in one}
    after = {one["id"]: one for one in new["panels"]}
    changed = [f"{after[key]['title']}" for key in after if before.get(key) != after[key]]
    changed += [f"-{before[key].get('title', key)}" for key in before.keys() - after.keys()]
    rest = [key for key in _content(new) if key != "panels" and old.get(key) != new[key]]
    return ", ".join([*changed, *sorted(rest)])


class Grafana:
    """A Grafana that is published to."""

    def __init__(self, url: str, token: str) -> None:
        """Raises PublishError when grafana-client is not installed."""
        try:
            from grafana_client import GrafanaApi
            from grafana_client.client import GrafanaException, TokenAuth
        except ImportError:
            told = "needs grafana-client; install it: pip install 'hatang[grafana]'"
            raise PublishError(told) from None
        self._api = GrafanaApi.from_url(url, credential=TokenAuth(token), timeout=_TIMEOUT)
        self._refusal: type[Exception] = GrafanaException
        self._url = url

    def _do(self, what: str, call: Callable[[], Any]) -> Any:
        """None where there is no such thing. Raises PublishError."""
        try:
            return call()
        except self._refusal as error:
            code = getattr(error, "status_code", 0)
            if code == HTTPStatus.NOT_FOUND:
                return None
            if code == HTTPStatus.PRECONDITION_FAILED:
                raise PublishError(f"{what}: somebody saved it just now; try again") from error
            raise PublishError(f"{what}: {getattr(error, 'message', error)}") from error
        except (OSError, ValueError) as error:
            raise PublishError(f"{self._url} cannot be asked: {error}") from error

    def publish(self, wanted: Wanted) -> Iterator[Change]:
        """Make it so, one thing after another. Raises PublishError."""
        yield self._folder(wanted)
        if wanted.store:
            yield self._source(wanted)
        for path, dashboard in loaded(JSON).items():
            if path.startswith(f"{wanted.language}/"):
                yield self._dashboard(dashboard, wanted)

    def _folder(self, wanted: Wanted) -> Change:
        what = f"folder {UID}"
        if self._do(what, lambda: self._api.folder.get_folder(UID)) is not None:
            return Change(what, "same")
        if not wanted.look:
            self._do(what, lambda: self._api.folder.create_folder("Hatang", uid=UID))
        return Change(what, "created")

    def _source(self, wanted: Wanted) -> Change:
        what = f"data source {UID}"
        api = self._api.datasource
        old = self._do(what, lambda: api.get_datasource_by_uid(UID))
        if old is None:
            new = _source(wanted.store)
            if not wanted.look:
                self._do(what, lambda: api.create_datasource(new))
            return Change(what, "created", wanted.store)
        if old.get("url") == wanted.store:
            return Change(what, "same")
        new = {**old, "url": wanted.store}
        if not wanted.look:
            self._do(what, lambda: api.update_datasource_by_uid(UID, new))
        return Change(what, "changed", f"{old.get('url')} -> {wanted.store}")

    def _dashboard(self, new: dict[str, Any], wanted: Wanted) -> Change:
        what = f"dashboard {new['uid']}"
        found = self._do(what, lambda: self._api.dashboard.get_dashboard(new["uid"]))
        old = found["dashboard"] if found else {}
        if old and _content(old) == _content(new):
            return Change(what, "same")
        if old and old.get("revision") != number(old) and not wanted.overwrite:
            told = "people edited it; save it under another name, then publish with --overwrite"
            return Change(what, "kept", told)
        place = found["meta"].get("folderUid", UID) if found else UID
        if not wanted.look:
            self._save(what, {**new, "version": old.get("version", 0)}, place)
        return Change(what, "changed" if old else "created", _differing(old, new) if old else "")

    def _save(self, what: str, new: dict[str, Any], place: str) -> None:
        # With the version that was read and without `overwrite`, a save in between is an error.
        body = {
            "dashboard": {**new, "id": None, "revision": number(new)},
            "folderUid": place,
            "message": "hatang dashboards publish",
            "overwrite": False,
        }
        self._do(what, lambda: self._api.dashboard.update_dashboard(body))


def _source(store: str) -> dict[str, Any]:
    """The data source; `timeInterval` is how often the province is asked."""
    return {
        "name": "Hatang",
        "uid": UID,
        "type": "prometheus",
        "access": "proxy",
        "url": store,
        "jsonData": {"httpMethod": "POST", "timeInterval": "60s", "prometheusType": "Prometheus"},
    }
