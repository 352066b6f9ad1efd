// A runbook: what an alert means, what to look at, whom to call.
import "../parts/words.js";
import "./words.js";
import { blocks } from "../parts/blocks.js";
import { by, make, tell } from "../dom.js";
import { gone, here } from "../parts/gone.js";
import { once } from "../parts/section.js";
import { page } from "../page.js";
import { say } from "../words.js";

function draw({ name, blocks: told }) {
  here();
  const [first] = told;
  const titled = first?.kind === "heading" && first.level === 1;
  const title = titled ? first.text : name;
  document.title = `${title} · Hatang`;
  tell(by("title"), title);
  by("trail").replaceChildren(make("span", {}, say("one.runbook")), make("span", {}, say("runbook.of", { name })));
  by("blocks").hidden = false;
  once(by("blocks"), JSON.stringify(told), () => by("blocks").replaceChildren(blocks(titled ? told.slice(1) : told)));
}

page({ draw, gone: () => gone("runbook") });
