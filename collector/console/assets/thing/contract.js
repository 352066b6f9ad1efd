// The numbers that a carrier is paid by: asked of the store by themselves, for they take a while.
import { facts, table } from "../parts/section.js";
import { make } from "../dom.js";
import { rate, share, span } from "../units.js";
import { number, say } from "../words.js";

const EVERY = 600000;
const ENOUGH = 0.5;

// What was hardly watched is neither met nor missed.
function met(one) {
  if (one.met === null) return "";
  if (one.coverage < ENOUGH) return make("span", { class: "state s-degraded" }, say("contract.thin", { coverage: share(one.coverage) }));
  return make("span", { class: `state s-${one.met ? "up" : "down"}` }, say(one.met ? "contract.met" : "contract.missed"));
}

function uptime(one) {
  const ratio = one.ratio === null ? "–" : share(one.ratio);
  return make("div", { class: "big" },
    make("p", {}, make("b", {}, ratio), " ", met(one)),
    make("p", { class: "soft" }, one.target === null ? say("contract.untold") : say("contract.target", { target: share(one.target) })));
}

function lost(one) {
  return facts([
    [say("contract.outages"), number(one.outages)],
    [say("contract.down"), span(one.down_seconds)],
    [say("contract.maintenance"), one.maintenance_seconds ? span(one.maintenance_seconds) : ""],
    [say("contract.off"), one.off_hours_seconds ? span(one.off_hours_seconds) : ""],
    [say("contract.unknown"), one.unknown_seconds ? span(one.unknown_seconds) : ""],
    [say("contract.coverage"), share(one.coverage)],
  ]);
}

function direction(one, limit) {
  const over = one.p95_ratio !== null && one.p95_ratio > limit;
  const bar = make("i", { class: `gauge${over ? " over" : ""}`, "aria-hidden": "true" }, make("i"), make("b"));
  bar.firstChild.style.width = `${Math.min(100, (one.p95_ratio ?? 0) * 100)}%`;
  bar.lastChild.style.left = `${limit * 100}%`;
  const known = (value) => (value === null ? "–" : rate(value));
  const ratio = one.p95_ratio === null ? "" : ` (${share(one.p95_ratio)})`;
  return [make("div", {}, make("span", { class: over ? "state s-down" : "" }, known(one.p95) + ratio), bar), known(one.mean), known(one.max), share(one.coverage)];
}

function traffic(told) {
  const rows = ["transmit", "receive"].map((way) => [say(`contract.${way}`), ...direction(told[way], told.limit)]);
  const heads = ["way", "p95", "mean", "max", "measured"].map((key) => say(`contract.${key}`));
  return table(say("contract.traffic"), heads, rows);
}

function draw(body, told) {
  const { breach } = told;
  body.replaceChildren(
    uptime(told.availability),
    lost(told.availability),
    told.counters ? traffic(told) : make("p", { class: "soft" }, say("contract.uncounted")),
    make("p", { class: "soft" }, say("contract.limit", { limit: share(told.limit), counters: told.counters || "–" })),
    breach ? make("p", { class: "state s-down" }, say("contract.breach", { days: number(breach.days), since: breach.since })) : "",
  );
}

async function ask(body) {
  if (document.hidden && body.numbers) return;
  try {
    const answer = await fetch(`/api/v1/circuits/${encodeURIComponent(body.circuit)}/contract`);
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    body.numbers = told;
    draw(body, told);
  } catch (error) {
    body.replaceChildren(make("p", { class: "soft", role: "status" }, say("contract.failed", { why: error.message })));
  }
}

export function contract(body, { name }) {
  if (body.circuit === name) {
    if (body.numbers) draw(body, body.numbers);
    else ask(body);
    return;
  }
  body.circuit = name;
  body.replaceChildren(make("p", { class: "soft", role: "status" }, say("contract.reading")));
  ask(body);
  setInterval(() => ask(body), EVERY);
}
