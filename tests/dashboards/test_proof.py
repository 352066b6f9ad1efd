"""Every query of every dashboard, against a store that the demo province has filled."""

import re
from dataclasses import replace
from typing import Any

import pytest

from dashboards.query import READING, RECORDED
from dashboards.soundness import Asked, asked, loaded, panels
from probes.expression import metrics
from tests.dashboards.demo import CHOICES, Store, all_of, put_in

pytestmark = pytest.mark.timeout(400)
PAGES = {path: one for path, one in loaded().items() if path.startswith("vi/")}

UNPLAYED = {
    "array_state": "the simulated storage tells volumes, no arrays",
    "backup_last_success_timestamp_seconds": "needs a check by ssh; the demo has none",
    "collector_dropped_samples_total": "nothing is lost in the demo",
    "collector_store_errors_total": "no send fails in the demo",
    "config_changed_timestamp_seconds": "no configuration is saved in the demo",
    "database_replication_lag_seconds": "needs a check by ssh; the demo has no servers with it",
    "dns_duration_seconds": "the demo has no DNS checks",
    "firewall_ha_state": "the simulated firewalls tell only whether they are synchronised",
    "firewall_sessions_created_total": "the simulated firewalls do not count them",
    "firewall_sessions_limit": "the simulated firewalls do not tell it",
    "firewall_signature_age_seconds": "the simulated firewalls have no feeds",
    "license_expiry_timestamp_seconds": "the simulated firewalls have no licences",
    "mail_queue_messages": "needs a check by ssh; the demo has no servers with it",
    "ntp_offset_seconds": "the demo has no NTP checks",
    "sensor_humidity_ratio": "the simulated room sensor speaks no SNMP",
    "smtp_duration_seconds": "the demo's mail check is of TCP",
    "syslog_received_total": "nobody sends syslog in the demo",
    "tls_certificate_expiry_timestamp_seconds": "the demo's portals speak plain HTTP",
    "transfer_source": "the simulated transfer switch speaks no SNMP",
    "trap_received_total": "nobody sends traps in the demo",
    "tunnel_receive_bytes_total": "the simulated firewalls have no tunnels",
    "tunnel_up": "the simulated firewalls have no tunnels",
    "ups_battery_replace": "the simulated UPS do not tell it",
    "vpn_users": "the simulated firewalls have no VPN",
}
"""Metrics that real devices have and the demo has not: what reads one may be empty."""
QUIET = {
    "collector 16": "no probe of a device that can be reached fails in the demo",
    "datacenter 8": "no hardware is broken in the demo",
    "datacenter 13": "the simulated room sensor speaks no SNMP",
    "power 9": "the simulated room sensor speaks no SNMP",
    "power 11": "no door, smoke or leak is watched in the demo",
}
"""Panels that may be empty although what they read is there, and why."""


def answered(store: Store, one: Asked, expr: str) -> list[dict[str, Any]]:
    """What a query yields, in the way that Grafana asks it."""
    if one.lists:
        match = {"match[]": expr, "start": store.end - 600, "end": store.end}
        found = store.ask(f"label/{one.lists}/values", **match)
        return [{"metric": {one.lists: value}, "value": [0, "1"]} for value in found]
    ranged = one.kind == "annotation" or (one.kind != "variable" and not one.instant)
    return store.over(expr) if ranged else store.now(expr)


def excused(page: str, one: Asked) -> str:
    """Why a query may be empty; nothing when it may not."""
    if one.limit:
        return "a limit is there only where its rule has a subject"
    if one.kind == "annotation":
        return "nothing of this kind is down in the demo"
    quiet = QUIET.get(f"{page} {one.where.split()[0]}", "")
    return quiet or " ".join(UNPLAYED.get(name, "") for name in metrics(one.expr)).strip()


@pytest.mark.parametrize("path", PAGES)
def test_every_query_returns_data_of_the_right_shape(path: str, store: Store) -> None:
    page = path.removeprefix("vi/").removesuffix(".json")
    dashboard = PAGES[path]
    several = all_of(dashboard, store.now)
    found: dict[str, list[dict[str, Any]]] = {}
    empty = []
    for one in asked(dashboard):
        every = [answered(store, one, put_in(one.expr, choice, several)) for choice in CHOICES]
        best = max(every, key=len) or max(_read_once(store, one, several), key=len)
        found.setdefault(one.where, []).extend(best)
        why = excused(page, one)
        print(f"{page:<11} {one.where:<48} {len(best):>5} series {'' if best else why}")
        if not best and not why:
            empty.append(f"{one.where}: {one.expr}")
        assert all(float(value) == float(value) for value in _values(best)), one.where
    assert empty == []
    assert _misshapen(dashboard, found) == []


def _read_once(store: Store, one: Asked, several: dict[str, str]) -> list[list[dict[str, Any]]]:
    """A rate needs two readings; what is read every five minutes has one. The series is there."""
    if f"[{READING}]" not in one.expr:
        return [[]]
    once = replace(one, expr=re.sub(r"\brate\(", "last_over_time(", one.expr))
    # Nothing has gone wrong in a port of the demo; a share of no packets is not drawn.
    once = replace(once, expr=once.expr.replace(" > 0)", ")"))
    return [answered(store, once, put_in(once.expr, choice, several)) for choice in CHOICES]


def _values(series: list[dict[str, Any]]) -> list[str]:
    return [value for one in series for _, value in one.get("values", [one.get("value", (0, "0"))])]


def _misshapen(dashboard: dict[str, Any], found: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Labels that legends, columns or maps need and that no series carries."""
    faults = []
    for one in panels(dashboard):
        series = found[f"{one['id']} {one['title']}"]
        carried = {label for each in series for label in each["metric"]}
        wanted = set(re.findall(r"{{(\w+)}}", "".join(t["legendFormat"] for t in one["targets"])))
        for change in one["transformations"]:
            if change["id"] == "organize":
                columns = change["options"]["renameByName"]
                wanted |= {name for name in columns if not name.startswith("Value")}
            if change["id"] == "convertFieldType":
                wanted |= {"latitude", "longitude"}
        # Labels that only some things have: a device has no service, a probe of SNMP no target.
        wanted -= {"target", "service", "device", "serial", "vendor", "alias", "reason", "class"}
        if series and (missing := wanted - carried):
            faults.append(f"{one['id']} {one['title']}: no {', '.join(sorted(missing))}")
    return faults


def test_maps_have_places_in_the_province(store: Store) -> None:
    for path in ("vi/overview.json", "vi/wards.json"):
        (one,) = [panel for panel in panels(PAGES[path]) if panel["type"] == "geomap"]
        series = store.now(put_in(one["targets"][0]["expr"], {}, {"provider": ".*"}))
        places = [(float(x["metric"]["latitude"]), float(x["metric"]["longitude"])) for x in series]
        assert len(places) > 100
        assert all(
            20 < latitude < 21.5 and 104 < longitude < 106.5 for latitude, longitude in places
        )


def test_what_is_cut_is_the_one_cause_and_says_what_it_hides(store: Store) -> None:
    (one,) = [panel for panel in panels(PAGES["vi/overview.json"]) if panel["id"] == 1]
    states, hidden = (store.now(target["expr"]) for target in one["targets"])
    down = {x["metric"].get("circuit") for x in states if x["value"][1] == "2"}
    assert down == {"ftth-04789-a", "tsl-ii-so-gddt-a"}
    assert {x["metric"].get("circuit"): int(x["value"][1]) for x in hidden}["tsl-ii-so-gddt-a"] > 1


def test_choices_are_named_for_people(store: Store) -> None:
    for one in PAGES["vi/device.json"]["templating"]["list"]:
        if one["name"] == "site":
            expr = one["query"].removeprefix("query_result(").removesuffix(")")
            text = [
                "{" + ",".join(f'{k}="{v}"' for k, v in sorted(x["metric"].items())) + "}"
                for x in store.now(expr)
            ]
            pattern = one["regex"].strip("/").replace("(?<", "(?P<")
            named = {
                m["value"]: m["text"] for m in (re.search(pattern, line) for line in text) if m
            }
            assert named["dc"] == "Trung tâm tích hợp dữ liệu tỉnh"


def test_what_the_demo_does_not_play_is_really_not_there(store: Store) -> None:
    stored = set(store.ask("label/__name__/values", start=store.end - 600, end=store.end))
    assert sorted(stored & UNPLAYED.keys()) == []
    assert RECORDED.keys() <= stored
