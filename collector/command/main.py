"""`hatang`: the table of commands. Each is imported when it is asked for, so that help is quick."""

import argparse
import importlib
import io
import sys
from importlib.metadata import version

COMMANDS = {
    "run": "the main job: poll everything in the inventory, store it, serve /metrics and the API",
    "demo": "a simulated province on loopback, the collector and a local store, to look at",
    "check": "every error in inventory and profiles, at once",
    "poll": "ask one device once and print its rows",
    "discover": "look through a range of addresses and propose inventory entries",
    "inventory": "what exists, by any field: list, show, tree, export",
    "impact": "what goes dark if a thing fails",
    "status": "what is wrong now, by cause",
    "audit": "who did what: the append-only log of acts, and whether its chain holds",
    "dashboards": "hand the dashboards to a Grafana, and say what changes",
    "config": "configurations of devices as they were saved: list, show, diff, log",
}
"""Exit codes are the same everywhere: 0 done, 1 found problems, 2 usage."""


def parser() -> argparse.ArgumentParser:
    """The first level only: each command configures its own parser when it is chosen."""
    top = argparse.ArgumentParser(
        prog="hatang",
        description="Hatang watches a provincial data centre and its networks.",
        epilog="commands:\n"
        + "\n".join(f"  {name:<10} {text}" for name, text in COMMANDS.items())
        + "\n\nexample:\n  hatang check -i inventory.yaml\n  hatang COMMAND --help",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="hatang [--version] COMMAND ...",
    )
    top.add_argument("--version", action="version", version=f"hatang {version('hatang')}")
    top.add_argument(
        "command", choices=COMMANDS, metavar="COMMAND", help="one of the commands below"
    )
    top.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code. Ends quietly when the reader of a pipe has gone."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # Vietnamese on a terminal that knows only ASCII
    chosen = parser().parse_args(argv)
    command = importlib.import_module(f"collector.command.{chosen.command}")
    own = argparse.ArgumentParser(
        prog=f"hatang {chosen.command}",
        description=COMMANDS[chosen.command],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.configure(own)
    try:
        return int(command.run(own.parse_args(chosen.rest)))
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
