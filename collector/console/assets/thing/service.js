// A service: how it is checked, what it needs.
import { facts } from "../parts/section.js";
import { listed } from "./lists.js";
import { probes } from "./probes.js";
import { say } from "../words.js";

function about(body, { service, what }) {
  body.replaceChildren(facts([
    [say("about.kind"), what || service.kind],
    [say("about.level"), service.level === null ? "" : String(service.level)],
    [say("about.owner.service"), service.owner],
    [say("about.hours"), service.hours],
    [say("about.tags"), service.tags.join(", ")],
  ]));
}

export function service(draw, sheet) {
  const { service: one } = sheet;
  const told = one.kind || one.level !== null || one.owner || one.hours || one.tags.length;
  draw("wide", { id: "checks", fill: probes }, sheet.checks.length ? sheet.checks : null);
  draw("wide", { id: "needs", fill: listed }, sheet.needs.items.length ? sheet.needs : null, sheet.needs.total);
  draw("side", { id: "about", fill: about }, told ? { service: one, what: sheet.what } : null);
}
