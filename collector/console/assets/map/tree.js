// By topology: the collector's site in the middle, what hangs on it to both sides, district by district, every
// circuit a line of its own. As many columns of leaves as fill the screen best.
import { short } from "./model.js";
import { known, say } from "../words.js";

const ROW = 23;
const LANE = 0.47;
const HEAD = 24;
const GAP = 14;
const INNER = 215;
const COLUMN = 164;
const DEEPER = 190;
const LETTER = 6.8;
const SPINE = 34;
const MOST = 12;
const STUB = 58;

function children(model) {
  const found = new Map();
  for (const site of model.sites.values()) {
    const above = site.above && model.sites.has(site.above.site) ? site.above.site : "";
    if (!found.has(above)) found.set(above, []);
    found.get(above).push(site);
  }
  return found;
}

// What hangs on one site, by the place it lies in; what lies in the province itself by its kind.
function groups(model, sites) {
  const found = new Map();
  const put = (key, text, site) => {
    if (!found.has(key)) found.set(key, { text, sites: [] });
    found.get(key).sites.push(site);
  };
  if (sites.length <= MOST) return [{ text: "", sites }];
  const many = new Map();
  for (const site of sites) many.set(site.parent, (many.get(site.parent) ?? 0) + 1);
  for (const site of sites) {
    const kind = known(`kind.${site.kind}`) ? say(`kind.${site.kind}`) : site.kind;
    const place = model.places.get(site.parent) ?? model.sites.get(site.parent);
    if (!place?.parent && many.get(site.parent) > MOST) put(`${site.parent}/${site.kind}`, kind, site);
    else put(site.parent, place?.title ?? kind, site);
  }
  return [...found.values()];
}

class Drawing {
  constructor(model, columns) {
    Object.assign(this, { model, columns, at: new Map(), areas: [], below: children(model) });
  }

  // Sites beneath one another from `y` on, at `x` to one side: gives where they end.
  block({ text, sites }, x, y, side) {
    let next = y;
    const area = { text, brief: short(text), x: side * (x - 8), y: next + HEAD * 0.62, anchor: side > 0 ? "start" : "end", strong: true };
    if (text) {
      this.areas.push(area);
      next += HEAD;
    }
    const leaves = sites.filter((one) => !this.below.has(one.name));
    const [columns, broad] = this.across(leaves);
    const rows = Math.ceil(leaves.length / columns);
    leaves.forEach((site, place) => {
      const column = Math.floor(place / rows);
      this.at.set(site.name, { x: side * (x + column * broad), y: next + ((place % rows) + 0.5) * ROW, side, column });
    });
    area.beyond = [side * (x + (Math.ceil(leaves.length / Math.max(1, rows)) - 1) * broad + 14) - area.x, (HEAD + rows * ROW) / 2 - HEAD * 0.62];
    next += rows * ROW;
    for (const site of sites) if (this.below.has(site.name)) next = this.branch(site, x, next, side);
    return next + GAP;
  }

  // Columns of a block and how far apart: fewer where names are long.
  across(leaves) {
    const longest = Math.max(COLUMN, ...leaves.map((one) => one.label.length * LETTER + 40));
    const columns = Math.max(1, Math.floor((this.columns * COLUMN) / longest));
    return [columns, columns === this.columns ? COLUMN : Math.max(longest, (this.columns * COLUMN) / columns)];
  }

  branch(site, x, y, side) {
    let next = y;
    for (const group of groups(this.model, this.below.get(site.name))) next = this.block(group, x + DEEPER, next, side);
    this.at.set(site.name, { x: side * x, y: (y + next - GAP) / 2, side, column: 0 });
    return next;
  }

  // Each root with what hangs on it to both sides, one root beneath the other.
  root(site, y) {
    const all = groups(this.model, this.below.get(site.name) ?? []);
    const size = (group) => (group.text ? HEAD : 0) + GAP + Math.ceil(group.sites.length / this.across(group.sites)[0]) * ROW;
    const total = all.reduce((sum, group) => sum + size(group), 0);
    const ends = [y, y];
    let put = 0;
    const sides = all.map((group) => {
      const side = put + size(group) / 2 <= total / 2 ? -1 : 1;
      put += size(group);
      return side;
    });
    all.forEach((group, place) => {
      const side = sides[place];
      ends[side > 0 ? 1 : 0] = this.block(group, INNER, ends[side > 0 ? 1 : 0], side);
    });
    const low = Math.max(...ends, y + ROW * 3);
    // The shorter side stands in the middle beside the longer.
    for (const [place, side] of [[0, -1], [1, 1]]) this.shift(side, (low - ends[place]) / 2, y);
    this.at.set(site.name, { x: 0, y: (y + low) / 2, side: 0, tall: Math.min((low - y) * 0.42, 460) });
    return low + GAP * 3;
  }

  shift(side, by, from) {
    if (by <= 0) return;
    for (const one of this.at.values()) if (one.side === side && one.y >= from) one.y += by;
    for (const one of this.areas) if (Math.sign(one.x) === side && one.y >= from) one.y += by;
  }

  lines() {
    const found = new Map();
    const ports = this.ports();
    for (const one of this.model.circuits.values()) {
      const from = this.at.get(one.a ?? "");
      const to = this.at.get(one.z);
      const beside = (one.place - (one.twins - 1) / 2) * 5;
      if (from && to && one.a !== one.z) found.set(one.name, this.line(one, from, to, ports, beside));
      else if (to || from) found.set(one.name, stub(to ?? from, one));
    }
    return found;
  }

  line(one, from, to, ports, beside) {
    if (from.side !== 0 && (to.side === 0 || Math.abs(from.x) > Math.abs(to.x))) [from, to] = [to, from];
    const side = to.side || 1;
    const port = from.side === 0 ? ports.get(one.name) ?? from.y : from.y + beside;
    const x = from.side === 0 ? (side * SPINE) / 2 : from.x;
    const end = to.y + beside;
    if (!to.column || from.side !== 0) return [x, port, curve(x, port, to.x, end)];
    const lane = to.y - ROW * LANE + beside;
    const [first, last] = [side * (INNER - 16), to.x - side * 20];
    return [x, port, curve(x, port, first, lane), [first, lane, last, lane, last, lane], curve(last, lane, to.x, end)];
  }

  // Where each circuit leaves a root: in the order of where they go, so that none crosses another.
  ports() {
    const found = new Map();
    for (const side of [-1, 1]) {
      const leaving = new Map();
      for (const one of this.model.circuits.values()) {
        const ends = [this.at.get(one.a ?? ""), this.at.get(one.z)];
        const [root, leaf] = ends[0]?.side === 0 ? ends : [ends[1], ends[0]];
        if (root?.side !== 0 || leaf?.side !== side) continue;
        if (!leaving.has(root)) leaving.set(root, []);
        leaving.get(root).push([leaf.y + one.place * 0.1 - (leaf.column ? ROW * LANE : 0), one.name]);
      }
      for (const [root, all] of leaving) {
        all.sort((one, other) => one[0] - other[0]);
        all.forEach(([, name], place) => found.set(name, root.y + root.tall * ((place + 0.5) / all.length - 0.5)));
      }
    }
    return found;
  }
}

const curve = (x, y, toX, toY) => [(x + toX) / 2, y, (x + toX) / 2, toY, toX, toY];

// A circuit that leaves our network: a short line to nowhere.
function stub(at, one) {
  if (at.side === 0) {
    const x = (one.place - (one.twins - 1) / 2) * 46;
    const top = at.y - at.tall / 2;
    return [x * 0.5, top, [x * 0.5, top - STUB * 0.6, x, top - STUB * 0.4, x, top - STUB - Math.abs(x) * 0.2]];
  }
  const [x, y] = [at.x - at.side * 13, at.y + 7 + one.place * 4];
  return [at.x, at.y, [at.x, at.y, x, y, x, y]];
}

function drawn(model, columns) {
  const drawing = new Drawing(model, columns);
  let y = 0;
  for (const site of drawing.below.get("") ?? []) y = drawing.root(site, y);
  return drawing;
}

export function box(at, areas) {
  const spots = [...at.values(), ...areas];
  const xs = spots.map((one) => one.x);
  const ys = spots.map((one) => one.y);
  return spots.length ? { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) } : { left: 0, right: 1, top: 0, bottom: 1 };
}

export function byTopology(model, width, height) {
  let best = null;
  for (let columns = 1; columns <= 12; columns += 1) {
    const drawing = drawn(model, columns);
    const { left, right, top, bottom } = box(drawing.at, drawing.areas);
    const scale = Math.min(width / (right - left + COLUMN * 1.7), height / (bottom - top + 2 * ROW));
    if (best === null || scale > best.scale) best = { scale, drawing };
  }
  const { drawing } = best;
  return { kind: "topology", at: drawing.at, areas: drawing.areas, lines: drawing.lines(), wide: COLUMN * 0.8, row: ROW };
}
