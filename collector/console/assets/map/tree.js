// By topology: the collector's site in the middle, what hangs on it to both sides, district by district, every
// circuit a line of its own. As many columns of leaves as fill the screen best. A site on which very many hang is
// the middle of a tree of its own; the trees stand side by side, their middles joined.
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
const CENTRE = 30;
const WIDEST = 12;
const APART = 120;

function children(model) {
  const found = new Map();
  for (const site of model.sites.values()) {
    const above = site.above && model.sites.has(site.above.site) ? site.above.site : "";
    if (!found.has(above)) found.set(above, []);
    found.get(above).push(site);
  }
  return found;
}

// The middles of each tree: a site on which very many hang has a tree of its own; what hangs on nothing else and
// has few below it stands in the first one.
function middles(below) {
  const many = (site) => (below.get(site.name)?.length ?? 0) > CENTRE;
  const roots = below.get("") ?? [];
  const few = roots.filter((site) => !many(site));
  const found = [...new Set([...roots, ...[...below.values()].flat()])].filter(many).map((site) => [site]);
  if (few.length) found[0] = [...(found[0] ?? []), ...few];
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
  // One tree. `below` are the children of each site without the middles of other trees, `groups` theirs by place.
  constructor(model, columns, below, groups) {
    Object.assign(this, { model, columns, below, groups, at: new Map(), areas: [] });
  }

  // Sites beneath one another from `y` on, at `x` to one side: gives where they end.
  block({ text, sites }, x, y, side) {
    let next = y;
    const area = { text, brief: short(text), x: side * (x - 8), y: next + HEAD * 0.62, anchor: side > 0 ? "start" : "end", strong: true };
    if (text) {
      this.areas.push(area);
      next += HEAD;
    }
    const leaves = sites.filter((one) => !this.branches(one));
    const [columns, broad] = this.across(leaves);
    const rows = Math.ceil(leaves.length / columns);
    leaves.forEach((site, place) => {
      const column = Math.floor(place / rows);
      this.at.set(site.name, { x: side * (x + column * broad), y: next + ((place % rows) + 0.5) * ROW, side, column });
    });
    area.beyond = [side * (x + (Math.ceil(leaves.length / Math.max(1, rows)) - 1) * broad + 14) - area.x, (HEAD + rows * ROW) / 2 - HEAD * 0.62];
    next += rows * ROW;
    for (const site of sites) if (this.branches(site)) next = this.branch(site, x, next, side);
    return next + GAP;
  }

  branches(site) {
    return Boolean(this.below.get(site.name)?.length);
  }

  // Columns of a block and how far apart: fewer where names are long.
  across(leaves) {
    const longest = Math.max(COLUMN, ...leaves.map((one) => one.label.length * LETTER + 40));
    const columns = Math.max(1, Math.floor((this.columns * COLUMN) / longest));
    return [columns, columns === this.columns ? COLUMN : Math.max(longest, (this.columns * COLUMN) / columns)];
  }

  branch(site, x, y, side) {
    let next = y;
    for (const group of this.groups(site.name)) next = this.block(group, x + DEEPER, next, side);
    this.at.set(site.name, { x: side * x, y: (y + next - GAP) / 2, side, column: 0 });
    return next;
  }

  // Each middle with what hangs on it to both sides, one beneath the other.
  root(site, y) {
    const all = this.groups(site.name);
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

  get box() {
    return box(this.at, this.areas);
  }

  // Lines whose ends are not in two trees, and where all of it comes to lie.
  lines(circuits, right, down) {
    const found = new Map();
    const ports = this.ports(circuits);
    for (const one of circuits) {
      const from = this.at.get(one.a ?? "");
      const to = this.at.get(one.z);
      const beside = (one.place - (one.twins - 1) / 2) * 5;
      if (from && to && one.a !== one.z) found.set(one.name, this.line(one, from, to, ports, beside));
      else if (to || from) found.set(one.name, stub(to ?? from, one));
    }
    for (const [name, [x, y, ...pieces]] of found) found.set(name, [x + right, y + down, ...pieces.map((one) => one.map((part, place) => part + (place % 2 ? down : right)))]);
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
  ports(circuits) {
    const found = new Map();
    for (const side of [-1, 1]) {
      const leaving = new Map();
      for (const one of circuits) {
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

export function box(at, areas) {
  const spots = [...at.values(), ...areas];
  const xs = spots.map((one) => one.x);
  const ys = spots.map((one) => one.y);
  return spots.length ? { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) } : { left: 0, right: 1, top: 0, bottom: 1 };
}

function drawn(sites, drawing) {
  let y = 0;
  for (const site of sites) y = drawing.root(site, y);
  return drawing;
}

// Trees of one width, as many beside each other as fill the screen best; the first one in the middle of them.
function arranged(trees, width, height) {
  if (!trees.length) return { scale: 0, places: [] };
  const boxes = trees.map((one) => one.box);
  const wide = Math.max(...boxes.map(({ left, right }) => (trees.length > 1 ? 2 * Math.max(-left, right) : right - left))) + COLUMN * 1.7;
  const high = Math.max(...boxes.map(({ top, bottom }) => bottom - top)) + 2 * ROW + (trees.length > 1 ? APART : 0);
  let best = null;
  for (let across = 1; across <= trees.length; across += 1) {
    const down = Math.ceil(trees.length / across);
    const scale = Math.min(width / (wide * across), height / (high * down));
    if (best === null || scale > best.scale) best = { scale, across, down };
  }
  const order = [...trees.keys()];
  const middle = Math.floor((best.down - 1) / 2) * best.across + Math.floor((best.across - 1) / 2);
  order.splice(Math.min(middle, order.length - 1), 0, order.shift());
  const places = order.map((tree, cell) => ({ tree: trees[tree], right: (cell % best.across) * wide, down: Math.floor(cell / best.across) * high - boxes[tree].top }));
  return { scale: best.scale, places };
}

// Between two trees: from middle to middle.
function joined(from, to) {
  return [from.x, from.y, [from.x, (from.y + to.y) / 2, to.x, (from.y + to.y) / 2, to.x, to.y]];
}

// A tree is called as what most of its sites lie in.
function named(tree, model) {
  const found = new Map();
  for (const name of tree.at.keys()) {
    const whole = model.whole(model.sites.get(name));
    found.set(whole, (found.get(whole) ?? 0) + 1);
  }
  return [...found].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

function moved(places, model) {
  const [at, areas, lines, inside] = [new Map(), [], new Map(), new Map()];
  for (const { tree } of places) for (const name of tree.at.keys()) inside.set(name, tree);
  const own = new Map(places.map(({ tree }) => [tree, []]));
  const between = [];
  for (const one of model.circuits.values()) {
    const [from, to] = [inside.get(one.a ?? ""), inside.get(one.z)];
    if (from && to && from !== to) between.push(one);
    else if (from || to) own.get(from ?? to).push(one);
  }
  for (const { tree, right, down } of places) {
    for (const [name, path] of tree.lines(own.get(tree), right, down)) lines.set(name, path);
    for (const [name, one] of tree.at) at.set(name, { ...one, x: one.x + right, y: one.y + down });
    // Beside other trees a name beyond its sites has half of what lies between them.
    const room = places.length > 1 ? { across: COLUMN * 0.85 } : {};
    for (const one of tree.areas) areas.push({ ...one, ...room, x: one.x + right, y: one.y + down });
    if (places.length > 1) areas.push({ text: named(tree, model), x: right, y: down + tree.box.top - APART / 3, whole: true });
  }
  for (const one of between) lines.set(one.name, joined(at.get(one.a), at.get(one.z)));
  return { at, areas, lines };
}

export function byTopology(model, width, height) {
  const all = children(model);
  const trees = middles(all);
  const apart = new Set(trees.flat());
  const below = new Map([...all].map(([name, sites]) => [name, sites.filter((one) => !apart.has(one))]));
  const known = new Map();
  const grouped = (name) => {
    if (!known.has(name)) known.set(name, groups(model, below.get(name) ?? []));
    return known.get(name);
  };
  let best = null;
  for (let columns = 1; columns <= (trees.length > 1 ? WIDEST / 2 : WIDEST); columns += 1) {
    const found = arranged(trees.map((sites) => drawn(sites, new Drawing(model, columns, below, grouped))), width, height);
    if (best === null || found.scale > best.scale) best = found;
  }
  return { kind: "topology", ...moved(best.places, model), wide: COLUMN * 0.8, row: ROW };
}
