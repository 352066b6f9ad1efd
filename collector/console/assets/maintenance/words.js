// The words of the page of maintenance.
import { learn } from "../words.js";

learn({
  "work": ["Bảo trì và tắt tin báo", "Maintenance and silences"],
  "work.announce": ["Báo bảo trì", "Announce maintenance"],
  "work.call": ["Hủy đợt bảo trì", "Call it off"],
  "work.running": ["Đang bảo trì", "Running"],
  "work.running.none": ["Không có bảo trì nào đang diễn ra.", "No maintenance runs now."],
  "work.coming": ["Sắp tới", "To come"],
  "work.coming.none": ["Chưa có đợt bảo trì nào được báo trước.", "None is announced or planned."],
  "work.silences": ["Tin báo đang tắt", "Silences"],
  "work.silences.none": ["Không có tin báo nào bị tắt.", "Nothing is silenced."],
  "work.silences.failed": ["Không đọc được danh sách tin báo đang tắt.", "The silences could not be read."],
  "work.silences.away": ["Alertmanager {name} không trả lời: {why}", "Alertmanager {name} does not answer: {why}"],
  "work.span": ["Từ {from} đến {until}", "From {from} until {until}"],
  "work.planned": ["Theo danh mục", "From the inventory"],
  "work.covers": ["{count} mục đang được bao phủ", "covers {count} now"],
  "work.alert": ["Chỉ {alert}", "Only {alert}"],
  "work.alerts": ["Mọi tin báo", "All alerts"],
  "work.lacking": ["Chưa có ở {names}", "Not at {names}"],
  "work.every": ["{on}, {from} đến {until}", "{on}, {from} to {until}"],
  "work.daily": ["hằng ngày", "daily"],
  "work.weekly": ["{days} hằng tuần", "every {days}"],
  "work.monthly": ["ngày {days} hằng tháng", "on day {days} of the month"],
});
