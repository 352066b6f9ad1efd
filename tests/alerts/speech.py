"""Provinces, names and letters for what is said of them."""

from pathlib import Path

from hypothesis import strategies as st

from inventory.model import Circuit, Device, End, Inventory, Province, Service, Site

ROOT = Path(__file__).parents[2]
MORNING = 1795223700.0
"""08:15 on 21 November 2026 in Việt Nam."""

# 3GPP TS 23.038, the basic table of the 7-bit default alphabet.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
THINGS = {
    "Device": "device:hbh-dc-fw01",
    "Circuit": "circuit:tsl-ii-05212-a",
    "Site": "site:pa-co",
    "Service": "service:mot-cua",
    "Collector": "collector:noc-1",
}


def about(alert: str) -> str:
    return next(thing for start, thing in THINGS.items() if alert.startswith(start))


def named(title: str, provider: str = "VNPT", language: str = "vi") -> Inventory:
    """A province of one site, device, circuit and service that all bear one title."""
    site = Site("s", title, kind="ward")
    device = Device("d", title, "noc", ("10.0.0.1",), "s", None, (), (), {})
    circuit = Circuit("c-1", title, End("d"), kind="tslcd", provider=provider, contract=title)
    service = Service("v", title, "noc", owner=title)
    return Inventory(
        Province("T", language=language),
        {},
        {"s": site},
        {"d": device},
        {"c-1": circuit},
        {"v": service},
        {},
        {},
        (),
        (),
    )


WEIRD = st.one_of(
    st.text(max_size=300),
    st.text("ĂÂĐÊÔƠƯăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ xãphường", max_size=200),
    st.sampled_from(
        ["{subject}", "🚨" * 90, "\u202eevil\x00\n[OK]", "字" * 60, "ﷺ" * 40, "a" * 300]
    ),
)
