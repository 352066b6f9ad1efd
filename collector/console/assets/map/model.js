// What the map is about: sites where something stands, places that only hold others, circuits between.
const GRAVE = ["down", "unreachable", "degraded", "unknown", "maintenance", "up", ""];
const SHORTER = [[/^UBND /, ""], [/^(xã|Xã) /, ""], [/^(phường|Phường) /, "P. "], [/^(thị trấn|Thị trấn) /, "TT. "], [/^(huyện|Huyện|Thị xã|thị xã) /, ""], [/^(thành phố|Thành phố) /, "TP. "]];

export const grave = (state) => GRAVE.indexOf(state);
// What nobody watches yet is not wrong.
export const wrong = (one) => one.state !== "up" && one.state !== "";
export const form = (one) => one.state || "planned";
export const short = (title) => SHORTER.reduce((left, [what, by]) => left.replace(what, by), title);

const stands = (site) => site.state !== "" || site.hops !== null;

export class Model {
  // `told` is the answer of /api/v1/map.
  constructor(told) {
    this.sites = new Map();
    this.places = new Map();
    this.circuits = new Map();
    this.between = new Map();
    this.told = told;
    for (const site of told.sites) {
      const one = { ...site, ...this.worded("site", site), thing: `site:${site.name}`, label: short(site.title) };
      (stands(site) ? this.sites : this.places).set(site.name, one);
    }
    for (const circuit of told.circuits) this.add(circuit);
    for (const all of this.between.values()) for (const one of all) one.twins = all.length;
    this.shape = JSON.stringify([
      [...this.sites.values(), ...this.places.values()].map((one) => [one.name, one.title, one.parent, one.location, one.above, one.hops]),
      [...this.circuits.values()].map((one) => [one.name, one.title, one.a, one.z, one.backup]),
    ]);
  }

  worded(kind, { state, cause }) {
    return { word: this.told.words[kind][state] ?? "", because: this.told.causes[cause] ?? "" };
  }

  // Circuits between the same two sites lie side by side: each knows its place among them.
  add(circuit) {
    const one = { ...circuit, ...this.worded("circuit", circuit), thing: `circuit:${circuit.name}`, label: circuit.title };
    const pair = [circuit.a ?? "", circuit.z].sort().join(" ");
    if (!this.between.has(pair)) this.between.set(pair, []);
    one.place = this.between.get(pair).length;
    this.between.get(pair).push(one);
    this.circuits.set(circuit.name, one);
  }

  of(thing) {
    const at = thing.indexOf(":");
    const name = thing.slice(at + 1);
    return { site: this.sites, circuit: this.circuits }[thing.slice(0, at)]?.get(name);
  }

  title(name) {
    return (this.sites.get(name) ?? this.places.get(name))?.title ?? name;
  }

  // The way from a site to the collector, as things: site, its circuits, the next site...
  chain(name) {
    const found = [];
    for (let site = this.sites.get(name); site && !found.includes(site.thing); site = this.sites.get(site.above?.site)) {
      found.push(site.thing);
      for (const circuit of site.above?.circuits ?? []) found.push(`circuit:${circuit}`);
    }
    return found;
  }

  // The same from a circuit: through the end that is nearer to the collector.
  way(thing) {
    const one = this.of(thing);
    if (one === undefined) return [];
    if (thing.startsWith("site:")) return this.chain(one.name);
    const hops = (name) => this.sites.get(name)?.hops ?? Infinity;
    return [thing, ...this.chain(one.a !== null && hops(one.a) < hops(one.z) ? one.a : one.z)];
  }

  get lost() {
    return [...this.sites.values()].filter((one) => one.location === null);
  }

  get all() {
    return [...this.sites.values(), ...this.circuits.values()];
  }
}
