// The states of a thing over time as one bar: pointed at or stepped through by keys it tells each span; a
// list below it has them as text.
import { icon, make, tell } from "../dom.js";
import { share, span as length } from "../units.js";
import { day, moment, number, say } from "../words.js";

const LISTED = 50;
const NARROW = 0.0012;
const FEW = 5 * 86400;

const shown = (span) => (span.maintenance ? "maintenance" : span.state);
const word = (span) => (span.watched ? (span.maintenance ? say("state.maintenance") : span.word) : say("history.unwatched"));

export function told(span, now) {
  const open = span.to >= now - 1;
  const time = open ? say("history.open", { from: moment(span.from) }) : say("history.closed", { from: moment(span.from), until: moment(span.to) });
  const because = span.because ? ` · ${say("because", { cause: span.because })}` : "";
  return `${word(span)} · ${time} · ${length(span.to - span.from)}${because}`;
}

// Spans too narrow to be seen are drawn as wide as can be seen: an outage of a minute in a month must be.
function bar(spans, from, to) {
  const whole = to - from;
  return spans.map((span) => {
    const drawn = make("i", { class: `stretch s-${shown(span)}` });
    drawn.style.flexGrow = String(Math.max((span.to - span.from) / whole, shown(span) === "up" ? 0 : NARROW));
    return drawn;
  });
}

// The names of some days under the bar; hours where there are few days yet.
function days(from, to) {
  const name = to - from > FEW ? day : moment;
  const found = [];
  for (let place = 0; place < 5; place += 1) found.push(name(from + ((to - from) * place) / 5));
  return [...found, say("history.now")].map((text) => make("span", {}, text));
}

function sums(spans, from, to) {
  const known = spans.filter((span) => span.state !== "unknown" && !span.maintenance);
  const sum = (list) => list.reduce((seconds, span) => seconds + span.to - span.from, 0);
  const gone = (span) => span.state === "down" || span.state === "unreachable";
  const lost = known.filter(gone);
  // One that goes on while nobody watched, or under another name, is one.
  const times = lost.filter((span) => !gone(known[known.indexOf(span) - 1] ?? {})).length;
  if (!known.length) return say(spans.some((span) => span.maintenance) ? "history.worked" : "history.none");
  const values = { whole: length(to - from), times: number(times), lost: length(sum(lost)), ratio: share(1 - sum(lost) / sum(known)) };
  return say(lost.length ? "history.sum" : "history.calm", values);
}

function point(body, place) {
  const { spans, to, stretches, line, bar: one } = body;
  body.at = place;
  stretches.forEach((element, other) => element.classList.toggle("on", other === place));
  const text = place === null ? body.sum : told(spans[place], to);
  tell(line, text);
  one.setAttribute("aria-valuetext", text);
  one.setAttribute("aria-valuenow", String(place ?? spans.length - 1));
}

function keys(body, event) {
  const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const last = body.spans.length - 1;
  point(body, Math.min(last, Math.max(0, (body.at ?? last + (step < 0 ? 1 : -1)) + step)));
}

// What the bar shows, but for the seconds that pass.
export const key = ({ from, spans }) => JSON.stringify([Math.round(from / 3600), spans.map((span) => [span.state, span.word, span.from, span.because, span.maintenance])]);

export function history(body, { spans, from, to }) {
  const open = body.querySelector("details")?.open ?? false;
  body.spans = spans;
  body.to = to;
  body.sum = sums(spans, from, to);
  body.stretches = bar(spans, from, to);
  body.line = make("p", { class: "told" });
  body.bar = make("div", { class: "course", role: "slider", tabindex: "0", "aria-label": say("part.history"), "aria-valuemin": "0", "aria-valuemax": String(Math.max(0, spans.length - 1)) }, ...body.stretches);
  body.bar.addEventListener("pointermove", (event) => {
    const place = body.stretches.indexOf(event.target);
    if (place >= 0) point(body, place);
  });
  body.bar.addEventListener("pointerleave", () => point(body, null));
  body.bar.addEventListener("keydown", (event) => keys(body, event));
  body.bar.addEventListener("blur", () => point(body, null));
  const changes = [...spans].reverse().slice(0, LISTED);
  const items = changes.map((span) => make("li", { class: `s-${shown(span)}` }, icon(shown(span)), make("span", {}, told(span, to))));
  const list = make("details", { open }, make("summary", {}, say("history.list")), make("ol", { class: "states" }, ...items));
  body.replaceChildren(body.bar, make("p", { class: "days", "aria-hidden": "true" }, ...days(from, to)), body.line, list);
  point(body, null);
}
