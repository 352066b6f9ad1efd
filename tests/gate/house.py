"""Agent, gate, store, vmalert, Alertmanager and a receiver of messages, all real processes that can
be ended and begun again, each for itself.
"""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from tests.daemons import (
    Daemon,
    alertmanager,
    connects,
    daemon,
    free_port,
    victoria_metrics,
    vmalert,
)
from tests.running import fetch, until

PARTS = ("agent", "gate", "store", "vmalert", "alertmanager")

RULE = """
  - alert: StorageFull
    expr: last_over_time(storage_used_ratio[{window}]) > {limit}
    for: {hold}
    labels: {{severity: {severity}}}
    annotations:
      summary: Ổ đĩa {{{{ $labels.storage }}}} của {{{{ $labels.device }}}} sắp đầy
      summary_en: Disk {{{{ $labels.storage }}}} of {{{{ $labels.device }}}} is nearly full
      metrics: storage_used_ratio
      instance_label: storage
"""

ROUTES = """
route:
  receiver: people
  group_by: [alertname, subject, instance]
  group_wait: 1s
  group_interval: 1s
receivers:
- name: people
  webhook_configs: [{{url: "http://127.0.0.1:{port}/", send_resolved: true}}]
"""


class Message(NamedTuple):
    """What a person got: when, whether it is over, of whom, under which severities."""

    at: float
    status: str
    subject: str
    severities: tuple[str, ...]


class House:
    """Everything, begun in order. `stop` and `start` take a part's name."""

    def __init__(self, folder: Path, devices: int, window: str = "5s", hold: str = "0s") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.devices = [f"d{number}" for number in range(devices)]
        self._ports = {part: free_port() for part in (*PARTS, "people")}
        self._stacks: dict[str, ExitStack] = {}
        self._daemons: dict[str, Daemon] = {}
        self._values = folder / "values.json"
        self._told = folder / "told.jsonl"
        limits = (("warning", 0.9), ("critical", 0.95))
        rules = [
            RULE.format(window=window, hold=hold, severity=severity, limit=limit)
            for severity, limit in limits
        ]
        text = "groups:\n- name: disks\n  interval: 1s\n  rules:" + "".join(rules)
        (folder / "rules.yaml").write_text(text)
        self.set(dict.fromkeys(self.devices, 0.5))

    def set(self, values: dict[str, float]) -> None:
        """How full each device's disk is."""
        held = json.loads(self._values.read_text()) if self._values.exists() else {}
        fresh = self._values.with_suffix(".new")
        fresh.write_text(json.dumps({**held, **values}))
        fresh.rename(self._values)

    def start(self, part: str) -> None:
        """Begin a part, on its own port, with what it left behind."""
        stack = self._stacks[part] = ExitStack()
        self._daemons[part] = stack.enter_context(self._part(part))

    def stop(self, part: str) -> None:
        """End a part as a power cut would."""
        self._daemons[part].process.kill()
        self._daemons[part].process.wait()
        self._stacks.pop(part).close()

    def close(self) -> None:
        """End everything."""
        for stack in reversed(list(self._stacks.values())):
            stack.close()

    def url(self, part: str) -> str:
        """Where a part listens."""
        return f"http://127.0.0.1:{self._ports[part]}"

    def log(self, part: str) -> str:
        """What a part wrote."""
        return self._daemons[part].log.read_text(errors="replace")

    @property
    def told(self) -> list[Message]:
        """What people got so far."""
        lines = self._told.read_text().splitlines() if self._told.exists() else []
        return [_message(json.loads(line)) for line in lines]

    def resolved(self) -> list[Message]:
        """Messages that say that something is over."""
        return [one for one in self.told if one.status == "resolved"]

    def _part(self, part: str) -> AbstractContextManager[Daemon]:
        folder, port = self.folder / part, self._ports[part]
        folder.mkdir(exist_ok=True)
        started: dict[str, Callable[[], AbstractContextManager[Daemon]]] = {
            "people": lambda: self._python("people", "tests.webhook", str(port), str(self._told)),
            "agent": lambda: self._python(
                "agent", "http.server", str(port), "--bind=127.0.0.1", f"--directory={self.folder}"
            ),
            "gate": lambda: self._python("gate", "tests.gate.outpost", self._settings(folder)),
            "store": lambda: victoria_metrics(folder, port),
            "vmalert": lambda: vmalert(
                folder,
                self.folder / "rules.yaml",
                self.url("store"),
                self.url("gate"),
                ["-rule.resendDelay=1s"],
                port,
            ),
            "alertmanager": lambda: alertmanager(
                folder, ROUTES.format(port=self._ports["people"]), port
            ),
        }
        return started[part]()

    def _settings(self, folder: Path) -> str:
        path = folder / "settings.json"
        settings: dict[str, Any] = {
            "folder": str(folder),
            "port": self._ports["gate"],
            "store": self.url("store"),
            "agent": f"{self.url('agent')}/values.json",
            "vmalert": self.url("vmalert"),
            "peers": [self.url("alertmanager")],
            "devices": self.devices,
        }
        path.write_text(json.dumps(settings))
        return str(path)

    @contextlib.contextmanager
    def _python(self, part: str, *command: str) -> Iterator[Daemon]:
        port, log = self._ports[part], self.folder / f"{part}.log"
        run = [sys.executable, "-m", *command]
        with daemon(run, port, log, lambda: connects(port)) as running:
            yield running


def _message(one: dict[str, Any]) -> Message:
    severities = tuple(sorted(alert["labels"]["severity"] for alert in one["alerts"]))
    return Message(one["at"], one["status"], one["groupLabels"]["subject"], severities)


@contextlib.contextmanager
def house(folder: Path, devices: int, window: str = "5s", hold: str = "0s") -> Iterator[House]:
    """All parts at work."""
    one = House(folder, devices, window, hold)
    try:
        for part in ("people", "alertmanager", "store", "agent", "gate"):
            one.start(part)
        # A series that is new to an asked question is in no answer for ten seconds.
        until("the first readings are stored", lambda: _stored(one.url("store")))
        one.start("vmalert")
        yield one
    finally:
        one.close()


def _stored(store: str) -> bool:
    fetch(f"{store}/internal/force_flush")
    return "d0" in fetch(f"{store}/api/v1/series?match[]=storage_used_ratio")
