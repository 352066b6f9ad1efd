"""An inventory of any size for outages: two cores, two provider routers, and wards behind circuits
of two carriers.
"""

from pathlib import Path

_HEAD = """\
province: {name: Thử nghiệm}
collectors: {noc: {attached_to: [core-1, core-2]}}
credentials: {demo: {snmp: {version: 2c, community: env:DEMO_COMMUNITY}}}
contacts: {noc: {name: Trực NOC}}
roles:
  router: {probes: {snmp: {port: 1161}}, credentials: [demo]}
  switch: {extends: router}
sites:
  dc: {name: Trung tâm dữ liệu}
"""
_CENTRE = """\
devices:
  core-1: {address: 127.60.0.1, site: dc, role: router, uplinks: [core-2]}
  core-2: {address: 127.60.0.2, site: dc, role: router, uplinks: [core-1]}
  pe-1: {address: 127.60.0.3, site: dc, role: router, uplinks: [core-1, core-2]}
  pe-2: {address: 127.60.0.4, site: dc, role: router, uplinks: [core-1, core-2]}
"""
CENTRE = 4
"""Devices of the centre."""
_SITE = "  xa-{n}: {{name: UBND xã số {n}}}\n"
_ROUTER = (
    "  rt-{n}: {{address: {net}.1, site: xa-{n}, role: router, uplinks: [circuit:line-{n}]}}\n"
)
_SWITCH = "  sw-{n}-{k}: {{address: {net}.{k}, site: xa-{n}, role: switch, uplinks: [rt-{n}]}}\n"
_CIRCUIT = (
    "  line-{n}: {{kind: tslcd, provider: {provider}, contract: '{n}/2026', capacity: 200M,"
    " a: pe-{pe}/Gi0/0/{n}, z: rt-{n}/wan1}}\n"
)


def wards(path: Path, count: int, each: int, defaults: str = "") -> int:
    """Write an inventory of `count` wards, each a circuit, a router and `each` less one devices
    behind it. Returns how many devices there are.
    """
    sites, devices, circuits = "", _CENTRE, "circuits:\n"
    for n in range(count):
        net = f"127.60.{n + 1}"
        sites += _SITE.format(n=n)
        devices += _ROUTER.format(n=n, net=net)
        devices += "".join(_SWITCH.format(n=n, net=net, k=k) for k in range(2, each + 1))
        circuits += _CIRCUIT.format(n=n, provider=("VNPT", "Viettel")[n % 2], pe=n % 2 + 1)
    path.write_text(f"{defaults}{_HEAD}{sites}{devices}{circuits}")
    return CENTRE + count * each
