"""How dashboards speak: text in two languages, names and colours of states, units as Grafana calls
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from probes.catalogue import METRICS, Unit

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
Shown = Unit | Literal["bytes_per_second", "per_second"]
"""The catalogue's units, and what rates of counters are shown in."""


@dataclass(frozen=True, slots=True)
class Text:
    """What people read, in Vietnamese and English."""

    vi: str
    en: str

    def said(self, language: Language) -> str:
        """The text in that language."""
        return self.vi if language == "vi" else self.en


def same(word: str) -> Text:
    """What both languages write alike: CPU, SLA, a label's value."""
    return Text(word, word)


@dataclass(frozen=True, slots=True)
class State:
    """What a value of a state is called, and its colour in Grafana's palette."""

    value: int
    name: Text
    colour: str


GOOD, BAD, WARN, HIDDEN, NOTHING, PLAIN = "green", "red", "orange", "purple", "#808080", "blue"
_WORDS: Mapping[str, tuple[str, str]] = {
    "up": ("Hoạt động tốt", GOOD),
    "degraded": ("Suy giảm", WARN),
    "down": ("Mất kết nối", BAD),
    "unreachable": ("Bị che bởi sự cố khác", HIDDEN),
    "unknown": ("Chưa có dữ liệu", NOTHING),
    "normal": ("Bình thường", GOOD),
    "warning": ("Cảnh báo sớm", WARN),
    "critical": ("Khẩn cấp", BAD),
    "failed": ("Hỏng", BAD),
    "fault": ("Lỗi", BAD),
    "standalone": ("Độc lập", PLAIN),
    "active": ("Đang chạy chính", GOOD),
    "standby": ("Dự phòng", PLAIN),
    "bypass": ("Nối tắt (bypass)", WARN),
    "battery": ("Chạy ắc quy", BAD),
    "booster": ("Tăng áp", WARN),
    "reducer": ("Giảm áp", WARN),
    "off": ("Tắt", BAD),
    "none": ("Không có nguồn", BAD),
    "A": ("Nguồn A", GOOD),
    "B": ("Nguồn B", WARN),
    "idle": ("Chờ", BAD),
    "connect": ("Đang nối", WARN),
    "opensent": ("Đã gửi open", WARN),
    "openconfirm": ("Đã nhận open", WARN),
    "established": ("Đã thiết lập", GOOD),
    "no": ("Không", PLAIN),
    "yes": ("Có", PLAIN),
}
_LINK = {"up": same("Up"), "down": same("Down")}
"""Vietnamese engineers say up and down of ports, tunnels and sessions."""

_RUNS = {"up": Text("Đang chạy", "Up"), "down": Text("Ngừng hoạt động", "Down")}
_OF: Mapping[str, Mapping[str, Text]] = {
    "device_state": {"down": Text("Không phản hồi", "Down")},
    "service_state": {"down": Text("Ngừng hoạt động", "Down")},
    "interface_admin_up": {"up": Text("Bật", "On"), "down": Text("Tắt", "Off")},
    "outlet_up": {"up": Text("Có điện", "On"), "down": Text("Mất điện", "Off")},
    **dict.fromkeys(("interface_up", "tunnel_up", "bgp_peer_up", "ospf_neighbor_up"), _LINK),
    **dict.fromkeys(("wan_link_up", "balancer_member_up"), _LINK),
    **dict.fromkeys(("unit_up", "guest_up", "database_up", "access_point_up"), _RUNS),
}
"""What a metric's states are called where they have words of their own."""

_YES_IS_BAD = frozenset(
    {"collector_isolated", "ups_battery_replace", "ups_on_battery", "system_reboot_required"}
    | {f"{kind}_flapping" for kind in ("device", "site", "circuit", "service")}
)
_NO_IS_BAD = frozenset(
    {"collector_reload_success", "firewall_ha_synchronised", "http_content_matches"}
)


def states(metric: str) -> tuple[State, ...]:
    """The values of a state of the catalogue; empty for what is no state.

    Raises KeyError on a metric, or a word for a state, that is unknown.
    """
    return tuple(
        State(value, _called(metric, word), _colour(metric, word))
        for value, word in METRICS[metric].states.items()
    )


def _called(metric: str, word: str) -> Text:
    own = _OF.get(metric, {}).get(word)
    english = "No data" if word == "unknown" else word if len(word) == 1 else word.capitalize()
    return own or Text(_WORDS[word][0], english)


def _colour(metric: str, word: str) -> str:
    bad = _YES_IS_BAD if word == "yes" else _NO_IS_BAD if word == "no" else frozenset[str]()
    good = _NO_IS_BAD if word == "yes" else _YES_IS_BAD if word == "no" else frozenset[str]()
    return BAD if metric in bad else GOOD if metric in good else _WORDS[word][1]


UNITS: Mapping[Shown, str] = {
    "amperes": "amp",
    "any": "none",
    "bits_per_second": "bps",
    "bytes": "bytes",
    "bytes_per_second": "Bps",
    "celsius": "celsius",
    "code": "none",
    "count": "short",
    "cubic_meters_per_second": "flowcms",
    "dbm": "dBm",
    "decibels": "dB",
    "hertz": "hertz",
    "info": "none",
    "joules": "joule",
    "pascals": "pressurepa",
    "per_second": "cps",
    "ratio": "percentunit",
    "rpm": "rotrpm",
    "seconds": "s",
    "state": "none",
    "timestamp_seconds": "dateTimeFromNow",
    "voltamperes": "voltamp",
    "volts": "volt",
    "watts": "watt",
}
"""Grafana's name of each unit."""

SEVERITIES: Mapping[str, Text] = {
    "critical": Text("Khẩn cấp", "Critical"),
    "major": Text("Cao", "Major"),
    "minor": Text("Trung bình", "Minor"),
    "warning": Text("Cảnh báo sớm", "Warning"),
    "info": Text("Thông tin", "Info"),
}
"""The gravest first."""

LIMITS: Mapping[str, Text] = {
    one: Text(f"Ngưỡng {SEVERITIES[one].vi.lower()}", f"{SEVERITIES[one].en} limit")
    for one in ("warning", "critical")
}
LIMIT_COLOURS: Mapping[str, str] = {"warning": WARN, "critical": BAD}
