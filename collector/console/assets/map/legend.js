// What forms, colours and widths mean, in words.
import { by, make } from "../dom.js";
import { draw, mark, shape } from "./forms.js";
import { say } from "../words.js";

const STATES = ["up", "degraded", "down", "unreachable", "unknown", "maintenance"];
const LOADS = ["low", "middle", "high", "full"];

function stroke(names) {
  return draw("svg", { class: "sample", viewBox: "0 0 34 12", "aria-hidden": "true" }, draw("path", { d: "M0 6H34", class: `line ${names}` }));
}

function marked(state) {
  const one = mark();
  shape(one, state);
  one.element.setAttribute("class", `mark s-${state}`);
  return draw("svg", { class: "sample site", viewBox: "-10 -10 20 20", "aria-hidden": "true" }, one.element);
}

let drawn = "";

export function legend(byPlace, loadKnown) {
  const wanted = JSON.stringify([document.documentElement.lang, byPlace, loadKnown]);
  if (drawn === wanted) return;
  drawn = wanted;
  const lines = loadKnown ? LOADS.map((one) => [`s-up l-${one}`, say(`legend.${one}`)]) : [["s-up l-none", say("legend.unread")]];
  lines.push(["s-down l-none", say("state.down")], ["s-unreachable l-none", say("state.unreachable")], ["s-up l-low backup", say("legend.backup")]);
  by("legend-list").replaceChildren(
    make("li", { class: "head" }, say("legend.sites")),
    ...STATES.map((state) => make("li", {}, marked(state), say(`state.${state}`))),
    make("li", { class: "head" }, say("legend.lines")),
    ...lines.map(([names, text]) => make("li", {}, stroke(names), text)),
    make("li", { class: "last" }, say("legend.outside")),
    byPlace ? make("li", { class: "last" }, say("legend.near")) : "",
  );
}
