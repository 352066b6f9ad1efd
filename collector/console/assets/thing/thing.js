// The page of a device, a circuit, a site or a service.
import "../parts/words.js";
import "./words.js";
import { acts } from "../acts/acts.js";
import { below } from "./lists.js";
import { by, tell } from "../dom.js";
import { closed, events, works } from "../parts/lists.js";
import { charts } from "../charts/charts.js";
import { circuit } from "./circuit.js";
import { device } from "./device.js";
import { gone, here } from "../parts/gone.js";
import { head } from "./head.js";
import { history, key } from "../parts/history.js";
import { page } from "../page.js";
import { part } from "../parts/section.js";
import { path } from "../parts/path.js";
import { readings } from "./readings.js";
import { run } from "../parts/clock.js";
import { say } from "../words.js";
import { service } from "./service.js";
import { silenced, watch } from "./silenced.js";
import { site } from "./site.js";

const KINDS = { device, circuit, site, service };

// Of these, what lies in it is told before its charts.
const INSIDE = ["site", "service"];

// Of these, what was read is of before.
const LOST = ["down", "unreachable"];

const put = (place, one, told, count) => part(by(place), one, told, count);
const some = (list) => (list?.length ? list : null);

let latest = null;
let silent = [];
let listen = null;

function draw(sheet) {
  const { verdict, kind, name } = sheet;
  latest = sheet;
  here();
  head(sheet, again);
  acts(by("acts"), { thing: sheet.thing, title: sheet.title, flapping: verdict.flapping, maintenance: verdict.maintenance, again: acted });
  put("side", { id: "silenced", fill: silenced }, some(silent));
  put("wide", { id: "path", fill: path }, sheet.path.length ? { steps: sheet.path, own: { ...verdict, title: sheet.title } } : null);
  put("wide", { id: "history", fill: history, key }, sheet.history);
  if (INSIDE.includes(kind)) KINDS[kind](put, sheet);
  put("wide", { id: "charts", fill: charts }, { kind, name, interface: "" });
  put("side", { id: "works", fill: works }, some(sheet.works));
  if (!INSIDE.includes(kind)) KINDS[kind](put, sheet);
  put("wide", { id: "readings", fill: readings }, sheet.readings?.length ? { items: sheet.readings, lost: LOST.includes(verdict.state) } : null);
  put("side", { id: "below", fill: below }, sheet.below.total > (sheet.devices?.total ?? 0) ? sheet.below : null, sheet.below.total);
  put("side", { id: "closed", fill: closed }, some(sheet.closed));
  put("side", { id: "events", fill: events }, some(sheet.events));
  tell(by("unread"), sheet.journal ? "" : say("unread"));
  listen ??= watch(sheet.thing, (items) => {
    silent = items;
    draw(latest);
  });
}

const again = page({ draw, entered: () => latest && draw(latest), gone: () => gone("why") });
function acted() {
  again();
  listen();
}

setInterval(run, 1000);
