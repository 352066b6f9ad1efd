"""What vmalert posts and answers, read with distrust."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.gate import ruling
from collector.gate.held import Key
from collector.gate.incoming import ALERTS, TEXT, AlertsRefusedError, moment, read

FIRES: dict[str, Any] = {
    "labels": {
        "alertname": "StorageFull",
        "alertgroup": "disks",
        "severity": "critical",
        "device": "d1",
        "site": "dc",
        "storage": "/var",
    },
    "annotations": {"metrics": "storage_used_ratio", "instance_label": "storage", "summary": "Đầy"},
    "startsAt": "2026-11-22T00:49:32.960315753Z",
    "endsAt": "2026-11-22T00:50:32.960315753Z",
    "generatorURL": "http://vm:8880/vmalert/api/v1/alert?group_id=1",
}


def body(*alerts: Any) -> bytes:
    return json.dumps(alerts).encode()


def changed(**fields: Any) -> Any:
    return {**FIRES, **fields}


def labelled(**labels: str) -> Any:
    return changed(labels={**FIRES["labels"], **labels})


def test_alert_is_known_by_name_subject_and_instance() -> None:
    (one,) = read(body(FIRES))
    assert one.key == Key("StorageFull", "device:d1", "storage=/var")
    assert one.severity == "critical"
    assert one.annotations["summary"] == "Đầy"
    assert (one.since, one.until) == (1795308572.960315, 1795308632.960315)


def test_labels_that_nobody_knows_tell_no_alerts_apart() -> None:
    (one,) = read(body(labelled(alertgroup="others", prometheus="a", env="b")))
    assert one.key == Key("StorageFull", "device:d1", "storage=/var")


@pytest.mark.parametrize(
    ("labels", "annotations", "key"),
    [
        ({"circuit": "c1", "site": "s"}, {}, ("circuit:c1", "")),
        ({"circuit": "c1", "device": "d"}, {}, ("circuit:c1", "")),
        ({"service": "web", "target": "home"}, {}, ("service:web", "target=home")),
        ({"site": "s"}, {}, ("site:s", "")),
        ({"collector": "noc-1"}, {}, ("collector:noc-1", "")),
        ({"device": "d", "a": "1", "b": "2"}, {"instance_label": "a b"}, ("device:d", "a=1,b=2")),
        ({"device": "d"}, {"instance_label": "storage"}, ("device:d", "")),
        ({}, {}, ("", "")),
    ],
)
def test_subject_is_the_nearest_thing_that_labels_name(
    labels: dict[str, str], annotations: dict[str, str], key: tuple[str, str]
) -> None:
    (one,) = read(body({"labels": {"alertname": "X", **labels}, "annotations": annotations}))
    assert one.key == Key("X", *key)


def test_what_is_the_engines_to_say_is_not_taken_from_a_rule() -> None:
    assert read(body(labelled(alertname="DeviceDown"))) == []


def test_severity_that_is_none_of_ours_is_a_warning() -> None:
    (one,) = read(body(labelled(severity="page")))
    assert one.severity == "warning"


@pytest.mark.parametrize(
    "raw",
    [b"", b"no", b"{}", b'"x"', b"[" * 100_000, b"[1" + b",1" * ALERTS + b"]", b"\xff", b"[NaN"],
)
def test_body_that_is_no_list_of_alerts_is_refused(raw: bytes) -> None:
    with pytest.raises(AlertsRefusedError) as refused:
        read(raw)
    assert len(str(refused.value)) < 100


@pytest.mark.parametrize(
    "bad",
    [
        1,
        None,
        {},
        {"labels": {"alertname": ""}},
        {"labels": {"alertname": 5}},
        {"labels": []},
        changed(annotations=7),
        changed(labels={str(number): "x" for number in range(65)}),
        changed(startsAt="x" * 65),
        labelled(**{"n" * 129: "x"}),
    ],
)
def test_alert_that_makes_no_sense_is_left_out(bad: Any) -> None:
    assert len(read(body(bad, FIRES))) == 1


def test_text_is_bounded_and_cleaned() -> None:
    hostile = labelled(device="d\n\u202e1" + "x" * 500, storage="\x00/var")
    hostile["annotations"] = {**FIRES["annotations"], "summary": "x" * 100_000}
    (one,) = read(body(hostile))
    assert len(one.key.subject) <= 135
    assert one.key.instance == "storage=/var"
    assert "\n" not in one.key.subject
    assert len(one.annotations["summary"]) == TEXT


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("0001-01-01T00:00:00Z", 0.0),
        ("1970-01-01T00:00:10Z", 10.0),
        ("1970-01-01T07:00:10+07:00", 10.0),
        ("1970-01-01T00:00:10.123456789Z", 10.123456),
        ("9999-12-31T23:59:59-23:59", 0.0),
        ("", 0.0),
        ("yesterday", 0.0),
        ("1970-13-01T00:00:00Z", 0.0),
    ],
)
def test_time_is_read(text: str, at: float) -> None:
    assert moment(text) == pytest.approx(at)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["labels", "annotations", "alertname", "endsAt", "data", "groups", "rules"]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(_JSON)
def test_nothing_but_a_refusal_escapes(raw: Any) -> None:
    text = json.dumps(raw).encode()
    with contextlib.suppress(AlertsRefusedError):
        read(text)
    ruling.read(text, 1.0)


def rules(*found: dict[str, Any]) -> bytes:
    return json.dumps({"status": "success", "data": {"groups": [{"rules": found}]}}).encode()


RULE = {
    "type": "alerting",
    "name": "StorageFull",
    "health": "ok",
    "lastError": "",
    "lastEvaluation": "1970-01-01T00:01:40.5Z",
    "annotations": {"instance_label": "storage"},
}


def test_ruling_tells_when_an_alert_was_last_looked_for() -> None:
    later = {**RULE, "lastEvaluation": "1970-01-01T00:05:00Z"}
    failing = {**RULE, "name": "Failing", "health": "err", "lastError": "no store"}
    never = {**RULE, "name": "Never", "lastEvaluation": "0001-01-01T00:00:00Z"}
    found = ruling.read(rules(later, RULE, failing, never), 400.0)
    assert found is not None
    assert [found.of(name) for name in ("StorageFull", "Failing", "Never")] == [100.5, 0, 0]
    assert found.of("Deleted") == 400.0


def test_ruling_knows_what_fires_and_what_waits_to() -> None:
    alerts = [
        {"state": state, "labels": {"device": state, "storage": "/", "severity": "warning"}}
        for state in ("firing", "pending", "inactive")
    ]
    found = ruling.read(rules({**RULE, "alerts": alerts}), 400.0)
    assert found is not None
    assert found.alive == {
        Key("StorageFull", "device:firing", "storage=/"),
        Key("StorageFull", "device:pending", "storage=/"),
    }


@pytest.mark.parametrize(
    "raw",
    [b"", b"<html>", b"[]", b'{"status":"error"}', b'{"status":"success","data":null}', rules()],
)
def test_answer_without_rules_rules_nothing(raw: bytes) -> None:
    assert ruling.read(raw, 1.0) is None


LONE = r'"\ud800"'


def test_text_that_no_file_takes_is_made_sound() -> None:
    annotations = rf'{{"runbook":{LONE},"summary":"a\u0000b\u2028\nc","instance_label":{LONE}}}'
    labels = r'{"alertname":"X","device":"d\ud800","severity":"major","l l":"x"}'
    (one,) = read(f'[{{"labels":{labels},"annotations":{annotations}}}]'.encode())
    assert one.annotations == {"runbook": "?", "summary": "a b \nc", "instance_label": "?"}
    assert one.key == Key("X", "device:d")
    for text in (*one.key, *one.annotations.values()):
        text.encode()


def test_name_that_is_no_labels_name_is_left_out() -> None:
    odd = labelled(**{"stor age": "x"})
    odd["annotations"] = {"instance_label": "stor age", "a b": "c", "d": "e"}
    (one,) = read(body(odd))
    assert one.key.instance == ""
    assert one.annotations.keys() == {"instance_label", "d"}
    assert read(rf'[{{"labels":{{"alertname":"X",{LONE}:"x"}}}}]'.encode()) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://vm:8880/vmalert/alert?group_id=1&alert_id=2",
        "https://[2001:db8::1]:3000/d/x%20y?var-a=b#c",
        "http://10.0.0.1",
    ],
)
def test_address_that_is_well_formed_is_kept(url: str) -> None:
    (one,) = read(body(changed(generatorURL=url)))
    assert one.url == url


@pytest.mark.parametrize(
    "url",
    [
        "%zz",
        "not a uri",
        "http://a/%",
        "http://a/%zz",
        "http://",
        "ftp://a/",
        "javascript:x",
        "http://a b/",
        "http://a/\n",
        "http://á/",
        "http://a:x/",
        "http://[::1/",
        "http://u:p@h/",
        'http://a/"',
        "http://a/{b}",
        "http://a\\b",
    ],
)
def test_address_that_is_not_well_formed_is_left_out(url: str) -> None:
    (one,) = read(body(changed(generatorURL=url)))
    assert one.url == ""
