// Clocks that run: how long something has lasted.
import { make, tell } from "../dom.js";
import { lasting } from "../words.js";

export function lasted(since) {
  return make("b", { class: "lasted", "data-since": String(since) }, lasting(Date.now() / 1000 - since));
}

export function run() {
  const now = Date.now() / 1000;
  for (const clock of document.querySelectorAll(".lasted[data-since]")) tell(clock, lasting(now - clock.dataset.since));
}
