"""What codes of the inventory are called where people read them. A code that has no words here is
shown as it stands: kinds and roles are the province's own.
"""

from collections.abc import Mapping

from inventory.model import Inventory

Words = Mapping[str, tuple[str, str]]
"""Vietnamese and English by code."""

ROLES: Words = {
    "managed": ("Thiết bị có SNMP", "Managed device"),
    "server": ("Máy chủ", "Server"),
    "linux-server": ("Máy chủ Linux", "Linux server"),
    "hypervisor": ("Máy chủ ảo hóa", "Hypervisor"),
    "database-server": ("Máy chủ CSDL", "Database server"),
    "backup-server": ("Máy chủ sao lưu", "Backup server"),
    "agency-server": ("Máy chủ tại đơn vị", "Agency server"),
    "router-pe": ("Router biên TSLCD", "TSLCD edge router"),
    "core-switch": ("Switch lõi", "Core switch"),
    "access-switch": ("Switch truy nhập", "Access switch"),
    "fc-switch": ("Switch SAN", "SAN switch"),
    "firewall": ("Tường lửa", "Firewall"),
    "agency-firewall": ("Tường lửa tại đơn vị", "Agency firewall"),
    "load-balancer": ("Cân bằng tải", "Load balancer"),
    "waf": ("Tường lửa ứng dụng web", "Web application firewall"),
    "mail-gateway": ("Cổng lọc thư rác", "Mail gateway"),
    "storage": ("Thiết bị lưu trữ", "Storage"),
    "tape-library": ("Thư viện băng từ", "Tape library"),
    "ups": ("Bộ lưu điện (UPS)", "UPS"),
    "ats": ("Bộ chuyển nguồn (ATS)", "Transfer switch (ATS)"),
    "pdu": ("Thanh phân phối nguồn", "Power distribution unit"),
    "cooling": ("Điều hòa chính xác", "Precision cooling"),
    "sensor": ("Cảm biến môi trường", "Environment sensor"),
    "video-bridge": ("MCU họp trực tuyến", "Video bridge (MCU)"),
    "video-endpoint": ("Điểm cầu truyền hình", "Video endpoint"),
    "cpe": ("Thiết bị đầu cuối TSLCD", "TSLCD terminal"),
    "ward-router": ("Router xã", "Commune router"),
    "ward-switch": ("Switch xã", "Commune switch"),
    "access-point": ("Bộ phát Wi-Fi", "Wi-Fi access point"),
    "camera": ("Camera", "Camera"),
    "recorder": ("Đầu ghi camera", "Camera recorder"),
    "generator": ("Máy phát điện", "Generator"),
    "fire-panel": ("Tủ báo cháy", "Fire panel"),
    "door-controller": ("Kiểm soát cửa", "Door controller"),
}
"""Of roles the inventory's own name comes first, in the province's own language."""

SITES: Words = {
    "data-centre": ("Trung tâm dữ liệu", "Data centre"),
    "province": ("Tỉnh", "Province"),
    "department": ("Sở, ban, ngành", "Department"),
    "party": ("Khối Đảng", "Party office"),
    "union": ("Mặt trận, đoàn thể", "Front or union"),
    "district": ("Huyện, thành phố", "District"),
    "district-office": ("UBND cấp huyện", "District office"),
    "ward": ("Xã, phường, thị trấn", "Commune or ward"),
    "other": ("Cơ quan khác", "Other agency"),
}
CIRCUITS: Words = {
    "tslcd": ("TSLCD", "TSLCD"),
    "tslcd-backbone": ("TSLCD trục chính", "TSLCD backbone"),
    "tslcd-commune": ("TSLCD cấp xã", "TSLCD, commune"),
    "ftth": ("Cáp quang FTTH", "FTTH broadband"),
    "internet": ("Internet trực tiếp", "Internet access"),
}
SERVICES: Words = {
    "portal": ("Cổng thông tin", "Portal"),
    "application": ("Ứng dụng", "Application"),
    "platform": ("Nền tảng", "Platform"),
    "mail": ("Thư điện tử", "Mail"),
    "video": ("Họp trực tuyến", "Video meetings"),
}
LIFECYCLES: Words = {
    "planned": ("Chưa đưa vào sử dụng", "Planned"),
    "active": ("Đang sử dụng", "Active"),
    "retired": ("Đã ngừng sử dụng", "Retired"),
}
ROOMS: Words = {
    "machine-room": ("Phòng máy chủ", "Machine room"),
    "office": ("Văn phòng", "Office"),
    "outdoor": ("Ngoài trời", "Outdoors"),
}
_KINDS: Mapping[str, Words] = {"site": SITES, "circuit": CIRCUITS, "service": SERVICES}


def of(words: Words, code: str, language: str) -> str:
    """A code in words; as it stands where it has none."""
    pair = words.get(code)
    return code if pair is None else pair[language == "en"]


def kind(thing: str, code: str, language: str) -> str:
    """The kind of a site, circuit or service in words."""
    return of(_KINDS[thing], code, language)


def role(code: str, inventory: Inventory, language: str) -> str:
    """A device's role in words."""
    own = inventory.roles.get(code, "")
    if own and language == inventory.province.language:
        return own
    return of(ROLES, code, language) if code in ROLES else own or code
