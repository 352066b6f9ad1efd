// The words of the page of maintenance.
import { learn } from "../words.js";

learn({
  "work": ["Bảo trì và tạm tắt cảnh báo", "Maintenance and silences"],
  "work.announce": ["Báo bảo trì", "Announce maintenance"],
  "work.call": ["Hủy cửa sổ bảo trì", "Call it off"],
  "work.running": ["Đang bảo trì", "Running"],
  "work.running.none": ["Không có bảo trì nào đang diễn ra.", "No maintenance runs now."],
  "work.coming": ["Sắp tới", "To come"],
  "work.coming.none": ["Chưa có cửa sổ bảo trì nào được báo trước.", "None is announced or planned."],
  "work.silences": ["Cảnh báo đang tạm tắt", "Silences"],
  "work.silences.none": ["Không có cảnh báo nào đang tạm tắt.", "Nothing is silenced."],
  "work.silences.failed": ["Không đọc được danh sách cảnh báo đang tạm tắt.", "The silences could not be read."],
  "work.silences.away": ["Alertmanager {name} không trả lời: {why}", "Alertmanager {name} does not answer: {why}"],
  "work.span": ["Từ {from} đến {until}", "From {from} until {until}"],
  "work.planned": ["Theo danh mục", "From the inventory"],
  "work.covers": ["đang áp dụng cho {count} mục", "covers {count} now"],
  "work.alert": ["Chỉ {alert}", "Only {alert}"],
  "work.alerts": ["Mọi cảnh báo", "All alerts"],
  "work.lacking": ["Chưa có ở {names}", "Not at {names}"],
  "work.every": ["{on}, {from} đến {until}", "{on}, {from} to {until}"],
  "work.daily": ["hằng ngày", "daily"],
  "work.weekly": ["{days} hằng tuần", "every {days}"],
  "work.monthly": ["ngày {days} hằng tháng", "on day {days} of the month"],
});
