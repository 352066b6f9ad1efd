// What a page knows: asked of the collector's memory, whenever its event stream says that something
// happened, and every few seconds besides, for a line that was pulled does not say so.
import { Stream } from "./stream.js";

const EVERY = 10000;
const AGAIN = 2000;
const PATIENCE = 6000;
const TOGETHER = 80;

export class Live {
  // `asked` gives the address. `heard` is given each answer, `lost` the time of the last one, `stranger`
  // nothing, `missing` why there is no such thing; two looks begin at least `apart` milliseconds apart.
  constructor({ asked, heard, lost, stranger, missing, apart }) {
    Object.assign(this, { asked, heard, lost, stranger, missing, apart });
    this.began = 0;
    this.seen = 0;
    this.asking = null;
    this.stream = new Stream(() => this.soon(TOGETHER));
  }

  start() {
    this.ask();
  }

  again() {
    this.asking?.abort();
    this.asking = null;
    this.ask();
  }

  soon(delay) {
    const wait = Math.max(delay, this.began + this.apart - performance.now());
    const due = performance.now() + wait;
    if (this.due !== undefined && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => this.ask(), wait);
  }

  async ask() {
    if (this.asking) {
      this.behind = true;
      return;
    }
    clearTimeout(this.timer);
    this.due = undefined;
    this.behind = false;
    this.began = performance.now();
    const asking = (this.asking = new AbortController());
    const patience = setTimeout(() => asking.abort(), PATIENCE);
    let next = EVERY;
    let told = null;
    try {
      const answer = await this.look(asking.signal);
      if (answer.status === 401) {
        this.stream.close();
        next = null;
        this.stranger();
      } else if (answer.status === 404 || answer.status === 400) {
        this.missing((await answer.json()).error);
      } else if (!answer.ok) throw new Error(String(answer.status));
      else {
        told = await answer.json();
        this.seen = Date.now();
        this.stream.open(told.last);
        this.heard(told);
      }
    } catch (error) {
      if (this.asking !== asking) return;
      if (told !== null) console.error(error);
      next = AGAIN;
      this.lost(this.seen);
    } finally {
      clearTimeout(patience);
      if (this.asking === asking) this.asking = null;
    }
    if (next !== null) this.soon(this.behind ? TOGETHER : next);
  }

  // The first look is under way since before this module was loaded.
  look(signal) {
    const { early } = window;
    window.early = undefined;
    if (!early) return fetch(this.asked(), { signal });
    return Promise.race([early, new Promise((_, late) => signal.addEventListener("abort", late))]);
  }

  // A page that nobody looks at asks for nothing.
  rest() {
    clearTimeout(this.timer);
    this.due = undefined;
    this.stream.close();
  }
}
