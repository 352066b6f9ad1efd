// Axes: where ticks stand that people can read, in values and in the province's time.
import { ahead, dated, timed } from "../words.js";

const SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000, 1728000, 4320000, 8640000, 31536000];
const TIMES = [300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000];
const DAY = 86400;
const TICKS = 4;
// A limit is within the frame where the lines come at least so near to it.
const NEAR = 0.35;

function round(rough, unit) {
  if (unit === "seconds" && rough >= 1) return SECONDS.find((one) => one >= rough) ?? rough;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((one) => one * size >= rough * 0.999) * size;
  return unit === "count" ? Math.max(step, 1) : step;
}

function extent(chart) {
  const values = chart.stacked ? sums(chart) : chart.series.flatMap((one) => one.values);
  const known = values.filter((value) => value !== null);
  let least = Math.min(...known);
  let most = Math.max(...known);
  if (chart.high !== null) most = Math.max(most, chart.high);
  if (chart.low !== null) least = Math.min(least, chart.low);
  const floor = chart.low ?? least - (most - least);
  for (const { value } of chart.limits) {
    if (value > most && most - floor >= NEAR * (value - floor)) most = value;
    if (value < least && value >= least - (most - least)) least = value;
  }
  return most > least ? [least, most] : [least, least + (Math.abs(least) * 0.1 || 1)];
}

export function sums(chart) {
  return chart.series[0].values.map((_, place) => {
    const parts = chart.series.map((one) => one.values[place]).filter((value) => value !== null);
    return parts.length ? parts.reduce((sum, one) => sum + one, 0) : null;
  });
}

// Where the value axis begins and ends, and its ticks.
export function values(chart) {
  const [least, most] = extent(chart);
  const step = round((most - least) / TICKS, chart.unit);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(most / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, place) => Number(((first + place) * step).toPrecision(12)));
  return { low: ticks[0], high: ticks[ticks.length - 1], ticks };
}

// Ticks of the time axis, at most so many: the day where one begins, else the time.
export function times(start, end, most) {
  const shift = ahead(end);
  const step = TIMES.find((one) => (end - start) / one <= most) ?? 10 * DAY;
  const ticks = [];
  for (let local = Math.ceil((start + shift) / step) * step; local <= end + shift; local += step) {
    const date = new Date(local * 1000);
    const begins = local % DAY === 0;
    ticks.push({ at: local - shift, text: begins ? dated(date) : timed(date), begins: begins && step < DAY });
  }
  return ticks;
}
