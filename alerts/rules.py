"""Rule files: their model, their loader, and what the house has against a rule.

The format is Prometheus' own. What is asked beyond it (wording in two languages, a runbook, the
metrics that must be read before an alert may end) stands in annotations, so that Prometheus,
promtool and vmalert read the very same files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent
RULES, SELF = FOLDER / "rules", FOLDER / "self"
"""Rules whose alerts go through the gate; the few that go straight to Alertmanager."""

Severity = Literal["critical", "major", "minor", "warning", "info"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Labels(_Strict):
    """What a rule adds to its series. `subject` is for self rules, which no gate names."""

    severity: Severity
    subject: str | None = None


class Annotations(_Strict):
    """Texts for people, and facts for the gate: `metrics` must be read afresh before the alert may
    end; `instance_label` is the label that tells its instances apart; `needs` is the probe without
    which no such metric exists yet.
    """

    summary: str = Field(min_length=1)
    description: str = Field(min_length=1)
    summary_en: str = Field(min_length=1)
    description_en: str = Field(min_length=1)
    runbook: str
    metrics: str = Field(min_length=1)
    instance_label: str | None = None
    needs: str | None = None


class Rule(_Strict):
    """One alerting rule, of one severity. There are no recording rules: late data would make them
    wrong for ever.
    """

    alert: str = Field(pattern=r"^[A-Z][A-Za-z]+$")
    expr: str = Field(min_length=1)
    hold: str = Field("0s", alias="for", pattern=r"^\d+[smh]$")
    labels: Labels
    annotations: Annotations


class Group(_Strict):
    """Rules that are evaluated together."""

    name: str
    interval: Literal["15s", "30s", "60s", "1m", "5m"]
    rules: list[Rule] = Field(min_length=1)


class RuleFile(_Strict):
    """A whole file."""

    groups: list[Group] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule and the file that it stands in."""

    path: Path
    rule: Rule

    def __str__(self) -> str:
        return f"{self.path.name}: {self.rule.alert} {self.rule.labels.severity}"


def read(text: str) -> RuleFile:
    """A rules file from its YAML text. Raises ValueError on one that is not well-formed."""
    try:
        return RuleFile.model_validate(yaml.load(text, yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise ValueError(f"no YAML: {error}") from None


def load(folder: Path = RULES) -> list[Placed]:
    """Every rule of a folder, in order. Raises ValueError that names the file."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            groups = read(path.read_text("utf-8")).groups
        except ValueError as error:
            raise ValueError(f"{path.name}: {error}") from None
        found += [Placed(path, rule) for group in groups for rule in group.rules]
    return found


def by_alert(rules: list[Placed]) -> Mapping[str, list[Placed]]:
    """The rules of each alert: one or two severities of it."""
    found: dict[str, list[Placed]] = {}
    for one in rules:
        found.setdefault(one.rule.alert, []).append(one)
    return found
