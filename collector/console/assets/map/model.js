// What the map is about: sites where something stands, places that only hold others, circuits between.
const GRAVE = ["down", "unreachable", "degraded", "unknown", "maintenance", "up", ""];
const SHORTER = [[/^UBND /, ""], [/^(xã|Xã) /, ""], [/^(phường|Phường) /, "P. "], [/^(thị trấn|Thị trấn) /, "TT. "], [/^(huyện|Huyện) ủy /, "H. ủy "], [/^(huyện|Huyện|Thị xã|thị xã) /, ""], [/^(thành phố|Thành phố) /, "TP. "]];

export const grave = (state) => GRAVE.indexOf(state);
// What nobody watches yet is not wrong.
export const wrong = (one) => one.state !== "up" && one.state !== "";
export const form = (one) => one.state || "planned";
export const short = (title) => SHORTER.reduce((left, [what, by]) => left.replace(what, by), title);

const stands = (site) => site.state !== "" || site.hops !== null;

export class Model {
  // `ground` is what /api/v1/map tells once; `tell` is given how things stand on it.
  constructor(ground) {
    this.ground = ground;
    this.known = new Map();
    this.circuits = new Map();
    this.between = new Map();
    this.standing = 0;
    for (const site of ground.sites) this.known.set(site.name, { ...site, thing: `site:${site.name}`, label: short(site.title), providers: [], state: "" });
    for (const circuit of ground.circuits) this.add(circuit);
    for (const all of this.between.values()) for (const one of all) one.twins = all.length;
    this.split();
  }

  // Circuits between the same two sites lie side by side: each knows its place among them.
  add(circuit) {
    const one = { ...circuit, thing: `circuit:${circuit.name}`, label: circuit.title, state: "" };
    const pair = [circuit.a ?? "", circuit.z].sort().join(" ");
    if (!this.between.has(pair)) this.between.set(pair, []);
    one.place = this.between.get(pair).length;
    this.between.get(pair).push(one);
    this.circuits.set(circuit.name, one);
    for (const end of [circuit.a, circuit.z]) this.known.get(end ?? "")?.providers.push(circuit.provider);
  }

  split() {
    this.sites = new Map();
    this.places = new Map();
    for (const [name, site] of this.known) (stands(site) ? this.sites : this.places).set(name, site);
    this.all = [...this.sites.values(), ...this.circuits.values()];
    this.lost = [...this.sites.values()].filter((one) => one.location === null);
    this.standing += 1;
  }

  tell({ sites, circuits, causes }) {
    const { words } = this.ground;
    const now = (things, told, kind) => {
      let place = 0;
      for (const one of things.values()) {
        Object.assign(one, told[place]);
        one.word = words[kind][one.state] ?? "";
        one.because = causes[one.cause] ?? "";
        place += 1;
      }
    };
    now(this.known, sites, "site");
    now(this.circuits, circuits, "circuit");
    if ([...this.known.values()].some((site) => stands(site) !== this.sites.has(site.name))) this.split();
  }

  of(thing) {
    const at = thing.indexOf(":");
    const name = thing.slice(at + 1);
    return { site: this.sites, circuit: this.circuits }[thing.slice(0, at)]?.get(name);
  }

  title(name) {
    return this.known.get(name)?.title ?? name;
  }

  // What a site lies in at last, by its short name; the site itself where that is nothing.
  whole(site) {
    let at = site;
    while (this.known.has(at.parent)) at = this.known.get(at.parent);
    return at.label;
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
}
