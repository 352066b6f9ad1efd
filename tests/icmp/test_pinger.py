"""The pinger against the kernel of this machine, and in network namespaces that the tests make."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from probes.icmp import Pinger
from probes.icmp.packet import V4
from probes.icmp.wire import Wire

root = pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets and namespaces need root")
PINGS = Path(__file__).with_name("pings.py")
CHECKOUT = Path(__file__).parents[2]


def inside(script: str, *words: str) -> str:
    """Run a shell script in a new network namespace with loopback up; its output."""
    shell = f"set -e; ip link set lo up; {script}"
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", shell, "sh", *words],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT), "PYTHON": sys.executable},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def drop(rule: str, hook: str = "input") -> str:
    """nft commands that drop what `rule` names."""
    return (
        f"nft add table ip t; nft add chain ip t c '{{ type filter hook {hook} priority 0; }}'; "
        f"nft add rule ip t c {rule} drop; "
    )


@pytest.fixture
def make():
    """Pingers that are closed when the test ends, whichever way."""
    made = []

    def pinger(**callbacks) -> Pinger:
        made.append(Pinger(**callbacks))
        return made[-1]

    yield pinger
    for each in made:
        each.close()


def forge(source: str, packet: bytes) -> None:
    """Send an ICMP packet from an address of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as forger:
        forger.bind((source, 0))
        forger.sendto(packet, ("127.0.0.1", 0))


async def until(true, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "did not happen in time"
        await asyncio.sleep(0.02)


@root
@pytest.mark.asyncio
async def test_addresses_of_both_families_answer(make):
    heard = []
    pinger = make(on_heard=lambda key, at: heard.append((key, at)))
    pinger.add("four", "127.66.0.1", 0.1)
    pinger.add("six", "::1", 0.1)
    pinger.start()
    await until(lambda: len(heard) == 2)
    await until(lambda: all(pinger._tracks[key].sent_total >= 4 for key in ("four", "six")))
    for key in ("four", "six"):
        counts = pinger.collect(key)
        assert counts
        assert counts.received_total == counts.sent_total
        assert 0 < counts.rtt_min <= counts.rtt <= counts.rtt_max < 1
        assert counts.loss_ratio == 0
        assert abs(pinger.last_heard(key) - time.time()) < 5
    assert {key for key, _ in heard} == {"four", "six"}
    assert pinger.overflowed == 0


@root
@pytest.mark.asyncio
async def test_targets_come_and_go_while_it_runs(make):
    pinger = make()
    pinger.start()
    pinger.add("a", "127.66.0.1", 0.1)
    pinger.add("b", "127.66.0.2", 0.1)
    await until(lambda: pinger.last_heard("a") and pinger.last_heard("b"))
    pinger.remove("a")
    assert "a" not in pinger
    assert len(pinger) == 1
    assert pinger.collect("a") is None
    pinger.add("again", "127.66.0.1", 0.1)
    await until(lambda: pinger.last_heard("again"))


@root
@pytest.mark.asyncio
async def test_a_burst_verifies_beside_a_slow_rhythm(make):
    pinger = make()
    pinger.add("a", "127.66.0.1", 60)
    pinger.start()
    await until(lambda: pinger.last_heard("a"))
    before = pinger.collect("a").received_total
    pinger.burst("a", count=6, spacing=0.04)
    pinger.burst("a", count=6, spacing=0.04)
    await asyncio.sleep(1.5)
    assert pinger.collect("a").received_total == before + 6


@root
@pytest.mark.asyncio
async def test_thousands_of_targets_lose_nothing(make):
    pinger = make()
    keys = [f"127.67.{number // 250}.{number % 250 + 1}" for number in range(5000)]
    for key in keys:
        pinger.add(key, key, 1)
    pinger.start()
    await until(lambda: all(pinger.last_heard(key) for key in keys))
    found = [pinger.collect(key) for key in keys]
    assert all(counts.loss_ratio == 0 for counts in found)
    assert pinger.overflowed == 0


@root
@pytest.mark.asyncio
async def test_a_loop_that_was_held_up_counts_no_loss_and_measures_no_delay_of_its_own(make):
    lost = []
    pinger = make(on_lost=lambda key, at: lost.append(key))
    for number in range(50):
        pinger.add(str(number), f"127.66.1.{number + 1}", 0.2)
    pinger.start()
    await until(lambda: all(pinger.last_heard(str(number)) for number in range(50)))
    for number in range(50):
        pinger.collect(str(number))
    time.sleep(3.5)
    await asyncio.sleep(0.5)
    for number in range(50):
        assert pinger.collect(str(number)).rtt_max < 0.5
    assert lost == []


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("224.0.0.1", "not the address of one device"),
        ("0.0.0.0", "not the address of one device"),
        ("::", "not the address of one device"),
        ("rt01.example.vn", "does not appear to be"),
        ("fe80::1%nosuch0", "no interface nosuch0"),
    ],
)
def test_what_is_not_one_device_is_refused(make, address, message):
    with pytest.raises(ValueError, match=message):
        make().add("a", address)


@root
def test_an_address_is_pinged_once(make):
    pinger = make()
    pinger.add("a", "127.66.0.1")
    with pytest.raises(ValueError, match="pinged already"):
        pinger.add("b", "::ffff:127.66.0.1")
    with pytest.raises(ValueError, match="pinged already"):
        pinger.add("a", "127.66.0.2")


@root
@pytest.mark.asyncio
async def test_forged_and_broken_replies_change_nothing(make):
    pinger = make()
    pinger.add("a", "127.66.0.1", 60)
    echo = pinger._echoes[4]
    track = pinger._tracks["a"]
    track.sent(77, time.monotonic_ns())
    pinger.start()
    good = bytes([V4.reply]) + echo.request(track.identifier, 77)[1:]
    forge("127.66.0.9", good)
    forge("127.66.0.1", good[:20])
    forge("127.66.0.1", good[:8])
    forge("127.66.0.1", good[:-1] + bytes([good[-1] ^ 1]))
    forge("127.66.0.1", bytes([0, 0, 0, 0, 0, 0, 0, 77]) + good[8:])
    await asyncio.sleep(0.1)
    assert 77 in track.under_way
    for _ in range(3):
        forge("127.66.0.1", good)
    await until(lambda: 77 not in track.under_way)
    assert track.received_total in (1, 2)  # its own first echo may have been answered too


@root
def test_a_flood_of_foreign_replies_never_reaches_the_process(make):
    pinger = make()
    wire = Wire(pinger._echoes[4])
    foreign = (pinger._echoes[4].block ^ 0x8000).to_bytes(2, "big")
    for _ in range(1000):
        forge("127.66.0.1", bytes(4) + foreign + bytes(58))
    with pytest.raises(BlockingIOError):
        wire._socket.recv(100)
    wire.close()


@root
def test_silence_is_told_as_lost_and_our_own_filter_as_unsent():
    script = (
        drop("ip saddr 127.66.0.2 icmp type echo-reply")
        + "nft add chain ip t o '{ type filter hook output priority 0; }'; "
        + "nft add rule ip t o ip daddr 127.66.0.3 drop; "
        + '"$PYTHON" "$@"'
    )
    seen = json.loads(
        inside(
            script, str(PINGS), "5", "0.2", "127.66.0.1", "127.66.0.2", "127.66.0.3", "192.0.2.1"
        )
    )
    well, silent, filtered, nowhere = seen.values()
    assert well["events"] == ["heard"]
    assert well["loss_ratio"] == 0
    assert silent["loss_ratio"] == 1
    assert set(silent["events"]) == {"lost"}
    assert silent["received_total"] == 0
    assert set(filtered["events"]) == {"Operation not permitted"}
    assert filtered["sent_total"] == 0
    assert filtered["unsent_total"] > 10
    assert set(nowhere["events"]) == {"Network is unreachable"}


@root
def test_loss_and_time_agree_with_fping():
    if not shutil.which("fping"):
        pytest.skip("fping is not installed")
    script = (
        drop("ip saddr 127.66.0.2 icmp type echo-reply numgen inc mod 2 == 0")
        + "fping -q -c 20 -p 100 127.66.0.1 127.66.0.2 2>&1 || true; "
        + '"$PYTHON" "$@"'
    )
    out = inside(script, str(PINGS), "6", "0.1", "127.66.0.1", "127.66.0.2")
    *theirs, ours = out.strip().splitlines()
    loss = [int(found) / 100 for found in re.findall(r"/(\d+)%", "\n".join(theirs))]
    seen = list(json.loads(ours).values())
    assert loss == [0, 0.5]
    assert seen[0]["loss_ratio"] == 0
    # Lost echoes settle later than answered ones: the last three seconds of them are not in yet.
    assert 0.2 < seen[1]["loss_ratio"] < 0.6
    least = [float(found) / 1000 for found in re.findall(r"max = ([\d.]+)/", out)]
    assert abs(seen[0]["rtt_min"] - least[0]) < 0.005


@root
def test_up_and_down_agree_with_blackbox_exporter(tmp_path):
    if not shutil.which("prometheus-blackbox-exporter"):
        pytest.skip("prometheus-blackbox-exporter is not installed")
    module = tmp_path / "blackbox.yml"
    module.write_text(
        "modules: {icmp: {prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4}}}\n"
    )
    ask = (
        "import sys,time,urllib.request as u\n"
        "def get(a):\n"
        "  for _ in range(100):\n"
        "    try: return u.urlopen(f'http://127.0.0.1:9115/probe?module=icmp&target={a}').read()\n"
        "    except OSError: time.sleep(0.1)\n"
        "for a in sys.argv[1:]: sys.stdout.write(get(a).decode())\n"
    )
    script = (
        drop("ip saddr 127.66.0.2 icmp type echo-reply")
        + f"prometheus-blackbox-exporter --config.file={module} "
        + "--web.listen-address=127.0.0.1:9115 2>/dev/null & exporter=$!; "
        + f'"$PYTHON" -c "{ask}" 127.66.0.2 {" ".join(["127.66.0.1"] * 5)}; kill $exporter; '
        + '"$PYTHON" "$@"'
    )
    out = inside(script, str(PINGS), "4.5", "0.2", "127.66.0.1", "127.66.0.2")
    *theirs, ours = out.strip().splitlines()
    success = [line for line in theirs if line.startswith("probe_success")]
    assert success == ["probe_success 0", *["probe_success 1"] * 5]
    well, silent = json.loads(ours).values()
    assert (well["loss_ratio"], silent["loss_ratio"]) == (0, 1)
    phase = 'probe_icmp_duration_seconds{phase="rtt"} '
    times = [float(line.removeprefix(phase)) for line in theirs if line.startswith(phase)]
    assert abs(well["rtt_min"] - min(times[-5:])) < 0.005


NOBODY = 'setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$PYTHON" "$@"'


def readable(tmp_path: Path) -> Path:
    """A Python and a checkout that nobody may read, or a printed reason why not."""
    probe = subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
         sys.executable, "-c", "import probes.icmp"],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if probe.returncode:
        pytest.skip("user nobody may not read this Python or this checkout")
    return PINGS


@root
def test_a_group_that_the_kernel_allows_needs_no_privilege(tmp_path):
    script = f"sysctl -qw net.ipv4.ping_group_range='0 2147483647'; {NOBODY}"
    out = inside(script, str(readable(tmp_path)), "1.5", "0.1", "127.66.0.1", "::1")
    for counts in json.loads(out).values():
        assert counts["received_total"] == counts["sent_total"] > 5


@root
def test_where_nothing_is_allowed_the_error_says_what_to_do(tmp_path):
    script = f"sysctl -qw net.ipv4.ping_group_range='1 0'; {NOBODY}"
    told = json.loads(inside(script, str(readable(tmp_path)), "1", "0.1", "127.66.0.1"))
    assert "CAP_NET_RAW" in told["message"]
    assert "ping_group_range (1 0)" in told["message"]
    assert "sysctl -w net.ipv4.ping_group_range" in told["hint"]
    assert "setcap" in told["hint"]
