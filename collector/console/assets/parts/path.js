// The way from the collector to a thing: what stands beside each other is on one step, what is broken is seen.
import { icon, link, make } from "../dom.js";
import { shown, worded } from "./marks.js";
import { say } from "../words.js";

const BESIDE = 4;

function stop(one, own) {
  const way = one.thing === own.thing ? make("span", { class: "here", "aria-current": "true" }, one.title) : link(one.thing, one.title);
  return make("li", { class: `stop s-${shown(one)}`, title: worded(one) }, icon(shown(one)), way, make("span", { class: "heard" }, ` ${worded(one)}`));
}

// `own` stands at the end.
export function path(body, { steps, own }) {
  const depths = new Map();
  for (const one of [...steps, { ...own, depth: Infinity }]) depths.set(one.depth, [...(depths.get(one.depth) ?? []), one]);
  const rows = [...depths.values()].map((beside) => {
    const rest = beside.length - BESIDE;
    const more = rest > 0 ? make("li", { class: "soft" }, say("more", { count: rest })) : null;
    return make("li", {}, make("ul", {}, ...beside.slice(0, BESIDE).map((one) => stop(one, own)), more));
  });
  body.replaceChildren(make("ol", { class: "path" }, ...rows));
}
