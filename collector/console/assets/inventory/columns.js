// Which columns are shown: remembered for each kind of thing.
import { by, make, patch, tell } from "../dom.js";
import { askColumns } from "./question.js";

let again = () => null;
let latest = null;

function chosen(columns) {
  askColumns(columns.join() === latest.shown.join() ? "" : columns.join());
  again();
}

function create(item) {
  const box = make("input", { type: "checkbox" });
  box.addEventListener("change", () => {
    const wanted = new Set(latest.columns);
    if (box.checked) wanted.add(item.key);
    else wanted.delete(item.key);
    chosen(latest.headings.map((one) => one.key).filter((key) => wanted.has(key)));
  });
  return make("li", {}, make("label", {}, box, make("span")));
}

function fill(element, item) {
  const [box, word] = element.firstElementChild.children;
  box.checked = item.on;
  box.disabled = item.only;
  tell(word, item.title);
}

export function columns(told) {
  latest = told;
  const items = told.headings.map(({ key, title }) => {
    const on = told.columns.includes(key);
    return { key, title, on, only: on && told.columns.length === 1 };
  });
  patch(by("columns"), items, (one) => `${told.kind}/${one.key}`, create, fill);
}

export function begin(changed) {
  again = changed;
  const chooser = by("chooser");
  by("reset").addEventListener("click", () => {
    askColumns("");
    again();
  });
  document.addEventListener("click", (event) => {
    if (!chooser.contains(event.target)) chooser.open = false;
  });
  chooser.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    chooser.open = false;
    chooser.firstElementChild.focus();
  });
}
