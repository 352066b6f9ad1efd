// Small tools for the document. Text only ever goes in as text: names come from devices and people.
const SVG = "http://www.w3.org/2000/svg";

export const by = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") made.className = value;
    else if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export function tell(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const HELD = "a, button, input, summary, [tabindex]";

// Draws what is in an element anew; what had the focus in it has it again, or what stands last instead.
export function redraw(element, fill) {
  const held = element.contains(document.activeElement);
  const place = held ? [...element.querySelectorAll(HELD)].indexOf(document.activeElement) : -1;
  fill();
  if (place < 0 || element.contains(document.activeElement)) return;
  const now = [...element.querySelectorAll(HELD)];
  now[Math.min(place, now.length - 1)]?.focus({ preventScroll: true });
}

// The children of a list as they should be, by key: what stays is patched, moved only when it must be. The
// focus stays in it; in what takes the place of a child that went.
export function patch(list, items, keyOf, create, update) {
  const held = list.contains(document.activeElement) ? document.activeElement : null;
  const row = [...list.children].findIndex((child) => child.contains(held));
  settle(list, items, keyOf, create, update);
  if (row < 0 || list.contains(document.activeElement)) return;
  const next = list.children[Math.min(row, list.children.length - 1)];
  const to = held.isConnected ? held : next?.matches(HELD) ? next : next?.querySelector(HELD) ?? by("main");
  to.focus({ preventScroll: true });
}

function settle(list, items, keyOf, create, update) {
  const known = list.known ?? (list.known = new Map());
  const wanted = new Set(items.map(keyOf));
  for (const [key, element] of known) {
    if (!wanted.has(key)) {
      element.remove();
      known.delete(key);
    }
  }
  let place = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let element = known.get(key);
    if (element === undefined) {
      element = create(item);
      known.set(key, element);
    }
    const drawn = JSON.stringify(item);
    if (element.drawn !== drawn) {
      element.drawn = drawn;
      redraw(element, () => update(element, item));
    }
    if (element === place) place = place.nextElementSibling;
    else list.insertBefore(element, place);
  }
}

export function forget(list) {
  list.known = new Map();
  list.replaceChildren();
}

// Where a thing (`device:name`) has its page; things of a kind that has none are only named.
const PAGED = ["device", "circuit", "site", "service"];

export function link(thing, text) {
  const at = thing.indexOf(":");
  const kind = thing.slice(0, at);
  if (!PAGED.includes(kind)) return make("span", {}, text);
  return make("a", { href: `/${kind}s/${encodeURIComponent(thing.slice(at + 1))}` }, text);
}
