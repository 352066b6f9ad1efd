"""A mail from Alertmanager: its templates, played by Alertmanager itself to a mail server."""

import contextlib
import email
import email.policy
import json
import socketserver
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.alertmanager import Mail, render
from alerts.notice import Notice
from alerts.wording import compose, compose_end
from inventory.model import Contact, Inventory, Province, Site
from tests.daemons import alertmanager


class Postbox(socketserver.StreamRequestHandler):
    """Takes mail, as RFC 5321 has it, and keeps it."""

    mails: list[Any]

    def handle(self) -> None:
        self.say("220 ready")
        for line in iter(self.rfile.readline, b""):
            word = line[:4].upper()
            if word == b"DATA":
                self.say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.mails.append(email.message_from_bytes(text, policy=email.policy.default))
            self.say("221 bye" if word == b"QUIT" else "250 ok")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextlib.contextmanager
def post_office() -> Iterator[tuple[int, list[Any]]]:
    """A mail server on a free port of loopback, and the mails that it took."""
    mails: list[Any] = []
    box = type("Box", (Postbox,), {"mails": mails})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), box) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1], mails
        server.shutdown()


def arrived(mails: list[Any], number: int) -> Any:
    until = time.monotonic() + 30
    while len(mails) < number:
        assert time.monotonic() < until, "no mail came"
        time.sleep(0.05)
    return mails[number - 1]


def post(url: str, alert: dict[str, Any]) -> None:
    asked = urllib.request.Request(
        f"{url}/api/v2/alerts", json.dumps([alert]).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(asked, timeout=5).close()


def moment(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def province() -> Inventory:
    contacts = {"truc": Contact("truc", "Trực NOC", {"email": "truc@noc.example"})}
    sites = {"da-bac": Site("da-bac", "Huyện Đà Bắc")}
    return Inventory(Province(), {}, sites, {}, {}, {}, {}, contacts, (), ())


def test_a_mail_reads_as_the_message_and_its_end_says_so(
    province: Inventory, tmp_path: Path
) -> None:
    notice = Notice("SiteDown", "site:da-bac", "critical", 1795223700.0)
    message = compose(notice, province, 12)
    names = ("summary", "description", "summary_en", "description_en", "sms")
    alert = {
        "labels": {"alertname": "SiteDown", "subject": "site:da-bac", "severity": "critical"},
        "annotations": {name: getattr(message, name) for name in names}
        | {"runbook": "alerts/runbooks/SiteDown.md"},
    }
    with post_office() as (port, mails):
        config = render(province, mail=Mail(f"127.0.0.1:{port}", "noc@noc.example"))
        with alertmanager(tmp_path, config) as running:
            post(running.url, alert)
            first = arrived(mails, 1)
            post(running.url, alert | {"startsAt": moment(-60), "endsAt": moment(-1)})
            last = arrived(mails, 2)
    assert first["To"] == "truc@noc.example"
    assert first["Subject"] == "[KHẨN CẤP] Địa điểm Huyện Đà Bắc mất kết nối"
    text = first.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.startswith(f"{message.summary}\n{message.description}\n")
    assert "\nalerts/runbooks/SiteDown.md\n" in text
    assert "\n[CRITICAL] Site Huyện Đà Bắc is down\n" in text
    assert last["Subject"] == "[ĐÃ KHẮC PHỤC] Địa điểm Huyện Đà Bắc mất kết nối"


def test_an_end_that_was_not_a_recovery_does_not_read_as_one(
    province: Inventory, tmp_path: Path
) -> None:
    signs = (("flapped", ()), ("silent_for", (("seconds", "60"),)))
    notice = Notice("DeviceFlapping", "device:rt01", "minor", 1795223700.0, evidence=signs)
    message = compose_end(notice, 1795224420.0, province, 12)
    labels = {"alertname": "DeviceFlapping", "subject": "device:rt01", "severity": "critical"}
    firing = {"labels": labels, "annotations": {"summary": "[CAO] Thiết bị rt01 chập chờn"}}
    words = {"summary": message.summary, "summary_en": message.summary_en, "ended": "12:00"}
    with post_office() as (port, mails):
        config = render(province, mail=Mail(f"127.0.0.1:{port}", "noc@noc.example"))
        with alertmanager(tmp_path, config) as running:
            post(running.url, firing)
            arrived(mails, 1)
            over = {"startsAt": moment(-60), "endsAt": moment(-1), "annotations": words}
            post(running.url, firing | over)
            last = arrived(mails, 2)
    assert last["Subject"] == message.summary
    assert message.summary.startswith("[CHƯA KHẮC PHỤC] ")
