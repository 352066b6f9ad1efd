// The last changes, newest first.
import { by, icon, link, make, patch } from "../dom.js";
import { known, moment, say, stated } from "../words.js";

function picture(change) {
  if (change.kind === "verdict") return change.state;
  if (change.kind === "maintenance") return "maintenance";
  if (change.kind !== "incident") return "info";
  return change.what === "closed" ? "up" : change.severity || "info";
}

function said(change) {
  if (change.kind === "verdict") return stated(change.subject.split(":")[0], change.state);
  const key = change.kind === "incident" ? `change.${change.what}` : `change.${change.kind}.${change.what}`;
  if (known(key)) return say(key);
  return known(`change.${change.kind}`) ? say(`change.${change.kind}`) : change.kind;
}

function update(element, change) {
  const shown = picture(change);
  element.className = `change c-${shown}`;
  const more = [change.who, change.kind === "config" || change.kind === "threshold" ? change.text : ""];
  element.replaceChildren(
    make("time", {}, moment(change.at)),
    icon(shown),
    make("span", { class: "about" }, make("b", {}, link(change.subject, change.title)), ` ${said(change)}`, make("i", {}, more.filter(Boolean).map((one) => ` · ${one}`).join(""))),
  );
}

export function changes(told, language) {
  if (told === null) return;
  const items = told.map((change) => ({ ...change, language }));
  patch(by("changes"), items, (item) => item.id, () => make("li"), update);
}
