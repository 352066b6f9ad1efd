// What happens, as it happens. A browser has six connections to one place: of all its windows one holds the
// event stream and tells the others; when it goes, the next takes over.
const KINDS = ["verdict", "incident", "maintenance", "flapping", "reload", "threshold", "config"];
const NAME = "hatang-stream";

export class Stream {
  // `happened` is called whenever there may be something new to look at.
  constructor(happened) {
    this.happened = happened;
  }

  // Listens to what happens after the event `last`; again when a stream broke off.
  open(last) {
    this.last = last;
    if (!navigator.locks || !window.BroadcastChannel) this.connect();
    else if (!this.channel) this.queue();
    else if (this.yielded) this.connect();
  }

  queue() {
    this.channel = new BroadcastChannel(NAME);
    this.channel.onmessage = () => this.happened();
    const { signal } = (this.waiting = new AbortController());
    const lead = () => new Promise((done) => {
      if (signal.aborted) return done();
      this.yielded = done;
      this.connect();
    });
    navigator.locks.request(NAME, { signal }, lead).catch(() => null);
  }

  connect() {
    if (this.source && this.source.readyState !== EventSource.CLOSED) return;
    const told = () => {
      this.happened();
      this.channel?.postMessage("");
    };
    this.source = new EventSource(`/api/v1/events/stream?after=${this.last}`);
    for (const kind of KINDS) this.source.addEventListener(kind, told);
    this.source.onopen = told;
    // One that is refused is asked for again with the next look, not at once.
    this.source.onerror = () => this.source.readyState === EventSource.CLOSED || told();
  }

  close() {
    this.source?.close();
    this.waiting?.abort();
    this.yielded?.();
    this.channel?.close();
    this.source = this.waiting = this.yielded = this.channel = undefined;
  }
}
