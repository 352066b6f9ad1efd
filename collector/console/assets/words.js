// The words that every page has, in Vietnamese and English, and how numbers and times are written. Words
// of states, severities and causes come from the API, which speaks as the messages do. A page brings its
// own words along, and teaches them here.
const WORDS = {
  "skip": ["Tới nội dung chính", "Skip to the contents"],
  "tools": ["Tùy chọn hiển thị", "Display options"],
  "full": ["Toàn màn hình", "Full screen"],
  "theme.auto": ["Màu theo máy", "Theme: system"],
  "theme.dark": ["Nền tối", "Theme: dark"],
  "theme.light": ["Nền sáng", "Theme: light"],
  "language.other": ["English", "Tiếng Việt"],
  "leave": ["Đăng xuất", "Log out"],
  "login": ["Đăng nhập", "Log in"],
  "login.why": ["Trang này dành cho người trực. Nhập mã truy cập được cấp.", "This console is for the shift. Enter the access token you were given."],
  "token": ["Mã truy cập", "Access token"],
  "login.wrong": ["Mã truy cập không đúng.", "That is no valid token."],
  "login.wait": ["Sai quá nhiều lần. Chờ một phút rồi thử lại.", "Too many wrong attempts. Wait a minute, then try again."],
  "login.ended": ["Phiên làm việc đã hết: đăng nhập rồi gửi lại.", "The session has ended: log in, then send it again."],
  "login.failed": ["Chưa đăng nhập được: {why}", "Could not log in: {why}"],
  "holder.open": ["Chỉ trên máy này, không cần mã", "This machine only, no token"],
  "holder.viewer": ["{name} · chỉ xem", "{name} · viewer"],
  "holder.operator": ["{name} · người trực", "{name} · operator"],
  "line.waiting": ["Đang kết nối", "Connecting"],
  "line.live": ["Trực tuyến", "Live"],
  "line.lost": ["Mất kết nối", "Disconnected"],
  "trouble.lost": ["Mất kết nối tới máy giám sát từ {time}. Những gì hiển thị là của lúc đó.", "No connection to the collector since {time}. What is shown is of that moment."],
  "trouble.store": ["Kho số liệu không nhận số liệu: {names}. Trạng thái vẫn đúng, đọc từ bộ nhớ của máy giám sát.", "The store does not take samples: {names}. States stay true, they are read from the collector's memory."],
  "trouble.journal": ["Nhật ký sự kiện không đọc hoặc không ghi được.", "The event journal cannot be read or written."],
  "trouble.manager": ["Alertmanager không nhận tin: {names}", "Alertmanager does not take messages: {names}"],
  "trouble.nobody": ["Chưa cấu hình Alertmanager: không ai nhận được tin báo.", "No Alertmanager is configured: nobody is told."],
  "state.up": ["Hoạt động tốt", "Up"],
  "state.degraded": ["Suy giảm", "Degraded"],
  "state.down": ["Mất kết nối", "Down"],
  "state.down.device": ["Không phản hồi", "Down"],
  "state.down.service": ["Ngừng hoạt động", "Down"],
  "state.down.collector": ["Bị cô lập", "Cut off"],
  "state.unreachable": ["Bị che bởi sự cố khác", "Unreachable"],
  "state.unknown": ["Chưa có dữ liệu", "No data"],
  "state.maintenance": ["Đang bảo trì", "In maintenance"],
  "count.device": ["thiết bị", "devices"],
  "count.circuit": ["đường truyền", "circuits"],
  "count.site": ["địa điểm", "sites"],
  "count.service": ["dịch vụ", "services"],
  "count.collector": ["máy giám sát", "collectors"],
  "since": ["từ {time}", "since {time}"],
  "because": ["do {cause}", "because of {cause}"],
  "kind.data-centre": ["Trung tâm dữ liệu", "Data centre"],
  "kind.province": ["Tỉnh", "Province"],
  "kind.department": ["Sở, ban, ngành", "Departments"],
  "kind.party": ["Khối Đảng", "Party offices"],
  "kind.union": ["Mặt trận, đoàn thể", "Front and unions"],
  "kind.district": ["Huyện, thành phố", "Districts"],
  "kind.district-office": ["UBND cấp huyện", "District offices"],
  "kind.ward": ["Xã, phường, thị trấn", "Communes and wards"],
  "kind.other": ["Cơ quan khác", "Other agencies"],
  "kind.": ["Địa điểm", "Sites"],
  "nav": ["Các trang", "Pages"],
  "nav.wall": ["Tổng quan", "Wall"],
  "nav.map": ["Bản đồ", "Map"],
  "nav.inventory": ["Danh mục", "Inventory"],
  "nav.maintenance": ["Bảo trì", "Maintenance"],
  "nav.audit": ["Nhật ký thao tác", "Audit log"],
  "missing": ["Không có trong danh mục: {what}", "Not in the inventory: {what}"],
  "act.viewer": ["Chỉ người trực được thao tác; mã đang dùng chỉ xem.", "Only an operator may act; this token may look."],
};

export function learn(words) {
  Object.assign(WORDS, words);
}

let language = document.documentElement.dataset.language === "en" ? "en" : "vi";

export const speaks = () => language;

export function speak(chosen) {
  language = chosen;
  document.documentElement.lang = document.documentElement.dataset.language = chosen;
}

export function say(key, values = {}) {
  const [vi, en] = WORDS[key] ?? [key, key];
  return (language === "en" ? en : vi).replace(/{(\w+)}/g, (_, name) => String(values[name] ?? ""));
}

export const known = (key) => key in WORDS;

// A state of a thing of some kind: what went down has words of its own.
export const stated = (kind, state) => say(known(`state.${state}.${kind}`) ? `state.${state}.${kind}` : `state.${state}`);

// Fills every element that names its word.
export function spell(root = document) {
  for (const element of root.querySelectorAll("[data-word]")) {
    element.textContent = say(element.dataset.word);
  }
  for (const element of root.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", say(element.dataset.wordLabel));
  }
}

let zone = "Asia/Ho_Chi_Minh";
let formats = {};

export const timezone = () => zone;

export function keepTime(timezone) {
  if (zone !== timezone) {
    zone = timezone;
    formats = {};
  }
}

function format(name, options) {
  const key = `${name}-${language}`;
  return (formats[key] ??= new Intl.DateTimeFormat(language === "en" ? "en-GB" : "vi-VN", {
    timeZone: zone, hour12: false, ...options,
  }));
}

const DAY = { day: "2-digit", month: "2-digit" };
const MINUTE = { hour: "2-digit", minute: "2-digit" };

// A day as it is written here, 21/11; Vietnamese browsers would write 21-11.
const dated = (name, options, date) => format(name, options).format(date).replaceAll("-", "/");

export const day = (seconds) => dated("day", DAY, new Date(seconds * 1000));

// The time; with its day when that is not today, with its year when that is another.
export function moment(seconds) {
  const date = new Date(seconds * 1000);
  const whole = (one) => dated("whole", { ...DAY, year: "numeric" }, one);
  const time = format("minute", MINUTE).format(date);
  const [own, now] = [whole(date), whole(new Date())];
  if (own === now) return time;
  return own.slice(-4) === now.slice(-4) ? `${time} ${day(seconds)}` : `${time} ${own}`;
}

export const second = (date) => format("second", { ...MINUTE, second: "2-digit" }).format(date);

export function today(date) {
  return format("today", { weekday: "long", ...DAY, year: "numeric" }).format(date);
}

// A text as it is compared when somebody searches: without tone marks.
export const folded = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

export const number = (count) => count.toLocaleString(language === "en" ? "en-GB" : "vi-VN");

// Things of a kind: one of them is singular in English.
export function noun(kind, count) {
  const word = say(`count.${kind}`);
  return language === "en" && count === 1 ? word.slice(0, -1) : word;
}

export const counted = (kind, count) => `${number(count)} ${noun(kind, count)}`;

export function lasting(seconds) {
  const all = Math.max(0, Math.floor(seconds));
  const days = Math.floor(all / 86400);
  const two = (part) => String(part).padStart(2, "0");
  const clock = `${two(Math.floor(all / 3600) % 24)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  return days ? `${days}${language === "en" ? "d" : " ngày"} ${clock}` : clock;
}
