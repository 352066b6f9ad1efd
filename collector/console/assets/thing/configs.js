// A device's configurations: what changed when; operators may see what.
import { make } from "../dom.js";
import { moment, number, say } from "../words.js";

const KINDS = { "+": "added", "-": "removed", "@": "place" };

function lines(text) {
  return text.split("\n").map((line) => make("span", { class: KINDS[line[0]] && !/^(\+\+\+|---)/.test(line) ? KINDS[line[0]] : "" }, `${line}\n`));
}

async function difference(name, revision, place) {
  place.replaceChildren(make("p", { class: "soft", role: "status" }, say("configs.reading")));
  try {
    const answer = await fetch(`/api/v1/devices/${encodeURIComponent(name)}/configs/${encodeURIComponent(revision)}`);
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    place.replaceChildren(make("pre", { class: "difference", tabindex: "0", "aria-label": say("configs.difference") }, ...lines(told.text)), told.cut ? make("p", { class: "soft" }, say("configs.cut")) : "");
  } catch (error) {
    place.replaceChildren(make("p", { class: "soft", role: "status" }, say("configs.failed", { why: error.message })));
  }
}

function item(name, one, operator) {
  const head = [moment(one.changed ?? one.at), say("configs.lines", { added: number(one.added), removed: number(one.removed) })].join(" · ");
  if (!operator) return make("li", {}, head);
  const place = make("div");
  const details = make("details", {}, make("summary", {}, head), place);
  details.addEventListener("toggle", () => {
    if (details.open && !place.firstChild) difference(name, one.revision, place);
  });
  return make("li", {}, details);
}

export function configs(body, { name, items, operator }) {
  body.replaceChildren(make("ul", { class: "lines" }, ...items.map((one) => item(name, one, operator))), operator ? "" : make("p", { class: "soft" }, say("configs.viewer")));
}
