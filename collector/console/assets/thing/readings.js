// What was read last, by subject: what stands alone as facts, what stands in rows as a table.
import { make } from "../dom.js";
import { facts, table } from "../parts/section.js";
import { more as untold } from "../parts/marks.js";
import { measured } from "../units.js";
import { moment, number, say } from "../words.js";

const FEW = 8;

function value(one, column) {
  if (one === null) return "";
  const meaning = column.states[String(one)];
  if (meaning) return make("span", { class: `tone ${meaning.tone}` }, meaning.word);
  if (column.unit !== "ratio" || one < 0 || one > 1) return measured(one, column.unit);
  const bar = make("i", { class: "load", "aria-hidden": "true" }, make("i"));
  bar.firstChild.style.width = `${one * 100}%`;
  return make("span", {}, measured(one, column.unit), bar);
}

const labelled = (row) => Object.values(row.labels).filter(Boolean).join(" · ");

// One row as facts; so are many of which there is one number each.
function single(one) {
  const [row] = one.rows;
  return facts(one.columns.map((column, place) => [column.title, value(row.values[place], column)]));
}

function many(one, all) {
  const columns = one.columns.map((column, place) => [column, place]).filter(([, place]) => one.rows.some((row) => row.values[place] !== null));
  const rows = all ? one.rows : one.rows.slice(0, FEW);
  const cells = rows.map((row) => [labelled(row) || "–", ...columns.map(([column, place]) => value(row.values[place], column))]);
  if (columns.length === 1) return make("div", {}, make("p", { class: "soft" }, columns[0][0].title), facts(cells));
  return table(one.title, [say("readings.which"), ...columns.map(([column]) => column.title)], cells);
}

function group(one, body) {
  const alone = one.rows.length === 1 && !labelled(one.rows[0]);
  const newest = Math.max(...one.rows.map((row) => row.at));
  const all = body.whole.has(one.subject);
  const rest = one.rows.length - FEW;
  const more = make("button", { type: "button", class: "button" }, all ? say("readings.less") : say("readings.more", { count: number(rest) }));
  more.addEventListener("click", () => {
    body.whole[all ? "delete" : "add"](one.subject);
    readings(body, body.told);
    body.querySelector(`[data-of="${CSS.escape(one.subject)}"] > .button`)?.focus();
  });
  return make("section", { class: "group", "data-of": one.subject },
    make("h4", {}, one.title, make("span", { class: "number" }, ` ${moment(newest)}`)),
    alone ? single(one) : many(one, all),
    rest > 0 ? more : "",
    all || rest <= 0 ? untold(one.total, one.rows.length) : "");
}

export function readings(body, told) {
  body.told = told;
  body.whole ??= new Set();
  const sections = new Map();
  for (const one of told.items) sections.set(one.section, [...(sections.get(one.section) ?? []), one]);
  const stale = told.lost ? [make("p", { class: "stale" }, say("stale"))] : [];
  body.replaceChildren(...stale, ...[...sections].map(([title, groups]) => make("div", { class: "subjects" }, make("h3", {}, title), ...groups.map((one) => group(one, body)))));
}
