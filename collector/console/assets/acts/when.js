// Times of the province: what its clocks show, whatever the clock of this browser is set to.
import "./words.js";
import { ahead, moment, say } from "../words.js";

const HALF_HOUR = 1800;
const MORNING = "07:00";

// As an input of type datetime-local has it, and back; NaN for what is no time.
export const local = (seconds) => new Date((seconds + ahead(seconds)) * 1000).toISOString().slice(0, 16);

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
