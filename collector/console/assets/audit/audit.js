// The audit log: who did what, and who was refused. The newest lines are looked for again and again; older ones
// are read on demand.
import "./words.js";
import { lines } from "./lines.js";
import { by, forget, make, tell } from "../dom.js";
import { page } from "../page.js";
import { say, speaks } from "../words.js";

const ASK = "/api/v1/audit";
const MOST = 50;
const WAIT = 250;
const ACTS = ["acknowledge", "note", "owner", "suspected", "announce", "extend", "end", "silence", "mute-flapping", "unsilence", "reload", "login", "logout", "token", "attempt"];
const OUTCOMES = ["accepted", "refused", "failed", "partly", "unknown"];

let newest = null;
let older = [];
let following = null;
let asking = 0;

function asked() {
  const where = ["act", "outcome"].filter((name) => by(name).value).map((name) => `&where=${name}=${by(name).value}`);
  const words = by("search").value.trim();
  return `&limit=${MOST}${where.join("")}${words ? `&search=${encodeURIComponent(words)}` : ""}`;
}

function show() {
  const first = newest.items;
  // What is new moves the others on: what stood among the newest is not forgotten when older lines are shown.
  const last = first.length ? first[first.length - 1].number : Infinity;
  lines(by("lines"), [...first, ...older.filter((one) => one.number < last)]);
  by("none").hidden = first.length > 0 || older.length > 0;
  by("more").hidden = following === null;
  by("chain").hidden = false;
  by("chain").className = newest.sound ? "chip whole" : "chip broken";
  tell(by("chain"), say(newest.sound ? "audit.sound" : "audit.broken"));
}

function draw(told) {
  by("filters").hidden = by("log").hidden = false;
  by("barred").hidden = true;
  if (newest !== null && older.length) {
    const known = new Set([...told.items, ...older].map((one) => one.number));
    older = [...newest.items.filter((one) => !known.has(one.number)), ...older];
  }
  if (!older.length) following = told.next;
  newest = told;
  show();
}

function barred() {
  by("filters").hidden = by("log").hidden = by("chain").hidden = true;
  by("barred").hidden = false;
  tell(by("barred"), say("audit.barred"));
}

function options(name, word, values) {
  const chosen = by(name).value;
  by(name).replaceChildren(make("option", { value: "" }, say("audit.all")), ...values.map((one) => make("option", { value: one }, say(`${word}.${one}`))));
  by(name).value = chosen;
}

function spoken() {
  document.title = `${say("audit")} · Hatang`;
  options("act", "audit.did", ACTS);
  options("outcome", "audit.fared", OUTCOMES);
}

async function more() {
  const mine = asking;
  by("more").disabled = true;
  try {
    const answer = await fetch(`${ASK}?language=${speaks()}${asked()}&cursor=${following}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    if (mine !== asking) return;
    older = [...older, ...told.items];
    following = told.next;
    show();
  } catch {
    // the button stays: it may be asked again, and the page says itself that nobody answers
  } finally {
    by("more").disabled = false;
  }
}

spoken();
const again = page({ draw, ask: ASK, asked, spoken, barred });

function filtered() {
  asking += 1;
  older = [];
  newest = null;
  forget(by("lines"));
  again();
}

let timer;
by("search").addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(filtered, WAIT);
});
for (const name of ["act", "outcome"]) by(name).addEventListener("change", filtered);
by("filters").addEventListener("submit", (event) => event.preventDefault());
by("clear").addEventListener("click", () => {
  for (const name of ["search", "act", "outcome"]) by(name).value = "";
  filtered();
});
by("more").addEventListener("click", more);
