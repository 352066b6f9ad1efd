"""Labels against the real store: a device's text comes back as it was cleaned, forging nothing."""

import json
import time
import urllib.parse
import urllib.request
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from probes.reading import Head, clean
from tests.daemons import victoria_metrics
from tests.running import fetch, until

NASTY = [
    "C:\\ Label:Data  Serial Number a1b2",
    "ends with a backslash\\",
    "x\\,device\\=core",
    "x,device=core",
    "a=b c,d\\ e",
    "\\\\two\\\\",
    "quote \" and ' and `",
    "Trụ sở UBND xã Pà Cò",
    "\\=\\,\\ ",
    "tab\there",
]


def collected() -> list[str]:
    """Texts that hypothesis thinks of, beside ours."""
    found = list(NASTY)
    special = st.text(alphabet=st.sampled_from('\\,= "aà\n{}'), min_size=1, max_size=12)

    @settings(
        max_examples=300,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(special, st.text(min_size=1, max_size=30)))
    def collect(text: str) -> None:
        found.append(text)

    collect()
    return found


def test_every_text_survives_the_store_and_no_device_forges_a_label(tmp_path: Path) -> None:
    texts = sorted({cleaned for text in collected() if (cleaned := clean(text))})
    at = int(time.time() * 1000) - 10_000
    lines = [
        Head("label", (("device", "d"), ("n", str(n)), ("alias", text), ("z", "1"))).encoded
        + b" test=1 %d" % at
        for n, text in enumerate(texts)
    ]
    with victoria_metrics(tmp_path) as store:
        request = urllib.request.Request(
            f"{store.url}/api/v2/write?precision=ms",
            b"\n".join(lines),
            {"Content-Type": "text/plain"},
        )
        urllib.request.urlopen(request, timeout=10).close()
        query = urllib.parse.urlencode({"match[]": "label_test"})

        def stored() -> dict[int, dict[str, str]]:
            page = fetch(f"{store.url}/api/v1/export?{query}")
            metrics = [json.loads(line)["metric"] for line in page.splitlines()]
            return {int(metric.pop("n")): metric for metric in metrics}

        until("every line", lambda: len(stored()) == len(texts))
        assert stored() == {
            n: {"__name__": "label_test", "device": "d", "alias": text, "z": "1"}
            for n, text in enumerate(texts)
        }
        assert 'vm_rows_invalid_total{type="influx"} 0' in fetch(f"{store.url}/metrics")
