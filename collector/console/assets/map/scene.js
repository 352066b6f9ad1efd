// The drawing as numbers: where marks, lines and names are, how each looks, and what lies under a pointer. Places
// are set when the zoom changes, looks whenever states do.
import { cleared, wide } from "./labels.js";
import { form, grave, wrong } from "./model.js";
import { spread } from "./place.js";

const LARGER = { "data-centre": 1.9, province: 1.4, "district-office": 1.2 };
const RANKS = { "data-centre": 0, province: 1, "district-office": 2, district: 2 };
const NEAR = 9;
const AROUND = [0, 1, 2, 3, 4].flatMap((ring) => (ring ? [...Array(8).keys()].map((turn) => [Math.cos(turn * 0.785) * ring * 24, Math.sin(turn * 0.785) * ring * 14]) : [[0, 0]]));
const PARALLEL = 4;
const STUB = 15;
const STEPS = 10;
const TINY = 3.2;
const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

// Points along a line of cubic pieces, by which it is found again under a pointer.
function flat([x, y, ...pieces]) {
  const found = [[x, y]];
  for (const [ax, ay, bx, by, cx, cy] of pieces) {
    for (let step = 1; step <= STEPS; step += 1) {
      const t = step / STEPS;
      const u = 1 - t;
      found.push([u * u * u * x + 3 * u * u * t * ax + 3 * u * t * t * bx + t * t * t * cx, u * u * u * y + 3 * u * u * t * ay + 3 * u * t * t * by + t * t * t * cy]);
    }
    [x, y] = [cx, cy];
  }
  return found;
}

function bounds([x, y, ...pieces]) {
  const box = { left: x, right: x, top: y, bottom: y };
  for (const piece of pieces) {
    for (let place = 0; place < 6; place += 2) {
      box.left = Math.min(box.left, piece[place]);
      box.right = Math.max(box.right, piece[place]);
      box.top = Math.min(box.top, piece[place + 1]);
      box.bottom = Math.max(box.bottom, piece[place + 1]);
    }
  }
  return box;
}

function far([px, py], [ax, ay], [bx, by]) {
  const [x, y] = [bx - ax, by - ay];
  const along = Math.max(0, Math.min(1, ((px - ax) * x + (py - ay) * y) / (x * x + y * y || 1)));
  return Math.hypot(px - ax - x * along, py - ay - y * along);
}

export class Scene {
  constructor() {
    Object.assign(this, { nodes: new Map(), lines: new Map(), areas: [], lit: new Map(), k: 0, thick: 1, out: () => false, load: () => "" });
  }

  build(model, layout) {
    Object.assign(this, { model, layout, tree: layout.lines !== null });
    this.nodes = new Map();
    this.lines = new Map();
    for (const site of model.sites.values()) {
      const spot = layout.at.get(site.name);
      if (spot) this.nodes.set(site.name, { site, spot, text: site.label });
    }
    for (const circuit of model.circuits.values()) if (this.ends(circuit)) this.lines.set(circuit.name, this.laid(circuit));
    this.areas = layout.areas.map((one, place) => ({ ...one, key: `area:${place}`, class: one.strong ? "area strong" : one.whole ? "area whole" : "area" }));
  }

  ends({ a, z }) {
    const { at, lines } = this.layout;
    return (at.has(z) || at.has(a)) && (lines === null || a !== z);
  }

  laid(circuit) {
    const path = this.layout.lines?.get(circuit.name);
    return { circuit, leaves: this.leaves(circuit), text: circuit.provider, named: "name", ...(path ? { path, box: bounds(path) } : {}) };
  }

  // Whether it leads out of our network from where a collector stands.
  leaves({ a, z, provider }) {
    return a === null && provider !== "" && this.model.sites.get(z)?.above === null;
  }

  // States and loads; what is wrong stands above the rest, what is lit above all.
  dress() {
    for (const node of this.nodes.values()) {
      const { site } = node;
      this.look(node, site, `mark s-${form(site)} ${LARGER[site.kind] ? "large" : ""}`);
      node.scale = this.scaled(site);
      node.named = `name s-${node.shown}${wrong(site) ? " bad" : ""}${node.outside ? " out" : ""}${this.named(site) ? " lit" : node.glow ? " hit" : ""}`;
      node.spined = `spine s-${node.shown}`;
    }
    for (const line of this.lines.values()) {
      const { circuit } = line;
      this.look(line, circuit, `line s-${form(circuit)} ${this.load(circuit)}${circuit.backup ? " backup" : ""}`);
      line.badge = wrong(circuit) && !line.outside ? `badge s-${line.shown}${line.glow ? " lit" : ""}` : "";
    }
  }

  look(one, thing, classes) {
    one.outside = this.out(thing);
    one.shown = form(thing);
    one.glow = this.lit.get(thing.thing);
    one.rank = one.glow ? 2 : wrong(thing) ? 1 : 0;
    one.class = `${classes}${one.outside ? " out" : ""}${one.glow ? ` lit ${one.glow}` : ""}`;
  }

  ordered(things) {
    const found = [[], [], []];
    for (const one of things.values()) found[one.rank].push(one);
    return found.flat();
  }

  scaled(site) {
    return ((this.size * (LARGER[site.kind] ?? 1)) / 8) * (wrong(site) ? 1.15 : 1);
  }

  // What is pointed at and the way from there have their names before all; what hangs on it has not.
  named({ thing }) {
    return this.lit.has(thing) && this.lit.get(thing) !== "hit";
  }

  // Sets everything where it is at so many pixels a unit. `size` is a mark's radius, `rem` a name's unit; names
  // stay within `bounds` where there are any, and only those in `sight` are looked at where that is given.
  place(k, size, rem, bounds, sight) {
    Object.assign(this, { k, size, rem, bounds, sight, thick: Math.max(0.5, Math.min(1.4, size / 7)) });
    const air = this.tree ? 0 : 1.2;
    const nodes = [...this.nodes.values()];
    const spots = nodes.map(({ site, spot }) => ({ x: spot.x * k, y: spot.y * k, r: size * (LARGER[site.kind] ?? 1) + air, heavy: site.kind === "data-centre" }));
    if (!this.tree) spread(spots);
    nodes.forEach((node, place) => Object.assign(node, spots[place], { scale: this.scaled(node.site) }));
    for (const line of this.lines.values()) if (!this.tree) [line.from, line.to] = this.straight(line.circuit);
    this.name();
  }

  straight(circuit) {
    const a = this.nodes.get(circuit.a ?? "");
    const z = this.nodes.get(circuit.z);
    const place = circuit.place - (circuit.twins - 1) / 2;
    if (!a || !z || a === z) {
      const one = z ?? a;
      const angle = -Math.PI / 2 + place * 0.5 + (circuit.twins > 1 ? 0 : 0.7);
      const length = one.r + STUB;
      return [[one.x, one.y], [one.x + Math.cos(angle) * length, one.y + Math.sin(angle) * length]];
    }
    const length = Math.hypot(z.x - a.x, z.y - a.y) || 1;
    const [x, y] = [(-(z.y - a.y) / length) * place * PARALLEL, ((z.x - a.x) / length) * place * PARALLEL];
    return [[a.x + x, a.y + y], [z.x + x, z.y + y]];
  }

  // Along a line where its badge is; null where it is not drawn.
  middle(line) {
    const { from, to } = line;
    if (!this.tree) return from ? [from[0] * 0.42 + to[0] * 0.58, from[1] * 0.42 + to[1] * 0.58] : null;
    const points = this.points(line);
    return points && points[Math.floor(points.length * 0.6)].map((one) => one * this.k);
  }

  // In units in the tree, in pixels by location.
  points(line) {
    if (!this.tree) return line.from && [line.from, line.to];
    return line.path ? (line.flat ??= flat(line.path)) : null;
  }

  // Names, the important ones first: what is wrong, what is pointed at, data centres, districts, the rest.
  name() {
    const wanted = [...this.sites(), ...this.outsides(), ...this.grounds()].sort((one, other) => one.rank - other.rank);
    const spots = [...this.nodes].filter(([, node]) => !node.outside && this.near(node)).map(([key, { x, y, r }]) => ({ key, x, y, r: r - 1 }));
    const found = cleared(wanted, spots, this.bounds);
    const stick = (one, key) => {
      const spot = found.get(key);
      one.label = spot ? { x: spot.one.x, y: spot.one.y, right: spot.x - spot.one.x, down: spot.y - spot.one.y, anchor: spot.anchor, words: spot.one.words } : null;
    };
    for (const [key, node] of this.nodes) stick(node, key);
    for (const one of this.areas) stick(one, one.key);
    for (const line of this.lines.values()) if (line.leaves) stick(line, line.circuit.thing);
  }

  near({ x, y }) {
    const { sight } = this;
    return !sight || (x > sight.left && x < sight.right && y > sight.top && y < sight.bottom);
  }

  // Whether a name has room in its row.
  get fits() {
    return this.layout.row * this.k > 0.75 * this.rem;
  }

  sites() {
    const plain = 0.74 * this.rem;
    const fits = this.tree ? this.fits : !this.sight || this.size > TINY;
    const found = [];
    for (const [key, node] of this.nodes) {
      const { site } = node;
      const lit = this.named(site);
      const bad = wrong(site);
      const size = bad || lit || LARGER[site.kind] ? plain * 1.08 : plain;
      const rank = lit ? -1 : bad ? grave(site.state) : 8 + (RANKS[site.kind] ?? 3);
      if (node.outside || (!fits && rank > 8) || !this.near(node)) continue;
      found.push({ key, x: node.x, y: node.y, r: node.r * (node.glow ? 1.5 : 1), w: wide(site.label, `${bad || lit ? 700 : 400} ${size}px ${FONT}`), h: size * 1.2, rank, must: bad || lit, anchors: this.anchors(node) });
    }
    return found;
  }

  // The carriers of what leads out of a root.
  outsides() {
    const size = 0.74 * this.rem;
    return [...this.lines.values()].filter((line) => line.leaves && !line.outside && (this.tree ? line.path && this.fits : line.from)).map((line) => {
      const [x, y] = this.tree ? line.path[line.path.length - 1].slice(4).map((one) => one * this.k) : line.to;
      return { key: line.circuit.thing, x, y, r: 0, w: wide(line.text, `400 ${size}px ${FONT}`), h: size * 1.2, rank: 9, anchors: ["above", "start", "end"] };
    });
  }

  // What lies around: above its sites in the tree, beyond them where it is small; somewhere in their middle by
  // location. Where there are several wholes, their parts are named once there is room for them.
  grounds() {
    const beyond = this.tree && !this.fits;
    const found = [];
    for (const one of this.areas) {
      const size = (this.small ? 0.7 : one.strong ? 0.84 : one.whole ? 1.05 : 0.95) * this.rem;
      const words = (beyond && one.brief) || one.text;
      const w = wide(one.strong ? words : words.toUpperCase(), `700 ${size}px ${FONT}`) + (one.strong ? 0 : one.text.length * size * 0.12);
      if (one.across * this.k < w && (beyond || !this.tree)) continue;
      const [right, down] = (beyond && one.beyond) || [0, 0];
      const anchors = one.strong ? [one.anchor] : this.small ? AROUND.slice(0, NEAR) : AROUND;
      found.push({ key: one.key, words, x: (one.x + right) * this.k, y: (one.y + down) * this.k - (beyond ? 0 : size * 0.3), r: -3, w, h: size * 1.15, rank: one.strong ? 8 : one.whole ? 6 : 7.5, anchors });
    }
    return found;
  }

  anchors(node) {
    if (!this.tree) return ["start", "end", "below", "above"];
    if (!node.spot.side) return [[0, (node.spot.tall / 2 + 42) * this.k], "above"];
    return [node.spot.side > 0 ? "start" : "end"];
  }

  // What lies under a point of what was placed: a mark before a line, the nearest first; null where there is nothing.
  under(x, y, slack) {
    let best = null;
    let least = Infinity;
    for (const node of this.nodes.values()) {
      const distance = Math.hypot(node.x - x, node.y - y) - node.r;
      if (!node.outside && distance < slack && distance < least) [best, least] = [node.site.thing, distance];
    }
    if (best) return best;
    const unit = this.tree ? this.k : 1;
    const [at, room] = [[x / unit, y / unit], slack / unit];
    for (const line of this.lines.values()) {
      const { box } = line;
      if (line.outside || (box && (at[0] < box.left - room || at[0] > box.right + room || at[1] < box.top - room || at[1] > box.bottom + room))) continue;
      const points = this.points(line) ?? [];
      for (let place = 1; place < points.length; place += 1) {
        const distance = far(at, points[place - 1], points[place]);
        if (distance < room && distance < least) [best, least] = [line.circuit.thing, distance];
      }
    }
    return best;
  }

  // Where a thing was placed, in pixels; null where it is not.
  where(thing) {
    const name = thing.slice(thing.indexOf(":") + 1);
    if (thing.startsWith("site:")) {
      const node = this.nodes.get(name);
      return node ? [node.x, node.y] : null;
    }
    const line = thing.startsWith("circuit:") && this.lines.get(name);
    return line ? this.middle(line) : null;
  }
}
