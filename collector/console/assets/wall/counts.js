// The province in numbers: how many of each state.
import { by, icon, make, patch } from "../dom.js";
import { counted, noun, number, say } from "../words.js";

const STATES = ["up", "degraded", "down", "unreachable", "unknown", "maintenance"];
const OTHERS = ["circuit", "site", "service"];

function create() {
  return make("li", {});
}

// What is not well can be listed.
function listed(kind, state, count, ...shown) {
  if (!count || state === "up") return make("span", { class: count ? "" : "nil" }, ...shown);
  return make("a", { href: `/inventory?kind=${kind}&where=shown%3D${state}` }, ...shown);
}

function update(element, { state, of }) {
  element.className = `count s-${state}${Object.values(of).some(Boolean) ? "" : " none"}`;
  element.replaceChildren(
    make("p", { class: "what" }, icon(state), make("span", {}, say(`state.${state}`))),
    make("p", { class: "most" }, listed("device", state, of.device, make("b", {}, number(of.device)), make("span", {}, noun("device", of.device)))),
    make("p", { class: "others" }, ...OTHERS.map((kind) => listed(kind, state, of[kind], counted(kind, of[kind])))),
  );
}

export function counts(told, language) {
  const items = STATES.map((state) => ({
    state, language, of: Object.fromEntries(Object.entries(told).map(([kind, each]) => [kind, each[state]])),
  }));
  patch(by("counts"), items, (item) => item.state, create, update);
}

