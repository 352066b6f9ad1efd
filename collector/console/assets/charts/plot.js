// One chart as SVG: grid, lines with their gaps, limits, and the cursor's line.
import { measured } from "../units.js";
import { times } from "./scale.js";

const SVG = "http://www.w3.org/2000/svg";
// In parts of the page's letter size, which grows with the screen.
const HEIGHT = 11.9;
const TOP = 0.5;
const BOTTOM = 1.4;
const RIGHT = 0.65;
const LETTER = 0.42;
const APART = 3.1;

export function draw(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const fixed = (value) => value.toFixed(1);

// The strokes of a line: one for each run of values without a gap.
function runs(points) {
  const found = [];
  let run = null;
  for (const point of points) {
    if (point === null) run = null;
    else if (run) run.push(point);
    else found.push((run = [point]));
  }
  return found;
}

const stroke = (run) => `M${run.map(([x, y]) => `${fixed(x)} ${fixed(y)}`).join("L")}`;

export class Plot {
  // `told` is the whole answer, `chart` one of it, `axis` that of its values, `width` in pixels.
  constructor(told, chart, axis, width) {
    Object.assign(this, { told, chart, axis, width });
    this.labels = this.axis.ticks.map((one) => measured(one, chart.unit));
    this.rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.height = HEIGHT * this.rem;
    this.top = TOP * this.rem;
    this.left = Math.max(...this.labels.map((one) => one.length)) * LETTER * this.rem + 12;
    this.area = { width: Math.max(width - this.left - RIGHT * this.rem, 40), height: (HEIGHT - TOP - BOTTOM) * this.rem };
    this.end = Math.max(told.at, told.start + told.step);
  }

  // The last point may lie ahead of now.
  time(place) {
    return Math.min(this.told.start + place * this.told.step, this.end);
  }

  x(seconds) {
    return this.left + ((seconds - this.told.start) / (this.end - this.told.start)) * this.area.width;
  }

  y(value) {
    return this.top + (1 - (value - this.axis.low) / (this.axis.high - this.axis.low)) * this.area.height;
  }

  place(pixels) {
    const share = (pixels - this.left) / this.area.width;
    const place = Math.round((share * (this.end - this.told.start)) / this.told.step);
    return Math.min(Math.max(place, 0), this.told.count - 1);
  }

  within(value) {
    return value >= this.axis.low && value <= this.axis.high;
  }

  draw(looks) {
    this.cursor = draw("g", { class: "cursor" });
    return draw("svg", { width: this.width, height: this.height, viewBox: `0 0 ${this.width} ${this.height}`, "aria-hidden": "true", focusable: "false" },
      this.frame(), ...(this.chart.stacked ? this.stack(looks) : this.lines(looks)), this.limits(), this.cursor);
  }

  frame() {
    const group = draw("g", { class: "frame" });
    const far = this.left + this.area.width;
    this.axis.ticks.forEach((value, place) => {
      const y = this.y(value);
      group.append(draw("line", { x1: this.left, x2: far, y1: fixed(y), y2: fixed(y), class: value === 0 ? "zero" : "" }));
      group.append(draw("text", { x: this.left - 7, y: fixed(y + 0.25 * this.rem), "text-anchor": "end" }, this.labels[place]));
    });
    const most = Math.max(Math.floor(this.area.width / (APART * this.rem)), 2);
    for (const { at, text, begins } of times(this.told.start, this.end, most)) {
      const x = this.x(at);
      const half = (text.length * LETTER * this.rem) / 2;
      group.append(draw("line", { x1: fixed(x), x2: fixed(x), y1: this.top, y2: this.top + this.area.height, class: begins ? "day" : "" }));
      if (x + half < this.width) group.append(draw("text", { x: fixed(x), y: fixed(this.height - 0.35 * this.rem), "text-anchor": "middle", class: begins ? "day" : "" }, text));
    }
    return group;
  }

  points(values) {
    return values.map((value, place) => (value === null ? null : [this.x(this.time(place)), this.y(value)]));
  }

  lines(looks) {
    const drawn = [];
    const floor = this.y(Math.max(this.axis.low, 0));
    this.chart.series.forEach((one, place) => {
      const found = runs(this.points(one.values));
      if (this.chart.series.length === 1 && this.chart.low === 0) {
        const under = found.map((run) => `${stroke(run)}L${fixed(run[run.length - 1][0])} ${fixed(floor)}H${fixed(run[0][0])}Z`);
        drawn.push(draw("path", { d: under.join(""), class: `under ${looks[place]}` }));
      }
      drawn.push(draw("path", { d: found.map(stroke).join(""), class: `line ${looks[place]}` }));
      for (const [[x, y]] of found.filter((run) => run.length === 1)) drawn.push(draw("circle", { cx: fixed(x), cy: fixed(y), r: 2.2, class: `lone ${looks[place]}` }));
    });
    return drawn;
  }

  // Parts of a whole, the first at the bottom. What is not told of a part is none of it.
  stack(looks) {
    const below = new Array(this.told.count).fill(0);
    const known = this.chart.series[0].values.map((_, place) => this.chart.series.some((one) => one.values[place] !== null));
    return this.chart.series.map((one, number) => {
      const feet = below.map((value, place) => (known[place] ? [this.x(this.time(place)), this.y(value)] : null));
      one.values.forEach((value, place) => (below[place] += value ?? 0));
      const heads = below.map((value, place) => (known[place] ? [this.x(this.time(place)), this.y(value)] : null));
      const soles = runs(feet);
      const bands = runs(heads).map((run, place) => `${stroke(run)}${[...soles[place]].reverse().map(([x, y]) => `L${fixed(x)} ${fixed(y)}`).join("")}Z`);
      return draw("path", { d: bands.join(""), class: `band ${looks[number]}` });
    });
  }

  limits() {
    const group = draw("g", { class: "limits" });
    for (const { kind, value } of this.chart.limits.filter((one) => this.within(one.value))) {
      const y = fixed(this.y(value));
      group.append(draw("line", { x1: this.left, x2: this.left + this.area.width, y1: y, y2: y, class: kind }));
    }
    return group;
  }

  // Puts the cursor on a point, null takes it away; `looks` draws a dot on each line too.
  point(place, looks) {
    this.cursor.replaceChildren();
    if (place === null) return;
    const x = fixed(this.x(this.time(place)));
    this.cursor.append(draw("line", { x1: x, x2: x, y1: this.top, y2: this.top + this.area.height }));
    if (this.chart.stacked) return;
    this.chart.series.forEach((one, number) => {
      const value = one.values[place];
      if (value !== null) this.cursor.append(draw("circle", { cx: x, cy: fixed(this.y(value)), r: 3.5, class: looks[number] }));
    });
  }
}
