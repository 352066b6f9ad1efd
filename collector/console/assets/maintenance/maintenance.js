// Maintenance that runs and that is to come, and what nobody is told of.
import "./words.js";
import { works } from "./works.js";
import { silences } from "./silences.js";
import { by, make } from "../dom.js";
import * as forms from "../acts/forms.js";
import { page } from "../page.js";
import { may, met } from "../session.js";
import { say } from "../words.js";

const EVERY = 30000;

let latest = null;

function done() {
  again();
  silences.ask();
}

function head() {
  const place = by("acts");
  if (!met()) return;
  const announce = () => forms.announce({ things: [], search: true, done });
  place.replaceChildren(may() ? forms.button("work.announce", "announce", announce) : make("p", { class: "hint" }, say("act.viewer")));
}

function redraw() {
  document.title = `${say("work")} · Hatang`;
  head();
  if (latest) works(latest, done);
  silences.draw();
}

function draw(told) {
  latest = told;
  works(told, done);
}

const again = page({ draw, spoken: redraw });
silences.begin(done);
document.addEventListener("session", () => {
  redraw();
  if (met()) silences.ask();
});
document.addEventListener("visibilitychange", () => document.hidden || silences.ask());
setInterval(() => document.hidden || silences.ask(), EVERY);
