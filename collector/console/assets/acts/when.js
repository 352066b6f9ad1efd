// Times of the province: what its clocks show, whatever the clock of this browser is set to.
import "./words.js";
import { moment, say, timezone } from "../words.js";

const HALF_HOUR = 1800;
const MORNING = "07:00";

function parts(seconds) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: timezone(), hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return Object.fromEntries(format.formatToParts(new Date(seconds * 1000)).map(({ type, value }) => [type, value]));
}

// Seconds that the province's clocks are ahead of UTC.
function ahead(seconds) {
  const { year, month, day, hour, minute, second } = parts(seconds);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - Math.floor(seconds);
}

// As an input of type datetime-local has it, and back; NaN for what is no time.
export function local(seconds) {
  const { year, month, day, hour, minute } = parts(seconds);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

export function epoch(text) {
  const guess = Date.parse(`${text}Z`) / 1000;
  if (Number.isNaN(guess)) return NaN;
  return guess - ahead(guess - ahead(guess));
}

export const now = () => Math.floor(Date.now() / 1000);

// The next seven o'clock in the morning that is not about to be.
export function morning(from) {
  const today = epoch(`${local(from).slice(0, 10)}T${MORNING}`);
  if (today > from + HALF_HOUR) return today;
  return epoch(`${local(from + 86400).slice(0, 10)}T${MORNING}`);
}

export function zone() {
  const minutes = ahead(now()) / 60;
  const rest = Math.abs(minutes) % 60;
  const hours = `${minutes < 0 ? "−" : "+"}${Math.floor(Math.abs(minutes) / 60)}`;
  return say("act.zone", { offset: `UTC${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}` });
}

// A moment with its day always, for something that is to be.
export function due(seconds) {
  const same = local(seconds).slice(0, 10) === local(now()).slice(0, 10);
  return same ? say("act.today", { time: moment(seconds) }) : moment(seconds);
}
