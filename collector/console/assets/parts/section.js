// The parts of a page: panels with a heading, each drawn again only when what it shows changed.
import { make, redraw, tell } from "../dom.js";
import { number, say, speaks } from "../words.js";

// Draws an element only when what it shows changed; what had the focus in it has it again.
export function once(element, key, fill) {
  const drawn = speaks() + key;
  if (element.drawn === drawn) return;
  element.drawn = drawn;
  redraw(element, fill);
}

// Whether its reader marks text in it, to copy it. A browser lays the whole page out to tell: what shows
// nothing yet is not asked.
function marked(section) {
  if (section.lastElementChild.drawn === undefined) return false;
  const chosen = getSelection();
  return chosen !== null && !chosen.isCollapsed && section.contains(chosen.anchorNode);
}

// `told` is what the part shows, null where there is nothing of it; `fill` puts it into the panel's body, which
// stays the same element; `key` is what of it makes a difference. `count` stands beside the heading.
export function part(place, { id, fill, key = JSON.stringify }, told, count = null) {
  let section = place.querySelector(`:scope > [data-part="${id}"]`);
  if (!section) {
    const heading = make("h2", { id: `h-${id}` }, make("span"), " ", make("span", { class: "number" }));
    section = make("section", { class: `panel part-${id}`, "data-part": id, "aria-labelledby": `h-${id}` }, heading, make("div", { class: "body" }));
    place.append(section);
  }
  section.hidden = told === null || told === undefined;
  if (section.hidden || marked(section)) return;
  const [heading, body] = section.children;
  tell(heading.firstElementChild, say(`part.${id}`));
  tell(heading.lastElementChild, count === null ? "" : number(count));
  once(body, key(told), () => fill(body, told));
}

// Names and what they are, those that are not known left out.
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return make("dl", { class: "facts" }, ...known.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

// A table that scrolls by itself: `columns` are headings, `rows` lists of cells (text, elements or null).
export function table(label, columns, rows) {
  const cell = (one) => make("td", {}, one ?? "");
  const head = make("tr", {}, ...columns.map((one) => make("th", { scope: "col" }, one)));
  const body = rows.map(([first, ...rest]) => make("tr", {}, make("th", { scope: "row" }, first), ...rest.map(cell)));
  const made = make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
  return make("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": label }, made);
}
