"""What snmp_exporter itself says, and what Hatang says, in one shape: values by name and labels.

Debian has release 0.21: modules in today's format are adapted to it. It does not know `scale` and
`offset` (taken away, and worked into what it says), `ParseDateAndTime` and `NTPTimeStamp` (told as
text, not compared), names of looked up numbers (taken away, and put into its labels) and
`display_hint` (not used in the published file).
"""

import re
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from probes.reading import Reading, metric, unseen, values

Series = tuple[str, frozenset[tuple[str, str]]]
OWN = ("snmp_scrape_", "snmp_unexpected_", "snmp_packet")
LATER = ("ParseDateAndTime", "NTPTimeStamp")

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:\\.|[^"\\])*)"')
_ESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def old(module: Mapping[str, Any]) -> dict[str, Any]:
    """A module of today's format as 0.21 takes it."""
    kept = {key: value for key, value in module.items() if key in ("walk", "get")}
    return {**kept, "metrics": [_old_metric(one) for one in module["metrics"]]}


def _old_metric(one: Mapping[str, Any]) -> dict[str, Any]:
    later = ("scale", "offset", "datetime_pattern", "display_hint")
    found = {key: value for key, value in one.items() if key not in later}
    if "lookups" in one:
        looked = one["lookups"]
        found["lookups"] = [{k: v for k, v in x.items() if k != "enum_values"} for x in looked]
    return {**found, "type": "DisplayString"} if one["type"] in LATER else found


def config(modules: Mapping[str, Mapping[str, Any]]) -> str:
    """A file for 0.21."""
    return yaml.dump({name: old(one) for name, one in modules.items()}, Dumper=yaml.CSafeDumper)


def asked(url: str, module: str, port: int) -> tuple[dict[Series, float], str]:
    """What the exporter says of an agent, or its error."""
    address = f"{url}/snmp?module={module}&target=127.0.0.1:{port}"
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        return {}, error.read().decode("utf-8", "replace").strip()
    return dict(_samples(text.split("\n"))), ""


def _samples(lines: Iterable[str]) -> Iterable[tuple[Series, float]]:
    for line in lines:
        match = _SAMPLE.match(line)
        if match and not match[1].startswith(OWN):
            found = _LABEL.findall(match[2] or "")
            pairs = ((name, _text(text)) for name, text in found)
            yield (match[1], frozenset((n, t) for n, t in pairs if t)), float(match[3])


def _text(written: str) -> str:
    """A label's text, as we keep it: without control characters, at most 1,024 bytes."""
    text = re.sub(r"\\.", lambda match: _ESCAPED[match[0]], written)
    clean = unseen(text)
    return (text if clean == text else clean.strip()).encode()[:1024].decode(errors="ignore")


def translated(
    found: Mapping[Series, float], metrics: Sequence[Mapping[str, Any]]
) -> dict[Series, float]:
    """What the exporter would say if it knew today's format; without what it tells otherwise."""
    specs: dict[str, Mapping[str, Any]] = {}
    for one in metrics:
        suffixes = one.get("regex_extracts", ["_info" if one["type"] == "EnumAsInfo" else ""])
        specs.update((one["name"] + more, one) for more in suffixes)
    result: dict[Series, float] = {}
    for (name, labels), value in found.items():
        spec = specs[name]
        if spec["type"] not in LATER:
            named = frozenset(_named(pair, spec) for pair in labels)
            by = value * float(spec.get("scale", 0) or 1)
            result[name, named] = by + float(spec.get("offset", 0))
    return result


def _named(pair: tuple[str, str], spec: Mapping[str, Any]) -> tuple[str, str]:
    for one in spec.get("lookups", ()):
        if one["labelname"] == pair[0] and "enum_values" in one:
            return pair[0], one["enum_values"].get(int(pair[1]), pair[1])
    return pair


def ours(reading: Reading) -> dict[Series, float]:
    """Our rows without the labels of the device."""
    found: dict[Series, float] = {}
    for head, fields in reading.rows:
        labels = frozenset(pair for pair in head.labels if pair[0] not in ("device", "site"))
        for name, value in values(fields).items():
            series = metric(head.subject, name), labels
            assert series not in found, series
            found[series] = value
    return found
