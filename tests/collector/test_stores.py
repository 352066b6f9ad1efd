import gzip
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from collector.refused import send_in_pieces
from collector.stores import AddressInvalid, Answer, Health, Kind, Store, open_store, parse_address
from collector.stores.answer import OK, judge
from collector.stores.victoriametrics import read_metrics
from inventory.secret import Secret
from tests.collector.stored import Daemon, exported, get, wait_for
from tests.daemons import free_port

NOW = (int(time.time()) - 60) * 1000


@pytest.mark.parametrize(
    ("text", "url", "name"),
    [
        ("http://vm", "http://vm:8428", "vm+http://vm:8428"),
        ("vm+http://vm:80/prefix/", "http://vm:80/prefix", "vm+http://vm:80/prefix"),
        ("vm+https://vm/a/b", "https://vm:443/a/b", "vm+https://vm:443/a/b"),
        ("http://[::1]:8428", "http://[::1]:8428", "vm+http://[::1]:8428"),
        (
            "influx2+https://db/?org=h%C3%B2a&bucket=b%20c",
            "https://db:443",
            "influx2+https://db:443/?org=h%C3%B2a&bucket=b+c",
        ),
        (
            "influx2+http://db?bucket=b&org=o",
            "http://db:8086",
            "influx2+http://db:8086/?org=o&bucket=b",
        ),
    ],
)
def test_an_address_has_one_form(text: str, url: str, name: str) -> None:
    address = parse_address(text)
    assert (address.url, address.name) == (url, name)
    assert address.query_url == (None if name.startswith("influx2") else url)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "does not begin with nothing://"),
        ("vm.example:8428", "does not begin with vm.example://"),
        ("influx+http://db", "does not begin with influx+http://"),
        ("http://", "no host"),
        ("http://a b/", "no host"),
        ("http://host:99999", "bad host or port"),
        ("http://host:port", "bad host or port"),
        ("http://[::1", "bad host or port"),
        ("http://vm/#top", "# and spaces"),
        ("http://vm/?org=o", "VictoriaMetrics takes no ?org=o"),
        ("influx2+http://db/?org=o", "InfluxDB needs one bucket"),
        ("influx2+http://db/?org=&bucket=b", "InfluxDB needs one org"),
        ("influx2+http://db/?org=o&bucket=b&bucket=c", "InfluxDB needs one bucket"),
        ("influx2+http://db/?org=o&bucket=b&precision=s", "unknown precision"),
    ],
)
def test_a_bad_address_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(AddressInvalid) as caught:
        parse_address(text)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    "text", ["http://me:s3cret@vm/", "influx2+http://db/?org=o&bucket=b&token=s3cret"]
)
def test_a_secret_in_an_address_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(AddressInvalid, match="HATANG_STORE_TOKEN") as caught:
        parse_address(text)
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(parse_address("http://vm", Secret("s3cret")))


@pytest.mark.parametrize(
    ("status", "text", "kind", "reason"),
    [
        (204, "", Kind.OK, ""),
        (200, "", Kind.OK, ""),
        (400, "partial write: field type conflict", Kind.REFUSED, "rejected"),
        (400, 'cannot find the provided auth token "***" in config', Kind.STOP, "auth"),
        (401, "", Kind.STOP, "auth"),
        (403, "", Kind.STOP, "auth"),
        (413, "", Kind.REFUSED, "too_large"),
        (422, "", Kind.REFUSED, "rejected"),
        (404, "", Kind.STOP, "address"),
        (302, "", Kind.STOP, "address"),
        (408, "", Kind.RETRY, "error"),
        (429, "", Kind.RETRY, "busy"),
        (500, "", Kind.RETRY, "error"),
        (503, "", Kind.RETRY, "unavailable"),
    ],
)
def test_answers_are_told_apart(status: int, text: str, kind: Kind, reason: str) -> None:
    answer = judge(status, text, "7")
    assert (answer.kind, answer.reason) == (kind, reason)
    assert answer.retry_after == (7.0 if kind is Kind.RETRY else None)


@pytest.mark.parametrize("after", [None, "", "-1", "Fri, 31 Dec 1999 23:59:59 GMT", "1.5"])
def test_a_retry_time_that_is_no_number_is_as_none(after: str | None) -> None:
    assert judge(503, "", after).retry_after is None


def test_a_retry_time_is_bounded() -> None:
    assert judge(429, "", "99999999").retry_after == 300.0


def body(*lines: str) -> bytes:
    return gzip.compress("".join(line + "\n" for line in lines).encode(), 1)


def test_victoriametrics_stores_gzip_members_and_tells_of_itself(vm: Daemon) -> None:
    store = open_store(parse_address(f"http://127.0.0.1:{vm.port}"))
    two = body(f"t,n=a v=1,w=2.5 {NOW}") + body(f"t,n=b v=3 {NOW + 1}")
    assert store.write(two) == OK
    assert exported(vm.port, "t_v") == {"a": {NOW: 1}, "b": {NOW + 1: 3}}
    assert exported(vm.port, "t_w") == {"a": {NOW: 2.5}}
    health = store.look()
    assert health is not None
    assert abs(health.started - time.time()) < 60
    assert store.write(body("bad line", f"old,n=c v=1 {NOW - 500 * 86400_000}")) == OK
    seen: list[Health] = []

    def both_counted() -> bool:  # its page of metrics is up to a second old
        health = store.look()
        assert health is not None
        seen.append(health)
        return health.rejected["invalid"] == 1 and health.rejected["small_timestamp"] == 1

    wait_for(both_counted)
    assert seen[-1].started == health.started
    assert not seen[-1].read_only
    store.close()


def test_a_store_that_is_not_there_is_waited_for() -> None:
    store = open_store(parse_address(f"http://127.0.0.1:{free_port()}"))
    answer = store.write(body("t v=1 1"))
    assert (answer.kind, answer.reason) == (Kind.RETRY, "refused")
    assert store.look() is None
    store.close()
    store = open_store(parse_address("http://no-such-host.invalid"))
    answer = store.write(body("t v=1 1"))
    assert (answer.kind, answer.reason) == (Kind.RETRY, "name")
    store.close()


def test_influx2_sends_its_token_and_a_wrong_one_is_named_but_not_shown(
    vm: Daemon, tmp_path: Path
) -> None:
    """vmauth stands for InfluxDB's token check: Debian has no InfluxDB."""
    config = tmp_path / "auth.yml"
    config.write_text(
        f"users:\n- bearer_token: right-token\n  url_prefix: http://127.0.0.1:{vm.port}\n"
    )
    port = free_port()
    auth = Daemon(
        ["vmauth", f"-auth.config={config}", f"-httpListenAddr=127.0.0.1:{port}"],
        port,
        tmp_path / "vmauth.log",
    )
    auth.start()
    try:
        url = f"influx2+http://127.0.0.1:{port}/?org=o&bucket=b"
        store = open_store(parse_address(url, Secret("right-token")))
        assert store.write(body(f"t,n=a v=1 {NOW}")) == OK
        assert exported(vm.port, "t_v") == {"a": {NOW: 1}}
        store.close()
        store = open_store(parse_address(url, Secret("wrong-token")))
        answer = store.write(body("t v=1 1"))
        store.close()
        store = open_store(parse_address(url))
        without = store.write(body("t v=1 1"))
        store.close()
        hidden = open_store(parse_address(f"http://127.0.0.1:{port}", Secret("right-token")))
        assert hidden.look() is None, "vmauth's metrics are not the store's"
        hidden.close()
    finally:
        auth.end()
    assert (answer.kind, answer.reason) == (Kind.STOP, "auth")
    assert (without.kind, without.reason) == (Kind.STOP, "auth")
    assert "HATANG_STORE_TOKEN" in answer.message
    assert "wrong-token" not in answer.message


def test_a_page_that_is_not_victoriametrics_says_nothing(vm: Daemon) -> None:
    page = get(vm.port, "/metrics")
    assert read_metrics(page) is not None
    assert read_metrics(page.replace(b"vm_rows", b"xx_rows")) is None
    assert read_metrics(page.replace(b"process_start_time_seconds ", b"process_start_")) is None
    assert read_metrics(b"\xff\0" * 999) is None
    full = page.replace(b"vm_storage_is_read_only{path", b"\n#")
    health = read_metrics(full + b'\nvm_storage_is_read_only{path="x"} 1\n')
    assert health is not None
    assert health.read_only


class Scripted(BaseHTTPRequestHandler):
    """Answers that no real store can be made to give at will; notes what it was sent."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.server
        assert isinstance(server, ScriptedServer)
        server.seen.append((self.path, dict(self.headers.items()), content))
        status, headers = server.answers.pop(0) if server.answers else (204, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Nothing: tests look at what was seen."""


class ScriptedServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Scripted)
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.seen: list[tuple[str, dict[str, str], bytes]] = []


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def influx(scripted: ScriptedServer) -> Iterator[Store]:
    url = f"influx2+http://127.0.0.1:{scripted.server_port}/?org=o&bucket=b"
    store = open_store(parse_address(url, Secret("tok")))
    yield store
    store.close()


def test_the_request_is_as_influxdb_wants_it(scripted: ScriptedServer, influx: Store) -> None:
    sent = body("t v=1 1")
    assert influx.write(sent) == OK
    path, headers, content = scripted.seen[0]
    assert path == "/api/v2/write?org=o&bucket=b&precision=ms"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"].startswith("text/plain")
    assert headers["Authorization"] == "Token tok"
    assert content == sent, "compressed once, in the spool"


def test_a_prefix_stands_before_the_path(scripted: ScriptedServer) -> None:
    store = open_store(parse_address(f"http://127.0.0.1:{scripted.server_port}/select/0/"))
    assert store.write(body("t v=1 1")) == OK
    assert scripted.seen[0][0] == "/select/0/api/v2/write?org=hatang&bucket=hatang&precision=ms"
    assert "Authorization" not in scripted.seen[0][1]
    store.close()


def test_the_wait_that_a_store_asks_for_is_told(scripted: ScriptedServer, influx: Store) -> None:
    scripted.answers = [(429, {"Retry-After": "11"}), (302, {"Location": "http://other/"})]
    assert influx.write(body("t v=1 1")) == Answer(Kind.RETRY, "busy", "429", 11.0)
    assert influx.write(body("t v=1 1")).kind is Kind.STOP


def refuse(*unwanted: str, limit: int = 10**9) -> tuple[list[bytes], Callable[[bytes], Answer]]:
    stored: list[bytes] = []

    def write(packed: bytes) -> Answer:
        lines = gzip.decompress(packed).splitlines()
        if len(lines) > limit:
            return judge(413, "", None)
        if any(name.encode() in line for line in lines for name in unwanted):
            return judge(400, "bad", None)
        stored.extend(lines)
        return OK

    return stored, write


def lines(count: int) -> list[str]:
    return [f"t,n={number}. v=1,w=2 1" for number in range(count)]


def test_only_the_lines_that_are_refused_are_dropped() -> None:
    stored, write = refuse("n=17.", "n=400.")
    outcome = send_in_pieces(write, body(*lines(1000)), 2000)
    assert (outcome.answer, outcome.dropped_samples, outcome.reason) == (OK, 4, "rejected")
    assert outcome.line == "t,n=17. v=1,w=2 1"
    assert len(stored) == 998


def test_a_body_that_is_too_large_is_stored_in_halves() -> None:
    stored, write = refuse(limit=300)
    outcome = send_in_pieces(write, body(*lines(1000)), 2000)
    assert (outcome.answer, outcome.dropped_samples) == (OK, 0)
    assert len(stored) == 1000


def test_a_store_that_refuses_everything_is_not_asked_for_ever() -> None:
    asked: list[bytes] = []

    def write(packed: bytes) -> Answer:
        asked.append(packed)
        return judge(400, "", None)

    outcome = send_in_pieces(write, body(*lines(1000)), 2000)
    assert (outcome.answer, outcome.dropped_samples) == (OK, 2000)
    assert len(asked) == 64


def test_a_store_that_goes_away_between_pieces_gets_all_again_later() -> None:
    answers = [judge(400, "", None), OK, judge(503, "", None)]
    outcome = send_in_pieces(lambda _: answers.pop(0), body(*lines(10)), 20)
    assert outcome.answer.kind is Kind.RETRY
    assert outcome.dropped_samples == 0


@pytest.mark.parametrize(
    "damaged", [b"", b"no gzip", body(*lines(99))[:-9], b"\x1f\x8b" + b"\xff" * 40]
)
def test_a_damaged_body_is_dropped_whole(damaged: bytes) -> None:
    outcome = send_in_pieces(lambda _: judge(400, "", None), damaged, 5)
    assert outcome.answer is OK
    assert (outcome.dropped_samples, outcome.reason) in {(5, "damaged"), (0, "")}
