"""The demo's own Alertmanager and vmalerts: their files and their command lines, all on loopback.

One vmalert computes the history rules and speaks to the collector's gate; the other watches the
collector itself and speaks to Alertmanager directly (docs/design.md §4).
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

import alerts
import dashboards
from alerts.alertmanager import render
from inventory.model import Inventory

_ALERTS = Path(alerts.__file__).parent
RULES = (_ALERTS / "rules", Path(dashboards.__file__).parent / "rules")
"""What the history's vmalert computes: alerts, and what province-wide dashboards read."""
SELF = (_ALERTS / "self",)
PACKAGES = {"prometheus-alertmanager": "prometheus-alertmanager", "vmalert": "victoria-metrics"}


def missing() -> list[str]:
    """Debian packages that are not installed and without which nobody is told anything."""
    return sorted({package for name, package in PACKAGES.items() if shutil.which(name) is None})


def alertmanager(folder: Path, inventory: Inventory, port: int, webhook: int) -> list[str]:
    """Write its configuration, every message to the demo itself; returns its command."""
    config = folder / "alertmanager.yml"
    config.write_text(render(inventory, webhook=f"http://127.0.0.1:{webhook}/"))
    return [
        "prometheus-alertmanager",
        f"--config.file={config}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]


def vmalert(rules: Iterable[Path], store: str, notifier: str, port: int) -> list[str]:
    """The command of a vmalert for folders of rules: asks `store`, tells `notifier`.

    What the flags are for was measured: no waiting for an aligned time, and what is pending or
    firing outlives a restart.
    """
    return [
        "vmalert",
        *(f"-rule={folder}/*.yaml" for folder in rules),
        f"-datasource.url={store}",
        f"-remoteWrite.url={store}",
        f"-remoteRead.url={store}",
        "-remoteWrite.flushInterval=1s",
        f"-notifier.url={notifier}",
        "-datasource.queryTimeAlignment=false",
        "-rule.resendDelay=15s",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-loggerLevel=WARN",
    ]
