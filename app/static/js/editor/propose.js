// Proposing a word or a change beside the segment: what is selected in the source and in the translation is filled in,
// the answer appears in the panel, and nobody leaves the sentence.

import { make } from "./text.js";

export const TAG = /\u2066?\u202f?<\/?\d{1,4}\/?>\u202f?\u2069?/g;

export class Proposing {
  /** `panel`: the panel's element; `token()`: the form token; `words`: the sentences the script says; `done()`: called
   *  when something was proposed. */
  constructor(panel, token, words, done) {
    this.panel = panel;
    this.token = token;
    this.words = words;
    this.done = done;
    this.selected = { source: "", target: "" };
    document.addEventListener("selectionchange", () => this.#remember());
    panel.addEventListener("toggle", (event) => {
      if (event.target.matches("details[data-propose]") && event.target.open) this.#fill(event.target);
    }, true);
    panel.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-propose-link]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#load(link);
    });
    panel.addEventListener("submit", (event) => {
      const form = event.target.closest("form[data-propose-form]");
      if (form) this.#send(event, form);
    });
  }

  /** Open the form, by key. */
  open() {
    const details = this.panel.querySelector("details[data-propose]");
    if (!details) return;
    if (details.open) this.#fill(details);
    details.open = true;
  }

  #remember() {
    const selection = document.getSelection();
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    const source = range?.startContainer.parentElement?.closest(".segment.is-open .source .text");
    if (source) {
      const copy = range.cloneContents();
      copy.querySelectorAll(".chip").forEach((chip) => chip.remove());
      this.selected.source = copy.textContent.trim();
      this.of = source.closest("[data-segment]").dataset.segment;
      return;
    }
    const at = document.activeElement;
    if (at?.matches?.(".segment.is-open .target-form textarea[name=text]") && at.selectionStart !== at.selectionEnd) {
      this.selected.target = at.value.slice(at.selectionStart, at.selectionEnd).replace(TAG, "").trim();
      this.of ??= at.closest("[data-segment]").dataset.segment;
    }
  }

  #fill(details) {
    const open = document.querySelector(".segment.is-open")?.dataset.segment;
    if (this.of && this.of !== open) this.selected = { source: "", target: "" };
    this.of = open;
    for (const input of details.querySelectorAll("[data-selected]")) {
      const words = this.selected[input.dataset.selected];
      if (words && words.length <= input.maxLength) input.value = words;
    }
    const inputs = [...details.querySelectorAll("[data-selected]")];
    (inputs.find((input) => !input.value) ?? inputs[0])?.focus();
    details.scrollIntoView({ block: "nearest" });
  }

  async #load(link) {
    const place = link.closest(".term-entry, details")?.querySelector("[data-propose-here]");
    if (!place) return;
    try {
      const response = await fetch(link.href, { headers: { Accept: "text/html", "X-Requested-With": "fetch" }, redirect: "manual" });
      if (!response.ok) throw new Error(response.status);
      place.innerHTML = await response.text();
      place.querySelector("input:not([type=hidden]), select, textarea, a")?.focus();
    } catch {
      this.#failed(place);
    }
  }

  async #send(event, form) {
    event.preventDefault();
    event.stopPropagation();
    if (form.dataset.going) return;
    form.dataset.going = "1";
    const place = form.closest("[data-propose-here]");
    try {
      const response = await fetch(form.action, {
        method: "POST", redirect: "manual", body: new FormData(form),
        headers: { Accept: "text/html", "X-CSRFToken": this.token(), "X-Requested-With": "fetch" },
      });
      if (!response.ok && response.status !== 422) throw new Error(response.status);
      place.innerHTML = await response.text();
      if (response.ok) {
        this.selected = { source: "", target: "" };
        this.done();
      }
      place.querySelector("[data-proposed], [data-error-summary], [aria-invalid], [name=concept]")?.focus();
    } catch {
      this.#failed(place);
    } finally {
      delete form.dataset.going;
    }
  }

  #failed(place) {
    let said = place.querySelector("[data-propose-failed]");
    if (!said) {
      said = make("p", { className: "error", role: "alert", "data-propose-failed": "" });
      place.append(said);
    }
    said.textContent = document.body.dataset.noAnswer;
  }
}
