// What every page has around it: theme, language, full screen, the clock.
import { by, tell } from "./dom.js";
import { choice, choose } from "./settings.js";
import { say, second, speak, speaks, spell, today } from "./words.js";

const THEMES = ["auto", "dark", "light"];
const light = matchMedia("(prefers-color-scheme: light)");

function dress() {
  const theme = choice("theme", "auto");
  const shown = theme === "auto" ? (light.matches ? "light" : "dark") : theme;
  document.documentElement.dataset.theme = shown;
  tell(by("theme").querySelector(".label"), say(`theme.${theme}`));
}

function label() {
  spell();
  dress();
  const other = by("language");
  other.textContent = say("language.other");
  other.lang = speaks() === "vi" ? "en" : "vi";
  requestAnimationFrame(reveal);
  tick();
}

// On a phone the page's own name may be out of sight.
function reveal() {
  const own = document.querySelector(".bar nav [aria-current]");
  if (own) own.parentElement.scrollLeft = own.offsetLeft - own.parentElement.offsetLeft;
}

function tick() {
  const now = new Date();
  const [time, day] = by("clock").children;
  tell(time, second(now));
  tell(day, today(now));
}

// `spoken` is called when another language was chosen.
export function frame(spoken) {
  for (const page of document.querySelectorAll(".bar nav a")) {
    const own = page.getAttribute("href");
    if (own === location.pathname || (own !== "/" && location.pathname.startsWith(`${own}/`))) page.setAttribute("aria-current", "page");
  }
  light.addEventListener("change", dress);
  by("theme").addEventListener("click", () => {
    const place = THEMES.indexOf(choice("theme", "auto"));
    choose("theme", THEMES[(place + 1) % THEMES.length]);
    dress();
  });
  by("language").addEventListener("click", () => {
    const other = speaks() === "vi" ? "en" : "vi";
    choose("language", other);
    speak(other);
    label();
    spoken();
  });
  by("full").addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.();
  });
  label();
  setInterval(tick, 1000);
}
