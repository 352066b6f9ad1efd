"""Pictures of the console: the demo's province in a network namespace of its own, with outages;
each page in both languages, on a wall's screen and on a phone. `python -m tests.console.screenshots
FOLDER`; needs root.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from collector.demo import COLLECTOR, control
from tests.console.browser import DESK, PHONE, browser, opened
from tests.daemons import namespace
from tests.running import until

BROKEN = ("tsl-ii-05212-a", "tsl-ii-ubnd-mai-chau-a", "hbh-dc-db03")
_FETCH = (
    sys.executable,
    "-c",
    (
        "import sys, urllib.request;"
        "sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1], timeout=10).read())"
    ),
)
PAGES = {
    "wall": "/",
    "map": "/map",
    "circuit": "/circuits/tsl-ii-05212-a",
    "device": "/devices/hbh-dc-core01",
}
_SETTLED = 3000
"""Milliseconds until what is asked besides, in the language that was chosen, is drawn."""
SIZES = {"desk": (DESK, "dark"), "phone": (PHONE, "light")}


class Demo:
    """A demo at work."""

    def __init__(self, space: str, folder: Path) -> None:
        self._space, self._folder = space, folder

    @property
    def api(self) -> str:
        """Where its collector listens, "" until it does."""
        try:
            facts = json.loads((self._folder / COLLECTOR / "run.json").read_text())
        except FileNotFoundError:
            return ""
        return str(facts["api"])

    def ask(self, path: str) -> Any:
        """A page of its API, from inside; None where there is none yet."""
        command = ["ip", "netns", "exec", self._space, *_FETCH, f"{self.api}{path}"]
        done = subprocess.run(command, capture_output=True, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def up(self) -> bool:
        """Whether all that is judged is up."""
        counts = (self.ask("/api/v1/wall") or {"counts": {}})["counts"]
        return bool(counts) and not any(
            count for each in counts.values() for state, count in each.items() if state != "up"
        )

    def break_(self, thing: str) -> None:
        """Break something."""
        answer = control.ask(self._folder, "break", thing)
        assert "error" not in answer, answer


@contextmanager
def demo() -> Iterator[tuple[str, Demo]]:
    """The province of inventory.yaml, all of it up."""
    with (
        tempfile.TemporaryDirectory(prefix="hatang-pictures-") as name,
        namespace(f"hatang-pictures-{time.monotonic_ns() % 100_000}") as space,
    ):
        command = [sys.executable, "-m", "collector.command.main", "demo", "--state-dir", name]
        with (Path(name) / "demo.log").open("wb") as log:
            process = subprocess.Popen(
                ["ip", "netns", "exec", space, *command], stdout=log, stderr=log
            )
        try:
            one = Demo(space, Path(name))
            until("the province is up", one.up, 120)
            yield space, one
        finally:
            process.terminate()
            process.wait(30)


def shoot(chromium: Browser, url: str, folder: Path) -> None:
    """Every picture."""
    for name, path in PAGES.items():
        for place, (size, scheme) in SIZES.items():
            more: dict[str, Any] = {"color_scheme": scheme, "reduced_motion": "reduce"}
            with opened(chromium, url.rstrip("/") + path, size, **more) as watched:
                page = watched.ready()
                for language in ("vi", "en"):
                    if language == "en":
                        page.get_by_role("button", name="English").click()
                        page.wait_for_selector("html[lang=en]", state="attached")
                    page.wait_for_timeout(_SETTLED)
                    picture = folder / f"{name}-{place}-{language}.png"
                    page.screenshot(path=picture)
                    print(picture)
                assert watched.errors == [], watched.errors


def main() -> None:
    """Break some things, wait until they are causes, take the pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with demo() as (space, one):
        for thing in BROKEN:
            one.break_(thing)
        until("each is a cause", lambda: len(one.ask("/api/v1/wall")["causes"]) >= len(BROKEN))
        url = one.api
        with browser(space) as chromium:
            shoot(chromium, url, folder)


if __name__ == "__main__":
    main()
