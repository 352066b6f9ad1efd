// What an operator may do about a thing or an incident: a row of buttons, each with its form. For viewers one
// sentence.
import "./words.js";
import { make } from "../dom.js";
import * as forms from "./forms.js";
import { may, met } from "../session.js";
import { say, speaks } from "../words.js";

const FLAPPING = { device: "DeviceFlapping", circuit: "CircuitFlapping" };

const places = new Map();

function ofIncident(about, incident) {
  const given = { incident, title: about.title, done: about.done };
  const over = Boolean(incident.closed_at);
  return [
    over || incident.acknowledged ? null : ["act.acknowledge", "acknowledge", () => forms.acknowledge(given)],
    ["act.note", "note", () => forms.note(given)],
    over ? null : ["act.owner", "owner", () => forms.owner(given)],
    [incident.suspected ? "act.clear" : "act.suspect", "suspect", () => forms.suspect(given)],
  ];
}

function ofThing(about) {
  const { thing, title, incident, flapping, maintenance, done } = about;
  const given = { thing, title, maintenance, done };
  const what = incident && !incident.closed_at ? `incident:${incident.id}` : thing;
  const alert = FLAPPING[thing.slice(0, thing.indexOf(":"))];
  const works = maintenance
    ? [["act.extend", "extend", () => forms.working(forms.extend, "act.extend", given)], ["act.end", "end", () => forms.working(forms.end, "act.end", given)]]
    : [["act.maintenance", "maintenance", () => forms.announce({ things: [{ thing, title }], done })]];
  return [
    ...works,
    ["act.silence", "silence", () => forms.silence({ what, title, done })],
    flapping && alert ? ["act.mute", "mute", () => forms.silence({ what: thing, alert, title, word: "act.mute", done })] : null,
  ];
}

function offered(about) {
  const { incident, thing } = about;
  const kind = thing?.slice(0, thing.indexOf(":"));
  return [...(incident ? ofIncident(about, incident) : []), ...(thing && kind !== "collector" ? ofThing(about) : [])].filter(Boolean);
}

function draw(place, about) {
  const drawn = JSON.stringify([met(), may(), speaks(), about]);
  if (place.drawn === drawn) return;
  place.drawn = drawn;
  const held = place.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", say("act.row"));
  place.tabIndex = -1;
  // Until it is known who looks, the room of what an operator has.
  place.classList.toggle("waits", !met());
  if (met() && !may()) place.replaceChildren(make("p", { class: "hint" }, say("act.viewer")));
  else place.replaceChildren(...offered(about).map(([word, act, call]) => forms.button(word, act, call)));
  if (held !== null) (place.querySelector(`[data-act="${held}"]`) ?? place).focus();
}

// Puts the buttons that fit into a place: `thing` (kind:name), its `title`, `flapping` and `maintenance` as its
// verdict has them, `incident` as the API tells it; `again` looks anew after an act.
export function acts(place, about) {
  const done = about.again ?? (() => null);
  place.classList.add("acts");
  places.set(place, { ...about, done });
  draw(place, places.get(place));
}

// A button to acknowledge an incident from a list, for as long as nobody has; null afterwards. Only those who may
// act see it.
export function taking(incident, again) {
  if (incident.acknowledged) return null;
  const title = incident.summary.replace(/^\[[^\]]*\]\s*/, "");
  const one = forms.button("act.acknowledge", "acknowledge", () => forms.acknowledge({ incident, title, done: again }));
  one.setAttribute("aria-label", `${say("act.acknowledge")}: ${title}`);
  one.classList.add("take");
  return one;
}

document.addEventListener("session", () => {
  for (const [place, about] of places) draw(place, about);
});
