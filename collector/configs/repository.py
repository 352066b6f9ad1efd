"""The repository: git as a child process, deaf to whatever the machine or the user configured.

Names of devices are names of files: only what the inventory accepts as a name gets near them.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from inventory.value import NAME

SECONDS = 30.0
"""What one git may take."""

_SET = (
    "safe.directory=*",  # read by another account than the collector's
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.autocrlf=false",
    "core.quotePath=false",
    "gc.autoDetach=false",
    "commit.gpgSign=false",
    "user.name=hatang",
    "user.email=hatang@localhost",
)
_ID = re.compile(r"[0-9a-f]{4,40}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d)?")
_FRESH = ".new"


class GitFailed(RuntimeError):  # noqa: N818 - it says what is the case
    """git could not do it; the message says why."""


class Unknown(LookupError):  # noqa: N818 - it says what is the case
    """No such device, or no such revision of its configuration; the message says which."""


class Saved(NamedTuple):
    """What became of a configuration: `changed` beside the one before, or the `first`; how many
    lines came and went, and the id of its revision.
    """

    changed: bool
    first: bool
    added: int
    removed: int
    revision: str


class Revision(NamedTuple):
    """One revision of one device's configuration, `at` in Unix seconds."""

    id: str
    at: float
    device: str
    added: int
    removed: int


class Repository:
    """One directory. Every method blocks: call it in a thread. One writer at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ready = False

    @property
    def there(self) -> bool:
        """Whether anything was ever saved here."""
        return os.path.isdir(self.folder / ".git")  # noqa: PTH112 - Path raises where it may not look

    def save(self, device: str, text: str, at: float) -> Saved:
        """Keep a configuration, seen at `at`; a commit if it is another one than before. Raises
        GitFailed, OSError, Unknown.
        """
        path = self._path(device)
        self._begin()
        first = self._git("cat-file", "-e", f"HEAD:{device}", may_fail=True) is None
        self._write(path, text)
        self._git("add", "--", device)
        counts = self._git("diff", "--cached", "--numstat", "--no-renames", "--", device) or ""
        if not counts.strip():
            return Saved(False, False, 0, 0, self._last(device))
        added, removed = _counted(counts.split())
        message = f"{device}: {'first' if first else f'+{added} -{removed}'}"
        moment = {f"GIT_{who}_DATE": f"@{int(at)} +0000" for who in ("AUTHOR", "COMMITTER")}
        self._git("commit", "-q", "-m", message, "--", device, more=moment)
        return Saved(True, first, added, removed, self._last(device))

    def devices(self) -> list[Revision]:
        """Every device that has a configuration, with its latest revision, by name."""
        if not self.there:
            return []
        present = set((self._git("ls-tree", "--name-only", "HEAD", may_fail=True) or "").split())
        found: dict[str, Revision] = {}
        for one in self._log():
            if one.device in present:
                found.setdefault(one.device, one)
        return sorted(found.values(), key=lambda one: one.device)

    def log(self, device: str, most: int | None = None) -> list[Revision]:
        """Its revisions, the newest first, at most so many. Raises Unknown, GitFailed."""
        self._known(device)
        return list(self._log(*(() if most is None else (f"-n{most}",)), "--", device))

    def text(self, device: str, at: str | None = None) -> str:
        """Its configuration, now or at a revision: an id, or a day (2026-11-22, also with
        T10:30, in the machine's time) for what stood then. Raises Unknown, GitFailed.
        """
        self._known(device)
        place = f"{self._revision(device, at)}:{device}"
        found = self._git("cat-file", "blob", place, may_fail=True)
        if found is None:
            raise Unknown(f"{device} had no configuration at {at}")
        return found

    def difference(self, device: str, first: str | None = None, second: str | None = None) -> str:
        """What changed, as a unified diff: with the last change; since a revision; or between
        two. Empty when that is nothing. Raises Unknown, GitFailed.
        """
        self._known(device)
        if first is None:
            revisions = self.log(device)[:2]
            if len(revisions) < 2:
                return ""
            first, second = revisions[1].id, revisions[0].id
        before, after = self._revision(device, first), self._revision(device, second)
        options = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--text")
        return self._git("diff", *options, before, after, "--", device) or ""

    def _path(self, device: str) -> Path:
        if not NAME.fullmatch(device) or device.endswith(_FRESH):
            raise Unknown(f"{device[:80]!r} is no name of a device")
        return self.folder / device

    def _known(self, device: str) -> None:
        self._path(device)
        if not self.there or self._git("cat-file", "-e", f"HEAD:{device}", may_fail=True) is None:
            raise Unknown(f"no configuration of {device} was saved yet")

    def _revision(self, device: str, text: str | None) -> str:
        """The id of a commit. Raises Unknown."""
        if text is None:
            return "HEAD"
        if _DAY.fullmatch(text):
            until = text if len(text) > len("2026-11-22") else f"{text}T23:59:59"
            found = self._git("rev-list", "-1", f"--before={until}", "HEAD", "--", device)
        elif _ID.fullmatch(text):
            found = self._git("rev-parse", "-q", "--verify", f"{text}^{{commit}}", may_fail=True)
        else:
            raise Unknown(f"{text[:40]!r} is neither a revision's id nor a day like 2026-11-22")
        if not found:
            raise Unknown(f"{device} has no revision {text}; see: hatang config log {device}")
        return found.strip()

    def _begin(self) -> None:
        if self._ready:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.there:
            self._git("init", "-q", "-b", "main")
        # The state directory is ours alone: a lock that is there was left by a collector killed.
        (self.folder / ".git" / "index.lock").unlink(missing_ok=True)
        self._ready = True

    def _write(self, path: Path, text: str) -> None:
        """Whole or not at all."""
        fresh = path.with_name(f".{path.name}{_FRESH}")
        fresh.write_bytes(text.encode("utf-8", "replace"))
        fresh.replace(path)

    def _last(self, device: str) -> str:
        return (self._git("log", "-1", "--format=%h", "--", device, may_fail=True) or "").strip()

    def _log(self, *which: str) -> Iterator[Revision]:
        """Revisions, the newest first: a head line for each commit, then a line for its file."""
        form = "--format=%x00%h %ct"
        told = self._git("log", form, "--numstat", "--no-renames", *which, may_fail=True) or ""
        for entry in told.split("\0")[1:]:
            head, *files = [line for line in entry.split("\n") if line]
            revision, at = head.split()
            for line in files:
                added, removed, device = line.split("\t", 2)
                yield Revision(revision, float(at), device, *_counted([added, removed]))

    def _git(
        self, *arguments: str, may_fail: bool = False, more: Mapping[str, str] | None = None
    ) -> str | None:
        """What a git says; None where it fails and may. Raises GitFailed."""
        binary = shutil.which("git")
        if binary is None:
            raise GitFailed("git is not installed; run: sudo apt-get install git")
        settings = [part for one in _SET for part in ("-c", one)]
        command = [binary, "-C", str(self.folder), *settings, *arguments]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env={**_environment(), **(more or {})},
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            self._ready = False  # it was killed: its lock is taken away next time
            raise GitFailed(f"git {arguments[0]} did not end within {SECONDS:g} s") from None
        if done.returncode and may_fail:
            return None
        if done.returncode:
            why = done.stderr.decode("utf-8", "replace").strip()[-300:]
            raise GitFailed(f"git {arguments[0]} in {self.folder}: {why}")
        return done.stdout.decode("utf-8", "replace")


def _environment() -> dict[str, str]:
    """Nothing of the user's: no GIT_DIR, no configuration, no pager, no locale."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        **({"TZ": os.environ["TZ"]} if "TZ" in os.environ else {}),
    }


def _counted(words: list[str]) -> tuple[int, int]:
    """Lines that came and went, as numstat writes them (a dash for what it takes for binary)."""
    added, removed = (int(one) if one.isdecimal() else 0 for one in words[:2])
    return added, removed
