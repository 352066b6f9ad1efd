// Beside the drawing: what is pointed at, with its way and its impact, and the list of sites and circuits.
import { by, icon, link, make, tell } from "../dom.js";
import { counted, folded, known, moment, number, say, stated } from "../words.js";
import { rate } from "../units.js";
import { form, grave, wrong } from "./model.js";

const LISTED = 200;
const NAMED = 6;
const FELT = ["service", "site", "circuit", "device"];

export const page = (thing) => link(thing, "").getAttribute("href");
const word = (one) => (one.state === "maintenance" ? say("state.maintenance") : one.word || say("planned"));

function head(one) {
  const close = make("button", { type: "button", class: "button close", id: "let-go" }, "✕");
  close.setAttribute("aria-label", say("pointed.close"));
  return make("div", { class: "head" }, make("h3", {}, one.kind === "" || page(one.thing) === null ? one.title : link(one.thing, one.title)), close);
}

function standing(one) {
  if (one.state === undefined) return null;
  const state = form(one);
  const because = one.because ? say("because", { cause: "\n" }).split("\n").flatMap((text, place) => (place ? [link(one.cause, one.because), text] : [text])) : [];
  const since = one.since === null ? "" : say("since", { time: moment(one.since) });
  return make("p", { class: `standing s-${state}` }, icon(state === "planned" ? "info" : state), make("b", {}, word(one)), make("span", {}, since), make("span", {}, ...because));
}

function percent(share) {
  return share === null || share === undefined ? "?" : `${number(Math.round(share * 100))} %`;
}

function facts(one, model, load) {
  const found = [];
  if (one.thing.startsWith("circuit:")) {
    const ends = [one.a, one.z].map((name) => (name === null ? say("pointed.outside") : model.title(name)));
    found.push(ends.join(" – "));
    found.push([one.provider, one.capacity ? rate(one.capacity) : "", one.backup ? say("pointed.backup") : ""].filter(Boolean).join(" · "));
    if (load && (load.transmit_ratio ?? load.receive_ratio) !== null) {
      found.push(`${say("pointed.load")}: ${say("load.both", { transmit: percent(load.transmit_ratio), receive: percent(load.receive_ratio) })}`);
    }
  } else if (one.thing.startsWith("site:")) {
    found.push([known(`kind.${one.kind}`) ? say(`kind.${one.kind}`) : one.kind, one.parent ? model.title(one.parent) : ""].filter(Boolean).join(" · "));
  }
  return found.filter(Boolean).map((text) => make("p", { class: "fact" }, text));
}

function devices(one) {
  const all = Object.entries(one.devices ?? {}).sort(([a], [b]) => grave(a) - grave(b));
  if (!all.length) return null;
  return make("p", { class: "chips" }, ...all.map(([state, count]) => make("span", { class: `chip s-${state}` }, icon(state), `${counted("device", count)} · ${stated("device", state)}`)));
}

// Steps that are equally far stand for each other and share a line.
function path(reach) {
  if (!reach.path.length) return make("p", { class: "note" }, say("pointed.nopath"));
  const lines = new Map();
  for (const step of reach.path) {
    if (!lines.has(step.hops)) lines.set(step.hops, []);
    lines.get(step.hops).push(step);
  }
  return make("ol", { class: "way" }, ...[...lines.values()].map((steps) => make("li", {}, ...steps.flatMap((one, place) => [place ? " | " : "", link(one.thing, one.title)]))));
}

// Of each kind how many, and the first few by name.
function impact(reach) {
  const found = FELT.filter((kind) => reach.counts[kind]);
  if (!found.length) return [make("p", { class: "calm-note" }, icon("up"), say("pointed.alone"))];
  return found.map((kind) => {
    const names = reach.dark.filter((one) => one.thing.startsWith(`${kind}:`)).slice(0, NAMED);
    const more = reach.counts[kind] - names.length;
    return make("p", { class: "felt" }, make("b", {}, counted(kind, reach.counts[kind])), ...names.flatMap((one, place) => [place ? ", " : " ", link(one.thing, one.title)]), more ? make("span", {}, ` ${say("pointed.more", { count: number(more) })}`) : null);
  });
}

// `thing` is what is pointed at, `reach` the API's answer about it: null while it is asked, false where it failed.
export function pointed(model, thing, reach, load) {
  const place = by("pointed");
  if (!thing) {
    place.replaceChildren(make("p", { class: "hint" }, say("pointed.hint")));
    return;
  }
  const one = model.of(thing) ?? { thing, title: reach ? reach.title : thing.slice(thing.indexOf(":") + 1) };
  const told = reach === null ? [make("p", { class: "note" }, say("pointed.reading"))]
    : reach === false ? [make("p", { class: "note" }, say("pointed.failed"))]
      : [make("h4", {}, say("pointed.impact")), ...impact(reach), make("h4", {}, say("pointed.path")), path(reach)];
  // What is told anew keeps the focus where it was.
  const held = place.contains(document.activeElement) && (document.activeElement.id || document.activeElement.getAttribute("href"));
  place.replaceChildren(...[head(one), standing(one), ...facts(one, model, load), devices(one), ...told].filter(Boolean));
  if (held) [...place.querySelectorAll("a, button")].find((each) => held === (each.id || each.getAttribute("href")))?.focus();
}

function item(one) {
  const state = form(one);
  return make("li", { class: `s-${state}`, role: "option", tabIndex: -1, id: `at-${one.thing}` }, icon(state === "planned" ? "info" : state), make("span", { class: "what" }, one.title), make("span", { class: "word" }, one.state === "up" ? "" : word(one)));
}

export class List {
  // `chosen` is given a thing when one is gone to.
  constructor(chosen) {
    this.list = by("list");
    this.things = [];
    this.list.addEventListener("keydown", (event) => this.key(event, chosen));
    this.list.addEventListener("click", (event) => {
      const place = [...this.list.children].indexOf(event.target.closest("li"));
      if (place >= 0) this.go(place, chosen);
    });
    this.list.addEventListener("focusin", (event) => this.rove([...this.list.children].indexOf(event.target)));
  }

  key(event, chosen) {
    const place = [...this.list.children].indexOf(document.activeElement);
    const last = this.things.length - 1;
    const next = { ArrowDown: Math.min(last, place + 1), ArrowUp: Math.max(0, place - 1), Home: 0, End: last }[event.key];
    if (event.key === "Enter" && place >= 0) location.assign(page(this.things[place].thing));
    else if (next !== undefined && last >= 0) this.go(next, chosen);
    else return;
    event.preventDefault();
  }

  go(place, chosen) {
    this.rove(place);
    this.list.children[place].focus();
    chosen(this.things[place].thing);
  }

  rove(place) {
    [...this.list.children].forEach((one, at) => {
      one.tabIndex = at === Math.max(0, place) ? 0 : -1;
    });
  }

  // All that fits the words and filters, what is wrong first; without words or filters only what is wrong.
  draw(model, words, out, pointedAt) {
    const wanted = folded(words).split(/\s+/).filter(Boolean);
    const fits = (one) => {
      one.sought ??= folded(`${one.title} ${one.name}`);
      return !out(one) && (wanted.length ? wanted.every((part) => one.sought.includes(part)) : wrong(one));
    };
    const found = model.all.filter(fits).sort((one, other) => grave(one.state) - grave(other.state));
    this.things = found.slice(0, LISTED);
    const title = wanted.length ? (found.length ? "list.found" : "list.nothing") : found.length ? "list.bad" : "list.none";
    by("list-title").replaceChildren(say(title), make("span", { class: "number" }, found.length ? ` ${number(found.length)}` : ""));
    tell(by("more"), found.length > LISTED ? say("list.more", { count: number(found.length - LISTED) }) : "");
    const drawn = JSON.stringify([document.documentElement.lang, this.things.map((one) => [one.thing, one.title, one.state, one.word])]);
    if (this.drawn !== drawn) {
      const held = document.activeElement?.closest?.("#list li")?.id;
      this.drawn = drawn;
      this.list.replaceChildren(...this.things.map(item));
      this.rove(0);
      if (held) (document.getElementById(held) ?? this.list.firstElementChild)?.focus();
    }
    this.list.hidden = !this.things.length;
    for (const one of this.list.children) one.setAttribute("aria-selected", String(one.id === `at-${pointedAt}`));
  }
}
