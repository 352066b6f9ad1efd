"""Tường lửa và an ninh: sessions, clusters, tunnels, licences, signatures."""

from dashboards.page import Page, Panel, Row, Variable, asks, column, limits
from dashboards.pages._parts import OVERVIEW, outages, values
from dashboards.query import Expr, bits, latest, left, rate, series, share, told, total
from dashboards.words import Text

_IT = {"device": "~$device"}
_WHOLE = {"instance": "", **_IT}
_ROLES = "~(agency-)?firewall|waf"
_LIMIT = total("max", latest("firewall_sessions_limit", **_IT), "device")
_ENDING = left(latest("license_expiry_timestamp_seconds", **_IT))
_STATE = Expr(
    f"{told(latest('device_state', **_IT), 'device_info', 'device', 'role', role=_ROLES)}", "state"
)
_SITE = total("max", latest("firewall_sessions", **_IT), "device")

_NOW = Row(
    Text("Tường lửa", "Firewalls"),
    (
        Panel(
            1,
            "table",
            Text("Tường lửa", "Firewalls"),
            Text("Trạng thái, tải và vai trò trong cụm.", "State, load and part in the cluster."),
            width=24,
            height=10,
            columns=(
                column("Thiết bị", "Device", "device"),
                column("Địa điểm", "Site", "site"),
                column("Vai trò", "Role", "role"),
                column("Trạng thái", "State", _STATE, "device_state", 150),
                column("Phiên", "Sessions", _SITE),
                column(
                    "CPU",
                    "CPU",
                    total("max", latest("cpu_usage_ratio", cpu="all", **_IT), "device"),
                ),
                column("RAM", "Memory", total("max", latest("memory_used_ratio", **_IT), "device")),
                column(
                    "Đồng bộ cụm",
                    "Synchronised",
                    total("max", latest("firewall_ha_synchronised", **_IT), "device"),
                    "firewall_ha_synchronised",
                    130,
                ),
            ),
            worst_first="Trạng thái",
        ),
        Panel(
            2,
            "series",
            Text("Số phiên kết nối", "Sessions"),
            Text("Phiên đang mở.", "Sessions that are open."),
            (asks(series("firewall_sessions", **_IT), "{{device}}"),),
            link="device",
            limits=limits("FirewallSessionsMany", **_IT),
        ),
        Panel(
            3,
            "series",
            Text("Số phiên so với mức tối đa", "Sessions of what it can hold"),
            Text("Chỉ tường lửa có khai mức tối đa.", "Only firewalls that tell their limit."),
            (asks(share(series("firewall_sessions", **_IT), _LIMIT, ("device",)), "{{device}}"),),
            link="device",
            limits=limits("FirewallSessionsHigh", **_IT),
        ),
        Panel(
            4,
            "series",
            Text("Phiên mới mỗi giây", "New sessions in a second"),
            Text("Tăng vọt: bị quét hoặc tấn công.", "A jump hints at a scan or an attack."),
            (asks(rate("firewall_sessions_created_total", **_IT), "{{device}}"),),
            link="device",
        ),
        Panel(
            5,
            "timeline",
            Text("Vai trò trong cụm (HA)", "Part in the cluster (HA)"),
            Text("Đổi vai trò là đã chuyển dự phòng.", "A change of part is a failover."),
            (asks(latest("firewall_ha_state", **_IT), "{{device}}"),),
            states="firewall_ha_state",
            link="device",
        ),
    ),
)
_VPN = Row(
    Text("Đường hầm và người dùng VPN", "Tunnels and VPN users"),
    (
        Panel(
            6,
            "timeline",
            Text("Đường hầm VPN", "VPN tunnels"),
            Text("Đường hầm up hay down.", "Up or down."),
            (asks(latest("tunnel_up", **_IT), "{{device}} {{tunnel}}"),),
            states="tunnel_up",
            link="device",
        ),
        Panel(
            7,
            "series",
            Text("Người dùng VPN", "VPN users"),
            Text("Số người đang kết nối.", "Users that are connected."),
            (asks(series("vpn_users", **_IT), "{{device}}"),),
            link="device",
        ),
        Panel(
            8,
            "series",
            Text("Lưu lượng đường hầm", "Tunnel traffic"),
            Text("Vào, từng đường hầm.", "Received, by tunnel."),
            (asks(bits("tunnel_receive_bytes_total", **_IT), "{{device}} {{tunnel}}"),),
            width=24,
            link="device",
        ),
    ),
)
_KEPT = Row(
    Text("Bản quyền và mẫu nhận diện", "Licences and signatures"),
    (
        Panel(
            9,
            "table",
            Text("Bản quyền", "Licences"),
            Text("Còn bao lâu; số âm là đã hết hạn.", "Time left; below zero it has ended."),
            columns=(
                column("Thiết bị", "Device", "device"),
                column("Bản quyền", "Licence", "license"),
                column("Còn lại", "Left", _ENDING),
            ),
        ),
        Panel(
            10,
            "series",
            Text("Tuổi mẫu nhận diện", "Age of signatures"),
            Text("Từ lần cập nhật gần nhất.", "Since the last update."),
            (asks(series("firewall_signature_age_seconds", **_IT), "{{device}} {{feed}}"),),
            limits=limits("SignatureOld", **_WHOLE),
            link="device",
        ),
        Panel(
            11,
            "series",
            Text("Trap và syslog từ tường lửa", "Traps and syslog of firewalls"),
            Text("Bản tin mỗi giây.", "Messages in a second."),
            (
                asks(total("sum", rate("trap_received_total", **_IT), "device"), "{{device}} trap"),
                asks(
                    total("sum", rate("syslog_received_total", **_IT), "device"),
                    "{{device}} syslog",
                ),
            ),
            width=24,
            link="device",
        ),
    ),
)

PAGE = Page(
    "firewall",
    Text("Tường lửa và cảnh báo an ninh mạng", "Firewalls and security"),
    Text("Phiên, cụm, VPN, bản quyền, mẫu nhận diện.", "Sessions, clusters, VPN, licences."),
    (_NOW, _VPN, _KEPT),
    (
        Variable(
            "device",
            Text("Tường lửa", "Firewall"),
            values("device_info", "device", role=_ROLES),
            listed=True,
        ),
    ),
    (outages("device", "device", **_IT),),
    links=(OVERVIEW,),
)
