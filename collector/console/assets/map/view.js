// Zoom and pan: wheel, pinch, drag, keys. What is drawn lies at `k` pixels a unit, moved by `x` and `y`.
const STEP = 1.5;
const NUDGE = 80;
const SLOW = 260;
const DRAGGED = 5;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class View {
  // `zoomed` is called when `k` changed, `moved` when only the place did; `tapped` is given a place of the
  // drawing and the pointer's kind, `hovered` a place or null.
  constructor(stage, { zoomed, moved, tapped, hovered }) {
    Object.assign(this, { stage, zoomed, moved, tapped, hovered });
    Object.assign(this, { k: 1, x: 0, y: 0, least: 1, most: 8, fitted: true, pointers: new Map() });
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.down(event));
    stage.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"]) stage.addEventListener(kind, (event) => this.up(event));
    stage.addEventListener("pointerleave", () => hovered(null));
    stage.addEventListener("keydown", (event) => this.key(event));
  }

  // Looked up once for many: asking makes a browser lay all out anew.
  measure() {
    this.size = [this.stage.clientWidth, this.stage.clientHeight];
    this.rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return this.size;
  }

  // All of a box in sight, between paddings `{left, right, top, bottom}`.
  fit(box, pad, deepest) {
    const [width, height] = this.size;
    const [across, down] = [Math.max(box.right - box.left, 1e-6), Math.max(box.bottom - box.top, 1e-6)];
    const free = [Math.max(60, width - pad.left - pad.right), Math.max(60, height - pad.top - pad.bottom)];
    this.home = () => this.fit(box, pad, deepest);
    const k = Math.min(free[0] / across, free[1] / down, deepest);
    Object.assign(this, { least: k * 0.7, most: Math.max(deepest, k), start: k, fitted: true });
    this.go(k, pad.left + free[0] / 2 - ((box.left + box.right) / 2) * k, pad.top + free[1] / 2 - ((box.top + box.bottom) / 2) * k);
  }

  go(k, x, y) {
    const other = k !== this.k;
    Object.assign(this, { k, x, y });
    clearTimeout(this.frame);
    if (other) this.zoomed();
    else this.moved();
  }

  // Soon, once for many.
  later(k, x, y) {
    const other = k !== this.k;
    Object.assign(this, { k, x, y, fitted: false, changed: this.changed || other });
    if (this.due) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      const { changed } = this;
      this.changed = false;
      if (changed) this.zoomed();
      else this.moved();
    });
  }

  bound(k) {
    return Math.max(this.least, Math.min(this.most, k));
  }

  around(factor, px, py) {
    const k = this.bound(this.k * factor);
    const by = k / this.k;
    return [k, px - (px - this.x) * by, py - (py - this.y) * by];
  }

  zoom(factor) {
    const [width, height] = this.size;
    this.glide(...this.around(factor, width / 2, height / 2));
  }

  nudge(right, down) {
    this.later(this.k, this.x - right * NUDGE, this.y - down * NUDGE);
  }

  // Brings a box into sight, no nearer than `nearest`.
  show(box, nearest) {
    const [width, height] = this.size;
    const rim = Math.min(width, height) * 0.16;
    const fits = Math.min((width - 2 * rim) / Math.max(1e-6, box.right - box.left), (height - 2 * rim) / Math.max(1e-6, box.bottom - box.top));
    const k = this.bound(Math.max(this.start, Math.min(nearest, fits)));
    if (k === this.start) this.home();
    else this.glide(k, width / 2 - ((box.left + box.right) / 2) * k, height / 2 - ((box.top + box.bottom) / 2) * k);
  }

  glide(k, x, y) {
    if (still.matches) {
      this.later(k, x, y);
      return;
    }
    const from = [this.k, this.x, this.y];
    const began = performance.now();
    const ticket = (this.ticket = {});
    const step = (now) => {
      if (this.ticket !== ticket) return;
      const share = Math.min(1, Math.max(0, now - began) / SLOW);
      const ease = 1 - (1 - share) ** 3;
      const at = from[0] * (k / from[0]) ** ease;
      // The place follows the zoom, so that what is looked for stays on its way.
      const part = k === from[0] ? ease : (at - from[0]) / (k - from[0]);
      this.later(share === 1 ? k : at, from[1] + (x - from[1]) * part, from[2] + (y - from[2]) * part);
      if (share < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  place(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  wheel(event) {
    event.preventDefault();
    this.ticket = null;
    const turned = event.deltaMode ? event.deltaY * 24 : event.deltaY;
    // A pinch on a touchpad comes as a wheel with the control key.
    this.later(...this.around(Math.exp(-turned * (event.ctrlKey ? 0.01 : 0.0016)), ...this.place(event)));
  }

  down(event) {
    if (event.button) return;
    this.ticket = null;
    this.stage.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.place(event));
    this.begun = this.pointers.size === 1 ? this.place(event) : null;
    this.dragging = this.pointers.size > 1;
  }

  move(event) {
    const last = this.pointers.get(event.pointerId);
    const [px, py] = this.place(event);
    if (!last) {
      if (event.pointerType === "mouse") this.hovered([px - this.x, py - this.y]);
      return;
    }
    if (this.begun && Math.hypot(px - this.begun[0], py - this.begun[1]) > DRAGGED) this.dragging = true;
    if (!this.dragging) return;
    const before = [...this.pointers.values()];
    this.pointers.set(event.pointerId, [px, py]);
    const after = [...this.pointers.values()];
    if (after.length === 1) this.later(this.k, this.x + px - last[0], this.y + py - last[1]);
    else this.pinch(before, after);
  }

  pinch([a, b], [c, d]) {
    const apart = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1]) || 1;
    const [mx, my] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const [nx, ny] = [(c[0] + d[0]) / 2, (c[1] + d[1]) / 2];
    const [k, x, y] = this.around(apart(c, d) / apart(a, b), mx, my);
    this.later(k, x + nx - mx, y + ny - my);
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    const tapped = !this.dragging && event.type === "pointerup";
    this.begun = null;
    if (this.pointers.size === 0) this.dragging = false;
    const [px, py] = this.place(event);
    if (tapped) this.tapped([px - this.x, py - this.y], event.pointerType);
  }

  key(event) {
    if (event.target !== this.stage || event.ctrlKey || event.altKey || event.metaKey) return;
    const act = {
      "+": () => this.zoom(STEP), "=": () => this.zoom(STEP), "-": () => this.zoom(1 / STEP), "_": () => this.zoom(1 / STEP),
      "0": () => this.home(), Home: () => this.home(),
      ArrowLeft: () => this.nudge(-1, 0), ArrowRight: () => this.nudge(1, 0), ArrowUp: () => this.nudge(0, -1), ArrowDown: () => this.nudge(0, 1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
