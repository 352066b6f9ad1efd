"""A receiver of Alertmanager's webhooks: one line of JSON a call, with the time it came.

`python -m tests.webhook PORT FILE`; as a process of its own, so that it can stand in a network
namespace and measure undisturbed.
"""

import http.server
import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Serve until killed."""
    port, path = int(sys.argv[1]), Path(sys.argv[2])

    class Receiver(http.server.BaseHTTPRequestHandler):
        """Takes POSTs."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """One notification."""
            at = time.time()
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with path.open("a") as file:
                file.write(json.dumps({"at": at, **body}) + "\n")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Quiet."""

    http.server.ThreadingHTTPServer(("127.0.0.1", port), Receiver).serve_forever()


if __name__ == "__main__":
    main()
