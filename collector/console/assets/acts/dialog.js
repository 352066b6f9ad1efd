// A dialog with a form: opened by a button, sent once, closed when it was taken; what was refused stays in
// it, in words.
import { icon, make } from "../dom.js";
import { say } from "../words.js";

let count = 0;

// `fields` are those of fields.js; `send` is given their values, and gives words that must be read before the
// dialog closes, or nothing; `done` is called when it has closed after something was sent.
export function dialog({ title, about = "", hint = "", fields = [], label = "", send, done = () => null }) {
  const opener = document.activeElement;
  count += 1;
  const id = `act-${count}`;
  const error = make("p", { class: "error", role: "alert" });
  const go = make("button", { class: "main", type: "submit" }, label);
  go.hidden = !label;
  const leave = make("button", { class: "button", type: "button" }, say(label ? "act.cancel" : "act.close"));
  const form = make("form", { method: "dialog", novalidate: "", autocomplete: "on" },
    make("h2", { id }, title),
    about ? make("p", { class: "about" }, about) : null,
    ...fields.map((field) => field.element),
    hint ? make("p", { class: "hint" }, icon("info"), hint) : null,
    error,
    make("p", { class: "act-end" }, go, leave),
  );
  const box = make("dialog", { class: "act", "aria-labelledby": id }, form);
  let sending = false;
  let sent = false;

  function wrong(text, field) {
    error.textContent = text;
    for (const one of fields) one.mark?.(one === field);
    (field?.focus ?? (() => go.focus()))();
  }

  function told(text) {
    error.textContent = text;
    go.hidden = true;
    leave.textContent = say("act.close");
    leave.focus();
  }

  async function submit() {
    if (sending || sent) return;
    const values = {};
    for (const field of fields) {
      const problem = field.problem?.() ?? "";
      if (problem) return wrong(problem, field);
      Object.assign(values, field.values?.());
    }
    wrong("", null);
    sending = true;
    go.disabled = true;
    form.setAttribute("aria-busy", "true");
    try {
      const words = await send(values);
      sent = true;
      if (words) told(words);
      else box.close();
    } catch (refused) {
      wrong(refused instanceof TypeError ? say("act.unanswered") : refused.message, null);
    } finally {
      sending = false;
      go.disabled = false;
      form.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("input", () => fields.forEach((field) => field.draw?.()));
  leave.addEventListener("click", () => box.close());
  box.addEventListener("cancel", (event) => sending && event.preventDefault());
  box.addEventListener("close", () => {
    box.remove();
    if (opener?.isConnected) opener.focus();
    if (sent) done();
  });
  document.body.append(box);
  box.showModal();
  (fields.find((field) => field.first)?.focus ?? (() => (label ? go : leave).focus()))();
  return box;
}
