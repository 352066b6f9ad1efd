"""`hatang status`: what is wrong now, asked of the running collector: causes first."""

import argparse
import json
import os
import sys
from itertools import takewhile
from pathlib import Path

from rich.console import Console

from alerts.wording.words import LANGUAGES
from collector.command.ask import Announced, Api, NoAnswerError, announced, places
from collector.command.situation import Situation, show

EXAMPLE = """\
examples:
  hatang status                      the collector that runs on this machine
  hatang status --language en        in English, whatever the province speaks
  hatang status --url https://10.17.0.5:9871 --ca ca.pem      another; the token in HATANG_TOKEN
  hatang status --json | jq '.causes[].thing, .status.failing'

exit code: 0 nothing is wrong, 1 something is down or degraded, a device cannot be asked, a probe
fails on every run, or a store or an Alertmanager takes nothing, 2 the collector cannot be asked
"""


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
    parser.add_argument("--language", choices=LANGUAGES, help="default: the province's")
    parser.add_argument("--json", action="store_true", help="one JSON object for programs")


def run(args: argparse.Namespace) -> int:
    """0 nothing is wrong, 1 something is, 2 the collector cannot be asked."""
    found: Announced | None = None
    try:
        found = None if args.url else announced(places(args.state_dir))
        url = found.url if found else args.url
        situation = asked(Api(url, os.environ.get("HATANG_TOKEN"), args.ca), args.language)
    except NoAnswerError as error:
        told = found.ended if found and found.gone else error
        print(f"hatang status: {told}", file=sys.stderr)
        return 2
    if args.json:
        facts = {"wrong": situation.wrong, **situation._asdict()}
        print(json.dumps(facts, ensure_ascii=False))
    else:
        show(Console(width=None if sys.stdout.isatty() else 160, highlight=False), situation)
    return int(situation.wrong)


def asked(api: Api, language: str | None) -> Situation:
    """What is wrong now. Raises NoAnswerError."""
    status = api.get("status")
    language = language or status["language"]
    listed = api.items(f"verdicts?language={language}")
    causes = list(takewhile(lambda one: one["incidents"], listed))
    told = {one["thing"] for one in causes}
    degraded = api.items(f"verdicts?where=state=degraded&language={language}")
    return Situation(
        language,
        status,
        causes,
        [one for one in degraded if not {one["thing"], one["because"]} & told],
        api.get("maintenance")["items"],
    )
