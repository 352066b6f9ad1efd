// Which things: searched for as one types, without regard to tone marks; several.
import { icon, make, tell } from "../dom.js";
import { number, say, speaks } from "../words.js";

const WAIT = 200;
const FOUND = 8;

export function picker(key, given) {
  const chosen = new Map(given.map((one) => [one.thing, one.title]));
  const input = make("input", { type: "search", id: "act-picker", autocomplete: "off" });
  const list = make("ul", { class: "picked" });
  const found = make("ul", { class: "found" });
  const said = make("p", { class: "heard", role: "status" });
  let timer;
  let asking = 0;

  function drop(thing) {
    chosen.delete(thing);
    draw();
    input.focus();
  }

  function draw() {
    list.replaceChildren(...[...chosen].map(([thing, title]) => {
      const button = make("button", { type: "button", class: "chip", title: thing }, title, " ×");
      button.setAttribute("aria-label", say("act.drop", { title }));
      button.addEventListener("click", () => drop(thing));
      return make("li", {}, button);
    }));
    list.hidden = chosen.size === 0;
  }

  function add(one) {
    chosen.set(one.thing, one.title);
    input.value = "";
    found.replaceChildren();
    draw();
    tell(said, say("act.added", { title: one.title }));
    input.focus();
  }

  function offer(items) {
    found.replaceChildren(...items.filter((one) => !chosen.has(one.thing)).map((one) => {
      const button = make("button", { type: "button" }, icon(one.maintenance ? "maintenance" : one.state), make("b", {}, one.title), make("span", {}, say(`act.kind.${one.kind}`)));
      button.addEventListener("click", () => add(one));
      return make("li", {}, button);
    }));
    tell(said, items.length ? say("act.found", { count: number(items.length) }) : say("act.found.none"));
    if (!items.length) found.replaceChildren(make("li", { class: "none" }, say("act.found.none")));
  }

  async function search() {
    const words = input.value.trim();
    asking += 1;
    const mine = asking;
    if (!words) return found.replaceChildren();
    try {
      const answer = await fetch(`/api/v1/verdicts?search=${encodeURIComponent(words)}&limit=${FOUND}&language=${speaks()}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const { items } = await answer.json();
      if (mine === asking) offer(items);
    } catch {
      if (mine === asking) tell(said, say("act.unanswered"));
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    found.querySelector("button")?.click();
  });
  draw();
  return {
    element: make("div", { class: "field picker" }, make("label", { htmlFor: input.id }, say("act.things")), list, input, found, said),
    problem: () => (chosen.size ? "" : say("act.things.missing")),
    values: () => ({ [key]: [...chosen.keys()] }),
    focus: () => input.focus(),
    mark: (wrong) => (wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid")),
    first: chosen.size === 0,
  };
}
