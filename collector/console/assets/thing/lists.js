// Things that hang on a thing, or lie in it; links to what is told elsewhere.
import { make } from "../dom.js";
import { things, tiles } from "../parts/marks.js";
import { counted, number, say } from "../words.js";

const FELT = ["service", "site", "circuit", "device", "collector"];

const rest = (total, listed) => (total > listed ? make("p", { class: "soft" }, say("more", { count: number(total - listed) })) : "");

export const summed = (kinds) => FELT.filter((kind) => kinds[kind]).map((kind) => counted(kind, kinds[kind])).join(", ");

// Many are folded away, and counted.
export function below(body, told) {
  const open = body.querySelector("details")?.open ?? told.total <= 12;
  body.replaceChildren(make("details", { open }, make("summary", {}, summed(told.kinds)), tiles(told.items), rest(told.total, told.items.length)));
}

// `all` is where the inventory has them in columns.
export const found = (all) => (all ? make("p", { class: "all" }, make("a", { href: all }, say("lists.all"))) : "");

export function listed(body, told) {
  body.replaceChildren(things(told.items), rest(told.total, told.items.length), found(told.all));
}

export function tiled(body, told) {
  body.replaceChildren(tiles(told.items), rest(told.total, told.items.length), found(told.all));
}
