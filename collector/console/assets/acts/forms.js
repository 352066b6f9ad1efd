// The forms of the acts. Each is given what it is about, and `done`, called when it was taken.
import { make } from "../dom.js";
import { dialog } from "./dialog.js";
import { among, name, span, text, until } from "./fields.js";
import { picker } from "./picker.js";
import * as session from "../session.js";
import { say } from "../words.js";
import { due, now } from "./when.js";

const incidents = (incident, act) => `/api/v1/incidents/${incident.id}/${act}`;
const why = () => text("why", say("act.why"), { must: say("act.why.missing") });

export function acknowledge({ incident, title, done }) {
  const send = (values) => session.act("POST", incidents(incident, "acknowledge"), values).then(() => "");
  dialog({ title: say("act.acknowledge"), about: title, fields: [name(), text("note", say("act.note.too"))], label: say("act.acknowledge"), send, done });
}

export function note({ incident, title, done }) {
  const send = (values) => session.act("POST", incidents(incident, "note"), values).then(() => "");
  dialog({ title: say("act.note"), about: title, fields: [name(), text("text", say("act.note.text"), { must: say("act.note.missing") })], label: say("act.note.save"), send, done });
}

export function owner({ incident, title, done }) {
  const send = (values) => session.act("POST", incidents(incident, "owner"), values).then(() => "");
  const whose = text("owner", say("act.owner.who"), { value: incident.owner, line: true });
  dialog({ title: say("act.owner"), about: title, hint: say("act.owner.hint"), fields: [name(), whose], label: say("act.owner.save"), send, done });
}

export function suspect({ incident, title, done }) {
  const suspected = !incident.suspected;
  const send = (values) => session.act("POST", incidents(incident, "suspected"), { ...values, suspected }).then(() => "");
  const word = suspected ? "act.suspect" : "act.clear";
  dialog({ title: say(word), about: title, hint: say(`${word}.hint`), fields: [name()], label: say(word), send, done });
}

export function announce({ things, search = false, done }) {
  const send = (values) => session.act("POST", "/api/v1/maintenance", { what: things.map((one) => one.thing), ...values }).then(() => "");
  const which = search ? [picker("what", things)] : [];
  dialog({ title: say("act.maintenance"), about: search ? "" : things.map((one) => one.title).join(", "), hint: say("act.maintenance.hint"), fields: [...which, name(), why(), span()], label: say("act.maintenance.save"), send, done });
}

const shown = (work) => say("act.work", { why: work.why, until: due(work.to), who: work.who });

// What an operator announced of a thing and is not over; `covering` is the thing whose work covers it.
async function standing(thing, covering) {
  const answer = await fetch("/api/v1/maintenance");
  if (!answer.ok) throw new Error(String(answer.status));
  const { items } = await answer.json();
  return items.filter((one) => one.what.includes(thing) || one.what.includes(covering));
}

function planned(word, title) {
  dialog({ title: say(word), about: title, hint: say("act.work.planned") });
}

// Changes one of some works, of which `id` is said by the form where there are several; `fields` is given what
// tells which that is.
function change(works, { word, title, fields, hint = "", act, done }) {
  const which = works.length > 1 ? [among("id", say("act.work.which"), works.map((one) => [String(one.id), shown(one)]))] : [];
  const chosen = () => works.find((one) => !which.length || String(one.id) === which[0].value());
  const about = works.length > 1 ? title : `${title} · ${shown(works[0])}`;
  const send = ({ id = works[0].id, ...values }) => act(id, values).then(() => "");
  dialog({ title: say(word), about, hint, fields: [...which, name(), ...fields(chosen)], label: say(word), send, done });
}

export function extend(works, { title, done }) {
  const act = (id, values) => session.act("POST", `/api/v1/maintenance/${id}/extend`, values);
  const end = (chosen) => until("to", { from: () => Math.max(chosen().to, now()), word: say("act.extend.until"), more: true });
  const fields = (chosen) => [end(chosen), text("why", say("act.why.too"))];
  change(works, { word: "act.extend", title, fields, act, done });
}

export function end(works, { title, done }) {
  const act = (id, values) => session.act("DELETE", `/api/v1/maintenance/${id}`, values);
  change(works, { word: "act.end", title, fields: () => [], hint: say("act.end.hint"), act, done });
}

// Extends or ends what stands of a thing; what the inventory plans is changed there.
export async function working(form, word, { thing, maintenance, title, done }) {
  try {
    const works = await standing(thing, maintenance);
    if (works.length) form(works, { title, done });
    else planned(word, title);
  } catch {
    dialog({ title: say(word), about: title, hint: say("act.unanswered") });
  }
}

// What some Alertmanagers did not take must be read; "" where all did.
function partly({ taken, failed }) {
  const others = Object.entries(failed).map(([peer, reason]) => `${peer}: ${reason}`).join("; ");
  return others ? say("act.partly", { taken: taken.join(", "), failed: others }) : "";
}

export function silence({ what, alert = "", title, word = "act.silence", done }) {
  const send = (values) => session.act("POST", "/api/v1/silences", { what, ...(alert ? { alert } : {}), ...values }).then(partly);
  dialog({ title: say(word), about: title, hint: say(`${word}.hint`), fields: [name(), why(), until("until")], label: say(word), send, done });
}

export function lift(silence, done) {
  const send = (values) => session.act("DELETE", `/api/v1/silences/${silence.id}`, values).then(partly);
  const title = silence.things.map((one) => one.title).join(", ");
  const about = `${title} · ${say("act.work", { why: silence.why, until: due(silence.to), who: silence.who })}`;
  dialog({ title: say("act.unsilence"), about, fields: [name()], label: say("act.unsilence"), send, done });
}

export const button = (word, act, call) => {
  const made = make("button", { type: "button", class: "button", "data-act": act }, say(word));
  made.addEventListener("click", call);
  return made;
};
