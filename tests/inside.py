"""HTTP asked inside a network namespace, by one process that stays there: to start Python for each
question costs more than the answer.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator

_ASKS = """
import http.client, json, sys, urllib.request
for url in sys.stdin:
    try:
        with urllib.request.urlopen(url.strip(), timeout=10) as answer:
            told = {"body": answer.read().decode()}
    except (OSError, http.client.HTTPException) as error:
        told = {"error": str(error)}
    print(json.dumps(told), flush=True)
"""


class Inside:
    """Who asks. One question at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def fetch(self, url: str) -> str:
        """The body of a page; raises OSError where there is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{url}\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        if "error" in told:
            raise OSError(f"{url}: {told['error']}")
        return str(told["body"])


@contextlib.contextmanager
def inside(namespace: str) -> Iterator[Inside]:
    """Somebody who asks inside that namespace; gone afterwards."""
    command = ["ip", "netns", "exec", namespace, sys.executable, "-Ic", _ASKS]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Inside(process)
        finally:
            process.kill()
