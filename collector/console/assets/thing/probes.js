// How a thing is asked, and why a run falls short.
import { icon, make } from "../dom.js";
import { span } from "../units.js";
import { moment, say } from "../words.js";

function how(one) {
  if (one.success === null) return ["unknown", say("probe.never")];
  if (!one.reason) return ["up", say("probe.good")];
  return [one.success ? "degraded" : one.lasting ? "down" : "degraded", one.reason_word || one.reason];
}

function names(key, list) {
  return list.length ? make("details", {}, make("summary", {}, say(key, { count: list.length })), make("p", { class: "soft" }, list.join(", "))) : "";
}

function item(one, open) {
  const [state, word] = how(one);
  const facts = [say("probe.every", { every: span(one.interval) }), one.at === null ? "" : moment(one.at), one.duration === null ? "" : say("probe.took", { time: span(one.duration) })];
  const title = one.name === one.probe ? one.name : `${one.name} (${one.probe})`;
  const made = make("li", { class: `s-${state}` },
    make("p", { class: "head" }, icon(state), make("b", {}, title), make("span", { class: "word" }, word)),
    make("p", { class: "soft" }, facts.filter(Boolean).join(" · ")),
    one.message && one.reason ? make("p", {}, one.message) : "",
    one.hint && one.reason ? make("p", { class: "hint" }, `${say("probe.hint")} ${one.hint}`) : "",
    one.expires ? make("p", { class: "soft" }, say("probe.expires", { time: moment(one.expires), left: span(Math.max(0, one.expires - Date.now() / 1000)) })) : "",
    names("probe.missing", one.missing), names("probe.empty", one.empty));
  for (const details of made.querySelectorAll("details")) details.open = open.has(`${one.name} ${details.textContent}`);
  for (const details of made.querySelectorAll("details")) details.dataset.of = one.name;
  return made;
}

export function probes(body, told) {
  const open = new Set([...body.querySelectorAll("details[open]")].map((one) => `${one.dataset.of} ${one.textContent}`));
  body.replaceChildren(make("ul", { class: "lines runs" }, ...told.map((one) => item(one, open))));
}
