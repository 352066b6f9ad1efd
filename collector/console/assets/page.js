// What every page does: asks the collector for what it shows, says when that is not so any more, and lets
// its reader in. Its address stands in the frame (`data-ask`).
import { by, make, patch, tell } from "./dom.js";
import { frame } from "./frame.js";
import { Live } from "./live.js";
import * as session from "./session.js";
import { keepTime, say, second, speaks } from "./words.js";

const root = document.documentElement;
let latest = null;

function trouble(told, lost, refused) {
  const found = [];
  if (refused) found.push(["missing", say("missing", { what: refused })]);
  if (lost) found.push(["lost", say("trouble.lost", { time: second(new Date(lost)) })]);
  if (told) {
    const down = (peers) => Object.entries(peers).filter(([, up]) => !up).map(([name]) => name).join(", ");
    const stores = down(told.stores);
    const managers = down(told.alertmanagers);
    if (stores) found.push(["store", say("trouble.store", { names: stores })]);
    if (!told.journal) found.push(["journal", say("trouble.journal")]);
    if (managers) found.push(["manager", say("trouble.manager", { names: managers })]);
    if (!Object.keys(told.alertmanagers).length) found.push(["nobody", say("trouble.nobody")]);
  }
  patch(by("trouble"), found, ([kind]) => kind, ([kind]) => make("p", { class: `t-${kind}` }), (element, [, text]) => tell(element, text));
}

function line(state) {
  root.dataset.line = state;
  tell(by("line-text"), say(`line.${state}`));
}

// `draw` is given what was told, again when another language was chosen; `asked` gives parameters besides the
// language, as `&name=value`; `entered` is called once it is known who looks; `gone` is told why there is no such
// thing. A page that must be heard `always` goes on listening when nobody sees it. One for operators names what
// it asks, and is `barred` to others: nothing is asked then. Gives what looks again at once.
export function page({ draw, ask = "", asked = () => "", entered = () => null, spoken = () => null, gone = null, barred = null, always = false }) {
  function heard(told) {
    latest = told;
    keepTime(told.province);
    trouble(told, 0);
    draw(told);
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

  function missing(why) {
    trouble(null, 0, gone ? "" : why);
    gone?.(why);
    line("live");
    root.dataset.ready = "yes";
  }

  function shut() {
    live.rest();
    if (!session.met()) return;
    barred();
    line("live");
    root.dataset.ready = "yes";
  }

  const address = () => `${ask || root.dataset.ask}?language=${speaks()}${asked()}`;
  const apart = always ? 700 : 2000;
  const live = new Live({ asked: address, heard, lost, stranger: session.ask, missing, apart });
  const again = () => (barred && !session.may() ? shut() : live.again());
  const arrive = () => {
    entered();
    if (barred) again();
  };
  const known = () => session.look().then(arrive).catch(() => lost(0));
  frame(() => {
    spoken();
    session.show();
    if (latest) draw(latest);
    again();
  });
  line("waiting");
  session.begin(() => {
    entered();
    again();
  });
  known();
  if (!root.dataset.known) session.ask();
  else if (!barred) live.start();
  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) again();
    else if (!always) live.rest();
  });
  return again;
}
