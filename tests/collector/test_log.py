"""Logs: one line per event, fields that cannot be forged, no secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from collector import log as logs
from inventory.secret import Secret

PLANTED = "s3cret-planted"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    yield io.StringIO()
    logging.captureWarnings(False)
    root.handlers[:] = kept
    root.setLevel(level)


def test_one_event_is_one_line_of_fields(stream: io.StringIO) -> None:
    logs.configure("info", "logfmt", stream)
    facts = {"job": "device/rt01/snmp", "took": 1.25, "rows": 7, "site": "Pà Cò", "ok": True}
    logging.getLogger("hatang.test").info("poll failed", extra=facts)
    time, _, rest = stream.getvalue().partition(" ")
    assert time[10] == "T"
    assert time[-6] in "+-"
    assert rest == (
        'level=info event="poll failed" logger=hatang.test job=device/rt01/snmp took=1.25 rows=7 '
        'site="Pà Cò" ok=true\n'
    )


def test_text_from_outside_cannot_begin_a_line_or_imitate_a_field(stream: io.StringIO) -> None:
    logs.configure("info", "logfmt", stream)
    hostile = 'x" level=error\n2026-11-21T08:15:00 forged\x1b[2J\u2028'
    logging.getLogger("hatang").warning("trap", extra={"text": hostile})
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert line.endswith('text="x\\" level=error\\n2026-11-21T08:15:00 forged\\u001b[2J\\u2028"\n')


def test_json_escapes_what_turns_or_moves_text_on_a_screen(stream: io.StringIO) -> None:
    logs.configure("info", "json", stream)
    hostile = "a\x1b[2J\x7f\x9b\x85\u2028\u200f\u202e\u2066\ufeff\ud800b\nc\\"
    logging.getLogger("hatang").warning(hostile, extra={"bad\u202ekey": hostile})
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert line.rstrip("\n").isprintable()
    told = json.loads(line)
    assert told["event"] == told["bad\u202ekey"] == hostile


def test_logfmt_escapes_the_same(stream: io.StringIO) -> None:
    logs.configure("info", "logfmt", stream)
    logging.getLogger("hatang").warning("seen", extra={"text": "a\u200f\u202e\u2066\ufeff\ud800b"})
    assert stream.getvalue().endswith('text="a\\u200f\\u202e\\u2066\\ufeff\\ud800b"\n')


def test_a_traceback_is_folded_into_its_line_and_bounded(stream: io.StringIO) -> None:
    logs.configure("info", "logfmt", stream)
    try:
        raise ValueError("bad\nthing" + "y" * 100_000)
    except ValueError:
        logging.getLogger("hatang").exception("probe failed")
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert 'event="probe failed"' in line
    assert len(line) < 10 * logs.VALUE


@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_a_secret_is_never_shown(stream: io.StringIO, form: str) -> None:
    logs.configure("debug", form, stream)
    secret = Secret(PLANTED)
    extra = {"credential": {"community": secret}, "both": [secret, ("sha256", secret)]}
    try:
        raise RuntimeError(secret)
    except RuntimeError:
        logging.getLogger("hatang").exception("failed with %s", secret, extra=extra)
    assert "***" in stream.getvalue()
    assert PLANTED not in stream.getvalue()


def test_json_has_the_same_fields(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HATANG_LOG", "json")
    logs.configure("info", stream=stream)
    logging.getLogger("hatang.test").error("store\nrefused", extra={"status": 400, "bad key": None})
    (line,) = stream.getvalue().splitlines()
    fields = json.loads(line)
    del fields["time"]
    assert fields == {
        "level": "error",
        "event": "store\nrefused",
        "logger": "hatang.test",
        "status": 400,
        "bad key": "None",
    }


def test_a_value_with_a_fault_of_its_own_does_not_lose_the_line(stream: io.StringIO) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError

    logs.configure("info", "logfmt", stream)
    logging.getLogger("hatang").info("seen", extra={"value": Broken()})
    assert 'value="<Broken: RuntimeError>"' in stream.getvalue()


def test_below_the_level_nothing_is_written_and_levels_are_checked(stream: io.StringIO) -> None:
    logs.configure("warning", "logfmt", stream)
    logging.getLogger("hatang").info("quiet")
    assert stream.getvalue() == ""
    with pytest.raises(ValueError, match="no log level 'loud'"):
        logs.configure("loud")
