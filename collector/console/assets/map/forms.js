// The form of each state, so that colour is not all that tells it; and the icon within.
const SVG = "http://www.w3.org/2000/svg";
export const FORMS = {
  up: "M-6.5 0a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0",
  degraded: "M0-8.6L8.8 7H-8.8z",
  down: "M-7.4-7.4H7.4V7.4H-7.4z",
  unreachable: "M0-9.6L9.6 0 0 9.6-9.6 0z",
  unknown: "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0",
  planned: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0",
  maintenance: "M-5-7.4H5L7.4-5V5L5 7.4H-5L-7.4 5V-5z",
};

export const BARE = ["up", "degraded", "planned"];

export function draw(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A mark to be put somewhere: the ring shows when it is pointed at.
export function mark() {
  const form = draw("path", { class: "form" });
  return { form, element: draw("g", {}, draw("circle", { class: "ring", r: 11.5 }), form) };
}

// Most are up and need no icon.
export function shape(mark, state) {
  mark.form.setAttribute("d", FORMS[state]);
  mark.use?.remove();
  mark.use = BARE.includes(state) ? null : draw("use", { href: `#i-${state}`, x: -5, y: -5, width: 10, height: 10 });
  if (mark.use) mark.element.append(mark.use);
}
