// What happened, how grave it is, how long it lasts, and who has it.
import { by, icon, link, make, tell } from "../dom.js";
import { chip, held, state, summary } from "../parts/marks.js";
import { once } from "../parts/section.js";
import { lasted } from "../parts/clock.js";
import { moment, say } from "../words.js";
import { span } from "../units.js";

const DUE = [["first_notice_due", "due.first"], ["full_report_due", "due.full"]];

// A suspected cyber-security incident has to be told of within a day, and reported on within three.
function due(suspected, closed) {
  const rows = DUE.map(([field, word]) => {
    const left = suspected[field] - Date.now() / 1000;
    const told = left > 0 ? say("due.left", { left: span(left) }) : say("due.over", { ago: span(-left) });
    return make("li", { class: left > 0 || closed ? "" : "v-critical late" }, icon(left > 0 ? "info" : "critical"), make("b", {}, say(word)), ` ${moment(suspected[field])} `, make("span", { class: "soft" }, told));
  });
  return make("div", { class: "due" }, make("p", {}, icon("major"), say("due.title", { who: suspected.who, time: moment(suspected.at) })), make("ul", {}, ...rows));
}

function lasting({ since, closed_at: closed }) {
  if (closed === null) return make("span", { class: "since" }, lasted(since), ` ${say("since", { time: moment(since) })}`);
  return make("span", { class: "since" }, make("b", { class: "lasted" }, span(Math.max(0, closed - since))), ` ${moment(since)} – ${moment(closed)}`);
}

function links({ cause, grafana }) {
  const found = [make("a", { class: "button", href: `/map?at=${encodeURIComponent(cause.thing)}` }, say("map"))];
  if (/^https?:/.test(grafana)) found.push(make("a", { class: "button", href: grafana, rel: "noreferrer" }, say("grafana")));
  return make("p", { class: "chips" }, ...found);
}

export function head(sheet) {
  const { incident, cause } = sheet;
  const open = incident.closed_at === null;
  const place = by("verdict");
  const title = summary(incident);
  document.title = `${open ? "●" : "✓"} ${title} · Hatang`;
  tell(by("title"), title);
  once(by("trail"), JSON.stringify([sheet.site, cause.title]), () => by("trail").replaceChildren(make("span", {}, say("head.number", { id: incident.id })), ...(sheet.site ? [link(sheet.site.thing, sheet.site.title)] : []), link(cause.thing, cause.title)));
  place.hidden = false;
  const minute = Math.floor(Date.now() / 60000);
  place.className = `verdict panel v-${incident.severity} ${open ? "open" : "over"}`;
  const mark = open ? icon(incident.severity) : icon("up");
  const word = open ? incident.severity_word : say("head.closed", { severity: incident.severity_word });
  tell(by("news"), `${title}: ${word}`);
  const key = JSON.stringify([incident, cause, sheet.grafana, incident.suspected ? minute : 0]);
  once(place, key, () => place.replaceChildren(
    make("p", { class: "how" }, mark, make("strong", {}, word), lasting(incident)),
    make("p", { class: "evidence" }, incident.evidence),
    make("p", { class: "because" }, `${say("head.cause")} `, link(cause.thing, cause.title), " ", state(cause)),
    incident.ending ? make("p", { class: "evidence" }, `${say("head.ending")} ${incident.ending}`) : "",
    make("p", { class: "chips" }, ...(open || incident.owner || incident.acknowledged ? [held(incident)] : []), incident.side ? chip("", say("held.side", { side: incident.side_word })) : ""),
    links(sheet),
    incident.suspected ? due(incident.suspected, !open) : "",
  ));
}
