"""What the console costs a browser: bytes and time of each page's first load, work of the wall's
updates, for the demo's province, with the processor slowed down to an old office PC's. Needs root
and Chromium.
"""

import gzip
import statistics

from playwright.sync_api import Browser, CDPSession

from tests.console.browser import browser, opened
from tests.console.screenshots import BROKEN, PAGES, Demo, demo

SLOWER = 4
"""How many times slower the browser's processor is made."""

LOADS, UPDATES = 5, 20
PATHS = {
    **PAGES,
    "inventory": "/inventory",
    "site": "/sites/dc",
    "service": "/services/dich-vu-cong",
}

_LOADED = """() => performance.getEntries().filter((one) => "transferSize" in one)
  .reduce(([sent, read], one) => [sent + one.transferSize, read + one.decodedBodySize], [0, 0])"""
_READY = "() => performance.getEntriesByName('ready')[0].startTime"
_ASK = """async () => {
  const began = performance.now();
  const answer = await (await fetch("/api/v1/wall")).text();
  return [performance.now() - began, answer];
}"""


def main() -> None:
    """Print the numbers."""
    with demo() as (space, one):
        with browser(space) as chromium:
            for name, path in PATHS.items():
                _loads(chromium, name, one.api.rstrip("/") + path)
        for thing in BROKEN:
            one.break_(thing)
        with browser(space) as chromium:
            _updates(chromium, one)


def _slowed(session: CDPSession) -> CDPSession:
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    session.send("Performance.enable")
    return session


def _loads(chromium: Browser, name: str, url: str) -> None:
    shown: list[float] = []
    for _ in range(LOADS):
        with opened(chromium, "about:blank") as watched:
            _slowed(watched.page.context.new_cdp_session(watched.page))
            watched.page.goto(url)
            page = watched.ready()
            sent, read = page.evaluate(_LOADED)
            shown.append(page.evaluate(_READY))
    took = f"shown after {statistics.median(shown):.0f} ms, at worst {max(shown):.0f} ms"
    print(f"{name:<12} first load {sent} bytes sent, {read} unpacked, {took}", flush=True)


def _busy(session: CDPSession) -> float:
    """Seconds that the page's main thread has worked so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def _updates(chromium: Browser, one: Demo) -> None:
    with opened(chromium, one.api) as watched:
        page = watched.ready()
        asked = [page.evaluate(_ASK) for _ in range(UPDATES)]
        body = asked[0][1].encode()
        took = statistics.median(time for time, _ in asked)
        print(f"a look: {len(body)} bytes, {len(gzip.compress(body))} packed, {took:.0f} ms")
        session = _slowed(page.context.new_cdp_session(page))
        before = _busy(session)
        page.wait_for_timeout(20_000)
        print(f"its main thread {(_busy(session) - before) / 20:.1%} busy, {SLOWER} times slower")


if __name__ == "__main__":
    main()
