// Who looks: the login form, and who is logged in.
import { by } from "./dom.js";
import { say } from "./words.js";

let who = null;

export async function look() {
  const answer = await fetch("/api/v1/session");
  if (!answer.ok) throw new Error(String(answer.status));
  who = await answer.json();
  show();
  return who;
}

export function show() {
  if (who === null) return;
  const key = who.open ? "holder.open" : `holder.${who.role}`;
  by("holder").textContent = met() ? say(key, { name: who.name }) : "";
  by("leave").hidden = who.open || who.until === null;
  document.documentElement.dataset.may = may() ? "yes" : "";
  document.dispatchEvent(new Event("session"));
}

// Whether it is known who looks, whether no token is needed here, and whether who looks may act.
export const met = () => who !== null && (who.open || who.role !== "");

export const open = () => who !== null && who.open;

export const may = () => who !== null && (who.open || who.role === "operator");

export const name = () => who?.name ?? "";

// Acts through the API, as who is logged in; what was refused is thrown, in words.
export async function act(method, path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  if (who?.csrf) headers["X-Hatang-Session"] = who.csrf;
  const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
  const told = await answer.json().catch(() => ({ error: String(answer.status) }));
  if (answer.ok) return told;
  if (answer.status === 401) {
    ask();
    throw new Error(say("login.ended"));
  }
  throw new Error([told.error, ...(told.problems ?? []), told.hint].filter(Boolean).join(" · "));
}

export function ask() {
  const dialog = by("login");
  if (!dialog.open) dialog.showModal();
  by("token").focus();
}

async function enter(token) {
  const answer = await fetch("/api/v1/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (answer.ok) {
    who = await answer.json();
    return "";
  }
  if (answer.status === 429) return say("login.wait");
  if (answer.status === 403 || answer.status === 400) return say("login.wrong");
  return say("login.failed", { why: answer.status });
}

export function begin(entered) {
  by("login").addEventListener("cancel", (event) => event.preventDefault());
  by("login-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const error = await enter(by("token").value).catch((failed) => say("login.failed", { why: failed.message }));
    by("login-error").textContent = error;
    if (error) return;
    by("token").value = "";
    by("login").close();
    show();
    entered();
  });
  by("leave").addEventListener("click", async () => {
    await act("DELETE", "/api/v1/session").catch(() => null);
    location.reload();
  });
}
