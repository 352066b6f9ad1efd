// The drawing: lines, marks and names in one SVG. Positions are set when the zoom changes, states in place
// whenever they change.
import { badge, draw, mark, shape } from "./forms.js";
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
const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

const round = (number) => Math.round(number * 10) / 10;

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

function far([px, py], [ax, ay], [bx, by]) {
  const [x, y] = [bx - ax, by - ay];
  const along = Math.max(0, Math.min(1, ((px - ax) * x + (py - ay) * y) / (x * x + y * y || 1)));
  return Math.hypot(px - ax - x * along, py - ay - y * along);
}

export class Scene {
  constructor(world) {
    this.world = world;
    this.layers = Object.fromEntries(["areas", "spines", "lines", "badges", "marks", "names"].map((name) => {
      const layer = draw("g", { class: name });
      world.append(layer);
      return [name, layer];
    }));
    this.lit = new Map();
    this.out = () => false;
    this.load = () => "";
  }

  build(model, layout) {
    Object.assign(this, { model, layout });
    for (const layer of Object.values(this.layers)) layer.replaceChildren();
    this.nodes = new Map();
    this.lines = new Map();
    for (const site of model.sites.values()) if (layout.at.has(site.name)) this.mark(site);
    for (const circuit of model.circuits.values()) if (this.ends(circuit)) this.line(circuit);
    this.areas = layout.areas.map((one, place) => {
      const element = draw("text", { class: one.strong ? "area strong" : "area" });
      this.layers.areas.append(element);
      return { ...one, key: `area:${place}`, element };
    });
    this.paint();
  }

  mark(site) {
    const drawn = mark();
    const name = draw("text", { class: "name" });
    name.textContent = site.label;
    const spot = this.layout.at.get(site.name);
    let spine = null;
    if (spot.tall) this.layers.spines.append((spine = draw("rect", { class: "spine", rx: 8 })));
    this.layers.marks.append(drawn.element);
    this.layers.names.append(name);
    this.nodes.set(site.name, { ...drawn, site, name, spine, spot });
  }

  ends({ a, z }) {
    const { at, lines } = this.layout;
    return (at.has(z) || at.has(a)) && (lines === null || a !== z);
  }

  line(circuit) {
    const element = draw("path", {});
    this.layers.lines.append(element);
    const name = this.leaves(circuit) ? draw("text", { class: "name" }) : null;
    if (name) {
      name.textContent = circuit.provider;
      this.layers.names.append(name);
    }
    this.lines.set(circuit.name, { circuit, element, name, badge: null });
  }

  // Whether it leads out of our network from where a collector stands.
  leaves({ a, z, provider }) {
    return a === null && provider !== "" && this.model.sites.get(z)?.above === null;
  }

  // States and loads; what is wrong stands above the rest.
  paint(model = this.model) {
    this.model = model;
    for (const node of this.nodes.values()) {
      node.site = model.sites.get(node.site.name);
      const { kind, thing } = node.site;
      const lit = this.lit.has(thing);
      const shown = form(node.site);
      const out = this.out(node.site);
      this.dress(node, `mark s-${shown} ${LARGER[kind] ? "large" : ""}`, out, thing);
      this.stand(node, this.layers.marks);
      if (node.shown !== shown) {
        node.shown = shown;
        shape(node, shown);
      }
      node.name.setAttribute("class", `name s-${shown}${wrong(node.site) ? " bad" : ""}${out ? " out" : ""}${this.named(node.site) ? " lit" : lit ? " hit" : ""}`);
      node.spine?.setAttribute("class", `spine s-${shown}`);
    }
    for (const line of this.lines.values()) {
      line.circuit = model.circuits.get(line.circuit.name);
      const { circuit } = line;
      const shown = form(circuit);
      this.dress(line, `line s-${shown} ${this.load(circuit)}${circuit.backup ? " backup" : ""}`, this.out(circuit), circuit.thing);
      this.stand(line, this.layers.lines);
      this.badge(line, shown);
    }
  }

  // What is pointed at and the way from there have their names before all; what hangs on it has not.
  named({ thing }) {
    return this.lit.has(thing) && this.lit.get(thing) !== "hit";
  }

  stand(one, layer) {
    const rank = this.lit.has((one.site ?? one.circuit).thing) ? 2 : wrong(one.site ?? one.circuit) ? 1 : 0;
    if (one.rank !== undefined && one.rank < rank) layer.append(one.element);
    else if (one.rank === undefined && rank) layer.append(one.element);
    one.rank = rank;
  }

  dress(one, name, out, thing) {
    const lit = this.lit.get(thing);
    const whole = `${name}${out ? " out" : ""}${lit ? ` lit ${lit}` : ""}`;
    one.outside = out;
    if (one.dressed === whole) return;
    one.dressed = whole;
    one.element.setAttribute("class", whole);
  }

  badge(line, shown) {
    if (!wrong(line.circuit) || line.outside) {
      line.badge?.remove();
      return;
    }
    line.badge ??= badge();
    line.badge.setAttribute("class", `badge s-${shown}${this.lit.has(line.circuit.thing) ? " lit" : ""}`);
    line.badge.lastChild.setAttribute("href", `#i-${shown}`);
    if (!line.badge.isConnected) this.layers.badges.append(line.badge);
    this.pin(line);
  }

  pin({ badge: element, middle }) {
    if (element && middle) element.setAttribute("transform", `translate(${middle.map(round).join(" ")}) scale(${round(Math.max(0.5, Math.min(1.2, this.size / 7)))})`);
  }

  // Sets everything where it is at so many pixels a unit. `size` is a mark's radius, `rem` a name's unit;
  // names stay within `bounds` where there are any.
  place(k, size, rem, bounds) {
    Object.assign(this, { k, size, rem, bounds });
    const moved = this.layout.lines === null;
    const spots = [...this.nodes].map(([key, { site, spot }]) => ({
      key, x: spot.x * k, y: spot.y * k, r: size * (LARGER[site.kind] ?? 1) + (moved ? 1.2 : 0), heavy: site.kind === "data-centre",
    }));
    if (moved) spread(spots);
    for (const one of spots) this.settle(one);
    for (const line of this.lines.values()) this.trace(line);
    this.name();
  }

  settle({ key, x, y, r }) {
    const node = this.nodes.get(key);
    const scale = ((this.size * (LARGER[node.site.kind] ?? 1)) / 8) * (wrong(node.site) ? 1.15 : 1);
    Object.assign(node, { x, y, r });
    node.element.setAttribute("transform", `translate(${round(x)} ${round(y)}) scale(${Math.round(scale * 100) / 100})`);
    if (!node.spine) return;
    const tall = node.spot.tall * this.k;
    const broad = 34 * this.k;
    for (const [name, value] of [["x", x - broad / 2], ["y", y - tall / 2], ["width", broad], ["height", tall]]) node.spine.setAttribute(name, round(value));
  }

  trace(line) {
    const straight = this.layout.lines === null;
    line.points = straight ? this.straight(line.circuit) : this.drawn(line);
    if (!line.points) return;
    const [first, last] = [line.points[0], line.points[line.points.length - 1]];
    line.middle = straight ? [first[0] * 0.42 + last[0] * 0.58, first[1] * 0.42 + last[1] * 0.58] : line.points[Math.floor(line.points.length * 0.6)];
    this.pin(line);
    if (straight) line.element.setAttribute("d", `M${line.points.map((one) => one.map(round).join(" ")).join("L")}`);
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

  drawn(line) {
    const path = this.layout.lines.get(line.circuit.name);
    if (!path) return null;
    const { k } = this;
    const [x, y, ...pieces] = path;
    line.element.setAttribute("d", `M${round(x * k)} ${round(y * k)}${pieces.map((one) => `C${one.map((part) => round(part * k)).join(" ")}`).join("")}`);
    line.world ??= flat(path);
    return line.world.map(([px, py]) => [px * k, py * k]);
  }

  // Names, the important ones first: what is wrong, what is pointed at, data centres, districts, the rest.
  name() {
    const wanted = [...this.sites(), ...this.outsides(), ...this.grounds()].sort((one, other) => one.rank - other.rank);
    const spots = [...this.nodes].filter(([, node]) => !node.outside).map(([key, { x, y, r }]) => ({ key, x, y, r: r - 1 }));
    const found = cleared(wanted, spots, this.bounds);
    for (const [key, node] of this.nodes) this.stick(node.name, found.get(key));
    for (const one of this.areas) this.stick(one.element, found.get(one.key));
    for (const line of this.lines.values()) if (line.name) this.stick(line.name, found.get(line.circuit.thing));
  }

  // Whether a name has room in its row.
  get fits() {
    return this.layout.row * this.k > 0.75 * this.rem;
  }

  sites() {
    const tree = this.layout.lines !== null;
    const plain = 0.74 * this.rem;
    const fits = !tree || this.fits;
    const found = [];
    for (const [key, node] of this.nodes) {
      const { site } = node;
      const lit = this.named(site);
      const bad = wrong(site);
      const size = bad || lit || LARGER[site.kind] ? plain * 1.08 : plain;
      const rank = lit ? -1 : bad ? grave(site.state) : 8 + (RANKS[site.kind] ?? 3);
      if (node.outside || (!fits && rank > 8)) continue;
      found.push({ key, x: node.x, y: node.y, r: node.r * (this.lit.has(site.thing) ? 1.5 : 1), w: wide(site.label, `${bad || lit ? 700 : 400} ${size}px ${FONT}`), h: size * 1.2, rank, must: bad || lit, anchors: this.anchors(node, tree) });
    }
    return found;
  }

  // The carriers of what leads out of a root.
  outsides() {
    const size = 0.74 * this.rem;
    return [...this.lines.values()].filter((line) => line.name && line.points && !line.outside).map(({ circuit, points }) => ({
      key: circuit.thing, x: points[points.length - 1][0], y: points[points.length - 1][1], r: 0, w: wide(circuit.provider, `400 ${size}px ${FONT}`), h: size * 1.2, rank: 9, anchors: ["above", "start", "end"],
    }));
  }

  // What lies around: above its sites in the tree, beyond them where it is small; somewhere in their middle by
  // location.
  grounds() {
    const beyond = this.layout.lines !== null && !this.fits;
    return this.areas.map((one) => {
      const size = (this.small ? 0.7 : one.strong ? 0.84 : 0.95) * this.rem;
      const text = beyond ? one.brief : one.text;
      one.element.textContent = text;
      const w = wide(one.strong ? text : text.toUpperCase(), `700 ${size}px ${FONT}`) + (one.strong ? 0 : one.text.length * size * 0.12);
      const [right, down] = beyond ? one.beyond : [0, 0];
      return { key: one.key, x: (one.x + right) * this.k, y: (one.y + down) * this.k - (beyond ? 0 : size * 0.3), r: -3, w, h: size * 1.15, rank: one.strong ? 8 : 7.5, anchors: one.strong ? [one.anchor] : this.small ? AROUND.slice(0, NEAR) : AROUND };
    });
  }

  anchors(node, tree) {
    if (!tree) return ["start", "end", "below", "above"];
    if (!node.spot.side) return [[0, (node.spot.tall / 2 + 42) * this.k], "above"];
    return [node.spot.side > 0 ? "start" : "end"];
  }

  stick(element, spot) {
    element.classList.toggle("hidden", !spot);
    if (!spot) return;
    element.setAttribute("x", round(spot.x));
    element.setAttribute("y", round(spot.y));
    element.setAttribute("text-anchor", spot.anchor);
  }

  // What lies under a point: a mark before a line, the nearest first; null where there is nothing.
  under(x, y, slack) {
    let best = null;
    let least = Infinity;
    for (const node of this.nodes.values()) {
      const distance = Math.hypot(node.x - x, node.y - y) - node.r;
      if (!node.outside && distance < slack && distance < least) [best, least] = [node.site.thing, distance];
    }
    if (best) return best;
    for (const line of this.lines.values()) {
      if (line.outside || !line.points) continue;
      for (let place = 1; place < line.points.length; place += 1) {
        const distance = far([x, y], line.points[place - 1], line.points[place]);
        if (distance < slack && distance < least) [best, least] = [line.circuit.thing, distance];
      }
    }
    return best;
  }

  // Where a thing is drawn, in pixels of the drawing; null where it is not.
  where(thing) {
    const name = thing.slice(thing.indexOf(":") + 1);
    if (thing.startsWith("site:")) {
      const node = this.nodes.get(name);
      return node ? [node.x, node.y] : null;
    }
    return (thing.startsWith("circuit:") && this.lines.get(name)?.middle) || null;
  }
}
