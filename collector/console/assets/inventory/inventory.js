// The inventory: what is typed, chosen and sorted is asked of the collector, and stands in the address.
import "./words.js";
import * as chooser from "./columns.js";
import * as list from "./rows.js";
import * as narrowing from "./filters.js";
import { again as readAgain, ask, askKind, asked, clear, KINDS, parameters, settle } from "./question.js";
import { by, make, patch, tell } from "../dom.js";
import { number, say, speaks } from "../words.js";
import { page } from "../page.js";

const PAUSE = 120;
const search = by("search");
let timer = 0;

document.body.classList.add("filled");

function tab({ kind }) {
  const button = make("button", { type: "button" }, make("span"), make("span", { class: "number" }));
  button.addEventListener("click", () => {
    askKind(kind);
    look();
  });
  return button;
}

function fillTab(button, { kind, count, on }) {
  const [name, found] = button.children;
  tell(name, say(`tab.${kind}`));
  tell(found, count === undefined ? "" : number(count));
  button.setAttribute("aria-pressed", String(on));
}

function tabs(counts) {
  const all = KINDS.map((kind) => ({ kind, count: counts[kind], on: kind === asked.kind, language: speaks() }));
  patch(by("kinds"), all, (one) => one.kind, tab, fillTab);
}

function gone(why) {
  tabs({});
  list.refused(why, () => {
    clear();
    search.value = asked.search;
    look();
  });
}

function draw(told) {
  tabs(told.kinds);
  narrowing.filters(told);
  chooser.columns(told);
  list.rows(told);
  by("csv").href = `/api/v1/inventory.csv?${parameters({ paged: false })}&language=${speaks()}`;
}

function label() {
  document.title = `${say("nav.inventory")} · Hatang`;
  search.placeholder = say("search.hint");
}

search.value = asked.search;
settle();
label();
const look = page({ draw, gone, ask: "/api/v1/inventory", asked: () => `&${parameters({ paged: true })}&limit=${list.MOST}`, spoken: label });
for (const part of [chooser, list, narrowing]) part.begin(look);

function typed() {
  clearTimeout(timer);
  if (search.value === asked.search) return;
  ask({ search: search.value }, { typed: true });
  look();
}

search.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(typed, PAUSE);
});
search.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown") return;
  event.preventDefault();
  list.enter();
});
by("find").addEventListener("submit", (event) => {
  event.preventDefault();
  typed();
});
document.addEventListener("keydown", (event) => {
  const within = event.target.closest("input, textarea, select, dialog");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || within) return;
  event.preventDefault();
  search.focus();
  search.select();
});
addEventListener("popstate", () => {
  clearTimeout(timer);
  readAgain();
  search.value = asked.search;
  look();
});
