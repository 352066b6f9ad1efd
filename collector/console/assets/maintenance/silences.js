// Silences of the Alertmanagers: asked for apart, for they may not answer while all else is true.
import { due } from "../acts/when.js";
import * as forms from "../acts/forms.js";
import { by, icon, make, patch, tell } from "../dom.js";
import { may } from "../session.js";
import { number, say, speaks } from "../words.js";
import { named } from "./works.js";

let told = null;
let failed = "";
let after = () => null;

const lacking = (stands) => Object.entries(stands).filter(([, has]) => !has).map(([name]) => name).join(", ");

function update(card, one) {
  const missing = lacking(one.stands);
  card.replaceChildren(...[
    named(one.things),
    make("p", { class: "why" }, one.why),
    make("p", { class: "span" }, say("work.span", { from: due(one.from), until: due(one.to) })),
    make("p", { class: "chips" },
      make("span", { class: "chip" }, icon("person"), one.who),
      make("span", { class: "chip", title: one.matchers.join(" ") }, icon("mute"), one.alert ? say("work.alert", { alert: one.alert }) : say("work.alerts")),
      missing ? make("span", { class: "chip free" }, icon("warning"), say("work.lacking", { names: missing })) : null),
    may() ? make("p", { class: "row" }, forms.button("act.unsilence", "unsilence", () => forms.lift(one, after))) : null,
  ].filter(Boolean));
}

function draw() {
  const items = (told?.items ?? []).map((one) => ({ ...one, language: speaks(), may: may() }));
  const others = Object.entries(told?.failed ?? {}).map(([name, why]) => say("work.silences.away", { name, why }));
  patch(by("silences"), items, (one) => one.id, () => make("li", { class: "work" }), update);
  by("silences-none").hidden = told === null || items.length > 0 || others.length > 0;
  tell(by("silences-count"), items.length ? number(items.length) : "");
  tell(by("silences-failed"), [failed && say("work.silences.failed"), ...others].filter(Boolean).join(" "));
}

async function ask() {
  try {
    const answer = await fetch(`/api/v1/silences?language=${speaks()}`);
    if (answer.status === 401) return;
    if (!answer.ok) throw new Error(String(answer.status));
    told = await answer.json();
    failed = "";
  } catch (error) {
    failed = error.message;
  }
  draw();
}

// `begin` is given what is called after a silence was lifted.
export const silences = { ask, draw, begin: (done) => (after = done) };
