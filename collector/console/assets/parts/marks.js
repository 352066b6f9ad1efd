// How a thing is, whose an incident is: small marks that many parts show.
import { icon, link, make } from "../dom.js";
import { counted, moment, number, say } from "../words.js";

const LONG = 15;

// Kinds as people feel them.
const FELT = ["service", "site", "circuit", "device", "collector"];

// Counts by kind, those there are: [kind, count].
export const felt = (kinds) => FELT.filter((kind) => kinds[kind]).map((kind) => [kind, kinds[kind]]);
export const kindOf = (thing) => thing.slice(0, thing.indexOf(":"));
export const summed = (kinds) => felt(kinds).map(([kind, count]) => counted(kind, count)).join(", ");

// How many were not listed.
export const more = (total, listed) => (total > listed ? make("p", { class: "soft" }, say("more", { count: number(total - listed) })) : "");

// What is shown of a state: announced work stands before it.
export const shown = (one) => (one.maintenance ? "maintenance" : one.state);

export const worded = (one) => (one.maintenance ? say("state.maintenance") : one.word);

export const state = (one) => make("span", { class: `state s-${shown(one)}` }, icon(shown(one)), worded(one));

// Things by name, each with how it is; devices with what they are.
export function things(list) {
  const of = (one) => [one.what, one.address].filter(Boolean).join(" · ");
  return make("ul", { class: "things" }, ...list.map((one) => make("li", { class: `s-${shown(one)}` }, icon(shown(one)), link(one.thing, one.title), make("span", { class: "of" }, of(one)), make("span", { class: "word" }, worded(one)))));
}

// Tiles as on the wall.
export function tiles(list) {
  const long = list.filter((one) => one.title.length > LONG).length * 3 > list.length;
  return make("ul", { class: long ? "tiles long" : "tiles wide" }, ...list.map((one) => {
    const way = link(one.thing, "");
    way.append(...(shown(one) === "up" ? [] : [icon(shown(one))]), make("span", { class: "name" }, one.title), make("span", { class: "heard" }, ` ${worded(one)}`));
    return make("li", { class: `tile s-${shown(one)}`, title: `${one.title}: ${worded(one)}` }, way);
  }));
}

// Who has an incident.
export function held(one) {
  const who = one.owner || one.acknowledged?.who;
  const text = one.owner
    ? say("held.owner", { who })
    : who ? say("held.taken", { who, time: moment(one.acknowledged.at) }) : say("held.nobody");
  return make("span", { class: who ? "chip held" : "chip free" }, icon("person"), text);
}

export const chip = (name, text, kind = "") => make("span", { class: `chip ${kind}` }, name ? icon(name) : null, text);

// The message's own first word is the severity, which stands beside it.
export const summary = (one) => one.summary.replace(/^\[[^\]]*\]\s*/, "");

// Open incidents, each with how grave it is, who has it, and what `offered` gives to act on it.
export function incidents(list, offered) {
  return make("ul", { class: "incidents" }, ...list.map((one) => make("li", { class: `v-${one.severity}` },
    make("span", { class: "grave" }, icon(one.severity), one.severity_word),
    make("a", { href: `/incidents/${one.id}` }, summary(one)),
    held(one), offered(one) ?? "",
    one.side ? chip("", say("held.side", { side: one.side_word })) : "",
    one.suspected ? chip("major", say("held.suspected"), "suspected") : "",
  )));
}

// The tab says how it is before whose it is.
const MARKS = { up: "✓", degraded: "△", down: "✕", unreachable: "⛓", unknown: "?", maintenance: "🔧" };

export function entitle(name, title) {
  document.title = `${MARKS[name] ?? ""} ${title} · Hatang`.trim();
}
