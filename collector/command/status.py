"""`hatang status`: what is wrong now, asked of the running collector; Vietnamese and English."""

import argparse
import json
import os
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from collector.demo import COLLECTOR

EXAMPLE = """\
examples:
  hatang status                      the collector that runs on this machine
  hatang status --url https://10.17.0.5:9871 --ca ca.pem      another; the token in HATANG_TOKEN
  hatang status --json | jq '.down[].name, .status.failing'

exit code: 0 nothing is wrong, 1 something is down or a probe fails on every run, 2 the collector
cannot be asked
"""

STATES = {
    "down": "Mất kết nối / Down",
    "unreachable": "Bị che sau nguyên nhân / Unreachable",
    "degraded": "Suy giảm / Degraded",
    "unknown": "Chưa có dữ liệu / Unknown",
    "up": "Hoạt động tốt / Up",
}
REASONS = {
    "timeout": "Không trả lời kịp / timeout",
    "refused": "Bị từ chối / refused",
    "unreachable": "Không tới được / unreachable",
    "name": "Không có tên này / name",
    "tls": "Lỗi TLS / tls",
    "auth": "Sai thông tin truy cập / auth",
    "protocol": "Sai giao thức / protocol",
    "partial": "Chỉ trả lời một phần / partial",
    "limit": "Vượt giới hạn / limit",
    "internal": "Lỗi của Hatang / internal",
}
WAIT = 10.0
PAGE = 500
LARGEST = 64 << 20


class NoAnswerError(Exception):
    """Why the collector cannot be asked, and what to do about it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang status`."""
    parser.epilog = EXAMPLE
    parser.add_argument(
        "--state-dir",
        type=Path,
        default=os.environ.get("HATANG_STATE_DIR"),
        help="state directory of the collector to ask [HATANG_STATE_DIR]",
    )
    parser.add_argument("--url", help="address of the API instead, as http://127.0.0.1:9871")
    parser.add_argument("--ca", type=Path, help="certificate to trust, where the API speaks TLS")
    parser.add_argument("--json", action="store_true", help="one JSON object for programs")


def run(args: argparse.Namespace) -> int:
    """0 nothing is wrong, 1 something is down or a probe keeps failing, 2 the collector cannot be
    asked.
    """
    announced: Announced | None = None
    try:
        announced = None if args.url else _announced(_places(args.state_dir))
        url = announced.url if announced else args.url
        api = Api(url, os.environ.get("HATANG_TOKEN"), args.ca)
        status = api.get("status")
        down = [
            *api.items("verdicts?where=state=down"),
            *api.items("verdicts?where=state=degraded"),
        ]
    except NoAnswerError as error:
        told = announced.ended if announced and announced.gone else error
        print(f"hatang status: {told}", file=sys.stderr)
        return 2
    wrong = (
        bool(down)
        or not all(store["up"] for store in status["stores"].values())
        or any(one["lasting"] for one in status["failing"])
    )
    if args.json:
        print(json.dumps({"wrong": wrong, "down": down, "status": status}, ensure_ascii=False))
    else:
        show(Console(width=None if sys.stdout.isatty() else 160), status, down)
    return int(wrong)


class Api:
    """A collector's API, asked without a proxy."""

    def __init__(self, url: str, token: str | None, ca: Path | None) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise NoAnswerError(f"{url!r} is no http address; write --url http://127.0.0.1:9871")
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            context = ssl.create_default_context(cafile=ca)
        except OSError as error:
            raise NoAnswerError(f"--ca {ca}: {error.strerror or error}") from None
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def get(self, path: str) -> Any:
        """One answer. Raises NoAnswerError."""
        request = urllib.request.Request(f"{self._url}/api/v1/{path}", headers=self._headers)  # noqa: S310 - the scheme was looked at
        try:
            with self._opener.open(request, timeout=WAIT) as answer:
                return json.loads(answer.read(LARGEST))
        except urllib.error.HTTPError as error:
            with error:
                raise NoAnswerError(f"{self._url}: {_refusal(error)}") from None
        except (OSError, ValueError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            hint = "is it running? start it with: hatang run"
            raise NoAnswerError(f"no answer from {self._url}: {reason}; {hint}") from None

    def items(self, path: str) -> Iterator[Any]:
        """All the items of a list, page by page."""
        following = ""
        while True:
            page = self.get(f"{path}&limit={PAGE}{following}")
            yield from page["items"]
            if page["next"] is None:
                return
            following = f"&cursor={quote(page['next'])}"


def show(console: Console, status: Mapping[str, Any], down: Sequence[Mapping[str, Any]]) -> None:
    """What is wrong, for people, in the province's time."""
    zone = ZoneInfo(status["timezone"])
    now = status["now"]
    title = " · ".join(filter(None, (status["province"], status["collector"], _when(now, zone))))
    console.print(Text(title, style="bold"))
    counts = status["counts"]
    console.print(
        Text(
            "   ".join(
                f"{text}: {counts[state]}" for state, text in STATES.items() if counts[state]
            )
        )
    )
    for note in _notes(status):
        console.print(Text(note, style="yellow"))
    if down:
        console.print(_table(down, now, zone))
    if status["failing"]:
        console.print(_failing(status["failing"]))
    lasting = any(one["lasting"] for one in status["failing"])
    if not down and not lasting and counts["up"]:
        console.print(Text("Không có gì hỏng / Nothing is down", style="green"))


def _table(down: Sequence[Mapping[str, Any]], now: float, zone: ZoneInfo) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (
        "Thiết bị / Device",
        "Địa điểm / Site",
        "Trạng thái / State",
        "Từ / Since",
        "Đã / For",
        "Bằng chứng / Evidence",
    ):
        table.add_column(heading, overflow="fold")
    for one in sorted(down, key=lambda one: (-one["code"], one["since"], one["name"])):
        cells = (
            one["name"],
            one["site"],
            STATES[one["state"]],
            _when(one["since"], zone),
            _span(now - one["since"]),
            one["evidence"],
        )
        table.add_row(*map(Text, cells))
    return table


def _failing(groups: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (
        "Phép đo / Probe",
        "Lý do / Reason",
        "Ở / At",
        "Nói rằng / Message, Gợi ý / Hint",
    ):
        table.add_column(heading, overflow="fold")
    for one in groups:
        more = one["things"] - len(one["names"])
        names = ", ".join(one["names"]) + (f", +{more}" if more else "")
        said = "; ".join(filter(None, (one["message"], one["hint"])))
        style = "" if one["lasting"] else "dim"
        cells = (one["probe"], REASONS[one["reason"]], f"{one['things']}: {names}", said)
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def _notes(status: Mapping[str, Any]) -> Iterator[str]:
    for name, store in status["stores"].items():
        if not store["up"]:
            why = f"{store['message']} (spool {_span(status['spool_age'])})"
            yield f"Kho {name} không nhận / Store {name} is down: {why}"
    if not status["reload_success"]:
        yield "Danh mục mới bị từ chối / The last reload was refused: hatang check"
    lost = sum(status["dropped"].values())
    if lost:
        yield f"Mất {lost} giá trị từ khi chạy / {lost} samples lost since the start"


def _when(at: float, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%d/%m/%Y %H:%M:%S")


def _span(seconds: float) -> str:
    """The two largest units of a time span: 3d 4h, 12m 5s."""
    left = max(int(seconds), 0)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or parts or unit == "s":
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2])


def _places(chosen: Path | None) -> list[Path]:
    """Where a collector may have announced itself: `hatang run`'s places, then the demo's."""
    if chosen is not None:
        return [Path(chosen), Path(chosen) / COLLECTOR]
    home = Path.home() / ".local/state"
    return [Path("/var/lib/hatang"), home / "hatang", home / "hatang-demo" / COLLECTOR]


class Announced(NamedTuple):
    """What a collector wrote of itself when it began; one that stops takes it away."""

    url: str
    pid: int
    file: Path

    @property
    def gone(self) -> bool:
        """Whether there is no such process any more."""
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, OverflowError):
            return True
        except PermissionError:
            pass  # somebody else's, but there
        return False

    @property
    def ended(self) -> str:
        """What to say of one that is gone."""
        return (
            f"the collector announced in {self.file} (process {self.pid}) ended without stopping; "
            "look at its log, and start it again with: hatang run"
        )


def _announced(places: Sequence[Path]) -> Announced:
    """What the STATE/run.json says that can be read; one of a living process before another."""
    found = []
    for place in places:
        file = place / "run.json"
        try:
            facts = json.loads(file.read_text("utf-8"))
            found.append(Announced(str(facts["api"]), int(facts["pid"]), file))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    if found:
        return min(found, key=lambda one: one.gone)
    looked = " or ".join(str(place / "run.json") for place in places)
    raise NoAnswerError(
        f"no running collector is announced in {looked}; start one with: hatang run, "
        "or name one with --state-dir or --url"
    )


def _refusal(error: urllib.error.HTTPError) -> str:
    if error.code in (401, 403):
        return f"{error.code}: not let in; put a valid token into HATANG_TOKEN"
    return f"{error.code} {error.reason}; is this the address of a collector?"
