// Lines of the audit log in words: who, did what, to which things, and how it fared.
import { due } from "../acts/when.js";
import { icon, link, make, patch } from "../dom.js";
import { known, say, second, speaks, today } from "../words.js";

const MARKS = { accepted: "up", refused: "down", failed: "down", partly: "degraded" };

function place({ thing, title }) {
  const [kind, name] = [thing.slice(0, thing.indexOf(":")), thing.slice(thing.indexOf(":") + 1)];
  if (kind === "incident") return make("a", { href: `/incidents/${encodeURIComponent(name)}` }, say("audit.incident", { name }));
  if (kind === "maintenance") return make("a", { href: "/maintenance" }, say("audit.maintenance", { name }));
  if (kind === "silence") return make("span", {}, say("audit.silence", { name: name.slice(0, 8) }));
  return link(thing, title);
}

// What more was given, in words; what has none is shown as it stands.
function more({ detail }) {
  const told = [];
  const rest = { ...detail };
  const take = (name, words) => {
    if (rest[name] === undefined) return;
    told.push(words(rest[name]));
    delete rest[name];
  };
  if (Number.isFinite(rest.from) && Number.isFinite(rest.to)) {
    told.push(say("audit.span", { from: due(rest.from), until: due(rest.to) }));
    delete rest.from;
    delete rest.to;
  }
  take("to", (at) => say("audit.until", { until: Number.isFinite(at) ? due(at) : String(at) }));
  take("owner", (who) => (who ? say("audit.owner", { who }) : say("audit.owner.none")));
  take("suspected", (is) => say(is ? "audit.suspected" : "audit.cleared"));
  take("role", (role) => say("audit.role", { role }));
  take("others", (count) => say("audit.others", { count }));
  take("alert", (alert) => String(alert));
  take("request", (text) => String(text));
  take("signal", (text) => String(text));
  if (Object.keys(rest).length) told.push(JSON.stringify(rest));
  return told.join(" · ");
}

function update(row, one) {
  const act = known(`audit.did.${one.act}`) ? say(`audit.did.${one.act}`) : one.act;
  const date = new Date(one.at * 1000);
  const detail = more(one);
  const who = one.who || say("audit.nobody");
  row.className = `entry o-${one.outcome}`;
  row.replaceChildren(...[
    make("p", { class: "when" }, make("time", { dateTime: date.toISOString(), title: today(date) }, `${second(date)} `, make("span", {}, today(date).replace(/^[^,]*, */, ""))), make("span", { class: "number" }, `#${one.number}`)),
    make("p", { class: "what" }, icon(MARKS[one.outcome] ?? "unknown"), make("b", {}, act),
      one.outcome === "accepted" ? null : make("span", { class: "fared" }, one.of ? say("audit.of", { outcome: say(`audit.fared.${one.outcome}`), number: one.of }) : say(`audit.fared.${one.outcome}`)),
      make("span", { class: "things" }, ...one.things.flatMap((thing) => [" · ", place(thing)]).slice(1))),
    one.text ? make("p", { class: "text" }, one.text) : null,
    detail ? make("p", { class: "detail" }, detail) : null,
    make("p", { class: "who" }, icon("person"), make("b", {}, who), one.token || !one.who ? null : make("span", {}, say("audit.word")), make("span", { class: "from" }, one.address)),
  ].filter(Boolean));
}

export function lines(list, items) {
  patch(list, items.map((one) => ({ ...one, language: speaks() })), (one) => one.number, () => make("li", {}), update);
}
