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
  "weekday.0": ["Chủ Nhật", "Sunday"],
  "weekday.1": ["Thứ Hai", "Monday"],
  "weekday.2": ["Thứ Ba", "Tuesday"],
  "weekday.3": ["Thứ Tư", "Wednesday"],
  "weekday.4": ["Thứ Năm", "Thursday"],
  "weekday.5": ["Thứ Sáu", "Friday"],
  "weekday.6": ["Thứ Bảy", "Saturday"],
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

// By how many seconds the province's clocks are ahead of UTC, from when on. A browser could tell too, but to ask
// it for the first time takes a slow one longer than all the rest of a page.
let clock = [{ at: 0, ahead: 25200 }];

export function keepTime(province) {
  clock = province.clock;
}

export const ahead = (seconds) => (clock.filter((one) => one.at <= seconds).pop() ?? clock[0]).ahead;

const two = (part) => String(part).padStart(2, "0");

// What the province's clocks show: a date whose UTC it is.
const shown = (seconds) => new Date((seconds + ahead(seconds)) * 1000);
export const dated = (date) => `${two(date.getUTCDate())}/${two(date.getUTCMonth() + 1)}`;
export const timed = (date) => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;

export const day = (seconds) => dated(shown(seconds));

// The time; with its day when that is not today, with its year when that is another.
export function moment(seconds) {
  const [date, now] = [shown(seconds), shown(Date.now() / 1000)];
  const [own, other] = [date.getUTCFullYear(), now.getUTCFullYear()];
  if (own !== other) return `${timed(date)} ${dated(date)}/${own}`;
  return dated(date) === dated(now) ? timed(date) : `${timed(date)} ${dated(date)}`;
}

// A point in time with its day always.
export function instant(seconds) {
  const date = shown(seconds);
  return `${timed(date)} ${dated(date)}`;
}

export function second(date) {
  const own = shown(date / 1000);
  return `${timed(own)}:${two(own.getUTCSeconds())}`;
}

// Sunday is 0.
export const weekday = (place) => say(`weekday.${place}`);

export function today(date) {
  const own = shown(date / 1000);
  return `${weekday(own.getUTCDay())}, ${dated(own)}/${own.getUTCFullYear()}`;
}

// A text as it is compared when somebody searches: without tone marks.
export const folded = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

// A number, its thousands apart, with so many decimals at most.
export function decimal(value, most) {
  const [whole, rest = ""] = Math.abs(value).toFixed(most).split(".");
  const [apart, point] = language === "en" ? [",", "."] : [".", ","];
  const part = rest.replace(/0+$/, "");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, apart) + (part && point + part);
  return value < 0 && text !== "0" ? `-${text}` : text;
}

export const number = (count) => decimal(count, 0);

// Things of a kind: one of them is singular in English.
export function noun(kind, count) {
  const word = say(`count.${kind}`);
  return language === "en" && count === 1 ? word.slice(0, -1) : word;
}

export const counted = (kind, count) => `${number(count)} ${noun(kind, count)}`;

export function lasting(seconds) {
  const all = Math.max(0, Math.floor(seconds));
  const days = Math.floor(all / 86400);
  const time = `${two(Math.floor(all / 3600) % 24)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  return days ? `${days}${language === "en" ? "d" : " ngày"} ${time}` : time;
}
