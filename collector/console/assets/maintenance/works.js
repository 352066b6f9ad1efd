// Works as cards: what runs, and what is to come.
import { due } from "../acts/when.js";
import * as forms from "../acts/forms.js";
import { by, icon, link, make, patch, tell } from "../dom.js";
import { may } from "../session.js";
import { number, say, speaks, weekday } from "../words.js";

const clock = (minutes) => `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

function every({ start, end, weekdays, days }) {
  const on = [];
  if (weekdays.length === 7) on.push(say("work.daily"));
  else if (weekdays.length) on.push(say("work.weekly", { days: weekdays.map((one) => weekday((one + 1) % 7)).join(", ") }));
  if (days.length) on.push(say("work.monthly", { days: days.join(", ") }));
  return say("work.every", { on: on.join("; "), from: clock(start), until: clock(end) });
}

// Things by name, each with its page.
export function named(things) {
  const names = things.flatMap((one) => [make("span", { class: "sep" }, ", "), link(one.thing, one.title)]).slice(1);
  return make("h3", {}, ...names);
}

function marks(work) {
  const whose = work.id === null
    ? make("span", { class: "chip" }, icon("info"), say("work.planned"))
    : make("span", { class: "chip" }, icon("person"), work.who);
  const covers = work.running && work.covers ? make("span", { class: "chip s-maintenance" }, icon("maintenance"), say("work.covers", { count: number(work.covers) })) : null;
  return make("p", { class: "chips" }, whose, work.every ? make("span", { class: "chip" }, every(work.every)) : null, covers);
}

function buttons(work, done) {
  if (work.id === null || !may()) return null;
  const title = work.what.map((one) => one.title).join(", ");
  return make("p", { class: "row" },
    forms.button("act.extend", "extend", () => forms.extend([work], { title, done })),
    forms.button(work.running ? "act.end" : "work.call", "end", () => forms.end([work], { title, done })),
  );
}

export function works(told, done) {
  const draw = (card, work) => card.replaceChildren(...[
    named(work.what),
    make("p", { class: "why" }, work.why),
    make("p", { class: "span" }, say("work.span", { from: due(work.from), until: due(work.to) })),
    marks(work),
    buttons(work, done),
  ].filter(Boolean));
  for (const [name, running] of [["running", true], ["coming", false]]) {
    const items = told.works.filter((work) => work.running === running).map((work) => ({ ...work, language: speaks(), may: may() }));
    const key = (work) => work.id ?? `${work.from} ${work.why} ${work.what.map((one) => one.thing)}`;
    patch(by(name), items, key, () => make("li", { class: `work ${running ? "s-maintenance" : ""}` }), draw);
    by(`${name}-none`).hidden = items.length > 0;
    tell(by(`${name}-count`), items.length ? number(items.length) : "");
  }
}
