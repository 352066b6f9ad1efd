// A runbook's blocks. Text is text, but that what stands between backquotes is written as code.
import { make } from "../dom.js";
import { table } from "./section.js";

function rich(text) {
  return text.split("`").map((one, place) => (place % 2 ? make("code", {}, one) : one));
}

const DRAWN = {
  heading: (one, top) => make(`h${Math.min(6, Math.max(2, one.level + top))}`, {}, ...rich(one.text)),
  paragraph: (one) => make("p", {}, ...rich(one.text)),
  list: (one) => make(one.ordered ? "ol" : "ul", {}, ...one.items.map((item) => make("li", {}, ...rich(item)))),
  code: (one) => make("pre", { tabindex: "0" }, one.text),
  table: (one) => table("", one.rows[0] ?? [], one.rows.slice(1)),
};

// `top` moves headings to where the page has come to.
export function blocks(list, top = 0) {
  return make("div", { class: "blocks" }, ...list.filter((one) => one.kind in DRAWN).map((one) => DRAWN[one.kind](one, top)));
}
