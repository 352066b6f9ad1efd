// A device's interfaces: what they are, whether they are up, what flows; one that is chosen shows its charts.
import { charts } from "../charts/charts.js";
import { icon, link, make, patch, tell } from "../dom.js";
import { folded, moment, number, say, speaks } from "../words.js";
import { measured, rate } from "../units.js";
import { shown, worded } from "../parts/marks.js";
import { watch } from "./rates.js";

const FEW = 12;
const LEAST = 0.1;
const BUSY = [[0.9, "full"], [0.7, "busy"]];

const used = (one) => one.up === true || Boolean(one.alias) || Boolean(one.circuit);
const counted = (name) => name.replace(/\d+/g, (digits) => digits.padStart(9, "0"));

// What matters first: lines, then what has a name and is down though it is switched on, what is up, the rest.
function rank(one) {
  if (one.circuit) return 0;
  if (one.alias && one.up === false && one.admin_up !== false) return 1;
  if (one.up) return one.alias ? 2 : 3;
  return one.alias ? 4 : 5;
}

function state(one) {
  if (one.admin_up === false) return ["unknown", say("port.off")];
  if (one.up === true) return ["up", say("port.up")];
  return one.up === false ? ["down", say("port.down")] : ["unknown", say("port.unknown")];
}

const faults = (flow, way) => (flow?.[`${way}_errors`] ?? 0) + (flow?.[`${way}_discards`] ?? 0);

// `lost` are errors and packets thrown away, a second.
function load(way, value, speed, lost) {
  const cell = make("td", { class: `figure flow ${way}` });
  if (value === null || value === undefined) return cell;
  const share = speed ? Math.min(1, value / speed) : 0;
  const bar = make("i", { class: `load ${BUSY.find(([least]) => share >= least)?.[1] ?? ""}`, "aria-hidden": "true" }, make("i"));
  bar.firstChild.style.width = `${(share * 100).toFixed(1)}%`;
  cell.append(make("span", {}, rate(value)), bar);
  const count = measured(lost, "count");
  if (lost >= LEAST) cell.append(make("span", { class: "faults" }, say("ports.faults", { count })));
  return cell;
}

// A circuit that is up is only named.
const leads = (one) => [shown(one) === "up" ? "" : make("span", { class: `state s-${shown(one)}`, title: worded(one) }, icon(shown(one)), make("span", { class: "heard" }, worded(one))), " ", link(one.thing, one.title)];

function update(body, row, { one, flow }) {
  const [mark, word] = state(one);
  row.className = `port s-${mark}${body.chosen === one.name ? " chosen" : ""}`;
  const choose = make("button", { type: "button", class: "plain", "aria-expanded": String(body.chosen === one.name) }, one.name);
  choose.addEventListener("click", () => pick(body, body.chosen === one.name ? "" : one.name));
  const focused = row.contains(document.activeElement) && document.activeElement.tagName === "BUTTON";
  row.replaceChildren(
    make("th", { scope: "row" }, choose),
    make("td", {}, make("span", { class: `state s-${mark}` }, icon(mark), word)),
    make("td", { class: "figure speed" }, one.speed ? rate(one.speed) : ""),
    load("in", flow?.receive, one.speed, faults(flow, "receive")),
    load("out", flow?.transmit, one.speed, faults(flow, "transmit")),
    make("td", { class: "alias" }, one.alias ?? ""),
    make("td", { class: "leads" }, ...(one.circuit ? leads(one.circuit) : [])),
  );
  if (focused) choose.focus();
}

function pick(body, name) {
  body.chosen = name;
  const { hash, pathname, search } = location;
  const wanted = name ? `#${encodeURIComponent(name)}` : "";
  if (hash !== wanted) window.history.replaceState(null, "", pathname + search + wanted);
  show(body);
  if (name) body.opened.scrollIntoView({ block: "nearest" });
}

function show(body) {
  const sought = folded(body.search.value.trim());
  const all = body.told.items;
  const least = body.only.checked ? used : () => true;
  const fits = (one) => folded(`${one.name} ${one.alias ?? ""} ${one.circuit?.title ?? ""}`).includes(sought);
  const found = all.filter((one) => fits(one) && (sought || one.name === body.chosen || least(one)));
  found.sort((one, other) => rank(one) - rank(other) || (counted(one.name) < counted(other.name) ? -1 : 1));
  const items = found.map((one) => ({ one, flow: body.rates?.get(one.name) ?? null, chosen: body.chosen === one.name, language: speaks() }));
  patch(body.rows, items, (item) => item.one.name, () => make("tr"), (row, item) => update(body, row, item));
  tell(body.count, [say("ports.count", { shown: number(found.length), all: number(all.length) }), body.told.at === null ? "" : say("port.read", { time: moment(body.told.at) })].filter(Boolean).join(" · "));
  tell(body.problem, body.why ?? "");
  body.opened.hidden = !body.chosen;
  if (!body.chosen) return;
  tell(body.heading, say("ports.charts", { name: body.chosen }));
  tell(body.shut, say("ports.close"));
  charts(body.place, { kind: "device", name: body.told.name, interface: body.chosen });
}

function build(body) {
  body.search = make("input", { type: "search", id: "ports-search", autocomplete: "off", spellcheck: false });
  body.only = make("input", { type: "checkbox", id: "ports-only", checked: body.told.items.length > FEW });
  body.search.addEventListener("input", () => show(body));
  body.only.addEventListener("change", () => show(body));
  body.count = make("span", { class: "soft", role: "status" });
  body.problem = make("p", { class: "soft", role: "status" });
  body.opened = make("div", { class: "opened", hidden: true });
  body.heading = make("strong");
  body.shut = make("button", { type: "button", class: "button" });
  body.shut.addEventListener("click", () => pick(body, ""));
  body.place = make("div");
  body.opened.append(make("p", { class: "head" }, body.heading, body.shut), body.place);
  body.rows = make("tbody");
  body.heads = ["port", "state", "speed", "in", "out", "alias", "line"].map((key) => [key, make("th", { scope: "col", class: ["speed", "in", "out"].includes(key) ? "figure" : "" })]);
  body.label = make("label", { for: "ports-search", class: "heard" });
  body.onlyLabel = make("label", { for: "ports-only" });
  body.scrolls = make("div", { class: "scrolls ports", tabindex: "0", role: "region" }, make("table", {}, make("thead", {}, make("tr", {}, ...body.heads.map(([, head]) => head))), body.rows));
  body.append(make("p", { class: "sieve" }, body.label, body.search, make("span", { class: "choice" }, body.only, body.onlyLabel), body.count), body.problem, body.opened, body.scrolls);
  try {
    body.chosen = decodeURIComponent(location.hash.slice(1));
  } catch {
    body.chosen = "";
  }
  if (!body.told.items.some((one) => one.name === body.chosen)) body.chosen = "";
  watch(body.told.name, (rates, why) => {
    if (rates) body.rates = rates;
    body.why = why;
    show(body);
  });
}

export function interfaces(body, told) {
  body.told = told;
  if (!body.search) build(body);
  for (const [key, head] of body.heads) tell(head, say(`ports.${key}`));
  tell(body.label, say("ports.search"));
  tell(body.onlyLabel, say("ports.only"));
  body.search.placeholder = say("ports.search");
  body.scrolls.setAttribute("aria-label", say("part.interfaces"));
  show(body);
}
