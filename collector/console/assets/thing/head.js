// How the thing is, since when, why, because of whom, and who has it.
import { taking } from "../acts/acts.js";
import { by, icon, link, make, tell } from "../dom.js";
import { lasted } from "../parts/clock.js";
import { once } from "../parts/section.js";
import { chip, entitle, held, incidents, shown, state, things } from "../parts/marks.js";
import { counted, moment, number, say } from "../words.js";

const FELT = ["service", "site", "circuit", "device", "collector"];

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
  const counts = new Map();
  for (const one of verdict.hides) {
    const kind = one.thing.slice(0, one.thing.indexOf(":"));
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const what = FELT.filter((kind) => counts.has(kind)).map((kind) => counted(kind, counts.get(kind))).join(", ");
  const open = place.querySelector("details")?.open ?? false;
  const rest = verdict.hidden - verdict.hides.length;
  return make("details", { open }, make("summary", {}, say("head.hides", { what })), things(verdict.hides), rest > 0 ? make("p", { class: "soft" }, say("more", { count: number(rest) })) : "");
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
