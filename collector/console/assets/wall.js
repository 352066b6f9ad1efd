// The wall: puts what the collector tells where it belongs.
import { alarm, label, listen } from "./alarm.js";
import { causes, run } from "./causes.js";
import { changes } from "./changes.js";
import { counts } from "./counts.js";
import { by, make, patch, tell } from "./dom.js";
import { frame } from "./frame.js";
import { Live } from "./live.js";
import * as session from "./session.js";
import { services, sites } from "./tiles.js";
import { keepTime, say, second, speaks } from "./words.js";

const root = document.documentElement;
let latest = null;

function trouble(wall, lost) {
  const found = [];
  if (lost) found.push(["lost", say("trouble.lost", { time: second(new Date(lost)) })]);
  if (wall) {
    const down = (peers) => Object.entries(peers).filter(([, up]) => !up).map(([name]) => name).join(", ");
    const stores = down(wall.stores);
    const managers = down(wall.alertmanagers);
    if (stores) found.push(["store", say("trouble.store", { names: stores })]);
    if (wall.changes === null) found.push(["journal", say("trouble.journal")]);
    if (managers) found.push(["manager", say("trouble.manager", { names: managers })]);
    if (!Object.keys(wall.alertmanagers).length) found.push(["nobody", say("trouble.nobody")]);
  }
  patch(by("trouble"), found, ([kind]) => kind, ([kind]) => make("p", { class: `t-${kind}` }), (element, [, text]) => tell(element, text));
}

function line(state) {
  root.dataset.line = state;
  tell(by("line-text"), say(`line.${state}`));
}

function heard(wall) {
  const language = speaks();
  latest = wall;
  keepTime(wall.province.timezone);
  counts(wall.counts, language);
  causes(wall.causes, language);
  sites(wall, language);
  services(wall.services, language);
  changes(wall.changes, language);
  alarm(wall);
  trouble(wall, 0);
  line("live");
  if (!root.dataset.ready) {
    root.dataset.ready = "yes";
    performance.mark("ready");
  }
}

function lost(since) {
  trouble(latest, since || Date.now());
  line("lost");
}

const live = new Live({ language: speaks, heard, lost, stranger: session.ask });

frame(() => {
  label();
  session.show();
  live.again();
});
line("waiting");
listen();
session.begin(() => live.again());
session.look().catch(() => lost(0));
if (root.dataset.known) live.start();
else session.ask();
setInterval(run, 1000);
addEventListener("online", () => live.again());
document.addEventListener("visibilitychange", () => document.hidden || live.again());
