"""Structured logs: one line per event, as logfmt or (with `HATANG_LOG=json`) as JSON, on standard
error.

Code logs through the standard library: a short constant event, and facts in `extra={...}`. Text
that came from outside cannot begin a new line or imitate a field; secrets show as `***` by their
own type.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TextIO

LEVELS = ("debug", "info", "warning", "error")
VALUE = 2_000
"""Longest value of a field in characters; a traceback may take four times that, its end is kept."""

_OWN = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}
_PLAIN = re.compile(r"[\w.:/@+,;%*\[\]()<>#&!?~$|^{}'-]+")
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, what turns or hides text on a screen, and halves of surrogate pairs."""


def configure(
    level: str = "info", form: str | None = None, stream: TextIO | None = None
) -> logging.Handler:
    """Send every log of this process, and Python's warnings, to one stream. Returns the handler.

    `form` is "logfmt" or "json", by default as `HATANG_LOG` says. Raises ValueError on an unknown
    level.
    """
    if level not in LEVELS:
        raise ValueError(f"no log level {level!r} (one of {', '.join(LEVELS)})")
    chosen = form or os.environ.get("HATANG_LOG", "logfmt")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Json() if chosen == "json" else Logfmt())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    logging.captureWarnings(True)
    return handler


class Logfmt(logging.Formatter):
    """`2026-11-21T08:15:00+07:00 level=info event="poll failed" job=... error="..."`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the record holds."""
        fields = " ".join(f"{_key(name)}={_logfmt(value)}" for name, value in _fields(record))
        return f"{_time(record)} {fields}"


class Json(logging.Formatter):
    """The same fields as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the record holds."""
        fields = {"time": _time(record), **dict(_fields(record))}
        return _escaped(json.dumps(fields, ensure_ascii=False, default=_text))


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    yield "level", record.levelname.lower()
    yield "event", _bounded(record.getMessage(), VALUE)
    if record.name != "root":
        yield "logger", record.name
    for name, value in vars(record).items():
        if name not in _OWN:
            yield name, value if _is_number(value) else _bounded(_text(value), VALUE)
    if record.exc_info and record.exc_info[0] is not None:
        trace = logging.Formatter().formatException(record.exc_info)
        yield "trace", trace if len(trace) <= 4 * VALUE else "…" + trace[-4 * VALUE :]


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="seconds")


def _is_number(value: object) -> bool:
    return isinstance(value, bool | int | float)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        return ", ".join(f"{_text(name)}: {_text(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_text(inner) for inner in value)
    return _shown(value)


def _shown(value: Any) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - a log line is worth more than one value's own fault
        return f"<{type(value).__name__}: {type(error).__name__}>"


def _bounded(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length] + "…"


def _key(name: str) -> str:
    return re.sub(r"[^\w.]", "_", name)


def _logfmt(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    if _PLAIN.fullmatch(text):
        return text
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
