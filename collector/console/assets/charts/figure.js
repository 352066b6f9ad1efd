// A chart as people meet it: title, plot, cursor, legend, and the same as a table.
import { make, tell } from "../dom.js";
import { measured } from "../units.js";
import { instant, number, say } from "../words.js";
import { draw, Plot } from "./plot.js";
import { values } from "./scale.js";

const COLOURS = 8;
const PAGE = 10;
let made = 0;

// Colour and stroke of each line: a peak that belongs to the line before it has its colour, dashed.
function looks(chart) {
  let next = -1;
  return chart.series.map((one, place) => {
    if (one.state) return `state s-${one.state}`;
    const before = chart.series[place - 1];
    const peak = before && one.how === "highest" && before.how === "mean" && one.label.startsWith(`${before.label},`);
    if (!peak) next += 1;
    return `l${next % COLOURS}${peak ? " peak" : ""}`;
  });
}

function swatch(look, stacked) {
  const parts = stacked ? [draw("rect", { x: 2, y: 1, width: 18, height: 8, class: `band ${look}` })] : [draw("path", { d: "M0 5H22", class: `line ${look}` })];
  return draw("svg", { class: "swatch", width: 22, height: 10, "aria-hidden": "true" }, ...parts);
}

function figures(values) {
  const known = values.filter((value) => value !== null);
  const sum = known.reduce((all, one) => all + one, 0);
  return [known[known.length - 1], Math.min(...known), Math.max(...known), sum / known.length];
}

export class Figure {
  // `pointed` is told where the cursor of this chart is, so that the others show the same moment.
  constructor(pointed) {
    this.pointed = pointed;
    this.at = null;
    this.room = 0;
    const id = `chart-${(made += 1)}`;
    this.title = make("h3", { id });
    this.note = make("p", { class: "note" });
    this.readout = make("div", { class: "readout", hidden: true, "aria-hidden": "true" });
    this.stage = make("div", { class: "stage", role: "slider", tabIndex: 0, "aria-orientation": "horizontal" });
    this.hold = make("div", { class: "hold" }, this.stage, this.readout);
    this.legend = make("div", { class: "legend" });
    this.table = make("div", { class: "numbers", role: "group", tabIndex: 0, "aria-labelledby": id });
    this.details = make("details", {}, make("summary"), this.table);
    this.element = make("figure", { class: "chart panel", "aria-labelledby": id }, this.title, this.note, this.hold, this.legend, this.details);
    this.listen();
  }

  listen() {
    const { stage } = this;
    const follow = (event) => {
      this.move(this.plot.place(event.clientX - stage.getBoundingClientRect().left));
    };
    stage.addEventListener("pointermove", follow);
    stage.addEventListener("pointerdown", follow);
    stage.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && document.activeElement !== stage) this.move(null);
    });
    stage.addEventListener("blur", () => this.move(null));
    stage.addEventListener("keydown", (event) => this.key(event));
    this.details.addEventListener("toggle", () => this.count());
    // To ask for the width would lay the whole page out, once for each chart: it is told with the next frame.
    new ResizeObserver(([{ contentRect }]) => {
      this.room = Math.floor(contentRect.width);
      this.paint();
    }).observe(this.hold);
  }

  key(event) {
    const last = this.told.count - 1;
    const now = this.at ?? last;
    const wanted = {
      ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1,
      PageUp: now + PAGE, PageDown: now - PAGE, Home: 0, End: last, Escape: null,
    }[event.key];
    if (wanted === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.move(wanted === null ? null : Math.min(Math.max(wanted, 0), last));
  }

  show(told, chart) {
    Object.assign(this, { told, chart, looks: looks(chart) });
    tell(this.title, chart.title);
    const left = chart.left_out ? ` ${say("charts.left", { count: number(chart.left_out) })}` : "";
    tell(this.note, chart.problem ? say("charts.problem", { why: chart.problem }) : chart.note + left);
    this.element.classList.toggle("broken", chart.problem !== "");
    this.hold.hidden = this.legend.hidden = this.details.hidden = chart.problem !== "";
    if (chart.problem) return;
    tell(this.details.firstChild, say("charts.numbers"));
    this.axis = chart.series.length ? values(chart) : null;
    this.width = 0;
    this.paint();
    this.explain();
    this.count();
  }

  paint() {
    if (!this.chart?.series.length || this.room < 60 || this.room === this.width) return;
    this.width = this.room;
    this.plot = new Plot(this.told, this.chart, this.axis, this.width);
    this.stage.replaceChildren(this.plot.draw(this.looks));
    this.stage.setAttribute("aria-label", say("charts.cursor", { title: this.chart.title }));
    this.stage.setAttribute("aria-valuemin", "0");
    this.stage.setAttribute("aria-valuemax", String(this.told.count - 1));
    this.mark(this.at === null ? null : Math.min(this.at, this.told.count - 1));
    this.read();
  }

  move(place) {
    this.mark(place);
    this.read();
    this.pointed(this, place);
  }

  // The cursor's line; what stands there is only read where people point.
  mark(place) {
    this.at = place;
    this.plot?.point(place, this.looks);
    const shown = place ?? this.told.count - 1;
    this.stage.setAttribute("aria-valuenow", String(shown));
    this.stage.setAttribute("aria-valuetext", this.spoken(shown));
  }

  spoken(place) {
    const values = this.chart.series.map((one) => `${one.label} ${one.values[place] === null ? say("charts.nothing") : measured(one.values[place], this.chart.unit)}`);
    return `${instant(this.plot?.time(place) ?? this.told.at)}: ${values.join("; ")}`;
  }

  read() {
    const { readout, at } = this;
    readout.hidden = at === null;
    if (at === null) return;
    const rows = this.chart.series.map((one, place) => make("li", {}, swatch(this.looks[place], this.chart.stacked), make("span", {}, one.label), make("b", {}, measured(one.values[at], this.chart.unit))));
    if (this.chart.stacked) rows.reverse();
    readout.replaceChildren(make("p", {}, instant(this.plot.time(at))), make("ul", {}, ...rows));
    // At the other side of the plot, so that it hides nothing of what is pointed at.
    const left = this.plot.x(this.plot.time(at)) > this.width / 2;
    readout.style.left = left ? `${this.plot.left + 4}px` : "";
    readout.style.right = left ? "" : "4px";
  }

  explain() {
    const { chart } = this;
    const heads = ["line", "last", "least", "most", "mean"].map((one) => make("th", { scope: "col", class: one }, say(`charts.${one}`)));
    const rows = chart.series.map((one, place) => {
      const [last, least, most, mean] = figures(one.values).map((value) => measured(value, chart.unit));
      const cell = (kind, text) => make("td", { class: kind }, text);
      return make("tr", {}, make("th", { scope: "row" }, swatch(this.looks[place], chart.stacked), one.label), cell("last", last), cell("least", least), cell("most", most), cell("mean", mean));
    });
    if (chart.stacked) rows.reverse();
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
    const seen = (value) => this.axis === null || (value >= this.axis.low && value <= this.axis.high);
    const limits = chart.limits.map(({ kind, value, instance }) => {
      const text = [say(`charts.${kind}`), instance, measured(value, chart.unit), seen(value) ? "" : say("charts.outside")];
      const line = draw("svg", { class: "swatch", width: 22, height: 10, "aria-hidden": "true" }, draw("g", { class: "limits" }, draw("line", { x1: 0, x2: 22, y1: 5, y2: 5, class: kind })));
      return make("li", {}, line, text.filter(Boolean).join(" "));
    });
    const scroll = make("div", { class: "scroll", role: "group", tabIndex: 0, "aria-labelledby": this.title.id }, table);
    this.legend.replaceChildren(scroll, ...(limits.length ? [make("ul", {}, ...limits)] : []));
  }

  // The table is made when somebody opens it.
  count() {
    if (!this.details.open || !this.chart || this.chart.problem) return this.table.replaceChildren();
    const { chart, told } = this;
    const heads = [say("charts.time"), ...chart.series.map((one) => one.label)].map((text) => make("th", { scope: "col" }, text));
    const rows = Array.from({ length: told.count }, (_, back) => {
      const place = told.count - 1 - back;
      const cells = chart.series.map((one) => make("td", {}, measured(one.values[place], chart.unit)));
      return make("tr", {}, make("th", { scope: "row" }, instant(told.start + place * told.step)), ...cells);
    });
    const caption = make("caption", { class: "heard" }, chart.title);
    return this.table.replaceChildren(make("table", {}, caption, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows)));
  }
}
