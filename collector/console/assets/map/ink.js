// How things look on the canvas: as the style sheet says. Of each set of classes an element stands, unseen, in the
// stage; its computed style is what is drawn with.
import { draw } from "./forms.js";

export class Ink {
  constructor(palette) {
    this.palette = palette;
    this.known = new Map();
  }

  // After another theme, size of letters, or class of the stage.
  forget() {
    this.known.clear();
    this.palette.replaceChildren();
  }

  of(kind, classes) {
    const key = `${kind} ${classes}`;
    let found = this.known.get(key);
    if (found === undefined) this.known.set(key, (found = this[kind](classes)));
    return found;
  }

  read(element) {
    if (!element.parentNode) this.palette.append(element);
    const style = getComputedStyle(element);
    return {
      alpha: Number(style.opacity), color: style.color, fill: style.fill, fillAlpha: Number(style.fillOpacity),
      stroke: style.stroke === "none" ? "" : style.stroke, strokeAlpha: Number(style.strokeOpacity), width: parseFloat(style.strokeWidth),
      dash: style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(",").map(parseFloat), cap: style.strokeLinecap, style,
    };
  }

  plain(classes) {
    return this.read(draw("path", { class: classes }));
  }

  text(classes) {
    const { style, alpha, fill, fillAlpha, stroke, width } = this.read(draw("text", { class: classes }));
    const font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const spacing = style.letterSpacing === "normal" ? "0px" : style.letterSpacing;
    return { shown: style.display !== "none", alpha, fill, fillAlpha, stroke, width, font, spacing, high: style.textTransform === "uppercase" };
  }

  // A mark or a badge: the group, its first part (a mark's ring, a badge's disc) and a mark's form.
  group(classes) {
    const [first, form] = [draw("circle", { class: "ring" }), draw("path", { class: "form" })];
    const { alpha, color } = this.read(draw("g", { class: classes }, first, form));
    return { alpha, color, first: this.read(first), form: this.read(form) };
  }
}
