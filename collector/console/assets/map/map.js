// The map: which view is drawn, what is pointed at, what is filtered; both stand in the address.
import "./words.js";
import { by, make, tell } from "../dom.js";
import { Ink } from "./ink.js";
import { legend } from "./legend.js";
import { Load } from "./load.js";
import { Model, wrong } from "./model.js";
import { page } from "../page.js";
import { Paper } from "./paper.js";
import { byLocation } from "./place.js";
import { Scene } from "./scene.js";
import { choice, choose } from "../settings.js";
import { List, page as pageOf, pointed } from "./side.js";
import { box, byTopology } from "./tree.js";
import { View } from "./view.js";
import { say, speaks } from "../words.js";

const VIEWS = ["location", "topology"];
const INTENT = 90;
const LATER = 1200;
const MANY = 900;
const REST = 160;
const CLOSER = 3.2;
const NEAR = 1.1;
const READABLE = 0.65;
const address = new URLSearchParams(location.search);
const stage = by("stage");
const drawing = by("drawing");
const phone = matchMedia("(max-width: 899px)");

let shown = address.get("view") ?? choice("map", "location");
if (shown !== "topology") shown = "location";
let at = address.get("at") ?? "";
let begun = false;
let read = 0;
let model = null;
let heard = null;
let built = "";
let dressed = "";
let providers = new Set();
let onlyBad = false;
const reaches = new Map();
const scene = new Scene();
const ink = new Ink(by("palette"));
const paper = new Paper(drawing, ink);
const load = new Load(() => model && redraw());
const list = new List((thing) => point(thing, true));

function out(one) {
  const site = one.thing.startsWith("site:");
  if (site && one.above === null && one.hops !== null) return false;
  if (onlyBad && !wrong(one)) return true;
  if (!providers.size) return false;
  return site ? !one.providers.some((name) => providers.has(name)) : !providers.has(one.provider);
}
scene.out = out;
scene.load = (circuit) => load.step(circuit);

const many = () => scene.nodes.size > MANY;

const view = new View(stage, {
  // A country's sites are too many to be set anew with every turn of a wheel: they are once it rests.
  zoomed(resting = false) {
    if (!scene.k || resting || !many()) place();
    view.moved(resting);
  },
  moved(resting = false) {
    clearTimeout(view.settling);
    if (many() && !resting) view.settling = setTimeout(() => view.zoomed(true), REST);
    paint();
  },
  tapped(spot, kind) {
    const thing = under(spot, kind === "mouse" ? 6 : 16);
    if (!thing) point("", true);
    else if (kind === "mouse") location.assign(pageOf(thing));
    else point(thing, true, false);
  },
  hovered(spot) {
    clearTimeout(view.intent);
    const thing = spot && under(spot, 6);
    stage.classList.toggle("over", Boolean(thing));
    if (thing && thing !== at) view.intent = setTimeout(() => point(thing, false), INTENT);
  },
});

Object.assign(drawing, { scene, view });

function under([x, y], slack) {
  const by = view.k / scene.k;
  return scene.under(x / by, y / by, slack / by);
}

// What is drawn looks as its palette does: that stands in the stage, with letters of the same size.
function paint() {
  if (!scene.k) return;
  const unit = `${view.rem * (phone.matches ? 0.9 : 1)}px`;
  const worn = `${unit} ${stage.className} ${document.documentElement.dataset.theme}`;
  if (dressed !== worn) {
    dressed = worn;
    ink.forget();
    ink.palette.style.fontSize = unit;
  }
  paper.draw(scene, view);
}

function place() {
  const [width, height] = view.size;
  const each = Math.sqrt((width * height) / Math.max(1, scene.nodes.size));
  const most = scene.layout.row ? scene.layout.row * view.k * 0.36 : 20 * (view.rem / 16);
  const size = Math.max(2.6, Math.min(each * 0.085, 11) * Math.min(1.9, (view.k / view.start) ** 0.4));
  const radius = Math.max(scene.layout.row && many() ? 1 : 2.2, Math.min(size, most));
  const [unit, rim] = [view.rem * (phone.matches ? 0.9 : 1), 3];
  stage.classList.toggle("small", phone.matches);
  scene.small = phone.matches;
  const whole = view.k === view.start && { left: rim - view.x, right: width - rim - view.x, top: rim - view.y, bottom: height - rim - view.y };
  const sight = many() && { left: -view.x - width / 2, right: 1.5 * width - view.x, top: -view.y - height / 2, bottom: 1.5 * height - view.y };
  scene.place(view.k, radius, unit, whole, sight);
  scale();
}

// A bar as long as a round number of kilometres.
function scale() {
  const bar = by("scale");
  bar.hidden = scene.layout.unit !== "km";
  if (bar.hidden) return;
  const wanted = (110 * view.rem) / 16 / view.k;
  const ten = 10 ** Math.floor(Math.log10(wanted));
  const long = [5, 2, 1].find((one) => one * ten <= wanted) * ten;
  tell(bar.firstElementChild, long >= 1 ? `${long} km` : `${Math.round(long * 1000)} m`);
  bar.lastElementChild.style.width = `${long * view.k}px`;
}

function fit() {
  const { layout } = scene;
  const unit = view.rem;
  const beside = (layout.wide ?? 0) * (phone.matches ? 1.5 : 1);
  const { left, right, top, bottom } = box(layout.at, layout.areas);
  const flat = layout.kind === "topology";
  const pad = { left: 1.6 * unit, right: (flat ? 1.6 : 4.2) * unit, top: 3.4 * unit, bottom: (flat ? 1.2 : 2.2) * unit };
  const row = layout.row ?? 0;
  view.fit({ left: left - beside, right: right + beside, top: top - row / 2, bottom: bottom + row / 2 }, pad, flat ? 4 : 600);
}

function build() {
  if (!view.size) view.measure();
  const [width, height] = view.size;
  if (paper.width !== width || paper.height !== height) paper.fit(width, height);
  scene.build(model, laid(shown, width, height));
  light();
  scene.dress();
  by("empty").hidden = scene.layout.at.size > 0;
  tell(by("empty"), say(`empty.${shown}`));
  const kept = view.drawn === shown && !view.fitted ? [view.k, view.x, view.y] : null;
  view.drawn = shown;
  view.k = scene.k = 0;
  fit();
  if (kept) {
    view.fitted = false;
    view.go(...kept);
  }
  performance.mark("drawn");
}

// Each view's layout is worked out once for a ground and size; the one that is not seen while nothing else is done.
const layouts = new Map();
let layoutsOf = "";
function laid(shown, width, height) {
  const of = `${speaks()} ${model.ground.id} ${model.standing} ${width} ${height}`;
  if (layoutsOf !== of) layouts.clear();
  layoutsOf = of;
  if (!layouts.has(shown)) layouts.set(shown, shown === "topology" ? byTopology(model, width, height) : byLocation(model));
  return layouts.get(shown);
}

function light() {
  const lit = new Map();
  const reach = at ? reaches.get(key(at)) : null;
  if (at) {
    for (const thing of model.way(at)) lit.set(thing, "way");
    for (const one of reach ? reach.path : []) {
      if (one.site) lit.set(one.site, "way");
      else if (one.thing.startsWith("circuit:")) lit.set(one.thing, "way");
    }
    for (const thing of reach ? reach.drawn : []) lit.set(thing, "hit");
    lit.set(reach?.site || at, "self");
  }
  scene.lit = lit;
  stage.classList.toggle("pointing", [...lit.keys()].some((thing) => scene.where(thing)));
}

function repaint() {
  light();
  scene.dress();
  scene.name();
  paint();
}

function redraw() {
  repaint();
  beside();
}

// What stands beside the drawing.
function beside() {
  const name = at.slice(at.indexOf(":") + 1);
  pointedCard(name);
  list.draw(model, by("find").value, out, at);
  tell(by("load"), load.known === false ? say("load.none") : "");
  const away = model.lost.length;
  tell(by("lost"), away && shown === "location" ? say("lost", { count: away }) : "");
  legend(shown === "location", load.known === true);
}

let carded = "";
function pointedCard(name) {
  const reach = at ? reaches.get(key(at)) ?? null : null;
  const card = JSON.stringify([speaks(), at, model.of(at), reach, at.startsWith("circuit:") ? load.of.get(name) : null]);
  if (card === carded) return;
  carded = card;
  pointed(model, at, reach, at.startsWith("circuit:") ? load.of.get(name) : null);
}

// Brings a thing into sight with its ends and the way from there, as near as is of use.
function bring(thing) {
  const one = model.of(thing);
  if (one.above === null) {
    view.home();
    return;
  }
  const ends = [one.a, one.z].filter(Boolean).map((name) => `site:${name}`);
  const spots = [thing, ...ends, ...model.way(thing)].map((each) => scene.where(each)).filter(Boolean).map(([x, y]) => [x / scene.k, y / scene.k]);
  const [xs, ys] = [spots.map(([x]) => x), spots.map(([, y]) => y)];
  const near = scene.layout.kind === "location" ? view.start * CLOSER : view.start < READABLE ? NEAR : view.start;
  view.show({ left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }, near);
}

const key = (thing) => `${speaks()} ${thing}`;

// Points at a thing, or at nothing. What was `chosen` stands in the address, and is brought into sight.
function point(thing, chosen, moved = true) {
  clearTimeout(view.intent);
  at = thing;
  redraw();
  if (chosen) {
    keep();
    const place = thing && scene.where(thing);
    if (place && moved) bring(thing);
  }
  if (thing && !reaches.get(key(thing))) setTimeout(() => at === thing && reach(thing), chosen ? 0 : 40);
}

async function reach(thing) {
  const colon = thing.indexOf(":");
  const asked = key(thing);
  let told = false;
  try {
    const answer = await fetch(`/api/v1/${thing.slice(0, colon)}s/${encodeURIComponent(thing.slice(colon + 1))}/impact?language=${speaks()}`);
    if (answer.ok) told = await answer.json();
  } catch {
    told = false;
  }
  reaches.set(asked, told);
  if (at === thing) redraw();
}

function keep() {
  const words = new URLSearchParams({ view: shown });
  if (at) words.set("at", at);
  history.replaceState(null, "", `/map?${words.toString().replace(/%3A/g, ":")}`);
}

function turn(to) {
  if (to === shown) return;
  shown = to;
  choose("map", to);
  keep();
  press();
  built = "";
  draw(heard);
}

function press() {
  for (const button of by("views").children) button.setAttribute("aria-pressed", String(button.dataset.view === shown));
}

function chip(text, on, act) {
  const button = make("button", { type: "button", class: "chip toggle" }, text);
  button.setAttribute("aria-pressed", String(on));
  button.addEventListener("click", () => {
    act();
    filters(true);
    redraw();
  });
  return button;
}

let filtered = "";
function filters(always = false) {
  const names = [...new Set([...model.circuits.values()].map((one) => one.provider).filter(Boolean))].sort();
  providers = new Set([...providers].filter((one) => names.includes(one)));
  const wanted = JSON.stringify([speaks(), names]);
  if (!always && wanted === filtered) return;
  filtered = wanted;
  const held = [...by("filters").children].indexOf(document.activeElement);
  by("filters").replaceChildren(
    chip(say("filter.bad"), onlyBad, () => (onlyBad = !onlyBad)),
    ...names.map((name) => chip(name, providers.has(name), () => (providers.has(name) ? providers.delete(name) : providers.add(name)))),
  );
  if (held >= 0) by("filters").children[held]?.focus();
}

function draw(told) {
  if (told.ground && told.ground.id !== model?.ground.id) model = new Model(told.ground);
  if (heard !== told) model.tell(told);
  heard = told;
  const wanted = `${speaks()} ${shown} ${model.ground.id} ${model.standing}`;
  const again = wanted !== built;
  if (read !== told.read) reaches.clear();
  read = told.read;
  filters();
  if (again) {
    built = wanted;
    build();
  } else repaint();
  beside();
  if (!begun) {
    begun = true;
    load.ask();
    setTimeout(() => VIEWS.forEach((one) => laid(one, ...view.size)), LATER);
    if (at) point(at, true);
  } else if (again && at) point(at, false);
}

function spoken() {
  by("find").placeholder = say("find");
  press();
}

by("views").addEventListener("click", (event) => event.target.dataset.view && turn(event.target.dataset.view));
by("in").addEventListener("click", () => view.zoom(1.5));
by("out").addEventListener("click", () => view.zoom(1 / 1.5));
by("home").addEventListener("click", () => fit());
by("find").addEventListener("input", () => redraw());
by("find").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && list.things.length) point(list.things[0].thing, true);
  else if (event.key === "ArrowDown" && list.things.length) list.go(0, (thing) => point(thing, true));
  else return;
  event.preventDefault();
});
by("pointed").addEventListener("click", (event) => {
  if (event.target.id !== "let-go") return;
  point("", true);
  stage.focus({ preventScroll: true });
});
addEventListener("keydown", (event) => event.key === "Escape" && at && !document.querySelector("dialog[open]") && point("", true));
by("legend").open = !phone.matches;
new ResizeObserver(() => {
  const before = String(view.size);
  if (!heard || !view.measure()[0] || String(view.size) === before) return;
  paper.fit(...view.size);
  if (view.fitted) {
    built = "";
    draw(heard);
  } else view.zoomed();
}).observe(stage);
spoken();
new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(forced-colors: active)").addEventListener("change", () => {
  dressed = "";
  paint();
});
page({ draw, spoken, asked: () => (model ? `&ground=${model.ground.id}` : "") });
