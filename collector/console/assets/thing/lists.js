// Things that hang on a thing, or lie in it; links to what is told elsewhere.
import { make } from "../dom.js";
import { more, summed, things, tiles } from "../parts/marks.js";
import { say } from "../words.js";

// Many are folded away, and counted.
export function below(body, told) {
  const open = body.querySelector("details")?.open ?? told.total <= 12;
  body.replaceChildren(make("details", { open }, make("summary", {}, summed(told.kinds)), tiles(told.items), more(told.total, told.items.length)));
}

// `all` is where the inventory has them in columns.
export const found = (all) => (all ? make("p", { class: "all" }, make("a", { href: all }, say("lists.all"))) : "");

export function listed(body, told) {
  body.replaceChildren(things(told.items), more(told.total, told.items.length), found(told.all));
}

export function tiled(body, told) {
  body.replaceChildren(tiles(told.items), more(told.total, told.items.length), found(told.all));
}
