"""What can be shown of each kind of thing. A column is a field as `hatang inventory` takes it, or
something that is known of how a thing is and of what it says of itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

UNITS = {"bits": "bit/s", "seconds": "s", "ratio": "%"}
"""What a number in a file is counted in: its column's heading says so."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `form` says how a value is written: bits, seconds, ratio, moment, date, or the
    words of which codes it holds; `shown` whether it is there until its reader chooses others.
    """

    key: str
    vi: str
    en: str
    form: str = ""
    shown: bool = False

    @property
    def number(self) -> bool:
        """Whether its values are numbers, to be put in order as such."""
        return self.counts or self.form == "moment"

    @property
    def counts(self) -> bool:
        """Whether it holds quantities, which stand under each other by their last digit."""
        return self.form in (*UNITS, "count")

    def title(self, language: str, *, raw: bool = False) -> str:
        """The heading; over `raw` numbers with their unit."""
        text = self.en if language == "en" else self.vi
        return f"{text} ({UNITS[self.form]})" if raw and self.form in UNITS else text


_NAMED = (Column("title", "Tên", "Name", shown=True), Column("name", "Mã", "Key"))
_STATE = (
    Column("shown", "Trạng thái", "State", "state", shown=True),
    Column("since", "Từ lúc", "Since", "moment"),
    Column("because", "Do", "Because of", "thing"),
)
_WHERE = (
    Column("site.title", "Địa điểm", "Site", shown=True),
    Column("site.parent.title", "Trực thuộc", "Part of"),
    Column("site.kind", "Loại địa điểm", "Kind of site", "site"),
    Column("site.unit.code", "Mã đơn vị hành chính", "Unit code"),
)
_LAST = (
    Column("hours", "Giờ hoạt động", "Hours"),
    Column("tags", "Nhãn", "Tags"),
)
_LIFE = Column("lifecycle", "Tình trạng sử dụng", "Lifecycle", "lifecycle")

_DEVICE = (
    *_NAMED,
    Column("role", "Loại thiết bị", "Role", "role", shown=True),
    *_WHERE,
    Column("address", "Địa chỉ IP", "Address", shown=True),
    *_STATE,
    Column("vendor", "Hãng", "Vendor", shown=True),
    Column("model", "Model", "Model", shown=True),
    Column("version", "Phiên bản", "Version"),
    Column("serial", "Số serial", "Serial"),
    Column("uplinks", "Nối lên", "Uplinks", "thing"),
    Column("probes", "Phép đo", "Probes"),
    Column("asset.code", "Mã tài sản", "Asset code"),
    Column("asset.rack", "Tủ rack", "Rack"),
    Column("asset.purpose", "Mục đích", "Purpose"),
    Column("asset.owner", "Người phụ trách", "Owner"),
    Column("asset.mac", "MAC", "MAC"),
    Column("asset.contract", "Số hợp đồng", "Contract"),
    Column("asset.bought", "Ngày mua", "Bought", "date"),
    Column("asset.support_until", "Hạn hỗ trợ của hãng", "Support until", "date"),
    Column("collector", "Máy giám sát", "Collector"),
    _LIFE,
    *_LAST,
)
_CIRCUIT = (
    *_NAMED,
    Column("kind", "Loại đường truyền", "Kind", "circuit", shown=True),
    Column("provider", "Nhà mạng", "Carrier", shown=True),
    Column("contract", "Số hợp đồng", "Contract", shown=True),
    Column("capacity", "Dung lượng", "Capacity", "bits", shown=True),
    *_STATE,
    *_WHERE,
    Column("a.device", "Điểm đầu", "A end"),
    Column("a.interface", "Cổng điểm đầu", "A interface"),
    Column("z.device", "Điểm cuối", "Z end"),
    Column("z.interface", "Cổng điểm cuối", "Z interface"),
    Column("path", "Hướng vật lý", "Path"),
    Column("probe", "Địa chỉ đo", "Probe address"),
    Column("payers", "Đơn vị chi trả", "Paid by", "place"),
    Column("targets.availability", "Cam kết độ khả dụng", "Availability target", "ratio"),
    Column("targets.rtt", "Cam kết độ trễ", "Round trip target", "seconds"),
    Column("targets.loss", "Cam kết mất gói", "Loss target", "ratio"),
    Column("targets.jitter", "Cam kết biến động trễ", "Jitter target", "seconds"),
    _LIFE,
    *_LAST,
)
_SITE = (
    *_NAMED,
    Column("kind", "Loại địa điểm", "Kind", "site", shown=True),
    Column("parent.title", "Trực thuộc", "Part of", shown=True),
    Column("unit.code", "Mã đơn vị hành chính", "Unit code", shown=True),
    Column("unit.name", "Đơn vị hành chính", "Unit", shown=True),
    *_STATE,
    Column("devices", "Số thiết bị", "Devices", "count", shown=True),
    Column("room", "Phòng", "Room", "room"),
    Column("location", "Tọa độ", "Location"),
    Column("owner", "Người phụ trách", "Owner"),
    Column("contact", "Đầu mối liên hệ", "Contact"),
    *_LAST,
)
_SERVICE = (
    *_NAMED,
    Column("kind", "Loại dịch vụ", "Kind", "service", shown=True),
    Column("level", "Cấp độ an toàn", "Security level", "count", shown=True),
    Column("owner", "Đơn vị chủ quản", "Owner", shown=True),
    *_STATE,
    Column("needs", "Phụ thuộc", "Needs", "thing"),
    Column("checks", "Phép kiểm tra", "Checks"),
    Column("collector", "Máy giám sát", "Collector"),
    *_LAST,
)
COLUMNS: Mapping[str, Mapping[str, Column]] = {
    kind: {one.key: one for one in columns}
    for kind, columns in (
        ("device", _DEVICE),
        ("circuit", _CIRCUIT),
        ("site", _SITE),
        ("service", _SERVICE),
    )
}
"""By kind and key, in the order in which they are offered."""

SHOWN: Mapping[str, tuple[str, ...]] = {
    kind: tuple(key for key, one in columns.items() if one.shown)
    for kind, columns in COLUMNS.items()
}
"""Those that are shown to who has not chosen any."""
