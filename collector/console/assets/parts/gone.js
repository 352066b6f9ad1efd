// What a page says of something that is not there.
import { by, make } from "../dom.js";
import { say } from "../words.js";

const named = () => {
  const last = location.pathname.split("/").filter(Boolean).pop() ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
};

// `what` is a word of this folder: why, incident, runbook.
export function gone(what) {
  const name = named();
  const place = by("gone");
  by("main").classList.add("missing");
  by("title").textContent = say("gone.title");
  document.title = `${say("gone.title")} · Hatang`;
  const search = make("a", { class: "button", href: `/inventory?search=${encodeURIComponent(name)}` }, say("gone.search"));
  place.replaceChildren(make("p", { class: "said" }, say(`gone.${what}`, { name })), make("p", { class: "chips" }, ...(what === "why" ? [search] : []), make("a", { class: "button", href: "/" }, say("gone.wall"))));
  place.hidden = false;
}

// It is there, perhaps again.
export function here() {
  by("main").classList.remove("missing");
  by("gone").hidden = true;
}
