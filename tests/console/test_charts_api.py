"""Charts as the API tells them, of a real store and of stores that are not as they should be."""

import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator

from collector.api.charts import now
from collector.api.charts.chart import Thing
from collector.api.charts.circuit import circuit
from collector.api.charts.device import device, interface
from collector.api.charts.metric import UnknownError, series
from collector.api.charts.questions import Questions
from collector.api.charts.service import service
from collector.api.charts.site import site
from collector.api.charts.span import SPANS, grid
from collector.stores.promql import Bounds, Grid, PromQL
from collector.vocabulary import vocabulary
from inventory.load import load
from inventory.model import Inventory
from probes.catalogue import METRICS
from probes.expression import metrics
from tests.collector.running import Face, province
from tests.console.filled import DOWN, PORT, UP, filled
from tests.console.fronted import fronted, known
from tests.daemons import daemon, free_port, healthy
from tests.house import ROOT

HOURS = 3 * 24.0


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with filled(tmp_path_factory.mktemp("vm"), time.time(), HOURS) as url:
        yield url


@pytest_asyncio.fixture
async def face(tmp_path: Path, store: str) -> AsyncIterator[Face]:
    async with fronted(tmp_path, store) as one:
        yield one


def queries(inventory: Inventory, points: Grid) -> Iterator[str]:
    """Everything that charts of one thing of each kind would ask."""
    own = next(iter(inventory.devices.values()))
    line, portal = next(iter(inventory.circuits.values())), next(iter(inventory.services.values()))
    charts = [
        *device(Thing(inventory, "device", own.name), own, points),
        *interface(own, PORT, points),
        *circuit(Thing(inventory, "circuit", line.name), line, points),
        *service(Thing(inventory, "service", portal.name), portal, points),
        *site(Thing(inventory, "site", own.site), points),
    ]
    for chart in charts:
        yield from (one.query for one in chart.drawn)
        if chart.ceiling:
            yield chart.ceiling


@pytest.mark.parametrize("span", SPANS)
def test_charts_ask_for_what_the_catalogue_knows(span: str) -> None:
    asked = [*queries(province(), grid(span, time.time()))]
    named = {name for query in asked for name in metrics(query)}
    assert len(named) > 30
    assert named - METRICS.keys() == set()


def test_metric_or_label_that_the_catalogue_does_not_know_is_refused() -> None:
    with pytest.raises(UnknownError, match="not in the catalogue"):
        series("icmp_colour")
    with pytest.raises(UnknownError, match="may not carry interface"):
        series("cpu_usage_ratio", interface="wan1")


@pytest.mark.asyncio
async def test_prometheus_takes_every_question_too(tmp_path: Path) -> None:
    """What is asked is PromQL, not only what VictoriaMetrics makes of it."""
    (tmp_path / "prometheus.yml").write_text("")
    port = free_port()
    command = ["prometheus", f"--config.file={tmp_path / 'prometheus.yml'}"]
    command += [f"--storage.tsdb.path={tmp_path}", f"--web.listen-address=127.0.0.1:{port}"]
    asked = {one for span in ("1h", "7d") for one in queries(province(), grid(span, time.time()))}
    ready = tmp_path / "log"
    with daemon(command, port, ready, lambda: healthy(port, "/-/ready")) as other:
        there = PromQL(other.url)
        keeper = Questions(lambda: there)
        try:
            await now.ports(province().devices[UP], keeper, now.moment(time.time()))
            await now.loads(province(), keeper, now.moment(time.time()))
            for query in asked:
                body = await there.ask(query, grid("1h", time.time()), Bounds(1 << 20, 5.0))
                assert json.loads(body)["status"] == "success", query
        finally:
            await there.close()


async def told(face: Face, path: str, **asked: str) -> dict[str, Any]:
    """An answer as it is described, its charts by key."""
    more = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items())
    answer = await face.get(f"/api/v1/{path}?{more}")
    document = await face.get("/api/v1/openapi.json")
    kind = re.sub(r"/[^/]+/charts$", "/{name}/charts", path)
    described = document["paths"][f"/api/v1/{kind}"]["get"]["responses"]["200"]
    schema = described["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": document["components"]}).validate(answer)
    assert answer["count"] == round(SPANS[answer["span"]][0] / answer["step"]) + 1
    assert answer["at"] <= answer["start"] + answer["step"] * (answer["count"] - 1)
    for chart in answer["charts"]:
        assert all(len(one["values"]) == answer["count"] for one in chart["series"]), chart["key"]
    return {**answer, "charts": {one["key"]: one for one in answer["charts"]}}


@pytest.mark.asyncio
async def test_device_has_the_charts_it_has_data_for_with_limits_and_the_worst_lines(
    face: Face,
) -> None:
    answer = await told(face, f"devices/{UP}/charts", span="6h")
    charts = answer["charts"]
    wanted = ["ping-rtt", "ping-loss", "cpu", "memory", "storage", "busiest-in", "busiest-out"]
    assert list(charts) == [*wanted, "temperature"]
    (busiest,) = charts["busiest-in"]["series"]
    assert busiest["label"] == PORT
    cpu = charts["cpu"]
    assert (cpu["unit"], cpu["low"], cpu["high"]) == ("ratio", 0.0, 1.0)
    assert [(one["kind"], one["value"]) for one in cpu["limits"]] == [
        ("warning", 0.9),
        ("critical", 0.97),
    ]
    assert [one["label"] for one in cpu["series"]] == ["Trung bình", "Cao nhất"]
    assert cpu["note"] == "Mỗi điểm tính trên 2 phút."
    assert [one["label"] for one in charts["storage"]["series"]] == ["/", "/var", "<b>/mnt"]
    hot = charts["temperature"]
    assert (len(hot["series"]), hot["left_out"]) == (8, 4)
    assert [one["label"] for one in hot["series"]] == [f"inlet {n}" for n in range(5, 13)]
    english = await told(face, f"devices/{UP}/charts", span="6h", language="en")
    assert english["charts"]["storage"]["title"] == "Storage in use"
    assert english["charts"]["cpu"]["note"] == "Each point covers 2 minutes."


@pytest.mark.asyncio
@pytest.mark.parametrize("span", SPANS)
async def test_each_span_has_enough_points_and_none_too_many(face: Face, span: str) -> None:
    answer = await told(face, f"devices/{UP}/charts", span=span)
    assert 120 <= answer["count"] <= 300
    (length, _), rtt = SPANS[span], answer["charts"]["ping-rtt"]["series"][0]
    held = min(length, HOURS * 3600) / answer["step"]
    assert len(known(rtt)) >= 0.98 * held - 1


@pytest.mark.asyncio
async def test_outage_is_a_gap_in_round_trips_and_whole_loss_at_any_step(face: Face) -> None:
    charts = (await told(face, f"devices/{DOWN}/charts", span="6h"))["charts"]
    missing = [value is None for value in charts["ping-rtt"]["series"][0]["values"][:-1]]
    assert 13 <= sum(missing) <= 16, "half an hour of two minutes each, less what is held"
    for span in ("1h", "6h", "24h", "7d"):
        lost = (await told(face, f"devices/{DOWN}/charts", span=span))["charts"]["ping-loss"]
        highest = max(known(lost["series"][-1]))
        assert highest == 1.0 if span != "1h" else highest < 0.1, span
    states = (await told(face, "sites/pa-co/charts", span="6h"))["charts"]["states"]
    assert [one["state"] for one in states["series"]] == ["unreachable", "up"]
    pairs = zip(*(one["values"] for one in states["series"]), strict=True)
    assert {pair for pair in pairs if pair[1] is not None} == {(0.0, 1.0), (1.0, 0.0)}


@pytest.mark.asyncio
async def test_circuit_is_seen_from_a_whichever_end_counts_and_keeps_its_peaks(face: Face) -> None:
    day = (await told(face, "circuits/tsl-a/charts", span="24h"))["charts"]["traffic"]
    out, back = day["series"]
    assert (out["label"], back["label"]) == ("Chiều đi", "Chiều về")
    assert max(known(out)) > 2 * max(known(back)), "the Z end receives what A transmits"
    limits = {one["kind"]: one["value"] for one in day["limits"]}
    assert limits == {"warning": 160e6, "critical": 190e6, "capacity": 200e6}
    week = (await told(face, "circuits/tsl-a/charts", span="7d"))["charts"]["traffic"]
    labels = ["Chiều đi", "Chiều đi, đỉnh 5 phút", "Chiều về", "Chiều về, đỉnh 5 phút"]
    assert [one["label"] for one in week["series"]] == labels
    mean, peak = (known(one) for one in week["series"][:2])
    assert max(peak) == pytest.approx(max(known(out)), rel=0.02)
    assert sum(high >= low for low, high in zip(mean, peak, strict=False)) > 0.95 * len(mean)


@pytest.mark.asyncio
async def test_interface_is_named_as_it_is_and_cannot_ask_for_another(face: Face) -> None:
    path = f"devices/{UP}/charts"
    own = await told(face, path, interface=PORT, span="1h", language="en")
    assert list(own["charts"]) == ["traffic", "errors", "discards", "broadcast"]
    assert [one["label"] for one in own["charts"]["traffic"]["series"]] == ["In", "Out"]
    hostile = ['x"} or up{a="', ".*", "Gi0/1", '",device=~".+', "\\", "\n", "{{", "ổ", "'", "`"]
    for port in [*hostile, "\x00", "\x7f", "\u2028", "\U0001f4a9", "a" * 200]:
        assert (await told(face, path, interface=port))["charts"] == {}, port
    for raw in ("%ED%A0%80", "%FF%FE", "%"):
        assert (await face.get(f"/api/v1/{path}?interface={raw}"))["charts"] == []
    ward = await told(face, f"devices/{DOWN}/charts", interface="wan1", span="6h")
    limits = ward["charts"]["traffic"]["limits"]
    assert limits == [{"kind": "capacity", "value": 1e9, "instance": ""}]


@pytest.mark.asyncio
async def test_service_tells_answers_phases_and_how_long_its_certificate_lasts(face: Face) -> None:
    charts = (await told(face, "services/mot-cua/charts", span="6h"))["charts"]
    assert list(charts) == ["http", "http-phases", "success", "tls"]
    labels = [one["label"] for one in charts["http-phases"]["series"]]
    assert labels[0] == "Phân giải tên"
    assert labels[-1] == "Truyền nội dung"
    whole = max(known(charts["http"]["series"][0]))
    parts = sum(max(known(one)) for one in charts["http-phases"]["series"])
    assert whole == pytest.approx(parts, rel=0.05)
    assert min(known(charts["success"]["series"][0])) == 0.0
    left = known(charts["tls"]["series"][0])[-1]
    assert left == pytest.approx(24 * 86_400, abs=900)
    assert {one["value"] for one in charts["tls"]["limits"]} == {30 * 86_400, 7 * 86_400}


@pytest.mark.asyncio
async def test_rates_and_loads_are_those_of_the_counters(face: Face) -> None:
    (port,) = (await face.get(f"/api/v1/devices/{UP}/interfaces/rates"))["items"]
    assert port["interface"] == PORT
    assert 16e6 <= port["transmit"] < port["receive"] <= 700e6
    assert port["receive_errors"] is not None
    (wan,) = (await face.get(f"/api/v1/devices/{DOWN}/interfaces/rates"))["items"]
    (load,) = (await face.get("/api/v1/loads"))["items"]
    assert load["counters"] == f"{DOWN}/wan1"
    assert load["transmit"] == pytest.approx(wan["receive"], rel=0.3), "swapped at the Z end"
    assert load["receive"] < 0.5 * load["transmit"], "and a window's jag is less than that"
    assert load["transmit_ratio"] == pytest.approx(load["transmit"] / 200e6)


def test_loads_of_a_province_are_asked_in_parts_that_a_store_takes() -> None:
    inventory = load(ROOT / "inventory.yaml", vocabulary())
    ends = [end for one in inventory.circuits.values() for end in now._ends(one)]
    parts = list(now._parted(ends))
    assert {end for part in parts for end in part} == set(ends)
    asked = [now._carried(inventory, part, Grid(0.0)) for part in parts]
    assert max(len(one.encode()) for one in asked) < 16_384
    assert len(asked) <= 4


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("devices/none/charts", 404),
        ("devices/none/interfaces/rates", 404),
        (f"devices/{UP}/charts?span=2h", 400),
        (f"devices/{UP}/charts?language=fr", 400),
        (f"devices/{UP}/charts?interface={'x' * 300}", 400),
        ("circuits/tsl-a/charts?interface=wan1", 400),
    ],
)
async def test_question_that_is_wrong_is_told_so(face: Face, path: str, status: int) -> None:
    assert (await face.get(f"/api/v1/{path}", status))["error"]
