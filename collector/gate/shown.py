"""What the gate holds, as Alertmanager's API shows alerts: for `amtool alert query` and people."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from collector.gate.gate import AHEAD, Gate, timed, worded
from collector.gate.held import Variant


def view(gate: Gate, now: float) -> list[dict[str, Any]]:
    """Every alert that lasts, under each label set, the masked ones too."""
    found = []
    for one in gate.held.values():
        if one.ended:
            continue
        state = "active" if one.told else "suppressed"
        for variant in one.told or [Variant(one.severity)]:
            alert = worded(one, variant, now + AHEAD)
            more = {
                "updatedAt": timed(max(one.firing, one.since)),
                "fingerprint": _fingerprint(alert["labels"]),
                "receivers": [{"name": "alertmanager"}],
                "status": {"state": state, "silencedBy": [], "inhibitedBy": []},
            }
            found.append({"generatorURL": "", **alert, **more})
    return found


def _fingerprint(labels: Mapping[str, str]) -> str:
    text = json.dumps(sorted(labels.items()))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
