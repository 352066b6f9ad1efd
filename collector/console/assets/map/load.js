// The load of circuits, from the store: asked by itself, and the map is true without it.
const EVERY = 60000;
const STEPS = [[0.9, "l-full"], [0.7, "l-high"], [0.5, "l-middle"], [0, "l-low"]];

export class Load {
  // `told` is called whenever it changed.
  constructor(told) {
    this.told = told;
    this.of = new Map();
    this.known = null;
  }

  async ask() {
    clearTimeout(this.timer);
    if (!document.hidden) {
      try {
        const answer = await fetch("/api/v1/loads");
        if (!answer.ok) throw new Error(String(answer.status));
        const { items, problem } = await answer.json();
        this.of = new Map(items.map((one) => [one.circuit, one]));
        this.known = !problem;
      } catch {
        this.of = new Map();
        this.known = false;
      }
      this.told();
    }
    this.timer = setTimeout(() => this.ask(), EVERY);
  }

  // The busier direction decides. What is not known is drawn thin.
  step(circuit) {
    const one = this.of.get(circuit.name);
    const most = Math.max(one?.transmit_ratio ?? -1, one?.receive_ratio ?? -1);
    return STEPS.find(([least]) => most >= least)?.[1] ?? "l-none";
  }
}
