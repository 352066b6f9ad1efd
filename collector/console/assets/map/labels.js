// Names beside what they name, as many as stand clear of each other; the important ones first.
const CELL = 48;
const AIR = 3;
const pen = document.createElement("canvas").getContext("2d");
const widths = new Map();
let held = "";

// How wide a text is, in pixels.
export function wide(text, font) {
  const key = `${font}${text}`;
  let found = widths.get(key);
  if (found === undefined) {
    if (held !== font) pen.font = held = font;
    found = pen.measureText(text).width;
    widths.set(key, found);
  }
  return found;
}

class Taken {
  constructor() {
    this.cells = new Map();
  }

  * near({ left, top, right, bottom }) {
    for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x += 1) {
      for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y += 1) yield x * 65536 + y;
    }
  }

  free(box) {
    for (const key of this.near(box)) {
      for (const other of this.cells.get(key) ?? []) {
        if (box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top && other.of !== box.of) return false;
      }
    }
    return true;
  }

  take(box) {
    for (const key of this.near(box)) {
      if (this.cells.has(key)) this.cells.get(key).push(box);
      else this.cells.set(key, [box]);
    }
  }
}

function spot({ x, y, r, w, h }, anchor) {
  if (Array.isArray(anchor)) {
    const [mx, my] = [x + anchor[0], y + anchor[1]];
    return { x: mx, y: my + h * 0.34, anchor: "middle", left: mx - w / 2, right: mx + w / 2, top: my - h / 2, bottom: my + h / 2 };
  }
  if (anchor === "start") return { x: x + r + AIR, y: y + h * 0.34, anchor, left: x + r + AIR, right: x + r + AIR + w, top: y - h / 2, bottom: y + h / 2 };
  if (anchor === "end") return { x: x - r - AIR, y: y + h * 0.34, anchor, left: x - r - AIR - w, right: x - r - AIR, top: y - h / 2, bottom: y + h / 2 };
  const down = anchor === "below" ? y + r + h * 0.55 + 1 : anchor === "above" ? y - r - h * 0.55 - 1 : y;
  return { x, y: down + h * 0.34, anchor: "middle", left: x - w / 2, right: x + w / 2, top: down - h / 2, bottom: down + h / 2 };
}

// `wanted`: `{key, x, y, r, w, h, anchors, must}` in order of importance; `spots` are covered by no name but their
// own, unless one `must` be read. They stay within `bounds` where there are any. Gives by key where each may stand,
// with what was wanted as `one`.
// An anchor is a side, or how far off the middle may be.
export function cleared(wanted, spots, bounds) {
  const inside = ({ left, right, top, bottom }) => !bounds || (left > bounds.left && right < bounds.right && top > bounds.top && bottom < bounds.bottom);
  const [marks, names] = [new Taken(), new Taken()];
  for (const { key, x, y, r } of spots) marks.take({ of: key, left: x - r, right: x + r, top: y - r, bottom: y + r });
  const found = new Map();
  for (const one of wanted) {
    const boxes = one.anchors.map((anchor) => ({ ...spot(one, anchor), of: one.key, one })).filter((box) => inside(box) && names.free(box));
    const box = boxes.find((each) => marks.free(each)) ?? (one.must ? boxes[0] : undefined);
    if (!box) continue;
    names.take(box);
    found.set(one.key, box);
  }
  return found;
}
