// A site: what lies in it, each with how it is.
import { facts } from "../parts/section.js";
import { say } from "../words.js";
import { lines } from "./circuit.js";
import { link } from "../dom.js";
import { listed, tiled } from "./lists.js";

const MANY = 20;

function about(body, { site, contact, above, what }) {
  const parent = above[above.length - 1];
  body.replaceChildren(facts([
    [say("about.kind"), what || site.kind],
    [say("about.parent"), parent ? link(parent.thing, parent.title) : ""],
    [say("about.unit"), [site.unit.code, site.unit.name].filter(Boolean).join(" · ")],
    [say("about.contact"), contact],
    [say("about.owner"), site.owner],
    [say("about.room"), site.room && say(`room.${site.room}`)],
    [say("about.location"), site.location ? site.location.join(", ") : ""],
    [say("about.hours"), site.hours],
    [say("about.tags"), site.tags.join(", ")],
  ]));
}

export function site(draw, sheet) {
  const some = (things) => (things.items.length ? things : null);
  const listedAs = (kind, things) => some({ ...things, all: `/inventory?kind=${kind}&where=${encodeURIComponent(`site=${sheet.name}`)}` });
  const many = ({ items }) => items.length > MANY;
  draw("wide", { id: "children", fill: tiled }, some(sheet.children), sheet.children.total);
  draw("wide", { id: "devices", fill: many(sheet.devices) ? tiled : listed }, listedAs("device", sheet.devices), sheet.devices.total);
  draw("wide", { id: "circuits", fill: many(sheet.circuits) ? tiled : lines }, listedAs("circuit", sheet.circuits), sheet.circuits.total);
  draw("wide", { id: "services", fill: tiled }, some(sheet.services), sheet.services.total);
  draw("side", { id: "about", fill: about }, { site: sheet.site, contact: sheet.contact, above: sheet.above, what: sheet.what });
}
