// What every page can do a little better with a script. Each page works without it.

const body = document.body;
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

// htmx: the form token goes with every request; a part that could not be fetched says so.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = meta("csrf-token");
});
const noAnswer = () => say(body.dataset.noAnswer, "amber");
document.addEventListener("htmx:sendError", noAnswer);
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) location.reload();
  else noAnswer();
});
document.addEventListener("htmx:afterSwap", (event) => ready(event.detail.target));

/** Put words into the notices of the page, where screen readers announce them. */
export function say(words, kind = "") {
  const region = document.getElementById("notices");
  if (!region || !words) return;
  const notice = document.createElement("div");
  notice.className = `notice ${kind}`;
  notice.dataset.passing = "";
  const p = document.createElement("p");
  p.textContent = words;
  notice.append(p);
  region.querySelectorAll("[data-passing]").forEach((old) => old.remove());
  region.append(notice);
}

/** Ask before erasing; the only question this service asks. Resolves to true for yes. */
export function ask(question, yes, no) {
  const dialog = document.createElement("dialog");
  const p = document.createElement("p");
  p.textContent = question;
  p.id = "question";
  dialog.setAttribute("aria-labelledby", "question");
  const row = document.createElement("div");
  row.className = "row";
  const button = (words, look, value) => {
    const b = document.createElement("button");
    b.type = "button";
    b.className = `button ${look}`;
    b.textContent = words;
    b.addEventListener("click", () => dialog.close(value));
    row.append(b);
    return b;
  };
  const stay = button(no, "quiet", "no");
  button(yes, "danger", "yes");
  dialog.append(p, row);
  body.append(dialog);
  dialog.showModal();
  stay.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
  });
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.confirm || button.dataset.sure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(button.dataset.confirm, button.dataset.yes, button.dataset.no).then((sure) => {
    if (!sure) return button.focus();
    button.dataset.sure = "1";
    button.form.requestSubmit(button);
    delete button.dataset.sure;
  });
}, true);

// A form sent twice by a double click goes once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 3000);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));

// Signing out erases what this browser kept of the person's texts. What is not yet saved is asked about first.
const kept = () => {
  try {
    const mine = `dragoman:text:${meta("dragoman-person")}:`;
    return Object.keys(localStorage).filter((key) => key.startsWith(mine));
  } catch {
    return [];
  }
};
document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("form[data-sign-out]");
  if (!form || form.dataset.ready) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const waiting = [];
  document.dispatchEvent(new CustomEvent("dragoman:leave", { detail: waiting }));
  await Promise.race([Promise.allSettled(waiting), new Promise((done) => setTimeout(done, 4000))]);
  if (kept().length && !(await ask(form.dataset.unsaved, form.dataset.erase, form.dataset.stay))) return;
  document.dispatchEvent(new CustomEvent("dragoman:forget"));
  kept().forEach((key) => localStorage.removeItem(key));
  form.dataset.ready = "1";
  form.submit();
}, true);

// A choice that shows something else shows it at once, unless it was only passed with the arrow keys.
let arrows = false;
document.addEventListener("keydown", (event) => { arrows = event.key.startsWith("Arrow"); });
document.addEventListener("pointerdown", () => { arrows = false; });
document.addEventListener("change", (event) => {
  if (event.target.matches?.("select[data-submit-on-change]") && !arrows) event.target.form.requestSubmit();
});

// Menus close on Escape and on a click elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  const copy = event.target.closest?.("[data-copy]");
  if (copy) copyText(copy);
  const speak = event.target.closest?.("[data-speak]");
  if (speak) readAloud(speak);
  if (event.target.closest?.("[data-print]")) print();
});

async function copyText(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const area = document.createElement("textarea");
    area.value = button.dataset.copy;
    area.className = "visually-hidden";
    button.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const words = button.textContent;
  button.textContent = button.dataset.done || words;
  setTimeout(() => { button.textContent = words; }, 1500);
}

// Reading aloud: the button shows only where this computer has a voice of its own for the language. Voices that send
// the text to another company (localService is false) are not used.
function voiceFor(language) {
  const wanted = language.toLowerCase();
  const base = wanted.split("-")[0];
  const near = { prs: "fa", arz: "ar", apc: "ar" }[base] ?? base;
  const voices = speechSynthesis.getVoices().filter((v) => v.localService);
  const code = (v) => v.lang.toLowerCase().replace("_", "-");
  return voices.find((v) => code(v) === wanted) ?? voices.find((v) => [base, near].includes(code(v).split("-")[0]));
}

function readAloud(button) {
  if (speechSynthesis.speaking) return speechSynthesis.cancel();
  const words = new SpeechSynthesisUtterance(button.dataset.speak);
  words.voice = voiceFor(button.dataset.lang);
  words.lang = button.dataset.lang;
  speechSynthesis.speak(words);
}

// Some browsers drop the meaning of a table that CSS shows as cards: say it again.
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };

function ready(part) {
  part.querySelectorAll("[data-copy], [data-print]").forEach((b) => { b.hidden = false; });
  if ("speechSynthesis" in window) {
    part.querySelectorAll("[data-speak]").forEach((b) => { b.hidden = !voiceFor(b.dataset.lang); });
  }
  part.querySelectorAll("table.cards, table.cards :is(thead, tbody, tr, td)").forEach((e) => e.setAttribute("role", ROLES[e.tagName]));
  part.querySelectorAll("table.cards th").forEach((e) => e.setAttribute("role", e.scope === "row" ? "rowheader" : "columnheader"));
}

ready(document);
document.addEventListener("dragoman:ready", (event) => ready(event.target));
if ("speechSynthesis" in window) speechSynthesis.addEventListener?.("voiceschanged", () => ready(document));
document.querySelector("[data-error-summary]")?.focus();
