// What this browser keeps of its reader's choices: theme, language, sound.
const KEY = "hatang";

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY) || "{}");
  } catch {
    return {};
  }
}

let kept = read();

export function choice(name, otherwise) {
  return kept[name] ?? otherwise;
}

export function choose(name, value) {
  kept = { ...read(), [name]: value };
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // a browser that keeps nothing still shows the choice until it is closed
  }
}
