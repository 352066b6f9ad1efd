"""`hatang dashboards publish`, against a small imitation of Grafana's HTTP API.

No Grafana can be had from Debian, so what is proven here is what we send and what we make of the
answers as Grafana's API documentation has them; that a Grafana of today takes it is not proven.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from collector.command.main import main
from dashboards.publish import number
from dashboards.soundness import loaded

TOKEN = "glsa_secret"
PAGES = [path for path in loaded() if path.startswith("vi/")]


class FakeGrafana:
    """What a Grafana keeps: folders, data sources, dashboards with the folder they are in."""

    def __init__(self) -> None:
        self.folders: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.places: dict[str, str] = {}
        self.writes = 0
        self.url = ""

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and body of one request."""
        self.writes += method != "GET"
        kind, _, key = path.removeprefix("/api/").partition("/")
        key = key.removeprefix("uid/")
        if kind == "dashboards" and method == "POST":
            return self._save(body)
        if kind == "dashboards":
            found = self.dashboards.get(key)
            return _found(found and {"dashboard": found, "meta": {"folderUid": self.places[key]}})
        kept = self.folders if kind == "folders" else self.sources
        if method == "GET":
            return _found(kept.get(key))
        kept[body["uid"]] = body
        return 200, body

    def _save(self, body: dict[str, Any]) -> tuple[int, Any]:
        new = body["dashboard"]
        old = self.dashboards.get(new["uid"], {"version": 0})
        if new["version"] != old["version"] and not body["overwrite"]:
            return 412, {"message": "The dashboard has been changed by someone else"}
        self.dashboards[new["uid"]] = {**new, "id": 7, "version": old["version"] + 1}
        self.places[new["uid"]] = body["folderUid"]
        return 200, {"status": "success", "uid": new["uid"]}

    def edit(self, uid: str, **change: Any) -> None:
        """What a person does in the browser: the number of our content stays as it was."""
        old = self.dashboards[uid]
        self.dashboards[uid] = {**old, **change, "version": old["version"] + 1}


def _found(one: Any) -> tuple[int, Any]:
    return (200, one) if one else (404, {"message": "not found"})


@pytest.fixture
def grafana() -> Iterator[FakeGrafana]:
    fake = FakeGrafana()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            allowed = self.headers["Authorization"] == f"Bearer {TOKEN}"
            refused = (401, {"message": "Invalid API key"})
            status, told = fake.answer(self.command, self.path, body) if allowed else refused
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._answer
            raise AttributeError(name)

        def log_message(self, *_told: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


def publish(grafana: FakeGrafana, *more: str, token: str = TOKEN) -> int:
    return main(["dashboards", "publish", "--url", grafana.url, "--token", token, *more])


def test_all_is_made_once_and_the_second_time_nothing_changes(
    grafana: FakeGrafana, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(grafana, "--store", "http://10.17.0.5:8428") == 0
    assert len(grafana.dashboards) == len(PAGES)
    assert set(grafana.places.values()) == {"hatang"}
    assert grafana.sources["hatang"]["url"] == "http://10.17.0.5:8428"
    assert "created" in capsys.readouterr().out
    before = grafana.writes
    assert publish(grafana, "--store", "http://10.17.0.5:8428") == 0
    assert grafana.writes == before
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(PAGES) + 2
    assert {line.split()[0] for line in lines} == {"same"}


def test_dry_run_says_what_would_change_and_writes_nothing(
    grafana: FakeGrafana, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(grafana, "--dry-run") == 0
    assert grafana.writes == 0
    assert capsys.readouterr().out.count("created") == len(PAGES) + 1


def test_other_language_is_a_change_that_is_told_by_panel(
    grafana: FakeGrafana, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(grafana)
    capsys.readouterr()
    assert publish(grafana, "--language", "en") == 0
    assert grafana.dashboards["hatang-device"]["title"] == "Device"
    assert "changed  dashboard hatang-device: " in capsys.readouterr().out


def test_what_people_edited_is_kept_until_asked_otherwise(
    grafana: FakeGrafana, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(grafana)
    grafana.edit("hatang-site", title="Địa điểm của tôi")
    assert publish(grafana) == 1
    assert grafana.dashboards["hatang-site"]["title"] == "Địa điểm của tôi"
    assert "kept     dashboard hatang-site: people edited it" in capsys.readouterr().out
    assert publish(grafana, "--overwrite") == 0
    assert grafana.dashboards["hatang-site"]["title"] == "Địa điểm"


def test_what_people_made_moved_and_set_elsewhere_stays(grafana: FakeGrafana) -> None:
    publish(grafana, "--store", "http://old:8428")
    grafana.dashboards["theirs"] = {"uid": "theirs", "version": 3, "panels": []}
    grafana.places["hatang-wards"] = "wall"
    grafana.folders["hatang"]["title"] = "Giám sát"
    grafana.sources["hatang"]["basicAuth"] = True
    assert publish(grafana, "--store", "http://new:8428", "--language", "en") == 0
    assert grafana.dashboards["theirs"]["version"] == 3
    assert grafana.places["hatang-wards"] == "wall"
    assert grafana.folders["hatang"]["title"] == "Giám sát"
    assert grafana.sources["hatang"]["url"] == "http://new:8428"
    assert grafana.sources["hatang"]["basicAuth"] is True


def test_save_in_between_is_not_written_over(
    grafana: FakeGrafana, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(grafana)
    save = FakeGrafana._save

    def late(self: FakeGrafana, body: dict[str, Any]) -> tuple[int, Any]:
        self.dashboards[body["dashboard"]["uid"]]["version"] += 1
        return save(self, body)

    monkeypatch.setattr(FakeGrafana, "_save", late)
    assert publish(grafana, "--language", "en") == 1
    assert "somebody saved it just now" in capsys.readouterr().err


def test_refusal_and_silence_are_told_without_the_token(
    grafana: FakeGrafana, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(grafana, token="wrong-secret") == 1
    told = capsys.readouterr().err
    assert "hatang dashboards: " in told
    grafana.url = "http://127.0.0.1:9"
    assert publish(grafana, token="wrong-secret") == 1
    told += capsys.readouterr().err
    assert "cannot be asked" in told
    assert "wrong-secret" not in told


def test_no_token_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HATANG_GRAFANA_TOKEN", raising=False)
    assert main(["dashboards", "publish", "--url", "http://127.0.0.1:9"]) == 2
    assert "HATANG_GRAFANA_TOKEN" in capsys.readouterr().err


def test_number_is_of_the_content_alone() -> None:
    one = loaded()["vi/site.json"]
    assert number(one) == number({**one, "id": 4, "version": 9, "revision": 1})
    assert number(one) != number({**one, "title": "x"})
