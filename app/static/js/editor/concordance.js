// Searching the memory for what is selected.

import { TAG } from "./propose.js";

export class Concordance {
  constructor(panel, token, words) {
    this.panel = panel;
    this.token = token;
    this.words = words;
    panel.addEventListener("submit", (event) => {
      const form = event.target.closest("form[data-concordance-form]");
      if (!form) return;
      event.preventDefault();
      event.stopPropagation();
      this.#ask(form);
    });
  }

  open() {
    const details = this.panel.querySelector("details[data-concordance]");
    if (!details) return;
    const selected = this.#selected();
    const form = details.querySelector("form");
    details.open = true;
    details.scrollIntoView({ block: "nearest" });
    form.elements.q.focus();
    if (!selected) return;
    form.elements.q.value = selected.slice(0, form.elements.q.maxLength);
    this.#ask(form);
  }

  #selected() {
    const at = document.activeElement;
    if (at?.matches?.(".segment.is-open textarea[name=text]") && at.selectionStart !== at.selectionEnd) {
      return at.value.slice(at.selectionStart, at.selectionEnd).replace(TAG, "").trim();
    }
    const selection = document.getSelection();
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    if (!range?.startContainer.parentElement?.closest(".segments")) return "";
    const copy = range.cloneContents();
    copy.querySelectorAll(".chip").forEach((chip) => chip.remove());
    return copy.textContent.trim();
  }

  async #ask(form) {
    const found = form.parentElement.querySelector("[data-concordance-found]");
    found.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(form.action, {
        method: "POST", redirect: "manual",
        headers: { "Content-Type": "application/json", Accept: "text/html", "X-CSRFToken": this.token(), "X-Requested-With": "fetch" },
        body: JSON.stringify({ q: form.elements.q.value }),
      });
      if (!response.ok) throw new Error(response.status);
      found.innerHTML = await response.text();
    } catch {
      found.textContent = this.words.search_failed;
    } finally {
      found.removeAttribute("aria-busy");
    }
  }
}
