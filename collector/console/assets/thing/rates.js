// What flows through a device's interfaces now, asked of the store now and then while somebody looks.
import { often } from "../often.js";
import { say } from "../words.js";

const EVERY = 30000;

// Calls `heard` with rates by interface, or with null and why there are none.
export function watch(name, heard) {
  async function ask() {
    try {
      const answer = await fetch(`/api/v1/devices/${encodeURIComponent(name)}/interfaces/rates`);
      if (answer.status === 503) return heard(null, say("rates.away"));
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.error);
      heard(new Map(told.items.map((one) => [one.interface, one])), told.problem ? say("rates.none") : "");
    } catch (error) {
      heard(null, say("rates.failed", { why: error.message }));
    }
  }
  often(ask, EVERY);
}
