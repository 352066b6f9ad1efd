// What narrows the list: the values of each field with how many things have them, and those that are chosen.
import { by, make, patch, tell } from "../dom.js";
import { number, say } from "../words.js";
import { ask, asked, drop, filtered, narrow, others } from "./question.js";

const FIRST = 8;
const whole = new Set();
let again = () => null;
let latest = null;

const worded = (choice) => choice.word || choice.value || say("filter.none");

function toggle(field, value, on) {
  const values = filtered(field).filter((one) => one !== value);
  narrow(field, on ? [...values, value] : values);
  again();
}

function choice(item) {
  const box = make("input", { type: "checkbox" });
  box.addEventListener("change", () => toggle(item.field, item.value, box.checked));
  const label = make("label", {}, box, make("span", { class: "word" }), make("span", { class: "number" }));
  return make("li", {}, label);
}

function fillChoice(element, item) {
  const [box, word, count] = element.firstElementChild.children;
  box.checked = item.on;
  tell(word, item.word);
  tell(count, number(item.count));
}

function group(item) {
  const more = make("button", { type: "button", class: "more" });
  const fieldset = make("fieldset", {}, make("legend"), make("ul"), more, make("p", { class: "rest" }));
  more.addEventListener("click", () => {
    if (!whole.delete(item.field)) whole.add(item.field);
    draw(latest);
  });
  return fieldset;
}

function fillGroup(fieldset, { field, title, choices, shown, more }) {
  const [legend, list, button, rest] = fieldset.children;
  tell(legend, title);
  patch(list, choices.slice(0, shown), (one) => one.value, choice, fillChoice);
  const hidden = choices.length - shown;
  button.hidden = choices.length <= FIRST;
  tell(button, hidden ? say("filter.more", { count: number(hidden) }) : say("filter.less"));
  button.setAttribute("aria-expanded", String(!hidden));
  rest.hidden = hidden > 0 || !more;
  tell(rest, more ? say("filter.rest", { count: number(more) }) : "");
  fieldset.dataset.field = field;
}

function chip(item) {
  const button = make("button", { type: "button" });
  button.addEventListener("click", () => {
    if (item.all) ask({ where: [] });
    else if (item.condition) drop(item.condition);
    else toggle(item.field, item.value, false);
    again();
  });
  return make("li", { class: item.all ? "all" : "chip" }, button);
}

function fillChip(element, item) {
  const button = element.firstElementChild;
  tell(button, item.all ? item.word : `${item.word} ×`);
  if (!item.all) button.setAttribute("aria-label", say("filter.off", { what: item.word }));
}

function chips(facets) {
  const found = facets.flatMap(({ field, title, choices }) => filtered(field).map((value) => {
    const word = worded(choices.find((one) => one.value === value) ?? { value });
    return { key: `${field}=${value}`, field, value, word: `${title}: ${word}` };
  }));
  for (const condition of others(facets.map((one) => one.field))) found.push({ key: condition, condition, word: condition });
  if (found.length > 1) found.push({ key: "", all: true, word: say("filter.clear") });
  return found;
}

function draw(told) {
  latest = told;
  const groups = told.facets.map(({ field, title, choices, more }) => {
    const values = filtered(field);
    const items = choices.map((one) => ({ ...one, field, word: worded(one), on: values.includes(one.value) }));
    const last = items.reduce((place, one, at) => (one.on ? at + 1 : place), 0);
    const shown = whole.has(field) || items.length <= FIRST + 1 ? items.length : Math.max(FIRST, last);
    return { field, title, choices: items, shown, more, language: document.documentElement.lang };
  });
  by("filters").hidden = !groups.length;
  patch(by("facets"), groups, (one) => `${told.kind}/${one.field}`, group, fillGroup);
  const chosen = chips(told.facets);
  by("chosen").hidden = !chosen.length;
  patch(by("chosen"), chosen, (one) => one.key, chip, fillChip);
  tell(by("filters-count"), asked.where.length ? `(${number(chosen.filter((one) => !one.all).length)})` : "");
}

export const filters = draw;

// On a wide screen they stand beside the list, on a phone behind a button.
export function begin(changed) {
  again = changed;
  const wide = matchMedia("(min-width: 900px)");
  const fit = () => {
    by("filters").open = wide.matches;
  };
  wide.addEventListener("change", fit);
  fit();
}
