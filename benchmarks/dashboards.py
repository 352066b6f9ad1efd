"""How long the dashboards' queries take over a month of the example province.

python -m benchmarks.dashboards [DAYS]

The demo is played for a minute to learn the series that panels read. A second store is then filled
with those series (of interfaces: the chosen devices') on a grid of five minutes, and every query of
every panel is asked as Grafana asks it for that time: without the store's cache, one at a time.
"""

import json
import random
import re
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboards.query import RECORDED
from dashboards.soundness import asked, loaded
from probes.catalogue import METRICS
from probes.expression import metrics
from tests.daemons import victoria_metrics
from tests.dashboards.demo import CHOICES, Store, all_of, demo_store, put_in

GRID = 300
MOST = 20_000
STEP = 3600
"""What Grafana asks of a panel of half a screen over a month."""
SHAPES = 20
_BATCH = 200
_RULE = re.compile(r'rule="(\w+)"')


def _exprs() -> set[str]:
    return {query.expr for one in loaded().values() for query in asked(one)}


def _read() -> set[str]:
    """The metrics that panels read."""
    return {name for expr in _exprs() for name in metrics(expr)}


def _series(store: Store) -> list[tuple[dict[str, str], float]]:
    """What the demo has of these metrics, with each one's last value."""
    devices = "|".join(choice["device"] for choice in CHOICES)
    rules = "|".join(sorted({rule for expr in _exprs() for rule in _RULE.findall(expr)}))
    found = []
    for name in sorted(_read()):
        chosen = f'{{device=~"{devices}"}}' if name.startswith("interface_") else ""
        chosen = f'{{rule=~"{rules}"}}' if name == "threshold_limit" else chosen
        one = [
            ({**one["metric"], "__name__": name}, float(one["value"][1]))
            for one in store.now(f"last_over_time({name}{chosen}[10m])")
        ]
        found.append(sorted(one, key=lambda each: sorted(each[0].items())))
    most = max(map(len, found))
    while sum(min(len(one), most) for one in found) > MOST:
        most -= 10
    print(f"of {sum(map(len, found))} series at most {most} of a metric are filled", flush=True)
    return [series for one in found for series in one[:most]]


def _shapes(count: int) -> list[list[float]]:
    """Daily swings between 0.5 and 1, each a little different."""
    return [[round(random.uniform(0.5, 1.0), 3) for _ in range(count)] for _ in range(SHAPES)]


def _lines(series: list[tuple[dict[str, str], float]], start: int, count: int) -> Iterator[str]:
    """The store's import lines, a series each."""
    stamps = json.dumps([(start + step * GRID) * 1000 for step in range(count)])
    shapes = _shapes(count)
    rising = json.dumps([step * 3_000_000 for step in range(count)])
    for number, (labels, value) in enumerate(series):
        name = labels["__name__"]
        kind = METRICS[name].kind if name in METRICS else "gauge"
        if kind == "counter":
            values = rising
        elif kind == "gauge" and name != "threshold_limit":
            values = json.dumps([round(value * part, 4) for part in shapes[number % SHAPES]])
        else:
            values = json.dumps([value] * count)
        yield f'{{"metric":{json.dumps(labels)},"values":{values},"timestamps":{stamps}}}\n'


def _fill(url: str, lines: Iterator[str]) -> None:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH:
            _send(url, batch)
            batch = []
    _send(url, batch)
    urllib.request.urlopen(f"{url}/internal/force_flush", timeout=600).close()


def _send(url: str, batch: list[str]) -> None:
    body = "".join(batch).encode()
    urllib.request.urlopen(f"{url}/api/v1/import", data=body, timeout=600).close()


def _timed(url: str, instant: bool, expr: str, span: tuple[int, int]) -> tuple[float, int]:
    """Seconds and series of one query."""
    query: dict[str, Any] = {"query": expr, "nocache": "1"}
    query |= {"time": span[1]} if instant else {"start": span[0], "end": span[1], "step": STEP}
    path = "query" if instant else "query_range"
    body = urllib.parse.urlencode(query).encode()
    began = time.perf_counter()
    with urllib.request.urlopen(f"{url}/api/v1/{path}", data=body, timeout=600) as answer:
        found = json.load(answer)["data"]["result"]
    return time.perf_counter() - began, len(found)


def _now(url: str, expr: str, at: int) -> list[dict[str, Any]]:
    body = urllib.parse.urlencode({"query": expr, "time": at}).encode()
    with urllib.request.urlopen(f"{url}/api/v1/query", data=body, timeout=600) as answer:
        return list(json.load(answer)["data"]["result"])


def _measured(url: str, span: tuple[int, int]) -> Iterator[tuple[float, int, str]]:
    macros = {"$__rate_interval": f"{STEP + 60}s", "$__range": f"{span[1] - span[0]}s"}
    for path, one in loaded().items():
        if not path.startswith("vi/"):
            continue
        several = all_of(one, lambda expr: _now(url, expr, span[1]))
        for query in asked(one):
            if query.kind == "variable":
                continue
            expr = put_in(query.expr, CHOICES[1], several, macros)
            times = [_timed(url, query.instant, expr, span) for _ in range(3)]
            took, count = sorted(times)[1]
            yield took, count, f"{path.removeprefix('vi/')} {query.where}"


def main() -> None:
    """Print what it took."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with demo_store(place) as store:
            series = _series(store)
            missing = sorted(RECORDED.keys() - {labels["__name__"] for labels, _ in series})
        count = days * 86400 // GRID
        end = int(time.time()) // GRID * GRID
        start = end - count * GRID
        print(
            f"{len(series)} series, {count} points each; without: {missing or 'nothing'}",
            flush=True,
        )
        with victoria_metrics(place / "month") as month:
            began = time.perf_counter()
            _fill(month.url, _lines(series, start, count))
            print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
            found = sorted(_measured(month.url, (start, end - GRID)))
    full = [one for one in found if one[1]]
    half, most = (1000 * full[len(full) * part // 100][0] for part in (50, 95))
    print(f"{len(found)} queries over {days} days, {len(full)} with data", end=": ")
    print(f"p50 {half:.0f} ms, p95 {most:.0f} ms")
    for took, number, where in found[-8:]:
        print(f"{took * 1000:6.0f} ms {number:5} series  {where}")


if __name__ == "__main__":
    main()
