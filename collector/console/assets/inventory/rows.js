// What was found, in columns: a table, cards on a phone.
import { by, icon, link, make, patch, tell } from "../dom.js";
import { counted, noun, number, say } from "../words.js";
import { ask, askKind, asked, KINDS } from "./question.js";

const LONG = 48;
let again = () => null;

function heading(item) {
  if (!item.key) return make("th", { scope: "col", role: "columnheader", class: "mark" }, make("span", { class: "heard" }));
  const button = make("button", { type: "button" });
  button.addEventListener("click", () => {
    ask({ sort: asked.sort === item.key ? `-${item.key}` : item.key });
    again();
  });
  return make("th", { scope: "col", role: "columnheader" }, button);
}

function fillHeading(element, item) {
  const inside = element.firstElementChild;
  tell(inside, item.title);
  if (!item.key) return;
  element.classList.toggle("count", item.number);
  element.classList.toggle("first", item.first);
  inside.title = say("sort.by", { what: item.title });
  if (item.sorted) element.setAttribute("aria-sort", item.sorted);
  else element.removeAttribute("aria-sort");
}

function create(item) {
  const row = make("tr", { role: "row" });
  row.way = link(item.thing, "");
  row.code = make("span", { class: "code" });
  row.mark = make("td", { role: "cell", class: "mark" });
  row.append(row.mark);
  return row;
}

function fill(row, { state, word, because, title, code, cells, columns }) {
  row.className = `s-${state}`;
  row.mark.replaceChildren(state === "unwatched" ? "" : icon(state), make("span", { class: "heard" }, word));
  row.mark.title = because ? `${word}, ${say("because", { cause: because })}` : word;
  while (row.children.length > cells.length + 1) row.lastElementChild.remove();
  cells.forEach((text, at) => {
    let cell = row.children[at + 1];
    if (!cell) row.append((cell = make("td", { role: "cell" })));
    const { key, title: label, number: counts } = columns[at];
    const kinds = { first: at === 0, count: counts, state: key === "shown", none: !text, long: text.length > LONG };
    cell.className = Object.keys(kinds).filter((one) => kinds[one]).join(" ");
    cell.dataset.label = label;
    if (at === 0) first(row, cell, text || title, code);
    else tell(cell, text);
  });
}

function first(row, cell, text, code) {
  tell(row.way, text);
  tell(row.code, code);
  row.code.hidden = !code;
  if (row.way.parentElement !== cell) cell.replaceChildren(row.way, row.code);
}

function table(told) {
  const known = new Map(told.headings.map((one) => [one.key, one]));
  const columns = told.columns.map((key) => known.get(key));
  const sorted = (key) => (told.sort === key ? "ascending" : told.sort === `-${key}` ? "descending" : "");
  const heads = [{ key: "", title: say("row.state") }, ...columns.map((one, at) => ({ ...one, first: !at, sorted: sorted(one.key) }))];
  patch(by("headings"), heads, (one) => one.key, heading, fillHeading);
  const named = told.columns.includes("name");
  const rows = told.rows.map((row) => {
    const name = row.thing.slice(row.thing.indexOf(":") + 1);
    return { ...row, code: named || name === row.cells[0] ? "" : name, columns };
  });
  patch(by("rows"), rows, (one) => one.thing, create, fill);
}

function elsewhere({ kind, kinds }) {
  return KINDS.filter((one) => one !== kind && kinds[one]).map((one) => {
    const button = make("button", { type: "button", class: "button" }, counted(one, kinds[one]));
    button.addEventListener("click", () => {
      askKind(one);
      again();
    });
    return button;
  });
}

// What to do when nothing is found.
function empty(told) {
  const { kind, kinds, total } = told;
  by("empty").hidden = total > 0;
  by("sheet").hidden = total === 0;
  if (total) return;
  const said = [make("p", { class: "what" }, say("empty", { kind: noun(kind, 0) }))];
  if (asked.where.length && kinds[kind]) {
    const clear = make("button", { type: "button", class: "button" }, say("filter.clear"));
    clear.addEventListener("click", () => {
      ask({ where: [] });
      again();
    });
    said.push(make("p", {}, say("empty.filters")), clear);
  } else if (asked.search.trim()) said.push(make("p", {}, say("empty.words", { search: asked.search.trim() })));
  else said.push(make("p", {}, say("empty.none")));
  const ways = asked.search.trim() ? elsewhere(told) : [];
  if (ways.length) said.push(make("p", {}, say("empty.else")), make("p", { class: "ways" }, ...ways));
  by("empty").replaceChildren(...said);
}

function pager({ page, pages, total, rows }, most) {
  by("pager").hidden = pages < 2;
  const from = (page - 1) * most;
  tell(by("at"), say("pager.at", { from: number(from + 1), to: number(from + rows.length), all: number(total) }));
  by("before").disabled = page < 2;
  by("after").disabled = page >= pages;
}

export const MOST = 100;

export function rows(told) {
  table(told);
  empty(told);
  pager(told, MOST);
  const all = told.kinds[told.kind];
  const found = counted(told.kind, told.total);
  tell(by("found"), told.total === all ? found : say("found.of", { found, all: number(all) }));
}

// An address that cannot be understood: somebody wrote it, or it is of another version.
export function refused(why, clear) {
  for (const id of ["sheet", "pager", "filters", "chosen"]) by(id).hidden = true;
  const button = make("button", { type: "button", class: "button" }, say("refused.clear"));
  button.addEventListener("click", clear);
  tell(by("found"), "");
  by("empty").hidden = false;
  by("empty").replaceChildren(make("p", { class: "what" }, say("refused", { why })), button);
}

function turn(steps) {
  ask({ page: asked.page + steps });
  again();
  by("sheet").scrollTop = 0;
  by("search").scrollIntoView({ block: "nearest" });
}

const ways = () => [...by("rows").querySelectorAll("td.first a")];

export function enter() {
  ways()[0]?.focus();
}

// From row to row with the arrows; above the first stands what was searched.
function step(event) {
  const among = ways();
  const at = among.indexOf(document.activeElement);
  if (at < 0) return;
  if (event.key === "ArrowDown") among[Math.min(at + 1, among.length - 1)].focus();
  else if (event.key === "ArrowUp" && at) among[at - 1].focus();
  else if (event.key === "ArrowUp" || event.key === "Escape") by("search").focus();
  else return;
  event.preventDefault();
}

export function begin(changed) {
  again = changed;
  by("rows").addEventListener("keydown", step);
  by("before").addEventListener("click", () => turn(-1));
  by("after").addEventListener("click", () => turn(1));
}
