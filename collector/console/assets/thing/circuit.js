// A circuit: what was agreed, where it ends, its contract numbers, what else serves its site.
import { contract } from "./contract.js";
import { facts } from "../parts/section.js";
import { found } from "./lists.js";
import { icon, link, make } from "../dom.js";
import { say } from "../words.js";
import { rate, share, span } from "../units.js";
import { more, shown, state, worded } from "../parts/marks.js";

// What was read of a port of such a device is of before.
const LOST = ["down", "unreachable", "unknown"];

const target = (value, write) => (value === null || value === undefined ? "" : write(value));

function agreed(body, { circuit, contact, what, payers }) {
  const { targets } = circuit;
  body.replaceChildren(facts([
    [say("agreed.provider"), circuit.provider],
    [say("agreed.contract"), circuit.contract],
    [say("agreed.kind"), what || circuit.kind],
    [say("agreed.path"), circuit.path],
    [say("agreed.capacity"), circuit.capacity === null ? "" : rate(circuit.capacity)],
    [say("agreed.availability"), target(targets.availability, share)],
    [say("agreed.rtt"), target(targets.rtt, span)],
    [say("agreed.loss"), target(targets.loss, share)],
    [say("agreed.jitter"), target(targets.jitter, span)],
    [say("agreed.payers"), payers.join(", ")],
    [say("agreed.probe"), circuit.probe],
    [say("about.hours"), circuit.hours],
    [say("about.contact"), contact],
    [say("about.lifecycle"), circuit.lifecycle === "active" ? "" : say(`lifecycle.${circuit.lifecycle}`)],
    [say("about.tags"), circuit.tags.join(", ")],
  ]));
}

function port(one) {
  if (!one.interface) return one.name ? make("span", {}, one.name) : "";
  const { up, speed, alias, name } = one.interface;
  const how = up === null || LOST.includes(one.device.state) ? "" : make("span", { class: `state s-${up ? "up" : "down"}` }, icon(up ? "up" : "down"), say(up ? "port.up" : "port.down"));
  return make("span", {}, link(one.device.thing, name), " ", how, " ", make("span", { class: "soft" }, [speed ? rate(speed) : "", alias].filter(Boolean).join(" · ")));
}

function end(name, one) {
  if (!one) return make("div", {}, make("h3", {}, name), make("p", { class: "soft" }, say("ends.outside")));
  const way = port(one);
  const first = way && way.querySelector?.("a");
  if (first) first.hash = encodeURIComponent(one.interface.name);
  return make("div", {}, make("h3", {}, name), make("p", {}, link(one.device.thing, one.device.title), " ", state(one.device)), make("p", {}, way), make("p", { class: "soft" }, one.site ? link(one.site.thing, one.site.title) : ""));
}

function ends(body, { a, z }) {
  body.replaceChildren(make("div", { class: "ends" }, end(say("ends.a"), a), end(say("ends.z"), z)));
}

export function lines(body, told) {
  body.replaceChildren(make("ul", { class: "things" }, ...told.items.map((one) => make("li", { class: `s-${shown(one)}` },
    icon(shown(one)), link(one.thing, one.title),
    make("span", { class: "of" }, [one.what, one.provider, one.path, one.capacity === null ? "" : rate(one.capacity)].filter(Boolean).join(" · ")),
    make("span", { class: "word" }, worded(one)),
  ))), more(told.total, told.items.length), found(told.all));
}

export function circuit(draw, sheet) {
  draw("wide", { id: "contract", fill: contract }, { name: sheet.name });
  draw("side", { id: "agreed", fill: agreed }, { circuit: sheet.circuit, contact: sheet.contact, what: sheet.what, payers: sheet.payers });
  draw("side", { id: "ends", fill: ends }, { a: sheet.a, z: sheet.z });
  draw("side", { id: "siblings", fill: lines }, sheet.siblings.items.length ? sheet.siblings : null, sheet.siblings.total);
}
