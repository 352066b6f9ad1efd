"""Debian's Chromium, headless, without network of its own, and what its pages complained of."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

DESK, PHONE = (1920, 1080), (390, 844)

MOST = 300_000
"""Bytes of a first load."""
_READ = (
    "() => performance.getEntries().filter((one) => 'decodedBodySize' in one)"
    ".reduce((sum, one) => sum + one.decodedBodySize, 0)"
)
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
)


@contextmanager
def browser(namespace: str = "") -> Iterator[Browser]:
    """A browser, in a network namespace where one is named."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium here: apt-get install --no-install-recommends chromium")
    arguments = [*_QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with tempfile.TemporaryDirectory(prefix="hatang-browser-") as folder, sync_playwright() as play:
        if namespace:
            inside = Path(folder) / "chromium"
            inside.write_text(f'#!/bin/sh\nexec ip netns exec {namespace} {program} "$@"\n')
            inside.chmod(0o755)
            program = str(inside)
        one = play.chromium.launch(executable_path=program, args=arguments)
        try:
            yield one
        finally:
            one.close()


class Watched:
    """A page, and the errors that its console and its scripts told."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("console", lambda said: self._said(said.type, said.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.errors.append(text)

    def ready(self) -> Page:
        """The page once it shows what the collector told."""
        self.page.wait_for_selector("html[data-ready]", state="attached")
        return self.page


@contextmanager
def opened(one: Browser, url: str, size: tuple[int, int] = DESK, **more: Any) -> Iterator[Watched]:
    """A page in a fresh profile."""
    width, height = size
    context = one.new_context(
        viewport={"width": width, "height": height}, ignore_https_errors=True, **more
    )
    try:
        watched = Watched(context.new_page())
        watched.page.goto(url)
        yield watched
    finally:
        context.close()


def grave(page: Page, context: str | None = None) -> list[tuple[str, list[str]]]:
    """What axe finds that keeps somebody from using the page, or the part that is named."""
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in Axe().run(page, context=context).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def accessible(page: Page, size: tuple[int, int]) -> None:
    """Nothing serious stands in anybody's way, and the page does not scroll sideways."""
    assert grave(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= size[0]


def loaded(page: Page) -> int:
    """Bytes that the page has read so far, unpacked; less than a first load may have."""
    read = int(page.evaluate(_READ))
    print(f"\n{page.url}: {read} bytes unpacked")
    assert read < MOST
    return read
