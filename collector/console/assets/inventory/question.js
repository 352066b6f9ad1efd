// What is asked. It stands in the page's address, in the words of the API: a link to the page is a link
// to what it shows.
import { choice, choose } from "../settings.js";

export const KINDS = ["device", "circuit", "site", "service"];
const FILTER = /^([\w.]+)=(.*)$/s;

const remembered = (kind) => choice(`columns.${kind}`, "");

// An address without columns is that of who chose none; who comes by it first sees their own choice.
function read(arriving) {
  const given = new URLSearchParams(location.search);
  const kind = KINDS.includes(given.get("kind")) ? given.get("kind") : KINDS[0];
  return {
    kind,
    search: (given.get("search") ?? "").slice(0, 200),
    where: given.getAll("where"),
    columns: given.get("columns") ?? (arriving ? remembered(kind) : ""),
    sort: given.get("sort") ?? "",
    page: Math.max(1, Number.parseInt(given.get("page"), 10) || 1),
  };
}

// It stays the same object, whatever is asked.
export const asked = read(true);

// The question as parameters; a file has no pages.
export function parameters({ paged }) {
  const { kind, search, where, columns, sort, page } = asked;
  const told = new URLSearchParams({ kind });
  if (search.trim()) told.set("search", search.trim());
  for (const one of where) told.append("where", one);
  if (columns) told.set("columns", columns);
  if (sort) told.set("sort", sort);
  if (paged && page > 1) told.set("page", page);
  return told;
}

const address = () => `${location.pathname}?${parameters({ paged: true })}`;

let typing = false;

// Another question. What is typed is one step of the browser's history, not one a letter.
export function ask(change, { typed = false } = {}) {
  Object.assign(asked, { page: 1, ...change });
  history[typed && typing ? "replaceState" : "pushState"](null, "", address());
  typing = typed;
}

export function askKind(kind) {
  ask({ kind, where: [], sort: "", columns: remembered(kind) });
}

export function askColumns(columns) {
  choose(`columns.${asked.kind}`, columns);
  ask({ columns, page: asked.page });
}

// All of a kind, in its usual columns.
export function clear() {
  choose(`columns.${asked.kind}`, "");
  ask({ where: [], search: "", columns: "", sort: "" });
}

// What the address says now: after a step back or forward.
export function again() {
  Object.assign(asked, read(false));
  typing = false;
}

export function settle() {
  if (location.search || asked.columns) history.replaceState(null, "", address());
}

// The values that a field is narrowed to.
export function filtered(field) {
  return asked.where.flatMap((one) => {
    const [, name, values] = FILTER.exec(one) ?? [];
    return name === field ? values.split("|") : [];
  });
}

export function narrow(field, values) {
  const others = asked.where.filter((one) => FILTER.exec(one)?.[1] !== field);
  ask({ where: values.length ? [...others, `${field}=${values.join("|")}`] : others });
}

// Conditions that no list of values offers: an address may have them.
export function others(fields) {
  return asked.where.filter((one) => !fields.includes(FILTER.exec(one)?.[1]));
}

export function drop(condition) {
  ask({ where: asked.where.filter((one) => one !== condition) });
}
