// The wall: puts what the collector tells where it belongs.
import "./words.js";
import { alarm, label, listen } from "./alarm.js";
import { causes, run } from "./causes.js";
import { changes } from "./changes.js";
import { counts } from "./counts.js";
import { page } from "../page.js";
import { services, sites } from "./tiles.js";
import { speaks } from "../words.js";

function draw(wall) {
  const language = speaks();
  counts(wall.counts, language);
  causes(wall.causes, language, again);
  sites(wall, language);
  services(wall.services, language);
  changes(wall.changes, language);
  alarm(wall);
}

const again = page({ draw, spoken: label, always: true });
listen();
setInterval(run, 1000);
