// Lists that several pages have: announced work, incidents that are over, what happened.
import { icon, link, make } from "../dom.js";
import { summary } from "./marks.js";
import { span } from "../units.js";
import { moment, say } from "../words.js";

export function works(body, told) {
  body.replaceChildren(make("ul", { class: "lines" }, ...told.map((one) => make("li", { class: one.running ? "s-maintenance" : "" },
    make("p", {}, make("b", {}, one.why || say("works.planned"))),
    make("p", { class: "soft" }, `${moment(one.from)} – ${moment(one.to)}`, one.who ? ` · ${one.who}` : ""),
    make("p", {}, ...one.what.flatMap((what, place) => [place ? ", " : "", link(what.thing, what.title)])),
  ))));
}

export function closed(body, told) {
  body.replaceChildren(make("ul", { class: "lines" }, ...told.map((one) => make("li", { class: `v-${one.severity}` },
    make("p", {}, icon(one.severity), " ", make("a", { href: `/incidents/${one.id}` }, summary(one))),
    make("p", { class: "soft" }, [moment(one.since), span(Math.max(0, one.closed_at - one.since)), one.side_word].filter(Boolean).join(" · ")),
  ))));
}

const CLOCK = 5;

const picture = (one) => one.state || (one.kind === "maintenance" ? "maintenance" : one.severity || "info");

export function events(body, told) {
  const dated = told.some((one) => moment(one.at).length > CLOCK);
  body.replaceChildren(make("ol", { class: dated ? "happenings dated" : "happenings" }, ...told.map((one) => make("li", { class: one.state ? `s-${one.state}` : one.severity ? `v-${one.severity}` : "" },
    make("time", {}, moment(one.at)), icon(picture(one)), make("span", {}, one.words, one.who ? make("span", { class: "soft" }, ` · ${one.who}`) : ""),
  ))));
}
