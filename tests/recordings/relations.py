"""Neighbours and members: BGP peers by address, members of a load balancer by name."""

import ipaddress
from typing import Any

from tests.recordings.emitted import Emitted, Polled, addresses
from tests.recordings.matching import near
from tests.recordings.tally import Tally

ESTABLISHED = "established"


def judge_peers(polled: Polled, expected: dict[str, Any], tally: Tally) -> None:
    """Of each peer whether it is up, and since when if it is."""
    rows = expected.get("bgp_peers", [])
    known: dict[str, dict[str, Emitted]] = {}
    for peer, fields in polled.instances("bgp").items():
        for address in addresses(peer):
            known.setdefault(address, {}).update(fields)
    for row in rows:
        have = known.get(str(ipaddress.ip_address(row["peer"])), {})
        doubt = tally.doubt("bgp_peers", row)
        up, since = (have.get(f"peer_{name}") for name in ("up", "established_seconds"))
        want = row["state"] == ESTABLISHED
        text = f"{row['peer']} {row['state']}, ours {up}"
        right = up is not None and bool(up.value) == want
        tally.judge("bgp_peers", right, text, doubt)
        if up is not None and not right:
            tally.extra("bgp_peers", text)
        if want and row.get("established_s"):
            right = since is not None and near(since.value, row["established_s"])
            tally.judge("bgp_peers", right, f"{row['peer']} since, ours {since}", doubt)


def judge_balancers(polled: Polled, expected: dict[str, Any], tally: Tally) -> None:
    """Of each member of a pool whether it is up; pools and virtual servers are not members."""
    members = polled.of("balancer_member_up")
    for row in expected.get("load_balancers", []):
        if not row["type"].endswith("member"):
            tally.leave("load_balancers", f"{row['type']}: the catalogue has members")
            continue
        ours = [one for one in members if row["label"] in one.instance and not one.used]
        ours = [one for one in ours if row["address"] in one.instance] or ours
        right = bool(ours) and bool(ours[0].value) == (row["status"] == 0)
        if ours:
            ours[0].used = True
        text = f"{row['label']} {row.get('address')}, ours {ours[:1]}"
        tally.judge("load_balancers", right, text, tally.doubt("load_balancers", row))
