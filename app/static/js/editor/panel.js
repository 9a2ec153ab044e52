// The side panel: suggestions, terms, comments and history of the open segment, as a fragment of the server.

import { make } from "./text.js";

export class Panel {
  constructor(element, words, token) {
    this.element = element;
    this.words = words;
    this.token = token;
    this.kept = new Map();
    this.machines = new Map();
    this.shown = element.dataset.for ?? null;
    if (this.shown) this.#ready();
    element.addEventListener("submit", (event) => this.#comment(event));
    element.addEventListener("click", (event) => {
      if (event.target.closest("[data-retry]")) this.show(this.url, this.wanted, true);
    });
  }

  /** Show the panel of a segment; what is fetched once is kept until something changes there. */
  async show(url, id, again = false) {
    this.url = url;
    this.wanted = id;
    if (this.shown === id && !again) return;
    if (again) this.kept.delete(id);
    const late = setTimeout(() => this.element.classList.add("is-stale"), 250);
    this.element.setAttribute("aria-busy", "true");
    try {
      const html = await this.#get(url, id);
      if (this.wanted !== id) return;
      this.#put(html, id);
    } catch {
      if (this.wanted !== id) return;
      const again = make("button", { type: "button", className: "button quiet", "data-retry": "" }, this.words.again);
      this.element.replaceChildren(make("p", {}, this.words.panel_failed), again);
      this.shown = null;
    } finally {
      clearTimeout(late);
      if (this.wanted === id) {
        this.element.classList.remove("is-stale");
        this.element.removeAttribute("aria-busy");
      }
    }
  }

  /** Fetch what will be wanted next, the machine's answer too. */
  prefetch(url, id) {
    this.#get(url, id).then((html) => {
      const fresh = make("div", { innerHTML: html });
      const pending = fresh.querySelector("[data-pending]");
      if (pending) this.#machine(pending.dataset.pending).catch(() => {});
    }).catch(() => {});
  }

  /** Something changed in these segments: ask again next time. */
  forget(...ids) {
    ids.forEach((id) => this.kept.delete(id));
    if (ids.includes(this.shown)) this.shown = null;
  }

  /** The text changed: what is shown stays, and is asked for again when somebody comes back to it. */
  askAgain(id) {
    this.kept.delete(id);
  }

  /** Terms changed: what is shown stays, the others are asked for again. */
  forgetOthers() {
    this.kept.clear();
  }

  #get(url, id) {
    return this.#once(this.kept, id, `${url}/panel`);
  }

  #machine(url) {
    return this.#once(this.machines, url, url);
  }

  /** HTML, asked for once; again when it failed. */
  #once(answers, key, url) {
    if (!answers.has(key)) {
      const going = fetch(url, { headers: { Accept: "text/html", "X-Requested-With": "fetch" }, redirect: "manual" })
        .then((response) => response.ok ? response.text() : Promise.reject(new Error(response.status)));
      going.catch(() => answers.delete(key));
      answers.set(key, going);
    }
    return answers.get(key);
  }

  /** The machine is slow: memory and terms come first. */
  async #askMachine(pending) {
    const url = pending.dataset.pending;
    try {
      const html = await this.#machine(url);
      if (!pending.isConnected) return;
      const fresh = make("div", { innerHTML: html });
      pending.replaceWith(...fresh.childNodes);
      this.#reveal();
    } catch {
      if (pending.isConnected) pending.textContent = this.words.machine_failed;
    } finally {
      this.machines.delete(url);
    }
  }

  #put(html, id) {
    const top = this.element.scrollTop;
    const same = this.shown === id;
    this.element.innerHTML = html;
    this.element.scrollTop = same ? top : 0;
    this.shown = id;
    this.#ready();
  }

  #ready() {
    this.#reveal();
    const pending = this.element.querySelector("[data-pending]");
    if (pending) {
      this.kept.delete(this.shown);
      this.#askMachine(pending);
    }
  }

  #reveal() {
    this.element.querySelectorAll("[data-use], [data-insert-term]").forEach((button) => { button.hidden = false; });
    this.element.dispatchEvent(new CustomEvent("dragoman:ready", { bubbles: true }));
  }

  /** The n-th suggestion, from 1. */
  suggestion(n) {
    return this.element.querySelectorAll("li[data-insert]")[n - 1] ?? null;
  }

  /** Show where a term of the source is explained. */
  showTerm(concept) {
    this.element.querySelectorAll(".is-shown").forEach((entry) => entry.classList.remove("is-shown"));
    const entry = this.element.querySelector(`[data-concept-entry="${CSS.escape(concept)}"]`);
    if (!entry) return;
    entry.closest("details")?.setAttribute("open", "");
    entry.classList.add("is-shown");
    entry.focus({ preventScroll: true });
    entry.scrollIntoView({ block: "nearest" });
  }

  async #comment(event) {
    const form = event.target.closest("form[data-comment-form]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    const area = form.elements.text;
    const failed = form.querySelector("[data-failed]");
    if (!area.value.trim() || form.dataset.going) return;
    form.dataset.going = "1";
    const id = this.shown;
    try {
      const response = await fetch(form.action, {
        method: "POST", redirect: "manual",
        headers: { "Content-Type": "application/json", Accept: "text/html", "X-CSRFToken": this.token(), "X-Requested-With": "fetch" },
        body: JSON.stringify({ text: area.value }),
      });
      if (!response.ok) throw new Error(response.status);
      const html = await response.text();
      this.kept.delete(id);
      if (this.shown !== id) return;
      const list = this.element.querySelector("[data-comments]");
      const fresh = make("div", { innerHTML: html });
      list.replaceChildren(...(fresh.querySelector("[data-comments]") ?? fresh).childNodes);
      const again = list.querySelector("form[data-comment-form]") ?? form;
      again.elements.text.value = "";
      again.elements.text.focus();
    } catch {
      if (failed) { failed.textContent = this.words.comment_failed; failed.hidden = false; }
    } finally {
      delete form.dataset.going;
    }
  }
}
