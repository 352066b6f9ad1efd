"""The http probe against nginx, with blackbox_exporter as a second opinion."""

import asyncio
import re
import urllib.parse
import urllib.request

import pytest
from pydantic import ValidationError

from probes.http import PROBE, HttpSettings
from probes.probe import Target
from probes.reading import Reading, Reason, values

PAGE = "<h1>Một cửa điện tử</h1>\n" * 100
LABELS = (("service", "mot-cua"), ("target", "home"))


async def visit(seconds: float = 5.0, addresses: tuple[str, ...] = ("127.0.0.1",), **settings):
    """One run; its reading and its values by metric name (and phase)."""
    target = Target("home", addresses, LABELS, HttpSettings(**settings))
    session = PROBE.open(target, {})
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    reading = await session.ask(end)
    assert loop.time() < end + 2.0
    await session.close()
    return reading, flat(reading)


def flat(reading: Reading) -> dict[str, float]:
    found: dict[str, float] = {}
    for head, fields in reading.rows:
        assert head.labels[:2] == LABELS
        phase = dict(head.labels).get("phase")
        for name, value in values(fields).items():
            found[f"{head.subject}_{name}" + (f" {phase}" if phase else "")] = value
    return found


def phases(found: dict[str, float]) -> set[str]:
    return {name.partition(" ")[2] for name in found if " " in name}


def second_opinion(port: int, module: str, url: str) -> dict[str, float]:
    query = urllib.parse.urlencode({"module": module, "target": url})
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/probe?{query}", timeout=20) as answer:
        text = answer.read().decode()
    return {
        name: float(value)
        for name, value in re.findall(r"^(probe_\S+(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE)
    }


@pytest.mark.asyncio
async def test_a_plain_page_has_status_size_and_the_phases_that_happened(nginx):
    reading, found = await visit(port=nginx.plain, path="/page.html")
    assert reading.complete
    assert found["http_status_code"] == 200
    assert found["http_body_bytes"] == len(PAGE.encode())
    assert phases(found) == {"connect", "processing", "transfer"}
    assert "tls_certificate_expiry_timestamp_seconds" not in found
    assert sum(found[name] for name in found if " " in name) <= reading.duration + 1e-5


@pytest.mark.asyncio
async def test_a_name_is_resolved_in_a_phase_of_its_own(nginx):
    _, found = await visit(url=f"http://localhost:{nginx.plain}/page.html")
    assert phases(found) == {"resolve", "connect", "processing", "transfer"}


@pytest.mark.asyncio
async def test_values_agree_with_blackbox_exporter_name_by_name(nginx, blackbox):
    for url in (
        f"http://127.0.0.1:{nginx.plain}/page.html",
        f"http://127.0.0.1:{nginx.plain}/broken",
        f"http://127.0.0.1:{nginx.plain}/moved",
        f"https://127.0.0.1:{nginx.secure}/page.html",
        f"http://127.0.0.1:{nginx.plain}/secure",
    ):
        theirs = second_opinion(blackbox, "trusting", url)
        reading, ours = await visit(url=url, verify=False)
        assert reading.success == theirs["probe_success"], url
        assert ours["http_status_code"] == theirs["probe_http_status_code"]
        assert ours["http_body_bytes"] == theirs["probe_http_uncompressed_body_length"]
        assert ours.get("tls_certificate_expiry_timestamp_seconds") == theirs.get(
            "probe_ssl_earliest_cert_expiry"
        )
        for phase in ("resolve", "connect", "tls", "processing", "transfer"):
            spent = theirs[f'probe_http_duration_seconds{{phase="{phase}"}}']
            assert abs(ours.get(f"http_duration_seconds {phase}", 0) - spent) < 0.25, (url, phase)
        assert ("tls" in phases(ours)) == (theirs['probe_http_duration_seconds{phase="tls"}'] > 0)


@pytest.mark.asyncio
async def test_a_certificate_of_a_given_authority_is_accepted(nginx):
    ca = str(nginx.certificate.file)
    url = f"https://127.0.0.1:{nginx.secure}/page.html"
    reading, found = await visit(url=url, ca=ca)
    assert reading.complete
    assert found["tls_certificate_expiry_timestamp_seconds"] == nginx.certificate.expiry
    assert "tls" in phases(found)
    reading, _ = await visit(url=url, ca=ca, server_name="motcua.example.vn")
    assert reading.complete


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("port", "extra", "message", "hint"),
    [
        ("secure", {}, "signed by itself", "set `ca`"),
        ("expired", {"ca": "old"}, "has expired", "renew"),
        ("secure", {"ca": "certificate", "server_name": "x.example.vn"}, "another name", "server_"),
    ],
)
async def test_a_refused_certificate_says_why_and_when_it_ends(nginx, port, extra, message, hint):
    shown = nginx.old if port == "expired" else nginx.certificate
    if "ca" in extra:
        extra = extra | {"ca": str(getattr(nginx, extra["ca"]).file)}
    url = f"https://127.0.0.1:{getattr(nginx, port)}/page.html"
    reading, found = await visit(url=url, **extra)
    assert reading.reason is Reason.TLS
    assert message in reading.message
    assert hint in reading.hint
    assert found["tls_certificate_expiry_timestamp_seconds"] == shown.expiry
    assert "http_status_code" not in found
    assert phases(found) == {"connect"}


@pytest.mark.asyncio
async def test_plain_http_behind_https_is_a_tls_failure(nginx):
    reading, _ = await visit(url=f"https://127.0.0.1:{nginx.plain}/")
    assert reading.reason is Reason.TLS
    assert "does the port speak TLS" in reading.hint


@pytest.mark.asyncio
async def test_a_missing_authority_file_is_named(nginx):
    reading, _ = await visit(url=f"https://127.0.0.1:{nginx.secure}/", ca="/nowhere/ca.pem")
    assert reading.reason is Reason.TLS
    assert "/nowhere/ca.pem" in reading.message


@pytest.mark.asyncio
async def test_redirects_are_followed_counted_and_summed(nginx):
    reading, found = await visit(port=nginx.plain, path="/moved")
    assert reading.complete
    assert found["http_body_bytes"] == len(PAGE.encode())
    reading, found = await visit(port=nginx.plain, path="/moved", redirects=0)
    assert reading.complete
    assert found["http_status_code"] == 302
    reading, found = await visit(port=nginx.plain, path="/loop", redirects=3)
    assert reading.reason is Reason.PROTOCOL
    assert reading.message == "more than 3 redirects"
    assert found["http_status_code"] == 302


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "message"),
    [([], "status 500, expected 2xx or 3xx"), ([200, 204], "status 500, expected 200 or 204")],
)
async def test_a_wrong_status_is_told_with_its_rows(nginx, status, message):
    reading, found = await visit(port=nginx.plain, path="/broken", status=status)
    assert (reading.reason, reading.message) == (Reason.PROTOCOL, message)
    assert found["http_status_code"] == 500


@pytest.mark.asyncio
async def test_an_expected_error_status_is_well(nginx):
    reading, _ = await visit(port=nginx.plain, path="/broken", status=[500])
    assert reading.complete


@pytest.mark.asyncio
async def test_content_is_matched(nginx, blackbox):
    url = f"http://127.0.0.1:{nginx.plain}/page.html"
    reading, found = await visit(url=url, match="Một cửa")
    assert reading.complete
    assert found["http_content_matches"] == 1
    reading, found = await visit(url=url, match="hai cửa")
    assert reading.reason is Reason.PROTOCOL
    assert found["http_content_matches"] == 0
    assert second_opinion(blackbox, "content", url)["probe_failed_due_to_regex"] == 1


@pytest.mark.asyncio
async def test_a_body_over_the_limit_is_cut_and_is_no_failure(nginx):
    reading, found = await visit(port=nginx.plain, path="/page.html", body_limit=100)
    assert reading.complete
    assert found["http_body_bytes"] == 100


@pytest.mark.asyncio
async def test_head_asks_for_no_body(nginx):
    reading, found = await visit(port=nginx.plain, path="/page.html", method="HEAD")
    assert reading.complete
    assert "http_body_bytes" not in found


@pytest.mark.asyncio
async def test_headers_are_sent_and_cookies_forgotten(nginx):
    for _ in range(2):
        reading, found = await visit(
            port=nginx.plain,
            path="/agent",
            headers={"X-Office": "pa-co"},
            match=r"^hatang\|pa-co\|$",
        )
        assert reading.complete, found


@pytest.mark.asyncio
async def test_a_closed_port_is_refused():
    reading, found = await visit(port=1)
    assert reading.reason is Reason.REFUSED
    assert found == {}


@pytest.mark.asyncio
async def test_an_unknown_name_is_a_name_failure():
    reading, _ = await visit(url="http://no-such-host.invalid/", seconds=20)
    assert reading.reason is Reason.NAME


@pytest.mark.asyncio
async def test_nothing_to_ask_is_a_name_failure():
    reading, _ = await visit(addresses=())
    assert reading.reason is Reason.NAME


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"url": "ftp://a/"}, "http://host/path"),
        ({"url": "http:///x"}, "http://host/path"),
        ({"url": "https://u:p@a/"}, "must not carry a user"),
        ({"path": "x"}, "starts with /"),
        ({"match": "("}, "not a regular expression"),
        ({"match": '{"status":"UP"}'}, r"a brace itself is written \\{"),
        ({"headers": {"A\r\nB": "x"}}, "cannot be sent"),
        ({"headers": {"A": "x\r\ny"}}, "cannot be sent"),
        ({"headers": {"Authorization": "Basic eA=="}}, "secret in plain"),
        ({"port": 0}, "greater than or equal to 1"),
        ({"metod": "GET"}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings, message):
    with pytest.raises(ValidationError, match=message):
        HttpSettings(**settings)
