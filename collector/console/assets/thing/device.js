// A device: what it is, its interfaces, neighbours, probes, configurations.
import { configs } from "./configs.js";
import { facts } from "../parts/section.js";
import { icon, link, make } from "../dom.js";
import { interfaces } from "./interfaces.js";
import { may } from "../session.js";
import { number, say } from "../words.js";
import { probes } from "./probes.js";
import { more, shown, worded } from "../parts/marks.js";
import { span } from "../units.js";

const FEW = 10;

const joined = (list) => list.filter(Boolean).join(", ");
const plain = (value) => (typeof value === "boolean" ? say(value ? "yes" : "no") : String(value));

function about(body, { device, site, contact, says, what }) {
  const asset = Object.entries(device.asset).filter(([, value]) => value !== null && value !== "");
  const named = (key) => say(`asset.${key}`);
  body.replaceChildren(facts([
    [say("about.address"), joined(device.addresses)],
    [say("about.role"), what || device.role],
    [say("about.site"), site ? link(site.thing, site.title) : device.site],
    [say("about.contact"), contact],
    [say("about.model"), joined([says.vendor, says.model])],
    [say("about.os"), joined([says.os, says.version])],
    [say("about.serial"), says.serial],
    [say("about.uptime"), says.uptime === null ? "" : span(says.uptime)],
    [say("about.lifecycle"), device.lifecycle === "active" ? "" : say(`lifecycle.${device.lifecycle}`)],
    [say("about.hours"), device.hours],
    [say("about.tags"), joined(device.tags)],
    ...asset.map(([key, value]) => [named(key), plain(value)]),
  ]));
}

function neighbour(one) {
  return make("li", { class: `s-${shown(one)}` },
    icon(shown(one)), link(one.thing, one.title),
    make("span", { class: "of" }, [one.far ? "" : one.what, one.interface].filter(Boolean).join(" · ")),
    one.far ? make("span", { class: "of" }, "→ ", link(one.far.thing, one.far.title)) : null,
    make("span", { class: "word" }, worded(one)));
}

// The first few; the rest is folded away.
function neighbours(body, { items, total }) {
  const open = body.querySelector("details")?.open ?? false;
  const [few, rest] = [items.slice(0, FEW), items.slice(FEW)];
  body.replaceChildren(
    make("ul", { class: "things" }, ...few.map(neighbour)),
    rest.length ? make("details", { open }, make("summary", {}, say("more", { count: number(total - few.length) })), make("ul", { class: "things" }, ...rest.map(neighbour)), more(total, items.length)) : "",
  );
}

// An uptime grows with every look: what it says in words makes a difference, not its seconds.
const key = (told) => JSON.stringify({ ...told, says: { ...told.says, uptime: told.says.uptime === null ? "" : span(told.says.uptime) } });

export function device(draw, sheet) {
  const { up, down, name } = sheet;
  draw("wide", { id: "interfaces", fill: interfaces }, sheet.interfaces.items.length ? { name, at: sheet.interfaces.at, items: sheet.interfaces.items } : null, sheet.interfaces.total);
  draw("side", { id: "about", fill: about, key }, { device: sheet.device, site: sheet.site, contact: sheet.contact, says: sheet.says, what: sheet.what });
  draw("side", { id: "up", fill: neighbours }, up.items.length ? up : null, up.total);
  draw("side", { id: "down", fill: neighbours }, down.items.length ? down : null, down.total);
  draw("side", { id: "probes", fill: probes }, sheet.probes.length ? sheet.probes : null);
  draw("side", { id: "configs", fill: configs }, sheet.configs?.length ? { name, items: sheet.configs, operator: may() } : null);
}
