"""Which kind of device plays a role: shapes by model, shared by all devices of it."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from collector.demo.columns import entity, host, interface, power, system, vendor
from collector.demo.columns.entity import CELSIUS, HUMIDITY, RPM, VOLTS, Part
from collector.demo.columns.host import DISK, RAM, Storage
from collector.demo.columns.interface import Port
from collector.demo.device import Simulated
from collector.demo.shape import Column, Shape

_GIB = 2**30
_UNKNOWN = "1.3.6.1.4.1.8072.3.2.255"  # netSnmpAgentOIDs unknown: what no vendor claims


def _ported(listed: Sequence[Port], extra: Sequence[str]) -> list[Column]:
    """Interfaces of a model, and those that the inventory's circuits name beside them."""
    known = {port.name for port in listed}
    added = [Port(name, name, 1000, uplink=True) for name in extra if name not in known]
    return interface.interfaces([*listed, *added])


def linux(extra: Sequence[str], disks: int = 2, processors: int = 8, gibibytes: int = 64) -> Shape:
    """A server with net-snmp."""
    unit = 4096
    paths = ["/", "/var", "/srv", "/backup"][:disks]
    stores = [Storage(1, "Physical memory", RAM, 1024, gibibytes * _GIB // 1024)]
    sizes = (80, 500, 2000, 8000)
    stores += [
        Storage(36 + n, path, DISK, unit, sizes[n] * _GIB // unit) for n, path in enumerate(paths)
    ]
    cards = [
        Port("lo", "lo", 10, kind=24),
        Port("eno1", "Intel Corporation I350 Gigabit", 1000, uplink=True),
        Port("eno2", "Intel Corporation I350 Gigabit", 1000),
        Port("eno3", "Intel Corporation X710 10GbE", 10_000),
    ]
    return Shape(
        [
            *system.system(
                "Linux hbh 6.1.0-28-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 x86_64",
                "1.3.6.1.4.1.8072.3.2.10",
            ),
            *_ported(cards, extra),
            *host.host_uptime(),
            *host.storage(stores),
            *host.processors(processors),
            *host.ucd(gibibytes * _GIB // 1024, processors),
            *host.disks(["sda", "sdb"][: max(1, disks - 1)]),
        ],
        largest=8192,
    )


def cisco(extra: Sequence[str], count: int = 48) -> Shape:
    """A Catalyst access or distribution switch with IOS."""
    listed = [Port(f"Gi1/0/{n}", f"GigabitEthernet1/0/{n}") for n in range(1, count + 1)]
    listed += [
        Port(f"Te1/1/{n}", f"TenGigabitEthernet1/1/{n}", 10_000, uplink=n <= 2) for n in range(1, 5)
    ]
    parts = [
        Part(1, f"WS-C2960X-{count}TS-L", 3),
        Part(1006, "Switch 1 temperature", 8, CELSIUS, 38),
    ]
    return Shape(
        [
            *system.system(
                "Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E9, "
                "RELEASE SOFTWARE (fc2)\r\nTechnical Support: http://www.cisco.com/techsupport",
                "1.3.6.1.4.1.9.1.1208",
                services=6,
            ),
            *_ported(listed, extra),
            *entity.entities(parts, "Cisco Systems, Inc.", parts[0].name, "15.2(7)E9"),
            *entity.sensors(parts),
            *vendor.cisco(),
        ],
        largest=4096,
    )


def huawei(extra: Sequence[str], count: int = 8) -> Shape:
    """An AR router with VRP, as carriers put at leased lines."""
    listed = [Port(f"GE0/0/{n}", f"GigabitEthernet0/0/{n}", 1000, n == 0) for n in range(count)]
    return Shape(
        [
            *system.system(
                "Huawei AR169F Huawei Versatile Routing Platform Software\r\nVRP (R) software,"
                "Version 5.170 (AR160 V200R009C00SPC500)",
                "1.3.6.1.4.1.2011.2.224.62",
            ),
            *_ported(listed, extra),
            *entity.entities(vendor.huawei_parts("AR169F"), "Huawei", "AR169F", "V200R009C00"),
            *vendor.huawei(),
        ],
        largest=4096,
    )


def fortigate(extra: Sequence[str], cluster: bool = False) -> Shape:
    """A FortiGate 100E; in the data centre as a cluster of two."""
    names = ("wan1", "wan2", "dmz", "ha1", "ha2", *(f"port{n}" for n in range(1, 13)))
    listed = [Port(name, name, 1000, uplink=name.startswith("wan")) for name in names]
    return Shape(
        [
            *system.system("", "1.3.6.1.4.1.12356.101.1.1041", services=78),
            *_ported(listed, extra),
            *entity.entities([Part(1, "Fortinet FGT_100E", 3)], "Fortinet", "FGT_100E", "7.2.10"),
            *vendor.fortigate(
                "v7.2.10,build1706,240918 (GA.M)", 60_000 if cluster else 4000, cluster
            ),
        ]
    )


def mikrotik(extra: Sequence[str]) -> Shape:
    """A hEX router with RouterOS, as communes have."""
    listed = [Port(f"ether{n}", f"ether{n}", 1000, uplink=n == 1) for n in range(1, 6)]
    listed += [Port("bridge", "bridge", 1000, uplink=True, kind=209)]
    stores = [
        Storage(65536, "main memory", RAM, 1024, 262_144),
        Storage(131072, "system disk", DISK, 1024, 16_384),
    ]
    return Shape(
        [
            *system.system("RouterOS RB750Gr3", "1.3.6.1.4.1.14988.1", services=78),
            *_ported(listed, extra),
            *host.storage(stores),
            *host.processors(2, first=1),
            *vendor.mikrotik(),
            *vendor.leases(),
        ]
    )


def draytek(extra: Sequence[str]) -> Shape:
    """A Vigor router: the system group and interfaces, nothing more."""
    listed = [Port("WAN1", "WAN1", 1000, uplink=True), *interface.ports("LAN", 4)]
    return Shape(
        [
            *system.system(
                "DrayTek Corporation, Router Model: Vigor2927, Version: 4.4.3.1, "
                "Build Date/Time:Sep 25 2023 11:24:31",
                "1.3.6.1.4.1.7367",
            ),
            *_ported(listed, extra),
        ]
    )


def ups(extra: Sequence[str]) -> Shape:
    """A UPS with a network card that speaks the standard MIB."""
    listed = [Port("eth0", "eth0", 100, uplink=True)]
    return Shape(
        [
            *system.system("The Cs141 SNMP Agent", "1.3.6.1.2.1.33"),
            *_ported(listed, extra),
            *power.ups("Generex", "Santak C3KS", 2700),
        ]
    )


CABINETS = [
    Part(1, "Hộp cảm biến phòng máy", 3),
    *(Part(10 + n, f"Tủ rack A{n} phía trước", 8, CELSIUS, 22.5, 1, 0.3) for n in range(1, 5)),
    *(Part(20 + n, f"Tủ rack A{n} phía sau", 8, CELSIUS, 29.5, 1, 0.3) for n in range(1, 5)),
    Part(31, "Độ ẩm phòng máy", 8, HUMIDITY, 48, 1),
    Part(41, "Quạt hút 1", 8, RPM, 1450),
    Part(51, "Nguồn 48V", 8, VOLTS, 53.5, 1),
]
"""What a sensor box measures in a machine room: behind the racks it is warmer."""


def sensors(extra: Sequence[str]) -> Shape:
    """A sensor box of a machine room: temperatures, humidity, fans, by ENTITY-SENSOR-MIB. In front
    of the racks it stays within 20 to 25 °C.
    """
    return Shape(
        [
            *system.system("Environment monitor, firmware 2.4.1", _UNKNOWN),
            *_ported([Port("eth0", "eth0", 100, uplink=True)], extra),
            *entity.entities(CABINETS, "Hatang", "EM-12", "2.4.1"),
            *entity.sensors(CABINETS),
        ]
    )


def plain(extra: Sequence[str]) -> Shape:
    """Anything else with an agent: who it is, and its ports."""
    listed = [Port("eth0", "eth0", 1000, uplink=True), Port("wlan0", "wlan0", 300, uplink=True)]
    return Shape(
        [
            *system.system("Embedded network device", _UNKNOWN),
            *_ported(listed, extra),
        ]
    )


MODELS: dict[str, Callable[[Sequence[str]], Shape]] = {
    "linux": linux,
    "linux-large": lambda extra: linux(extra, disks=4, processors=32, gibibytes=512),
    "cisco-24": lambda extra: cisco(extra, 24),
    "cisco-48": cisco,
    "huawei": huawei,
    "fortigate": fortigate,
    "fortigate-cluster": lambda extra: fortigate(extra, cluster=True),
    "mikrotik": mikrotik,
    "draytek": draytek,
    "ups": ups,
    "sensors": sensors,
    "plain": plain,
}

_BY_WORD = (
    ("ups", "ups"),
    ("sensor", "sensors"),
    ("ward-router", "mikrotik"),
    ("ward-switch", "cisco-24"),
    ("firewall", "fortigate"),
    ("cpe", "huawei"),
    ("router", "huawei"),
    ("core-switch", "cisco-48"),
    ("switch", "cisco-24"),
    ("hypervisor", "linux-large"),
    ("database", "linux-large"),
    ("backup", "linux-large"),
    ("storage", "linux-large"),
    ("server", "linux"),
    ("waf", "linux"),
    ("gateway", "linux"),
    ("balancer", "linux"),
)
"""Which model plays a role, by the first of these words in it; `plain` plays the rest."""


def model_of(plays: Simulated) -> str:
    """The model that plays a device: by words in its role; big ones in the data centre."""
    role = plays.role.lower()
    found = next((model for word, model in _BY_WORD if word in role), "plain")
    centre = "-dc-" in plays.name
    if found == "fortigate" and centre:
        return "fortigate-cluster"
    if found == "cisco-24" and centre:
        return "cisco-48"
    if found == "mikrotik" and plays.name.endswith(("7-rt01", "3-rt01")):
        return "draytek"
    return found


@lru_cache(maxsize=1024)
def shape(model: str, extra: tuple[str, ...] = ()) -> Shape:
    """The shape of a model with interfaces of these names beside its own."""
    return MODELS[model](extra)


def shape_of(plays: Simulated) -> Shape:
    """The shape that plays a device."""
    return shape(model_of(plays), tuple(sorted(link.port for link in plays.links)))
