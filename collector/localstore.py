"""A VictoriaMetrics of our own: started with the collector, restarted when it dies, stopped last.

It listens on loopback, keeps its data under the state directory and dies with the collector: the
kernel sends it SIGTERM when the thread that started it is gone (setpriv, of util-linux). One that
was left over all the same is found by its pid file and stopped.
"""

import contextlib
import http.client
import logging
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import IO

from collector.hold import hold
from collector.stores.address import Address, parse_address

BINARY = "victoria-metrics"
LOCK = "victoria-metrics.lock"
FIRST_PORT = 8428
PORTS = 100
RETENTION_MONTHS = 13
GIB = 1 << 30
LOG_BYTES = 8 << 20
READY_SECONDS = 30.0
STOP_SECONDS = 10.0
QUIET_SECONDS = 1.0
"""A store that was told to end and uses neither CPU nor disk for so long hangs, and is killed."""
FIRST_BACKOFF, LONGEST_BACKOFF = 0.5, 30.0
STEADY_SECONDS = 60.0
"""After running so long it is restarted at once again."""
STEP = 0.1

_log = logging.getLogger(__name__)


class LocalStoreFailed(RuntimeError):  # noqa: N818 - it says what is the case
    """The local store cannot run. The message says what to do."""


def disk_reserve(total: int, free: int) -> int:
    """Bytes that VictoriaMetrics leaves free before it only reads.

    2 GiB, a twentieth of a disk that is small, and a quarter of what is free where even that is
    short. Its own default, 10 MB, ends in a crash when a merge runs (measured, 1.79.5).
    """
    reserve = min(2 * GIB, total // 20)
    return reserve if free > 2 * reserve else free // 4


def free_port(first: int = FIRST_PORT) -> int:
    """The first port from `first` on that is free at 127.0.0.1. Raises LocalStoreFailed."""
    for port in range(first, first + PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise LocalStoreFailed(f"no free port from {first} to {first + PORTS - 1} on 127.0.0.1")


class LocalStore:
    """The child process and the thread that watches it. `start` and `stop` block."""

    def __init__(self, state_dir: Path, first_port: int = FIRST_PORT, binary: str = BINARY) -> None:
        state_dir = state_dir.resolve()
        self.data = state_dir / "victoria-metrics"
        self.log_path = state_dir / "victoria-metrics.log"
        self.restarts = 0
        self.port = 0
        self._pid_path = state_dir / "victoria-metrics.pid"
        self._first_port = first_port
        self._binary = binary
        self._path = ""
        self._guard: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="local store", daemon=True)

    @property
    def pid(self) -> int | None:
        """The running child's process id."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def address(self) -> Address:
        """Where it listens; of the same name whatever the port, so that its spool goes on."""
        return parse_address(f"vm+http://127.0.0.1:{self.port}", name="local")

    def start(self) -> None:
        """Start it and wait until it answers. Raises LocalStoreFailed, with its last words."""
        path = shutil.which(self._binary)
        if path is None:
            raise LocalStoreFailed(
                f"{self._binary} is not installed; run: sudo apt-get install victoria-metrics"
                " (or name a store of yours with --store)"
            )
        self._path = path
        self.data.mkdir(parents=True, exist_ok=True)
        try:
            self._guard = hold(self.data.parent, LOCK)
        except BlockingIOError:
            raise LocalStoreFailed(f"another collector runs with {self.data.parent}") from None
        self._stop_orphan()
        self.port = free_port(self._first_port)
        self._thread.start()
        if not self._wait_ready():
            last = self._last_words()
            self.stop()
            raise LocalStoreFailed(f"{self._binary} does not start; {self.log_path} ends: {last}")

    def stop(self) -> None:
        """End it and wait: SIGINT, on which it writes all to disk, and SIGKILL if it hangs.

        Usually 0.2 s; as long as it is at work up to STOP_SECONDS; QUIET_SECONDS where it does not
        react. What a killed one had not written is still in the spool, and sent again.
        """
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS + 5)
        if self._guard is not None:
            self._guard.close()

    def _command(self) -> list[str]:
        space = shutil.disk_usage(self.data)
        reserve = disk_reserve(space.total, space.free)
        if reserve < GIB // 4:
            _log.warning("little disk is left for the local store", extra={"free": space.free})
        flags = {
            "storageDataPath": self.data,
            "httpListenAddr": f"127.0.0.1:{self.port}",
            "retentionPeriod": RETENTION_MONTHS,
            "dedup.minScrapeInterval": "1ms",
            "influxTrimTimestamp": "1s",
            "search.maxUniqueTimeseries": 2_000_000,
            "search.latencyOffset": "1s",
            "storage.minFreeDiskSpaceBytes": reserve,
            "selfScrapeInterval": "15s",
            "loggerErrorsPerSecondLimit": 10,
            "loggerWarnsPerSecondLimit": 10,
        }
        command = [self._path, *(f"-{name}={value}" for name, value in flags.items())]
        wrapper = shutil.which("setpriv")
        # setpriv becomes the store itself (exec), so the pid is the store's.
        return [wrapper, "--pdeathsig", "TERM", *command] if wrapper else command

    def _spawn(self) -> subprocess.Popen[bytes]:
        self._bound_log()
        with self.log_path.open("ab") as log:
            process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the collector, which stops it last
            )
        self._pid_path.write_text(f"{process.pid}\n")
        return process

    def _watch(self) -> None:
        """The thread that starts it must live as long as it: its end is the child's end."""
        backoff = FIRST_BACKOFF
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                self._process = self._spawn()
            except OSError as error:
                _log.error("local store cannot be started", extra={"error": str(error)})
            self._begun.set()
            code = self._wait_end()
            if self._stopping.is_set():
                break
            if time.monotonic() - begun > STEADY_SECONDS:
                backoff = FIRST_BACKOFF
            _log.error("local store ended; restarting it", extra={"code": code, "wait": backoff})
            self._stopping.wait(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF)
            self.restarts += 1
        self._end()

    def _wait_end(self) -> int | None:
        """The child's exit code, or None when we are to stop."""
        process, looked = self._process, time.monotonic()
        while process is not None and not self._stopping.wait(STEP):
            code = process.poll()
            if code is not None:
                return code
            if time.monotonic() - looked > STEADY_SECONDS:
                looked = time.monotonic()
                self._bound_log()
        return None

    def _end(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)
            if not ends(process):
                _log.warning("local store hangs; killing it", extra={"pid": process.pid})
                process.kill()
                process.wait()
        self._pid_path.unlink(missing_ok=True)

    def _wait_ready(self) -> bool:
        until = time.monotonic() + READY_SECONDS
        self._begun.wait(READY_SECONDS)
        while time.monotonic() < until and self.pid is not None:
            if self._healthy():
                return True
            time.sleep(STEP / 2)
        return False

    def _healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1.0)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _stop_orphan(self) -> None:
        """End a store that an earlier collector left behind: only one that has our data open."""
        try:
            pid = int(self._pid_path.read_text())
        except (OSError, ValueError):
            return
        if not self._is_ours(pid):
            return
        _log.warning("stopping the local store of an earlier run", extra={"pid": pid})
        for kind in (signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, kind)
            until = time.monotonic() + STOP_SECONDS
            while time.monotonic() < until:
                if not self._is_ours(pid):
                    return
                time.sleep(STEP)

    def _is_ours(self, pid: int) -> bool:
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return f"-storageDataPath={self.data}".encode() in arguments

    def _bound_log(self) -> None:
        """Keep the log within bounds. The child appends, so an emptied file begins anew."""
        try:
            if self.log_path.stat().st_size > LOG_BYTES:
                shutil.copyfile(self.log_path, self.log_path.with_suffix(".log.1"))
                os.truncate(self.log_path, 0)
        except FileNotFoundError:
            return
        except OSError as error:
            _log.warning("local store's log stays long", extra={"error": str(error)})

    def _last_words(self) -> str:
        try:
            lines = self.log_path.read_text(errors="replace").strip().splitlines()
        except OSError:
            return "(no log)"
        return lines[-1][-500:] if lines else "(empty)"


def ends(process: subprocess.Popen[bytes]) -> bool:
    """Wait for a process that was told to end, as long as it is at work. Whether it ended."""
    now = worked = time.monotonic()
    until = now + STOP_SECONDS
    before = _ticks(process.pid)
    while now < until and now - worked < QUIET_SECONDS:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STEP)
            return True
        now = time.monotonic()
        ticks = _ticks(process.pid)
        if ticks != before:
            before, worked = ticks, now
    return process.poll() is not None


def _ticks(pid: int) -> int:
    """A number that changes while a process is at work: its CPU ticks, and one for every look that
    finds a thread waiting for the disk (state D).
    """
    ticks = 0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            fields = (task / "stat").read_bytes().rpartition(b")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
            if fields[0] == b"D":
                return time.monotonic_ns()
    except (OSError, ValueError, IndexError):
        return time.monotonic_ns()  # it is just ending, or this kernel does not tell: be patient
    return ticks
