// The causes now: one card each, the gravest first.
import { taking } from "../acts/acts.js";
import { by, icon, link, make, patch, tell } from "../dom.js";
import { counted, lasting, moment, number, say, speaks } from "../words.js";

const FELT = ["service", "site", "circuit", "device", "collector"];
// The more there are, the smaller each is.
const MANY = [[2, "one"], [4, "few"], [7, "some"], [Infinity, "many"]];
const LOST = ["unreachable", "unknown"];

let again = () => null;

// The message's own first word is the severity, which the card shows by itself.
export const summary = (cause) => cause.summary.replace(/^\[[^\]]*\]\s*/, "");

function create() {
  const card = make("li", { class: "cause" });
  card.lasted = make("b", { class: "lasted" });
  card.names = make("details", { class: "hides" });
  card.names.addEventListener("toggle", () => names(card));
  return card;
}

function update(card, cause) {
  const { severity } = cause;
  card.className = `cause v-${severity}${cause.maintenance ? " maintained" : ""}`;
  card.since = cause.since;
  card.cause = cause.thing;
  card.replaceChildren(
    make("p", { class: "head" }, icon(severity), make("strong", {}, cause.severity_word), make("span", { class: "since" }, card.lasted, make("span", {}, say("since", { time: moment(cause.since) })))),
    make("h3", {}, make("a", { href: `/incidents/${cause.id}` }, summary(cause))),
    make("p", { class: "chips" }, ...chips(cause), taking(cause, again)),
    make("p", { class: "evidence" }, cause.evidence),
    hides(card, cause),
  );
}

function chips(cause) {
  const who = cause.owner || cause.acknowledged?.who;
  const text = cause.owner
    ? say("owner", { who })
    : who ? say("taken", { who, time: moment(cause.acknowledged.at) }) : say("nobody");
  return [
    make("span", { class: who ? "chip held" : "chip free" }, icon("person"), text),
    cause.side ? make("span", { class: "chip" }, say("side", { side: cause.side_word })) : null,
    cause.maintenance ? make("span", { class: "chip s-maintenance" }, icon("maintenance"), say("maintained")) : null,
    cause.suspected ? make("span", { class: "chip suspected" }, icon("major"), say("suspected")) : null,
  ].filter(Boolean);
}

function hides(card, cause) {
  const found = FELT.filter((kind) => cause.hidden[kind]);
  if (!found.length) return "";
  const what = found.map((kind) => counted(kind, cause.hidden[kind])).join(", ");
  card.names.replaceChildren(make("summary", {}, say("hides", { what })));
  names(card);
  return card.names;
}

// The names are asked for when somebody wants to see them.
async function names(card) {
  if (!card.names.open) return;
  const place = make("p", { class: "names" }, say("hides.reading"));
  card.names.querySelector(".names")?.remove();
  card.names.append(place);
  try {
    const where = encodeURIComponent(`because=${card.cause}`);
    const answer = await fetch(`/api/v1/verdicts?where=${where}&limit=500&language=${speaks()}`);
    const { items } = await answer.json();
    const lost = items.filter((one) => one.kind === "service" || LOST.includes(one.state));
    lost.sort((one, other) => FELT.indexOf(one.kind) - FELT.indexOf(other.kind));
    place.replaceWith(make("ul", { class: "names" }, ...lost.map((one) => make("li", {}, icon(one.state), link(one.thing, one.title), make("span", {}, one.word)))));
  } catch {
    tell(place, say("hides.failed"));
  }
}

// `looked` looks again, after an act.
export function causes(told, language, looked) {
  again = looked;
  const items = told.map((cause) => ({ ...cause, language }));
  patch(by("causes"), items, (item) => item.id, create, update);
  by("causes").dataset.many = MANY.find(([most]) => told.length <= most)[1];
  by("causes").hidden = told.length === 0;
  by("calm").hidden = told.length > 0;
  tell(by("causes-count"), told.length ? number(told.length) : "");
  run();
}

// The running clocks. Only their text changes.
export function run() {
  const now = Date.now() / 1000;
  for (const card of by("causes").children) tell(card.lasted, lasting(now - card.since));
}
