// The field a translation is typed in: a plain <textarea>, so that every keyboard, input method, screen reader and
// the browser's own undo work as people know them, over a copy of its text that draws the chips. In the field a tag
// is wrapped in a left-to-right isolate (U+2066 … U+2069) with a narrow space at both sides: it stays in place between
// Arabic letters, and the wrapping tells it from text. Typing cannot break a tag: the caret never rests inside one, and deleting takes all of it.

import { make, SIGNS, TAG } from "./text.js";

const OPEN = "\u2066\u202f";
const CLOSE = "\u202f\u2069";
const TOKEN = /\u2066\u202f(<(?!\/\d+\/)\/?[1-9]\d{0,3}\/?>)\u202f\u2069/g;

const wrapped = (text) => text.replace(TAG, (tag) => OPEN + tag + CLOSE);
const unwrapped = (value) => value.replace(TOKEN, "$1");

const tokensOf = (value) =>
  [...value.matchAll(TOKEN)].map((m) => ({ start: m.index, end: m.index + m[0].length, tag: m[1] }));

const strays = (value) => (value.replace(TOKEN, "").match(/[\u2066\u2069]/g) ?? []).length;

export class Field {
  /** `known`: the tags of the source. `changed()` is called after every change of the text. */
  constructor(area, known, changed) {
    this.area = area;
    this.known = new Set(known);
    this.changed = changed;
    this.showsSigns = false;
    this.behind = document.createElement("div");
    this.behind.className = "behind";
    this.behind.setAttribute("aria-hidden", "true");
    this.behind.lang = area.lang;
    this.behind.dir = area.dir;
    this.names = this.behind.cloneNode();
    this.names.className = "names";
    area.before(this.behind);
    area.after(this.names);
    for (const [name, handle] of Object.entries({
      beforeinput: this.#beforeInput, input: this.#input, compositionend: this.#mendAll, copy: this.#copy,
      cut: this.#copy, paste: this.#paste, pointerdown: this.#press, keydown: this.#stay,
    })) area.addEventListener(name, handle.bind(this));
    this.follow = () => this.#follow();
    this.release = () => { this.pressed = false; this.#follow(); };
    this.redraw = () => this.showsSigns && this.draw();
    addEventListener("resize", this.redraw);
    document.addEventListener("selectionchange", this.follow);
    document.addEventListener("pointerup", this.release);
    document.addEventListener("pointercancel", this.release);
  }

  /** Show a text without an undo step: when the field opens. */
  load(text) {
    this.given = text;
    this.area.value = wrapped(text);
    this.loaded = this.last = this.area.value;
    this.span = [this.last.length, this.last.length];
    this.draw();
  }

  /** The text with its tags. A text nobody touched comes back exactly as it was given. */
  get text() {
    return this.area.value === this.loaded ? this.given : unwrapped(this.area.value);
  }

  /** Put a whole text in the place of this one, as one step that can be undone. */
  replaceAll(text) {
    this.#edit(0, this.area.value.length, wrapped(text));
  }

  /** Put text where the caret is. With `after`, the selection comes to stand between the two. */
  insert(text, after = "") {
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    const inside = after ? value.slice(start, end) : "";
    const before = wrapped(text);
    this.#edit(start, end, before + inside + wrapped(after));
    if (after) this.area.setSelectionRange(start + before.length, start + before.length + inside.length);
  }

  get hasSelection() {
    return this.area.selectionStart !== this.area.selectionEnd;
  }

  /** The tags in the text now. */
  tags() {
    return tokensOf(this.area.value).map((token) => token.tag);
  }

  showSigns(on) {
    this.showsSigns = on;
    this.draw();
  }

  leave() {
    removeEventListener("resize", this.redraw);
    document.removeEventListener("selectionchange", this.follow);
    document.removeEventListener("pointerup", this.release);
    document.removeEventListener("pointercancel", this.release);
  }

  /** Draw the copy behind the text: chips, and the invisible signs where they are asked for. */
  draw() {
    const { value } = this.area;
    const parts = [];
    const plain = (text) => {
      if (!this.showsSigns) return parts.push(text);
      for (const char of text) {
        if (!SIGNS.has(char)) { parts.push(char); continue; }
        const wide = /[\u00a0\u202f\t]/.test(char);
        parts.push(make("span", { className: wide ? "sign wide" : "sign", "data-name": SIGNS.get(char) }, char));
      }
    };
    let at = 0;
    for (const token of tokensOf(value)) {
      plain(value.slice(at, token.start));
      const className = this.known.has(token.tag) ? "token" : "token extra";
      parts.push(make("span", { className }, value.slice(token.start, token.end)));
      at = token.end;
    }
    plain(value.slice(at));
    // a last line that is empty has no height of its own
    if (value.endsWith("\n") || !value) parts.push("\u200b");
    this.behind.replaceChildren(...parts);
    this.#nameSigns();
  }

  /** The names of the hidden signs, drawn where the signs came to stand: nothing inside the text may move it. */
  #nameSigns() {
    const origin = this.behind.getBoundingClientRect();
    let last = null;
    this.names.replaceChildren(...[...this.behind.querySelectorAll(".sign")].map((sign) => {
      const place = sign.getBoundingClientRect();
      const name = document.createElement("b");
      name.dataset.name = sign.dataset.name;
      const x = place.x + place.width / 2 - origin.x;
      const y = place.y - origin.y;
      // two in one place: the second is named below the line
      name.className = last && Math.abs(last.x - x) < 20 && last.y === y && !last.below ? "below" : "";
      last = { x, y, below: Boolean(name.className) };
      name.style.left = `${x}px`;
      name.style.top = `${y}px`;
      name.style.height = `${place.height}px`;
      return name;
    }));
  }

  #edit(start, end, text) {
    const { area } = this;
    const wanted = area.value.slice(0, start) + text + area.value.slice(end);
    this.own = true;
    area.focus({ preventScroll: true });
    area.setSelectionRange(start, end);
    // execCommand is the only way to change a field that the browser's undo knows of
    if (text) document.execCommand("insertText", false, text);
    else if (start !== end) document.execCommand("delete");
    if (area.value !== wanted) {
      area.value = wanted;
      area.setSelectionRange(start + text.length, start + text.length);
    }
    this.own = false;
    this.#settle();
  }

  #settle() {
    this.last = this.area.value;
    this.draw();
    this.changed();
  }

  #beforeInput(event) {
    if (this.own || event.isComposing) return;
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    if (start !== end) return;
    const token = tokensOf(value).find((t) =>
      (event.inputType === "deleteContentBackward" && t.end === start) ||
      (event.inputType === "deleteContentForward" && t.start === start));
    if (!token) return;
    event.preventDefault();
    this.#edit(token.start, token.end, "");
  }

  #input(event) {
    if (this.own) return;
    if (event.isComposing) {
      // an input method is at work: its text is shown and kept, and mended when it is done
      this.draw();
      return this.changed();
    }
    if (event.inputType?.startsWith("history")) {
      // never stop at a step at which a tag was half deleted
      if (strays(this.area.value) !== strays(this.last)) {
        document.execCommand(event.inputType === "historyRedo" ? "redo" : "undo");
      }
      return this.#settle();
    }
    this.#mendAll();
  }

  /** After a change made by the browser: what was cut inside a tag takes the whole tag; a typed <1> becomes a chip. */
  #mendAll() {
    this.#mend();
    for (let again = true; again;) {
      const { value, selectionStart: caret } = this.area;
      const match = [...value.matchAll(TAG)].find((m) =>
        !value.slice(0, m.index).endsWith(OPEN) || !value.startsWith(CLOSE, m.index + m[0].length));
      again = Boolean(match);
      if (!match) break;
      const end = match.index + match[0].length;
      this.#edit(match.index, end, OPEN + match[0] + CLOSE);
      const now = caret >= end ? caret + OPEN.length + CLOSE.length : caret;
      this.area.setSelectionRange(now, now);
    }
    this.#settle();
  }

  #mend() {
    const before = this.last;
    const { value: now } = this.area;
    const most = Math.min(before.length, now.length);
    let head = 0;
    while (head < most && before[head] === now[head]) head++;
    let tail = 0;
    while (tail < most - head && before.at(-1 - tail) === now.at(-1 - tail)) tail++;
    let typed = now.slice(head, now.length - tail);
    let end = before.length - tail;
    const tokens = tokensOf(before);
    const around = (place) => tokens.find((t) => t.start < place && place < t.end);
    // equal letters leave open where exactly something was put in: prefer a place outside a tag
    for (let back = 0; head === end && back < head && before[head - 1 - back] === typed.at(-1 - back % typed.length); back++) {
      if (around(head - back - 1)) continue;
      const turn = (back + 1) % typed.length;
      typed = typed.slice(typed.length - turn) + typed.slice(0, typed.length - turn);
      head = end = head - back - 1;
      break;
    }
    const first = around(head);
    const last = around(end);
    if (!first && !last) return;
    if (head === end) {
      // typed inside a tag: it goes behind it
      this.#edit(first.start, now.length - (before.length - first.end), before.slice(first.start, first.end) + typed);
      return;
    }
    if (strays(now) === strays(before)) return; // one tag became another
    const from = first ? first.start : head;
    const to = now.length - (before.length - (last ? last.end : end));
    this.#edit(from, to, typed);
  }

  /** Keep the caret and both ends of a selection out of the chips, going on in the direction they moved. */
  #follow() {
    const { area } = this;
    if (document.activeElement !== area || this.pressed || this.own) return;
    const { selectionStart: start, selectionEnd: end, selectionDirection: direction } = area;
    const tokens = tokensOf(area.value);
    const out = (place, was) => {
      const token = tokens.find((t) => t.start < place && place < t.end);
      if (!token) return place;
      if (place - was === 0 || Math.abs(place - was) > token.end - token.start) {
        return place - token.start < token.end - place ? token.start : token.end;
      }
      return place > was ? token.end : token.start;
    };
    const [wasStart, wasEnd] = this.span ?? [start, end];
    const next = [out(start, wasStart), out(end, wasEnd)];
    this.span = next;
    if (next[0] !== start || next[1] !== end) area.setSelectionRange(next[0], next[1], direction);
  }

  #press() {
    this.pressed = true;
  }

  /** Enter makes a new line only where the source has lines; Shift+Enter always does. */
  #stay(event) {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.lines) return;
    event.preventDefault();
    this.refusedLine?.();
  }

  #copy(event) {
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    if (start === end) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", unwrapped(value.slice(start, end)));
    if (event.type === "cut") this.#edit(start, end, "");
  }

  #paste(event) {
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n");
    if (!text) return;
    event.preventDefault();
    const { selectionStart: start, selectionEnd: end } = this.area;
    this.#edit(start, end, wrapped(text));
  }
}
