// Values as people read them, by the units of the catalogue (`probes/catalogue.yaml`).
import { decimal, moment, number, speaks } from "./words.js";

const THOUSANDS = ["", "k", "M", "G", "T", "P"];
const LASTING = [[86400, "ngày", "d"], [3600, "giờ", "h"], [60, "phút", "min"], [1, "s", "s"]];
const NAMED = {
  celsius: "°C", volts: "V", amperes: "A", watts: "W", voltamperes: "VA", hertz: "Hz", rpm: "rpm", dbm: "dBm",
  decibels: "dB", pascals: "Pa", joules: "J", cubic_meters_per_second: "m³/s",
};

// Three figures that matter; whole numbers stay whole.
function figures(value) {
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const shown = size > 0 && size < 0.01 ? Number(value.toPrecision(2)) : value;
  return decimal(shown, size > 0 && size < 0.01 ? 6 : digits);
}

function thousands(value, unit) {
  let size = value;
  let place = 0;
  while (Math.abs(size) >= 999.5 && place < THOUSANDS.length - 1) {
    size /= 1000;
    place += 1;
  }
  return `${figures(place ? size : Math.round(size))} ${THOUSANDS[place]}${unit}`;
}

export const rate = (bits) => thousands(bits, "bit/s");

// A share is never rounded up to the whole: 99.998 % is not 100 %.
export function share(ratio) {
  const percent = ratio * 100;
  const near = percent > 99 && percent < 100;
  const shown = near ? Math.min(Math.floor(percent * 1000) / 1000, 99.999) : percent;
  return `${near ? decimal(shown, 3) : figures(shown)} %`;
}

// A length of time in its largest two units; below a minute in seconds, milliseconds, microseconds.
export function span(seconds) {
  const size = Math.abs(seconds);
  if (size > 0 && size < 0.001) return `${figures(seconds * 1e6)} µs`;
  if (size > 0 && size < 1) return `${figures(seconds * 1e3)} ms`;
  if (size < 60) return `${figures(seconds)} s`;
  const whole = Math.round(seconds);
  const first = LASTING.findIndex(([length]) => Math.abs(whole) >= length);
  const name = ([, vi, en]) => (speaks() === "en" ? en : vi);
  const many = Math.trunc(whole / LASTING[first][0]);
  const rest = Math.trunc((whole % LASTING[first][0]) / (LASTING[first + 1]?.[0] ?? 1));
  const head = `${number(many)} ${name(LASTING[first])}`;
  return rest && many < 100 ? `${head} ${number(Math.abs(rest))} ${name(LASTING[first + 1])}` : head;
}

const WRITTEN = {
  bytes: (value) => thousands(value, "B"),
  bits_per_second: rate,
  ratio: share,
  seconds: span,
  timestamp_seconds: (value) => (value > 0 ? moment(value) : "–"),
  hertz: (value) => thousands(value, "Hz"),
  bytes_per_second: (value) => thousands(value, "B/s"),
  per_second: (value) => `${figures(value)}/s`,
  joules: (value) => `${figures(value / 3.6e6)} kWh`,
};

// A value with its unit, as the catalogue names it; `state` has words of its own, which the API tells.
export function measured(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const written = WRITTEN[unit];
  if (written) return written(value);
  return NAMED[unit] ? `${figures(value)} ${NAMED[unit]}` : figures(value);
}
