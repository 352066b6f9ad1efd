// How the thing is, since when, why, because of whom, and who has it.
import { taking } from "../acts/acts.js";
import { by, icon, link, make, tell } from "../dom.js";
import { lasted } from "../parts/clock.js";
import { once } from "../parts/section.js";
import { chip, entitle, held, incidents, kindOf, more, shown, state, summed, things } from "../parts/marks.js";
import { moment, say } from "../words.js";

// Where it stands: what it is, and the places that it lies in.
function trail(sheet) {
  const places = sheet.above ?? (sheet.site ? [sheet.site] : []);
  once(by("trail"), JSON.stringify([sheet.what, places]), () => by("trail").replaceChildren(make("span", {}, [say(`one.${sheet.kind}`), sheet.what].filter(Boolean).join(" · ")), ...places.map((one) => link(one.thing, one.title)), make("span", { class: "own" }, sheet.name)));
}

function because({ cause, incidents: open }) {
  if (!cause) return "";
  const one = open.find((other) => !other.own && other.cause.thing === cause.thing);
  const way = one ? make("a", { href: `/incidents/${one.id}` }, say("head.incident", { id: one.id })) : "";
  return make("p", { class: "because" }, `${say("head.because")} `, link(cause.thing, cause.title), " ", state(cause), " ", way, " ", one ? held(one) : "");
}

function chips({ verdict, work, works }) {
  const running = works.find((one) => one.running);
  const told = running ? say("head.work", { until: moment(running.to), why: running.why, who: running.who || say("head.planned") }) : say("state.maintenance");
  return [
    verdict.maintenance ? make("span", { class: "chip s-maintenance" }, icon("maintenance"), told, work && work.thing !== verdict.thing ? " · " : "", work && work.thing !== verdict.thing ? link(work.thing, work.title) : "") : "",
    verdict.flapping ? chip("degraded", say("head.flapping"), "s-degraded") : "",
  ].filter(Boolean);
}

function hides({ verdict }, place) {
  if (!verdict.hidden) return "";
  const kinds = {};
  for (const one of verdict.hides) kinds[kindOf(one.thing)] = (kinds[kindOf(one.thing)] ?? 0) + 1;
  const open = place.querySelector("details")?.open ?? false;
  return make("details", { open }, make("summary", {}, say("head.hides", { what: summed(kinds) })), things(verdict.hides), more(verdict.hidden, verdict.hides.length));
}

function links({ thing, grafana, runbooks }) {
  const found = runbooks.map((name) => make("a", { class: "button", href: `/runbooks/${encodeURIComponent(name)}` }, say("links.runbook", { name })));
  if (/^https?:/.test(grafana)) found.push(make("a", { class: "button", href: grafana, rel: "noreferrer" }, say("links.grafana")));
  found.push(make("a", { class: "button", href: `/map?at=${encodeURIComponent(thing)}` }, say("links.map")));
  return make("p", { class: "chips" }, ...found);
}

// `again` looks again at once, after somebody acted.
export function head(sheet, again) {
  const { verdict } = sheet;
  const place = by("verdict");
  const name = shown(verdict);
  entitle(name, sheet.title);
  tell(by("title"), sheet.title);
  tell(by("news"), `${sheet.title}: ${verdict.word}`);
  trail(sheet);
  place.hidden = false;
  place.className = `verdict panel s-${verdict.state}`;
  const own = sheet.incidents.filter((one) => one.own);
  const marks = chips(sheet);
  const key = JSON.stringify([verdict, sheet.cause, sheet.incidents, sheet.works, sheet.grafana, sheet.runbooks]);
  once(place, key, () => place.replaceChildren(
    make("p", { class: "how" }, icon(verdict.state), make("strong", {}, verdict.word), make("span", { class: "since" }, verdict.since ? lasted(verdict.since) : "", verdict.since ? ` ${say("since", { time: moment(verdict.since) })}` : "")),
    verdict.evidence ? make("p", { class: "evidence" }, verdict.evidence) : "",
    because(sheet),
    marks.length ? make("p", { class: "chips" }, ...marks) : "",
    own.length ? incidents(own, (one) => taking(one, again)) : "",
    hides(sheet, place),
    links(sheet),
  ));
}
