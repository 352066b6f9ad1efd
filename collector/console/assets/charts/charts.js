// Charts of a thing, asked of the store through the API: one answer, drawn as SVG of our own.
import { make, tell } from "../dom.js";
import { choice, choose } from "../settings.js";
import { instant, say, second, speaks } from "../words.js";
import { Figure } from "./figure.js";
import "./words.js";

const SPANS = ["1h", "6h", "24h", "7d", "30d"];
const FINE = SPANS.slice(0, 3);
const EVERY = 60000;
const SELDOM = 600000;
const PATIENCE = 15000;
const AHEAD = "300px";

// Of a shorter past than this part of what is shown, it is said since when there is one.
const YOUNG = 1 / 3;

const views = new Map();
let usual = "6h";

function span() {
  const kept = choice("span", usual);
  return SPANS.includes(kept) ? kept : usual;
}

// The first point that any line has.
function first(told) {
  const places = told.charts.flatMap((chart) => chart.series.map((one) => one.values.findIndex((value) => value !== null)));
  return Math.min(...places.filter((place) => place >= 0), told.count);
}

class View {
  constructor(place) {
    this.place = place;
    this.figures = new Map();
    this.told = null;
    this.buttons = SPANS.map((one) => make("button", { type: "button", class: "button", "data-span": one, onclick: () => pick(one) }));
    this.chooser = make("div", { class: "spans", role: "group" }, ...this.buttons);
    this.message = make("p", { class: "message", role: "status" });
    this.grid = make("div", { class: "grid" });
    this.near = false;
    this.owed = false;
    place.classList.add("charts");
    place.replaceChildren(this.chooser, this.message, this.grid);
    new IntersectionObserver((seen) => this.met(seen[seen.length - 1].isIntersecting), { rootMargin: AHEAD }).observe(place);
  }

  // What nobody has come near to yet is not asked for: it is owed.
  met(near) {
    this.near = near;
    if (near && this.owed) this.ask();
  }

  want(wanted) {
    const key = JSON.stringify([wanted.kind, wanted.name, wanted.interface ?? "", speaks()]);
    if (key === this.key) return;
    const same = this.key !== undefined && this.wanted.kind === wanted.kind && this.wanted.name === wanted.name && this.wanted.interface === wanted.interface;
    Object.assign(this, { key, wanted });
    if (!same) this.clear();
    this.label();
    this.ask();
  }

  clear() {
    this.told = null;
    this.figures.clear();
    this.grid.replaceChildren();
  }

  label() {
    this.chooser.setAttribute("aria-label", say("charts.span"));
    for (const button of this.buttons) {
      tell(button, say(`charts.${button.dataset.span}`));
      button.setAttribute("aria-pressed", String(button.dataset.span === span()));
    }
  }

  address() {
    const { kind, name } = this.wanted;
    const port = this.wanted.interface ? `&interface=${encodeURIComponent(this.wanted.interface)}` : "";
    return `/api/v1/${kind}s/${encodeURIComponent(name)}/charts?span=${span()}&language=${speaks()}${port}`;
  }

  async ask() {
    this.asking?.abort();
    this.asking = null;
    this.owed = !this.near;
    if (this.owed) return;
    const asking = (this.asking = new AbortController());
    const patience = setTimeout(() => asking.abort(), PATIENCE);
    this.asked = Date.now();
    this.grid.setAttribute("aria-busy", "true");
    if (!this.told) tell(this.message, say("charts.asking"));
    try {
      const answer = await fetch(this.address(), { signal: asking.signal });
      const told = await answer.json();
      if (this.asking !== asking) return;
      if (answer.ok) this.show(told);
      else this.fail(answer.status, told.error);
    } catch (error) {
      if (this.asking === asking) this.fail(0, error.message);
    } finally {
      clearTimeout(patience);
      if (this.asking === asking) {
        this.asking = null;
        this.grid.removeAttribute("aria-busy");
      }
    }
  }

  fail(status, why) {
    const away = status === 503 || status === 0;
    const text = this.told ? say("charts.stale", { time: second(new Date(this.told.at * 1000)) }) : away ? say("charts.away") : say("charts.failed", { why: why ?? status });
    this.message.title = why ?? "";
    this.message.classList.add("bad");
    tell(this.message, text);
  }

  // What there is to say of an answer. Who has chosen no span yet sees a young past in the shortest.
  said(told) {
    if (told.problem) return say("charts.unasked");
    const begins = first(told);
    if (begins === told.count) return told.charts.length ? "" : say("charts.none");
    if (told.count - begins > YOUNG * told.count) return "";
    if (choice("span", "") === "" && usual !== SPANS[0]) {
      usual = SPANS[0];
      setTimeout(renew);
    }
    return say("charts.young", { time: instant(told.start + begins * told.step) });
  }

  show(told) {
    this.told = told;
    this.message.classList.remove("bad");
    this.message.title = "";
    tell(this.message, this.said(told));
    const wanted = new Set(told.charts.map((one) => one.key));
    for (const [key, figure] of this.figures) {
      if (wanted.has(key)) continue;
      figure.element.remove();
      this.figures.delete(key);
    }
    for (const chart of told.charts) {
      const figure = this.figures.get(chart.key) ?? new Figure((from, place) => this.point(from, place));
      this.figures.set(chart.key, figure);
      if (this.grid.children[told.charts.indexOf(chart)] !== figure.element) this.grid.insertBefore(figure.element, this.grid.children[told.charts.indexOf(chart)] ?? null);
      figure.show(told, chart);
    }
  }

  // All charts of a place show the same moment.
  point(from, place) {
    for (const figure of this.figures.values()) if (figure !== from && figure.plot) figure.mark(place);
  }

  again() {
    const every = FINE.includes(span()) ? EVERY : SELDOM;
    if (this.near && !document.hidden && !this.asking && Date.now() - this.asked >= every) this.ask();
  }
}

function pick(one) {
  choose("span", one);
  renew();
}

function renew() {
  for (const view of views.values()) {
    view.label();
    view.ask();
  }
}

function look() {
  for (const [place, view] of views) {
    if (!place.isConnected) views.delete(place);
    else view.again();
  }
}

setInterval(look, 5000);
document.addEventListener("visibilitychange", look);

// Charts in a place, an element of their own: `kind` device, circuit, site or service, its `name`, and of a
// device an `interface`, "" for its own charts. To be called with every drawing of the page: it asks again
// when something else is wanted, or another language.
export function charts(place, wanted) {
  if (!views.has(place)) views.set(place, new View(place));
  views.get(place).want(wanted);
}
