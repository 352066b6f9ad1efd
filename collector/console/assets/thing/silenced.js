// What the Alertmanagers keep silent of a thing: who wanted it, why, until when. Asked now and then while
// somebody looks, apart from all else, for they may not answer; the page says so by itself.
import { icon, make } from "../dom.js";
import { often } from "../often.js";
import { moment, say, speaks } from "../words.js";

const EVERY = 30000;

// Calls `heard` with the silences of `thing`. Gives what asks at once.
export function watch(thing, heard) {
  async function ask() {
    const answer = await fetch(`/api/v1/silences?language=${speaks()}`).catch(() => null);
    if (!answer?.ok) return;
    const { items } = await answer.json();
    heard(items.filter((one) => one.things.some((other) => other.thing === thing)));
  }
  often(ask, EVERY);
  return ask;
}

export function silenced(body, told) {
  body.replaceChildren(make("ul", { class: "lines" }, ...told.map((one) => make("li", {},
    make("p", {}, icon("mute"), " ", make("b", {}, one.why)),
    make("p", { class: "soft" }, `${say("silenced.until", { until: moment(one.to) })} · ${one.who}`),
    make("p", { class: "soft" }, one.alert ? say("silenced.alert", { alert: one.alert }) : say("silenced.all")),
  ))));
}
