"""`hatang dashboards publish`: hand the dashboards to a Grafana, and say what changes."""

import argparse
import os
import sys

from dashboards.publish import Grafana, PublishError, Wanted
from dashboards.words import LANGUAGES

EXAMPLE = """\
examples:
  hatang dashboards publish --url https://grafana.tinh.vn --store http://10.17.0.5:8428
  hatang dashboards publish --url http://127.0.0.1:3000 --language en --dry-run

The token is of a Grafana service account with the role Editor (Admin, to make the data source); it
may stand in HATANG_GRAFANA_TOKEN. A private CA: REQUESTS_CA_BUNDLE=ca.pem.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Flags of `hatang dashboards`."""
    parser.epilog = EXAMPLE
    parser.add_argument("verb", choices=("publish",))
    parser.add_argument("--url", required=True, help="address of the Grafana")
    parser.add_argument(
        "--token", default=os.environ.get("HATANG_GRAFANA_TOKEN"), help="[HATANG_GRAFANA_TOKEN]"
    )
    parser.add_argument("--store", default="", help="where the store answers PromQL, for Grafana")
    parser.add_argument("--language", choices=LANGUAGES, default="vi")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.add_argument("--overwrite", action="store_true", help="edits of people too")


def run(args: argparse.Namespace) -> int:
    """0 published, 1 Grafana refuses or cannot be asked, or edits were kept, 2 usage."""
    if not args.token:
        print("hatang dashboards: no token; --token or HATANG_GRAFANA_TOKEN", file=sys.stderr)
        return 2
    wanted = Wanted(args.language, args.store, look=args.dry_run, overwrite=args.overwrite)
    kept = False
    try:
        for change in Grafana(args.url, args.token).publish(wanted):
            print(change, flush=True)
            kept = kept or change.done == "kept"
    except PublishError as error:
        print(f"hatang dashboards: {error}", file=sys.stderr)
        return 1
    return int(kept)
