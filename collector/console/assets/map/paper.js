// The canvas: draws a scene, as far as it is in sight, at the view's zoom and place.
import { BARE, FORMS } from "./forms.js";

const FULL = Math.PI * 2;
const SIGHT = 40;
const forms = Object.fromEntries(Object.entries(FORMS).map(([name, path]) => [name, new Path2D(path)]));
const icons = new Map();

// The strokes and areas of an icon of the page's frame.
function icon(name) {
  if (!icons.has(name)) {
    const parts = [...document.getElementById(`i-${name}`).children].map((one) => ({
      path: new Path2D(one.getAttribute("d")), fill: one.getAttribute("fill") === "currentColor", stroke: one.hasAttribute("stroke"),
      width: Number(one.getAttribute("stroke-width")), cap: one.getAttribute("stroke-linecap") ?? "butt", join: one.getAttribute("stroke-linejoin") ?? "miter",
    }));
    icons.set(name, parts);
  }
  return icons.get(name);
}

export class Paper {
  constructor(canvas, ink) {
    Object.assign(this, { canvas, ink, pen: canvas.getContext("2d") });
  }

  // As many dots as the screen has.
  fit(width, height) {
    const fine = devicePixelRatio || 1;
    Object.assign(this, { fine, width, height });
    this.canvas.width = Math.round(width * fine);
    this.canvas.height = Math.round(height * fine);
  }

  // `by` is how much larger the view is than what was placed.
  draw(scene, view) {
    const { pen } = this;
    Object.assign(this, { by: scene.k ? view.k / scene.k : 1, view });
    this.plain();
    pen.clearRect(0, 0, this.width, this.height);
    for (const one of scene.areas) if (one.label) this.text(one.class, one.label, one.label.words);
    for (const node of scene.nodes.values()) if (node.spot.tall) this.spine(scene, node);
    const [lines, nodes] = [scene.ordered(scene.lines), scene.ordered(scene.nodes)];
    for (const line of lines) this.line(scene, line);
    this.plain();
    pen.lineJoin = "miter";
    for (const line of lines) if (line.badge) this.badge(scene, line);
    for (const node of nodes) this.mark(scene, node);
    this.plain();
    for (const one of [...nodes, ...lines]) if (one.label) this.text(one.named, one.label, one.text);
    pen.globalAlpha = 1;
  }

  plain() {
    this.letters = null;
    this.pen.setTransform(this.fine, 0, 0, this.fine, 0, 0);
    this.pen.setLineDash([]);
  }

  x(x) {
    return x * this.by + this.view.x;
  }

  y(y) {
    return y * this.by + this.view.y;
  }

  stroke(look, alpha, width = look.width) {
    const { pen } = this;
    pen.globalAlpha = alpha * look.strokeAlpha;
    pen.strokeStyle = look.stroke;
    pen.lineWidth = width;
    pen.setLineDash(look.dash);
    pen.lineCap = look.cap;
  }

  spine(scene, { x, y, spot, spined }) {
    const { pen, view } = this;
    const look = this.ink.of("plain", spined);
    const [broad, tall] = [34 * view.k, spot.tall * view.k];
    pen.beginPath();
    pen.roundRect(this.x(x) - broad / 2, this.y(y) - tall / 2, broad, tall, Math.min(8, broad / 2));
    pen.globalAlpha = look.alpha;
    pen.fillStyle = look.fill;
    pen.fill();
    this.stroke(look, look.alpha);
    pen.stroke();
  }

  line(scene, line) {
    const look = this.ink.of("plain", line.class);
    const { pen } = this;
    pen.beginPath();
    if (!(line.path ? this.curved(line) : this.straight(line))) return;
    this.stroke(look, look.alpha, look.width * scene.thick);
    pen.stroke();
  }

  sighted(left, right, top, bottom) {
    return right > -SIGHT && left < this.width + SIGHT && bottom > -SIGHT && top < this.height + SIGHT;
  }

  straight({ from, to }) {
    if (!from) return false;
    const [ax, ay, bx, by] = [this.x(from[0]), this.y(from[1]), this.x(to[0]), this.y(to[1])];
    if (!this.sighted(Math.min(ax, bx), Math.max(ax, bx), Math.min(ay, by), Math.max(ay, by))) return false;
    this.pen.moveTo(ax, ay);
    this.pen.lineTo(bx, by);
    return true;
  }

  curved({ path, box }) {
    const { k, x, y } = this.view;
    if (!this.sighted(box.left * k + x, box.right * k + x, box.top * k + y, box.bottom * k + y)) return false;
    const [sx, sy, ...pieces] = path;
    this.pen.moveTo(sx * k + x, sy * k + y);
    for (const [ax, ay, bx, by, cx, cy] of pieces) this.pen.bezierCurveTo(ax * k + x, ay * k + y, bx * k + x, by * k + y, cx * k + x, cy * k + y);
    return true;
  }

  at(x, y, scale) {
    const size = this.fine * scale;
    this.pen.setTransform(size, 0, 0, size, this.fine * x, this.fine * y);
  }

  mark(scene, node) {
    const [x, y] = [this.x(node.x), this.y(node.y)];
    if (!this.sighted(x, x, y, y)) return;
    const look = this.ink.of("group", node.class);
    const { pen } = this;
    this.at(x, y, node.scale);
    if (look.first.stroke) {
      pen.beginPath();
      pen.arc(0, 0, 11.5, 0, FULL);
      this.stroke(look.first, look.alpha);
      pen.stroke();
    }
    pen.globalAlpha = look.alpha;
    pen.fillStyle = look.form.fill;
    pen.fill(forms[node.shown]);
    this.stroke(look.form, look.alpha);
    pen.stroke(forms[node.shown]);
    if (!BARE.includes(node.shown)) this.icon(node.shown, 10, look.color, look.alpha);
  }

  badge(scene, line) {
    const middle = scene.middle(line);
    const [x, y] = [this.x(middle[0]), this.y(middle[1])];
    if (!this.sighted(x, x, y, y)) return;
    const look = this.ink.of("group", line.badge);
    const { pen } = this;
    this.at(x, y, Math.max(0.5, Math.min(1.2, scene.size / 7)));
    pen.beginPath();
    pen.arc(0, 0, 7, 0, FULL);
    pen.globalAlpha = look.alpha;
    pen.fillStyle = look.first.fill;
    pen.fill();
    this.stroke(look.first, look.alpha);
    pen.stroke();
    this.icon(line.shown, 9, look.color, look.alpha);
  }

  icon(name, size, color, alpha) {
    const { pen } = this;
    pen.translate(-size / 2, -size / 2);
    pen.scale(size / 16, size / 16);
    pen.setLineDash([]);
    pen.globalAlpha = alpha;
    pen.fillStyle = pen.strokeStyle = color;
    for (const part of icon(name)) {
      if (part.fill) pen.fill(part.path);
      if (!part.stroke) continue;
      pen.lineWidth = part.width;
      pen.lineCap = part.cap;
      pen.lineJoin = part.join;
      pen.stroke(part.path);
    }
    pen.lineJoin = "miter";
  }

  // A name keeps its distance from what it names. A pen is told of letters only when they change: that is slow.
  text(classes, { x, y, right, down, anchor }, words) {
    const look = this.ink.of("text", classes);
    const [px, py] = [this.x(x) + right, this.y(y) + down];
    if (!look.shown || !this.sighted(px - 300, px + 300, py, py)) return;
    const { pen } = this;
    const said = look.high ? words.toUpperCase() : words;
    if (this.letters !== look) this.take(look);
    const align = anchor === "middle" ? "center" : anchor;
    if (pen.textAlign !== align) pen.textAlign = align;
    if (look.stroke) pen.strokeText(said, px, py);
    pen.fillText(said, px, py);
  }

  take(look) {
    const { pen } = this;
    this.letters = look;
    pen.font = look.font;
    pen.letterSpacing = look.spacing;
    pen.globalAlpha = look.alpha * look.fillAlpha;
    pen.fillStyle = look.fill;
    pen.strokeStyle = look.stroke || look.fill;
    pen.lineWidth = look.width;
    pen.lineJoin = "round";
  }
}
