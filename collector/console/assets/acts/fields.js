// What a form of an act asks for. A field has an `element`, `values()` to be sent, `problem()` in words where
// it cannot be sent so, `focus()`, `mark(wrong)`, and `draw()` after something was chosen.
import { make, tell } from "../dom.js";
import { choice, choose } from "../settings.js";
import * as session from "../session.js";
import { say } from "../words.js";
import { due, epoch, local, morning, now, zone } from "./when.js";

let count = 0;

function labelled(word, input, more = null) {
  count += 1;
  input.id = `act-field-${count}`;
  return make("p", { class: "field" }, make("label", { htmlFor: input.id }, word), input, more);
}

function marking(input) {
  return (wrong) => (wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid"));
}

// Who acts: asked for only where no token says it, and remembered.
export function name() {
  if (!session.open()) {
    return { element: make("p", { class: "about" }, say("act.as", { name: session.name() })) };
  }
  const input = make("input", { type: "text", maxLength: 64, autocomplete: "name", value: choice("name", ""), required: true });
  return {
    element: labelled(say("act.name"), input),
    problem: () => (input.value.trim() ? "" : say("act.name.missing")),
    values() {
      choose("name", input.value.trim());
      return { who: input.value.trim() };
    },
    focus: () => input.focus(),
    mark: marking(input),
    first: !input.value,
  };
}

// Words: under which key they are sent; `must` is what is said where there are none.
export function text(key, word, { must = "", value = "", line = false, hints = [] } = {}) {
  const input = make(line ? "input" : "textarea", { maxLength: line ? 64 : 2000, value });
  if (!line) input.rows = 3;
  if (must) input.required = true;
  let list = null;
  if (hints.length) {
    list = make("datalist", { id: `act-hints-${key}` }, ...hints.map((one) => make("option", { value: one })));
    input.setAttribute("list", list.id);
  }
  return {
    element: labelled(word, input, list),
    problem: () => (must && !input.value.trim() ? must : ""),
    values: () => (input.value.trim() || line ? { [key]: input.value.trim() } : {}),
    focus: () => input.focus(),
    mark: marking(input),
    first: true,
  };
}

function radios(word, options) {
  count += 1;
  const group = `act-choice-${count}`;
  const inputs = options.map(([value, label], place) => {
    const input = make("input", { type: "radio", name: group, value, checked: place === 0 });
    return [input, make("label", { class: "option" }, input, label)];
  });
  const element = make("fieldset", {}, make("legend", {}, word), make("span", { class: "options" }, ...inputs.map(([, label]) => label)));
  return {
    element,
    value: () => inputs.find(([input]) => input.checked)[0].value,
    focus: () => inputs.find(([input]) => input.checked)[0].focus(),
  };
}

// One of some things to choose from.
export function among(key, word, options) {
  const chosen = radios(word, options);
  return { element: chosen.element, value: chosen.value, values: () => ({ [key]: chosen.value() }), focus: chosen.focus };
}

function clock(word, value) {
  const input = make("input", { type: "datetime-local", value: local(value), step: 60 });
  return { input, element: labelled(`${word} (${zone()})`, input), read: () => epoch(input.value) };
}

// Until when: half an hour, two hours, the next morning, or a time of one's own, counted from `from()`; `more`
// where that is an end that is moved on.
export function until(key, { from = now, word = say("act.until"), more = false } = {}) {
  const chosen = radios(word, [
    ["1800", say(more ? "act.more.half" : "act.for.half")],
    ["7200", say(more ? "act.more.two" : "act.for.two")],
    ["morning", say("act.for.morning", { time: due(morning(from())) })],
    ["own", say("act.for.own")],
  ]);
  const own = clock(say("act.ends"), from() + 7200);
  const shown = make("p", { class: "hint", "aria-live": "polite" });
  const end = () => {
    const value = chosen.value();
    if (value === "own") return own.read();
    return value === "morning" ? morning(from()) : from() + Number(value);
  };
  const draw = () => {
    own.element.hidden = chosen.value() !== "own";
    tell(shown, Number.isNaN(end()) ? "" : say("act.ends.at", { time: due(end()), zone: zone() }));
  };
  const element = make("div", { class: "when" }, chosen.element, own.element, shown);
  draw();
  return {
    element,
    draw,
    problem: () => (end() > (more ? now() : Math.max(now(), from())) ? "" : say("act.until.past")),
    values: () => ({ [key]: end() }),
    focus: () => (chosen.value() === "own" ? own.input.focus() : chosen.focus()),
    mark: marking(own.input),
  };
}

// From when to when: from now on, or from a time to come.
export function span() {
  const chosen = radios(say("act.from"), [["now", say("act.from.now")], ["later", say("act.from.later")]]);
  const own = clock(say("act.begins"), Math.ceil((now() + 3600) / 900) * 900);
  const start = () => (chosen.value() === "now" ? now() : own.read());
  const end = until("to", { from: () => start() || now() });
  const draw = () => {
    own.element.hidden = chosen.value() === "now";
    end.draw();
  };
  const element = make("div", { class: "when" }, chosen.element, own.element, end.element);
  draw();
  return {
    element,
    draw,
    problem: () => (chosen.value() === "later" && !(start() > now()) ? say("act.from.past") : end.problem()),
    values: () => ({ ...(chosen.value() === "later" ? { from: start() } : {}), ...end.values() }),
    focus: () => (chosen.value() === "later" ? own.input.focus() : end.focus()),
    mark: marking(own.input),
  };
}
