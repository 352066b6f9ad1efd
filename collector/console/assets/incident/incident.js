// The page of an incident: what it is, what it hides, what was done about it, what to do.
import "../parts/words.js";
import "./words.js";
import { acts } from "../acts/acts.js";
import { blocks } from "../parts/blocks.js";
import { by, link, make } from "../dom.js";
import { closed, events, works } from "../parts/lists.js";
import { facts, part } from "../parts/section.js";
import { gone, here } from "../parts/gone.js";
import { head } from "./head.js";
import { moment, number, say, speaks } from "../words.js";
import { page } from "../page.js";
import { path } from "../parts/path.js";
import { run } from "../parts/clock.js";
import { span } from "../units.js";
import { felt, kindOf, more, tiles } from "../parts/marks.js";

const [FEW, MANY] = [6, 40];
const small = matchMedia("(max-width: 699px)");

// By kind; many are folded away, and counted.
function hides(body, { kinds, items }) {
  const known = new Map([...body.querySelectorAll("details")].map((one) => [one.dataset.kind, one.open]));
  const groups = felt(kinds).map(([kind, count]) => {
    const own = items.filter((other) => kindOf(other.thing) === kind);
    const head = make("summary", {}, say(`hidden.${kind}`), make("span", { class: "number" }, ` ${number(count)}`));
    const open = known.get(kind) ?? own.length <= (small.matches ? FEW : MANY);
    return make("details", { "data-kind": kind, open }, head, tiles(own), more(count, own.length));
  });
  body.replaceChildren(...groups);
}

function notes(body, told) {
  body.replaceChildren(make("ul", { class: "lines" }, ...told.map((one) => make("li", {}, make("p", { class: "said" }, one.text), make("p", { class: "soft" }, `${one.who} · ${moment(one.at)}`)))));
}

function told(one) {
  if (!one) return say("told.nobody");
  const taken = Object.entries(one.taken).filter(([, good]) => good).map(([name]) => name).join(", ");
  const after = one.after.map((seconds) => span(seconds)).join(", ");
  return [moment(one.at), taken, after ? say("told.after", { after }) : ""].filter(Boolean).join(" · ");
}

function about(body, sheet) {
  const { incident } = sheet;
  body.replaceChildren(facts([
    [say("about.alert"), incident.alert],
    [say("about.since"), moment(incident.since)],
    [say("about.detected"), moment(incident.detected_at)],
    [say("about.closed"), incident.closed_at === null ? "" : moment(incident.closed_at)],
    [say("about.site"), sheet.site ? link(sheet.site.thing, sheet.site.title) : ""],
    [say("about.contact"), sheet.contact],
    [say("about.provider"), sheet.provider],
    [say("about.contract"), sheet.contract],
    [say("about.told"), told(sheet.told)],
  ]));
}

async function runbook(body, { name }) {
  const way = make("a", { class: "button", href: `/runbooks/${encodeURIComponent(name)}` }, say("runbook.open"));
  try {
    const answer = await fetch(`/api/v1/runbooks/${encodeURIComponent(name)}?language=${speaks()}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const whole = (await answer.json()).blocks;
    const list = whole.filter((one) => one.kind !== "heading" || one.level > 1);
    body.replaceChildren(blocks(list, 1), make("p", { class: "chips" }, way));
  } catch {
    body.replaceChildren(make("p", { class: "chips" }, way));
  }
}

const put = (place, one, shown, count) => part(by(place), one, shown, count);
const some = (list) => (list?.length ? list : null);

function draw(sheet) {
  const { incident, cause, verdict } = sheet;
  here();
  head(sheet);
  acts(by("acts"), { thing: incident.cause, title: cause.title, incident, flapping: verdict.flapping, maintenance: verdict.maintenance, again });
  put("wide", { id: "path", fill: path }, sheet.path.length ? { steps: sheet.path, own: cause } : null);
  put("wide", { id: "hides", fill: hides }, sheet.hides.length ? { kinds: sheet.kinds, items: sheet.hides } : null, incident.hidden);
  put("wide", { id: "runbook", fill: runbook }, sheet.runbook ? { name: sheet.runbook } : null);
  put("side", { id: "about", fill: about }, { ...sheet, at: 0, last: 0, path: [], hides: [], timeline: [] });
  put("side", { id: "notes", fill: notes }, some(incident.notes));
  put("side", { id: "timeline", fill: events }, some(sheet.timeline));
  put("side", { id: "works", fill: works }, some(sheet.works));
  put("side", { id: "earlier", fill: closed }, some(sheet.earlier));
}

const again = page({ draw, gone: () => gone("incident") });
setInterval(run, 1000);
