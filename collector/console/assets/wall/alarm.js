// A new critical cause is heard and seen in the tab's title, until somebody moves or it is over; muted if so chosen.
import { by, tell } from "../dom.js";
import { summary } from "./causes.js";
import { choice, choose } from "../settings.js";
import { say } from "../words.js";

const BLINK = 1000;
const LONGEST = 120000;
const TONES = [[880, 0], [660, 0.22], [880, 0.44]];

let seen = null;
let speaker = null;
let blinking = null;
let told = null;
let title = document.title;

const muted = () => choice("sound", "on") === "off";

function voice() {
  speaker ??= window.AudioContext ? new AudioContext() : null;
  return speaker;
}

export function label() {
  const button = by("sound");
  const blocked = !muted() && speaker !== null && speaker.state === "suspended";
  button.setAttribute("aria-pressed", String(!muted()));
  button.querySelector("use").setAttribute("href", muted() ? "#i-mute" : "#i-sound");
  button.classList.toggle("asks", blocked);
  tell(button.querySelector(".label"), say(muted() ? "sound.off" : blocked ? "sound.blocked" : "sound.on"));
}

async function wake() {
  if (muted() || voice() === null) return;
  if (speaker.state === "suspended") await Promise.race([speaker.resume(), new Promise((done) => setTimeout(done, 200))]);
  label();
}

async function ring() {
  await wake();
  if (muted() || speaker?.state !== "running") return;
  for (const [pitch, after] of TONES) {
    const tone = speaker.createOscillator();
    const gain = speaker.createGain();
    const at = speaker.currentTime + after;
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.35, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
    tone.connect(gain).connect(speaker.destination);
    tone.start(at);
    tone.stop(at + 0.21);
  }
}

function blink(text) {
  calm();
  let on = false;
  const began = Date.now();
  blinking = setInterval(() => {
    on = !on && Date.now() - began < LONGEST;
    document.title = on ? text : title;
  }, BLINK);
  document.title = text;
}

function calm() {
  clearInterval(blinking);
  blinking = null;
  document.title = title;
}

// Compares with what was there before: what a page finds when it is opened is not new.
export function alarm(wall) {
  const count = wall.causes.filter((cause) => !cause.maintenance).length;
  title = `${count ? `(${count}) ` : ""}${wall.province.name} · Hatang`;
  if (blinking !== null && !wall.causes.some((cause) => cause.id === told)) calm();
  if (blinking === null) document.title = title;
  const fresh = seen === null ? [] : wall.causes.filter((cause) => !seen.has(cause.id) && !cause.maintenance);
  seen = new Set(wall.causes.map((cause) => cause.id));
  if (!fresh.length) return;
  tell(by("news"), fresh.map((cause) => say("announced", { severity: cause.severity_word, summary: summary(cause) })).join(". "));
  const critical = fresh.filter((cause) => cause.severity === "critical");
  if (critical.length) {
    told = critical[0].id;
    blink(`⚠ ${say("title.alarm")}: ${summary(critical[0])}`);
    if (!muted()) ring();
  }
}

export function listen() {
  by("sound").hidden = false;
  wake();
  for (const moved of ["pointerdown", "keydown"]) {
    addEventListener(moved, () => {
      wake();
      if (blinking !== null) calm();
    });
  }
  by("sound").addEventListener("click", () => {
    const blocked = by("sound").classList.contains("asks");
    if (!blocked) choose("sound", muted() ? "on" : "off");
    label();
    wake();
  });
  label();
}
