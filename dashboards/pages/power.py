"""UPS và môi trường: batteries, mains, rooms, everywhere."""

from dashboards.page import Page, Panel, Row, asks, column, limits
from dashboards.pages._parts import OVERVIEW, outages, sites
from dashboards.query import Expr, count, latest, series, told, total
from dashboards.words import Text

_HERE = {"site": "~$site"}
_WHOLE = {"instance": "", **_HERE}


def _ups(metric: str) -> Expr:
    return total("max", latest(metric, **_HERE), "device", "site")


_ON_BATTERY = Expr(f"{latest('ups_on_battery', **_HERE)} == 1", "state")
_REPLACE = Expr(f"{latest('ups_battery_replace', **_HERE)} == 1", "state")
_OF_ROOMS = ("device_info", "device", "role")
_NOW = Row(
    Text("UPS", "UPS"),
    (
        Panel(
            1,
            "stat",
            Text("Đang chạy ắc quy", "On battery"),
            Text("Số UPS mất điện lưới.", "UPS without mains."),
            (asks(count(_ON_BATTERY), "Chạy ắc quy", "On battery"),),
            width=8,
            height=4,
            bad_from=1,
        ),
        Panel(
            2,
            "stat",
            Text("Cần thay ắc quy", "Battery to replace"),
            Text("UPS tự báo ắc quy hỏng hoặc yếu.", "UPS that ask for a new battery."),
            (asks(count(_REPLACE), "Cần thay", "To replace"),),
            width=8,
            height=4,
            bad_from=1,
        ),
        Panel(
            3,
            "stat",
            Text("Tổng công suất ra", "Output power, all together"),
            Text("Các UPS tại địa điểm đã chọn.", "Every UPS at the sites chosen."),
            (asks(total("sum", latest("ups_output_power_watts", **_HERE)), "Công suất", "Power"),),
            width=8,
            height=4,
        ),
        Panel(
            4,
            "table",
            Text("UPS", "UPS"),
            Text("Bấm tên để mở trang thiết bị.", "A click on a name opens its page."),
            width=24,
            height=12,
            columns=(
                column("Thiết bị", "Device", "device"),
                column("Địa điểm", "Site", "site"),
                column("Nguồn ra", "Output", _ups("ups_output_source"), "ups_output_source", 140),
                column("Ắc quy", "Battery", _ups("ups_battery_charge_ratio")),
                column("Còn chạy được", "Runtime", _ups("ups_battery_runtime_seconds")),
                column("Tải", "Load", _ups("ups_load_ratio")),
                column("Điện áp vào", "Input", _ups("ups_input_voltage_volts")),
                column(
                    "Nhiệt độ ắc quy",
                    "Battery temperature",
                    _ups("ups_battery_temperature_celsius"),
                ),
            ),
            worst_first="Tải",
        ),
        Panel(
            5,
            "series",
            Text("Mức nạp ắc quy thấp nhất", "Lowest battery charge"),
            Text("Mười UPS thấp nhất tại mỗi thời điểm.", "The ten lowest at each moment."),
            (
                asks(
                    Expr(f"bottomk(10, {series('ups_battery_charge_ratio', **_HERE)})", "ratio"),
                    "{{device}}",
                ),
            ),
            link="device",
            most=1.0,
        ),
        Panel(
            6,
            "series",
            Text("Thời gian ắc quy còn chạy được, ngắn nhất", "Shortest runtime on battery"),
            Text("Mười UPS ngắn nhất tại mỗi thời điểm.", "The ten shortest at each moment."),
            (
                asks(
                    Expr(
                        f"bottomk(10, {series('ups_battery_runtime_seconds', **_HERE)})", "seconds"
                    ),
                    "{{device}}",
                ),
            ),
            limits=limits("UpsRuntimeLow", **_HERE),
            link="device",
        ),
        Panel(
            7,
            "series",
            Text("Điện áp vào", "Input voltage"),
            Text("Thấp nhất và cao nhất trong các UPS.", "Lowest and highest of all UPS."),
            (
                asks(
                    total("min", series("ups_input_voltage_volts", **_HERE)), "Thấp nhất", "Lowest"
                ),
                asks(
                    total("max", series("ups_input_voltage_volts", **_HERE)), "Cao nhất", "Highest"
                ),
            ),
        ),
        Panel(
            8,
            "series",
            Text("Tải cao nhất", "Highest load"),
            Text("Mười UPS cao nhất tại mỗi thời điểm.", "The ten highest at each moment."),
            (asks(Expr(f"topk(10, {series('ups_load_ratio', **_HERE)})", "ratio"), "{{device}}"),),
            limits=limits("UpsOverloaded", **_HERE),
            link="device",
        ),
    ),
)
_ROOMS = Row(
    Text("Môi trường", "Environment"),
    (
        Panel(
            9,
            "series",
            Text("Nhiệt độ phòng", "Temperature of rooms"),
            Text("Thiết bị có vai trò cảm biến.", "Devices of the role sensor."),
            (
                asks(
                    told(series("sensor_temperature_celsius", **_HERE), *_OF_ROOMS, role="sensor"),
                    "{{device}} {{sensor}}",
                ),
            ),
            limits=limits("TemperatureHigh", "TemperatureLow", **_WHOLE),
            link="device",
        ),
        Panel(
            10,
            "series",
            Text("Độ ẩm", "Humidity"),
            Text("Mọi cảm biến độ ẩm.", "Every sensor of humidity."),
            (asks(series("sensor_humidity_ratio", **_HERE), "{{device}} {{sensor}}"),),
            limits=limits("HumidityHigh", **_WHOLE),
            link="device",
        ),
        Panel(
            11,
            "timeline",
            Text("Cửa, khói, rò nước", "Doors, smoke, leaks"),
            Text("Đầu báo trong phòng máy.", "What watches the rooms."),
            (
                asks(
                    latest("sensor_state", **{"class": "~door|smoke|leak"}, **_HERE),
                    "{{device}} {{sensor}}",
                ),
            ),
            states="sensor_state",
            link="device",
        ),
        Panel(
            12,
            "timeline",
            Text("Nguồn vào của ATS", "Source of transfer switches"),
            Text("Nguồn A hoặc B, hoặc mất cả hai.", "Source A or B, or neither."),
            (asks(latest("transfer_source", **_HERE), "{{device}}"),),
            states="transfer_source",
            link="device",
        ),
        Panel(
            14,
            "series",
            Text("Dòng điện của thanh nguồn", "Current of power strips"),
            Text("Cảm biến dòng điện.", "Sensors of current."),
            (asks(series("sensor_current_amperes", **_HERE), "{{device}} {{sensor}}"),),
            width=24,
            link="device",
        ),
    ),
)

PAGE = Page(
    "power",
    Text("UPS và môi trường", "UPS and environment"),
    Text("Nguồn dự phòng và phòng máy của mọi địa điểm.", "Backup power and rooms everywhere."),
    (_NOW, _ROOMS),
    (sites(),),
    (outages("site", "site", **_HERE),),
    links=(OVERVIEW, ("datacenter", Text("Trung tâm dữ liệu", "Data centre"))),
)
