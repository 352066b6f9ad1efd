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

// The children of a list as they should be, by key: what stays is patched, moved only when it must be.
export function patch(list, items, keyOf, create, update) {
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
      update(element, item);
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
