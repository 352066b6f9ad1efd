// A tile for every site and service, coloured by verdict. Places never move: eyes learn where a
// commune is.
import { by, icon, link, make, patch, tell } from "../dom.js";
import { known, moment, number, say } from "../words.js";

const KINDS = ["data-centre", "province", "department", "party", "union", "other", "district", "district-office", "ward"];
const WIDE = new Set(["ward"]);
const CAPTIONED = 40;
const ALIKE = 6;
const SHORTER = [[/^UBND /, ""], [/^(xã|Xã) /, ""], [/^(phường|Phường) /, "P. "], [/^(thị trấn|Thị trấn) /, "TT. "]];

const rank = (kind) => (KINDS.includes(kind) ? KINDS.indexOf(kind) : KINDS.length);

function short(title, prefix) {
  const own = prefix && title.startsWith(prefix) ? title.slice(prefix.length) : title;
  return SHORTER.reduce((left, [what, by]) => left.replace(what, by), own);
}

function create(item) {
  const tile = make("li", {});
  if (!item.caption) tile.append((tile.way = link(item.thing, "")));
  tile.name = make("span", { class: "name" });
  tile.heard = make("span", { class: "heard" });
  return tile;
}

function update(tile, item) {
  if (item.caption) {
    tile.className = "caption";
    tile.textContent = item.caption;
    return;
  }
  tile.className = `tile s-${item.state}`;
  tell(tile.name, short(item.title, item.prefix));
  const word = item.state === "maintenance" ? say("state.maintenance") : item.word;
  const because = item.because ? `, ${say("because", { cause: item.because })}` : "";
  tell(tile.heard, ` ${word}`);
  tile.title = `${item.title}: ${word}${because}, ${say("since", { time: moment(item.since) })}`;
  if (item.state === "up") tile.way.replaceChildren(tile.name, tile.heard);
  else tile.way.replaceChildren(icon(item.state), tile.name, tile.heard);
}

const key = (item) => item.caption ? `/${item.parent}` : item.name;

function group(kind) {
  const list = make("ul", { class: WIDE.has(kind) ? "tiles small" : "tiles wide" });
  const title = make("h3", {}, make("span"), make("span", { class: "number" }));
  const section = make("section", { class: `group k-${kind || "none"}` }, title, list);
  section.list = list;
  section.head = title;
  return section;
}

function captioned(sites, places) {
  if (sites.length < CAPTIONED) return sites;
  const parents = [...new Set(sites.map((one) => one.parent))];
  const ordered = [...sites].sort((one, other) => parents.indexOf(one.parent) - parents.indexOf(other.parent));
  const found = [];
  let parent = null;
  for (const site of ordered) {
    if (site.parent !== parent && places[site.parent]) {
      parent = site.parent;
      found.push({ caption: places[parent].replace(/^(Huyện|Thành phố|Thị xã) /, ""), parent });
    }
    found.push(site);
  }
  return found;
}

function fill(section, { kind, items, places }) {
  const bad = items.filter((one) => one.state !== "up").length;
  const [name, count] = section.head.children;
  tell(name, known(`kind.${kind}`) ? say(`kind.${kind}`) : kind);
  tell(count, bad ? `${number(bad)} / ${number(items.length)}` : number(items.length));
  patch(section.list, captioned(items, places), key, create, update);
}

export function sites({ sites: told, places }, language) {
  const kinds = new Map();
  for (const site of told) {
    if (!kinds.has(site.kind)) kinds.set(site.kind, []);
    kinds.get(site.kind).push({ ...site, thing: `site:${site.name}`, language });
  }
  const groups = [...kinds].map(([kind, items]) => ({ kind, items, places }));
  groups.sort((one, other) => rank(one.kind) - rank(other.kind));
  patch(by("sites"), groups, (one) => one.kind, (one) => group(one.kind), fill);
}

// Portals of thirty offices begin with the same words: those are said once, before them.
function together(services) {
  const count = new Map();
  const head = ({ title }) => title.split(" ").slice(0, 3).join(" ");
  for (const one of services) count.set(head(one), (count.get(head(one)) ?? 0) + 1);
  const alike = (one) => count.get(head(one)) >= ALIKE;
  const found = services.filter((one) => !alike(one));
  for (const [prefix, many] of count) {
    if (many < ALIKE) continue;
    found.push({ caption: prefix, parent: prefix });
    found.push(...services.filter((one) => head(one) === prefix).map((one) => ({ ...one, prefix: `${prefix} ` })));
  }
  return found;
}

export function services(told, language) {
  const items = together(told).map((one) => ({ ...one, thing: `service:${one.name}`, language }));
  const bad = told.filter((one) => one.state !== "up").length;
  tell(by("services-count"), bad ? `${number(bad)} / ${number(told.length)}` : number(told.length));
  patch(by("services"), items, key, create, update);
}
