// What was typed and is not yet confirmed by the server. Every keystroke is first written into this browser
// (localStorage, one entry for a person and a segment) and then sent; an entry is erased when the server has it.

const WAITS = [1000, 2000, 4000, 8000, 15000, 30000];
const QUIET = 600; // ms after the last keystroke
const LONGEST = 5000; // ms of typing without a pause

/** A name for one attempt, so that the server can tell a repeated request from a new one. */
export function requestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox {
  /** `send(record, {last})` resolves to {kind: "ok" | "conflict" | "refused" | "expired" | "offline", body}.
   *  `report(id, kind, details)` is told of everything that happens to an entry. */
  constructor(person, send, report) {
    this.prefix = `dragoman:text:${person}:`;
    this.send = send;
    this.report = report;
    this.memory = new Map();
    this.timers = new Map();
    this.going = new Map();
    this.since = new Map();
    this.held = new Set();
    this.touched = new Set();
    this.failures = 0;
    addEventListener("online", () => this.pushAll());
    addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => document.hidden ? this.flush() : this.pushAll());
  }

  /** The entry of a segment: {id, url, source, text, base, version, op, origin, unit, request, sent, local, at}, or null. */
  read(id) {
    if (this.memory.has(id)) return this.memory.get(id);
    try {
      return JSON.parse(localStorage.getItem(this.prefix + id));
    } catch {
      return null;
    }
  }

  #write(record) {
    try {
      localStorage.setItem(this.prefix + record.id, JSON.stringify(record));
      this.memory.delete(record.id);
    } catch {
      // full or forbidden: the open page is the only place left
      this.memory.set(record.id, record);
      this.report(record.id, "unkept", {});
    }
  }

  erase(id) {
    clearTimeout(this.timers.get(id));
    this.memory.delete(id);
    this.held.delete(id);
    this.since.delete(id);
    try {
      localStorage.removeItem(this.prefix + id);
    } catch { /* nothing was kept there either */ }
  }

  /** Note what the server confirmed, for a minute and this tab: a page that was rendered a moment before it and arrives
   *  a moment after it shows an older text. */
  #confirmed(record, version) {
    try {
      const note = { text: record.text, source: record.source, version, at: Date.now() };
      sessionStorage.setItem(this.prefix + record.id, JSON.stringify(note));
    } catch { /* the next loading of the page shows it */ }
  }

  /** What was confirmed less than a minute ago: [id, {text, source, version}]. Each is told once. */
  confirmed() {
    const notes = [];
    try {
      for (const key of Object.keys(sessionStorage).filter((k) => k.startsWith(this.prefix))) {
        const note = JSON.parse(sessionStorage.getItem(key));
        sessionStorage.removeItem(key);
        if (Date.now() - note.at < 60000) notes.push([key.slice(this.prefix.length), note]);
      }
    } catch { /* nothing was noted */ }
    return notes;
  }

  /** The segments that have an entry. */
  ids() {
    let stored = [];
    try {
      stored = Object.keys(localStorage).filter((k) => k.startsWith(this.prefix)).map((k) => k.slice(this.prefix.length));
    } catch { /* not readable: only what this page holds */ }
    return [...new Set([...stored, ...this.memory.keys()])];
  }

  /** Keep a text here at once. `local`: it is only kept, and sent when a person decides (review). */
  keep(record, { local = false } = {}) {
    this.touched.add(record.id);
    const old = this.read(record.id);
    this.#write({ base: record.base, sent: old?.sent ?? [], ...record, request: requestId(), local, at: Date.now() });
    if (local || this.held.has(record.id)) return this.report(record.id, "kept", {});
    this.report(record.id, "waiting", {});
    const id = record.id;
    if (!this.since.has(id)) this.since.set(id, Date.now());
    const late = Date.now() - this.since.get(id) > LONGEST;
    if (late && this.timers.has(id)) return;
    this.#later(id, QUIET);
  }

  #later(id, wait) {
    clearTimeout(this.timers.get(id));
    this.timers.set(id, setTimeout(() => this.push(id), wait));
  }

  /** Send the entry now. Resolves to what came of it: its `kind`, or "none" when there was nothing to send. */
  push(id) {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    if (this.going.has(id)) return this.going.get(id).then(() => this.push(id));
    const record = this.read(id);
    if (!record || record.local || this.held.has(id)) return Promise.resolve({ kind: "none" });
    const going = this.#attempt(record, 0).finally(() => this.going.delete(id));
    this.going.set(id, going);
    return going;
  }

  /** Send what this page keeps. */
  pushAll() {
    for (const id of this.touched) this.push(id);
  }

  /** A conflict waits for the person; nothing is sent meanwhile. */
  hold(id) {
    this.held.add(id);
  }

  /** Go on from the text and version that the server has now. */
  rebase(id, theirs) {
    this.held.delete(id);
    const record = this.read(id);
    if (record) this.#write({ ...record, version: theirs.version, base: theirs.text, request: requestId() });
  }

  async #attempt(record, tries) {
    const { id } = record;
    this.since.delete(id);
    const sent = [...new Set([...record.sent, record.text])].slice(-4);
    this.#write({ ...record, sent });
    this.report(id, "saving", {});
    const answer = await this.send(record, {});
    const now = this.read(id);
    if (answer.kind === "ok") {
      this.failures = 0;
      this.#confirmed(record, answer.body.version);
      if (!now || now.request === record.request) this.erase(id);
      else {
        // typed on meanwhile
        this.#write({ ...now, version: answer.body.version, base: record.text });
        this.#later(id, QUIET);
      }
      this.report(id, "saved", { record, body: answer.body, more: Boolean(now && now.request !== record.request) });
    } else if (answer.kind === "conflict" && now) {
      const { theirs } = answer.body;
      const mine = theirs.text === now.text;
      // the server has what we sent before and got no answer to, or nothing but the state changed
      if (tries < 3 && (mine || sent.includes(theirs.text) || theirs.text === now.base)) {
        if (mine && now.op === "draft") {
          this.erase(id);
          this.report(id, "saved", { record: now, body: { ...theirs, saved_at: theirs.at } });
          return { kind: "ok", body: theirs };
        }
        const next = { ...now, version: theirs.version, base: theirs.text, request: requestId() };
        this.#write(next);
        return this.#attempt(next, tries + 1);
      }
      this.hold(id);
      this.report(id, "conflict", { theirs, record: now });
    } else if (answer.kind === "offline") {
      this.report(id, "offline", answer);
      this.#later(id, WAITS[Math.min(this.failures++, WAITS.length - 1)]);
    } else {
      this.report(id, answer.kind, { ...answer, record: now });
    }
    return answer;
  }

  /** The page goes away: send what is left without waiting for an answer. */
  flush() {
    for (const id of this.touched) {
      const record = this.read(id);
      if (!record || record.local || this.held.has(id) || this.going.has(id)) continue;
      this.#write({ ...record, sent: [...new Set([...record.sent, record.text])].slice(-4) });
      this.send(record, { last: true });
    }
  }
}
