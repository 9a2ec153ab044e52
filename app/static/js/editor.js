// The editor: every segment of a translation on one page, one of them open. The server renders all of it and works
// without this file; here it becomes one place that saves itself and never loads again. README.md beside this file
// lists what the page must hold.

import { Concordance } from "./editor/concordance.js";
import { Field } from "./editor/field.js";
import { listen } from "./editor/keys.js";
import { Outbox, requestId } from "./editor/outbox.js";
import { Panel } from "./editor/panel.js";
import { Proposing } from "./editor/propose.js";
import { ask, person, token } from "./editor/server.js";
import { make, markNumbers, rawText, show, showDifference, tagsOf, titlesOf } from "./editor/text.js";

const main = document.querySelector("main[data-editor]");
const words = JSON.parse(main.dataset.words);
const role = main.dataset.role;
const TO_DO = { translate: ["open", "sent_back"], review: ["waiting"] }[role] ?? [];
const CAN = {
  translate: { open: "save", translated: "save", sent_back: "save", waiting: "take-back" },
  review: { waiting: "approve correct send-back", approved: "correct send-back" },
}[role] ?? {};

const rows = [...main.querySelectorAll("[data-segment]")];
const row = (id) => document.getElementById(`s-${id}`);
const known = new Map(); // id -> the text the server has
let current = null; // {article, id, field, form, base}
let signs = false;

const part = (root, name) => root.querySelector(`[data-${name}]`);
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const announcer = part(main, "announce");
const announce = (sentence) => { announcer.textContent = ""; setTimeout(() => { announcer.textContent = sentence; }, 50); };
const serverText = (article) => {
  if (!known.has(article.dataset.segment)) known.set(article.dataset.segment, rawText(article.querySelector(".target .text")));
  return known.get(article.dataset.segment);
};
const sourceOf = (article) => article.querySelector(".source .text");
const may = (article, action) => (article.dataset.can ?? "").split(" ").includes(action);
const clock = (at) => {
  if (/^\d{1,2}:\d\d$/.test(at ?? "")) return at;
  return new Date(at || Date.now()).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
};

// --- what is typed, on its way

function send(record, { last = false }) {
  const { url, text, version, op, origin, unit, request } = record;
  const body = { text, version, request_id: request, ...(origin && { origin }), ...(unit && { unit }) };
  return op === "save" ? ask("POST", `${url}/save`, body, words, { last }) : ask("PUT", `${url}/draft`, body, words, { last });
}

const outbox = new Outbox(person(), send, (id, kind, details) => report(String(id), kind, details));
const panel = new Panel(part(main, "panel"), words, token);
const concordance = new Concordance(panel.element, token, words);
const proposing = new Proposing(panel.element, token, words, () => panel.forgetOthers());

/** What happened to a text on its way to the server. */
function report(id, kind, details) {
  const article = row(id);
  if (!article) return;
  if (kind === "saved") {
    known.set(id, details.record.text);
    // what is typed since is looked at when it is saved
    apply(article, details.more ? { ...details.body, problems: null } : details.body);
    if (current?.id === id) current.base = details.record.text;
    if (details.record.op === "save") panel.forget(id);
    else panel.askAgain(id);
    flag(article, details.record.op === "save" && current?.id !== id ? problemWords(details.body.problems) : "");
  } else if (kind === "conflict" || kind === "refused" || kind === "expired") {
    flag(article, current?.id === id ? "" : words.look);
  }
  if (kind === "conflict") showConflict(article, details.theirs, details.record);
  if (current?.id === id && !(kind === "saved" && details.more)) status(kind, details);
}

const SAID = {
  waiting: () => words.typing,
  kept: () => words.kept,
  saving: () => words.saving,
  saved: (d) => fill(words.saved, { time: clock(d.body.saved_at) }),
  offline: (d) => fill(words.not_saved, { why: d.message }),
  expired: () => words.expired,
  refused: (d) => fill(words.not_saved, { why: d.message }),
  conflict: () => words.conflict,
  unkept: () => words.unkept,
};
const QUIETLY = new Set(["waiting", "saving", "kept"]);
let lastKind = "saved";

/** Say below the field how the text stands; aloud only when that changed. */
function status(kind, details = {}) {
  const line = current && part(current.form, "save-state");
  if (!line) return;
  const bad = !QUIETLY.has(lastKind) && lastKind !== "saved";
  if (QUIETLY.has(kind) && bad && kind !== "kept") return; // "not saved" stays until it is saved
  line.dataset.kind = kind;
  line.textContent = SAID[kind](details);
  if (kind === "expired") {
    line.append(" ", make("a", { href: main.dataset.signIn, target: "_blank" }, words.sign_in));
  }
  if (!QUIETLY.has(kind)) {
    if (kind !== lastKind) announce(line.textContent);
    lastKind = kind;
  }
}

/** Take over what the server said about a segment. */
function apply(article, body) {
  const { dataset } = article;
  if (body.version != null) dataset.version = body.version;
  if (body.state && body.state !== dataset.state) {
    dataset.state = body.state;
    dataset.can = CAN[body.state] ?? "";
    delete dataset.why;
  }
  if (body.can != null) dataset.can = body.can;
  if (body.why != null) dataset.why = body.why;
  const mark = article.querySelector(":scope > .state");
  mark.className = `state state-${dataset.state}`;
  mark.firstElementChild.textContent = body.state_label ?? words.states[dataset.state] ?? dataset.state;
  for (const other of body.filled ?? []) {
    const twin = row(other.id);
    if (!twin) continue;
    known.set(String(other.id), other.text);
    apply(twin, { version: other.version, state: other.state });
    if (current?.id !== String(other.id)) showTarget(twin);
    else if (!outbox.read(current.id)) { current.base = other.text; current.field?.load(other.text); }
    panel.forget(String(other.id));
  }
  if (body.filled?.length) announce(fill(words.filled, { number: body.filled.length }));
  if (body.progress) {
    const bar = part(main, "progress");
    bar.querySelector("progress").max = body.progress.total || 1;
    bar.querySelector("progress").value = body.progress.done;
    part(bar, "done").textContent = body.progress.done;
    part(bar, "total").textContent = body.progress.total;
  }
  if (current?.article === article && body.problems) showProblems(body.problems);
}

const problemWords = (problems) => (problems ?? []).map((p) => p.message).join(" ");

function flag(article, sentence) {
  let line = part(article, "flag");
  if (!sentence) return line?.remove();
  if (!line) {
    line = make("p", { className: "flag", "data-flag": "" });
    article.append(line);
  }
  line.textContent = sentence;
}

function showTarget(article) {
  const text = outbox.read(article.dataset.segment)?.text ?? serverText(article);
  const place = article.querySelector(".target .text");
  show(place, text, titlesOf(sourceOf(article)));
  const empty = part(article, "empty");
  if (empty) empty.hidden = Boolean(text);
}

// --- opening and closing a segment

function open(id, { focus = true } = {}) {
  const article = row(id);
  if (!article || current?.article === article) return;
  const typing = document.activeElement?.tagName === "TEXTAREA";
  close();
  const text = outbox.read(id)?.text ?? serverText(article);
  const form = part(main, "form-for-any").content.firstElementChild.cloneNode(true);
  current = { article, id: String(id), form, base: serverText(article) };
  article.classList.add("is-open");
  article.setAttribute("aria-current", "true");
  const target = article.querySelector(".target");
  target.after(form);
  form.noValidate = true;
  lastKind = "saved";
  const editable = may(article, "save") || may(article, "correct");
  target.hidden = editable;
  part(form, "edit").hidden = !editable;
  if (editable) openField(article, form, text);
  offer();
  const line = part(form, "save-state");
  line.textContent = "";
  delete line.dataset.kind;
  const held = outbox.read(id);
  if (held && !held.local) outbox.push(String(id)).then(() => {});
  else if (held) status("kept");
  // loading the page again comes back here (without its #part: a browser that jumps to one takes the focus away)
  const place = new URL(article.querySelector(".segment-number").href);
  place.hash = "";
  history.replaceState(null, "", place);
  const inView = () => current?.article === article && article.scrollIntoView({ block: "nearest" });
  inView();
  // rows that were never drawn get their true height only now, and push this one away
  requestAnimationFrame(() => requestAnimationFrame(inView));
  if (focus && !(matchMedia("(pointer: coarse)").matches && !typing)) focusOpen();
  article.querySelectorAll(".source mark.term").forEach((mark) => {
    mark.tabIndex = 0;
    mark.setAttribute("role", "button");
  });
  panel.show(article.dataset.url, current.id).then(() => {
    const next = nextToDo(article);
    if (next && current?.article === article) panel.prefetch(next.dataset.url, next.dataset.segment);
  });
  flag(article, "");
}

function openField(article, form, text) {
  const area = form.elements.text;
  const source = rawText(sourceOf(article));
  const titles = titlesOf(sourceOf(article));
  const tags = [...new Set(tagsOf(source).map((tag) => tag.raw))];
  area.id = `text-${current.id}`;
  area.setAttribute("aria-label", fill(words.field, { number: article.dataset.number }));
  sourceOf(article).id = `source-${current.id}`;
  area.setAttribute("aria-describedby", `source-${current.id}`);
  current.tags = tags;
  current.field = new Field(area, tags, typed);
  current.field.lines = source.includes("\n");
  current.field.refusedLine = () => announce(words.enter);
  current.field.showsSigns = signs;
  current.field.load(text);
  const bar = part(form, "tags");
  bar.hidden = !tags.length;
  bar.replaceChildren(...tags.map((tag, index) => {
    const name = tag.slice(1, -1);
    const what = titles.get(tag) ?? "";
    return make("button", {
      type: "button", title: what, "data-insert-tag": tag, "aria-label": fill(words.insert_tag, { tag: name, what }),
      ...(index < 9 && { "aria-keyshortcuts": `Alt+Shift+${index + 1}` }),
    }, make("bdi", { className: "chip" }, name));
  }));
  form.querySelectorAll("[data-signs]").forEach((button) => button.setAttribute("aria-pressed", signs));
  drawTags();
}

/** Show only the buttons that this person has here, and why another one is missing. */
function offer() {
  const { article, form, field } = current;
  const changed = Boolean(field) && field.text !== current.base;
  for (const button of form.querySelectorAll("[data-do]")) {
    const action = button.dataset.do;
    let shown = may(article, action);
    if (action === "approve") shown = (shown || Boolean(article.dataset.why)) && !changed;
    if (action === "correct") shown &&= changed;
    button.hidden = !shown;
    button.setAttribute("aria-disabled", String(action === "approve" && !may(article, "approve")));
  }
  const why = part(form, "why");
  if (why) {
    why.textContent = article.dataset.why ?? "";
    why.hidden = !article.dataset.why;
  }
}

function focusOpen() {
  if (!current) return;
  const { article, form, field } = current;
  if (field) {
    const area = form.elements.text;
    area.focus({ preventScroll: true });
    area.setSelectionRange(area.value.length, area.value.length);
  } else {
    article.tabIndex = -1;
    article.focus({ preventScroll: true });
  }
}

function close() {
  if (!current) return;
  const { article, form, field, id } = current;
  current = null;
  outbox.push(id);
  field?.leave();
  form.remove();
  article.classList.remove("is-open");
  article.removeAttribute("aria-current");
  article.querySelector(".target").hidden = false;
  article.querySelectorAll(".source mark.term").forEach((mark) => { mark.removeAttribute("tabindex"); mark.removeAttribute("role"); });
  showTarget(article);
}

// --- typing

function entry(op) {
  const { article, id, field, base, origin, unit } = current;
  const text = field.text;
  return {
    id, url: article.dataset.url, source: rawText(sourceOf(article)), text, base, version: Number(article.dataset.version), op,
    ...(origin && origin.text === text && { origin: origin.name }),
    ...(unit && { unit }),
  };
}

function typed() {
  if (!current?.field) return;
  const { article, id, field, base } = current;
  const { text } = field;
  const saves = may(article, "save");
  const old = outbox.read(id);
  if (!old && text === base) return offer();
  if (!saves && text === base) outbox.erase(id);
  else {
    const kept = { ...entry("draft"), ...(old && { base: old.base, version: old.version }) };
    outbox.keep(kept, { local: !saves });
  }
  drawTags();
  offer();
}

function drawTags() {
  const used = new Set(current.field.tags());
  current.form.querySelectorAll("[data-insert-tag]").forEach((b) => b.classList.toggle("used", used.has(b.dataset.insertTag)));
}

/** Put a tag at the caret; an opening one round what is selected. */
function insertTag(tag) {
  const { field, tags } = current;
  const closing = tag.replace("<", "</");
  const around = field.hasSelection && tags.includes(closing) && !tag.includes("/");
  field.insert(tag, around ? closing : "");
}

/** What to look at, below the field: what the panel said of an earlier text goes. */
function showProblems(problems) {
  part(panel.element, "panel-problems")?.remove();
  const list = part(current.form, "problems");
  list.replaceChildren(...problems.map((problem) => {
    const line = make("li", { className: "problem" }, make("p", {}, problem.message));
    const { concept } = problem;
    if (concept) line.append(make("a", { href: concept.href, target: "_blank" }, concept.label));
    if (problem.kind === "direction-marks" && current.field) {
      line.append(make("button", { type: "button", className: "button quiet small", "data-mark-numbers": "" }, words.mark_numbers));
    }
    return line;
  }));
}

// --- moving on

const states = (article) => TO_DO.includes(article.dataset.state);

function nextToDo(article) {
  const at = rows.indexOf(article);
  return [...rows.slice(at + 1), ...rows.slice(0, at)].find((r) => states(r) && !outbox.read(r.dataset.segment)) ?? null;
}

function goOn(article, body) {
  const given = body?.next != null ? row(body.next) : null;
  const next = given && states(given) ? given : nextToDo(article);
  if (next) return open(next.dataset.segment);
  if (body?.next_url && body.next != null && !given) return location.assign(body.next_url);
  announce(words.all_done);
  const done = part(main, "all-done");
  if (done) { done.hidden = false; done.querySelector("a, button")?.focus(); }
}

function step(direction, toDo = false) {
  const at = current ? rows.indexOf(current.article) : -1;
  const way = direction > 0 ? rows.slice(at + 1) : rows.slice(0, Math.max(at, 0)).reverse();
  const next = way.find((r) => !toDo || states(r));
  if (next) open(next.dataset.segment);
  else announce(direction > 0 ? words.last : words.first);
}

const after = (ms) => new Promise((done) => setTimeout(() => done({ kind: "late" }), ms));

async function saveAndGoOn() {
  const { article, id, field, form } = current;
  if (!field.text.trim()) return complain(words.empty);
  if (outbox.held.has(id)) return part(article, "conflict")?.focus();
  // looked at, and sent again as it is: go on
  const seen = current.warned === field.text;
  const text = field.text;
  const old = outbox.read(id);
  outbox.keep({ ...entry("save"), ...(old && { base: old.base, version: old.version }) });
  const answer = await Promise.race([outbox.push(id), after(1500)]);
  if (current?.article !== article) return;
  if (answer.kind === "ok") {
    if (answer.body.problems?.some((p) => p.severe) && !seen) {
      current.warned = text;
      showProblems(answer.body.problems);
      announce(`${words.look_first} ${problemWords(answer.body.problems)}`);
      return form.elements.text.focus();
    }
    goOn(article, answer.body);
    if (current.article !== article) flag(article, problemWords(answer.body.problems));
  } else if (answer.kind === "offline" || answer.kind === "late") {
    goOn(article, null);
  }
}

function complain(sentence) {
  const line = part(current.form, "save-state");
  line.dataset.kind = "refused";
  line.textContent = sentence;
  announce(sentence);
  (current.field ? current.form.elements.text : current.article).focus();
}

/** A move of the workflow that has to reach the server now: approve, correct, send back, agree, take back. */
async function act(button) {
  const action = button.dataset.do;
  const { article, id, form, field } = current;
  if (action === "save") return saveAndGoOn();
  if (button.getAttribute("aria-disabled") === "true") return complain(article.dataset.why);
  const body = { version: Number(article.dataset.version), request_id: requestId() };
  if (action === "correct") {
    body.text = field.text;
    if (!body.text.trim()) return complain(words.empty);
  }
  if (action === "send-back") {
    if (button.type === "button") {
      const why = part(form, "send-back");
      why.hidden = !why.hidden;
      button.setAttribute("aria-expanded", String(!why.hidden));
      return why.hidden ? button.focus() : form.elements.reason.focus();
    }
    body.reason = form.elements.reason.value;
    body.comment = form.elements.comment.value;
    if (!body.reason) { complain(words.reason); return form.elements.reason.focus(); }
  }
  if (current.going) return;
  current.going = true;
  const mine = current;
  status("saving");
  const answer = await ask("POST", `${article.dataset.url}/${action}`, body, words);
  mine.going = false;
  if (answer.kind === "ok") {
    const { text } = answer.body;
    known.set(id, text ?? body.text ?? serverText(article));
    if (action !== "take-back") outbox.erase(id);
    panel.forget(id);
    apply(article, answer.body);
    if (action === "correct" && article.dataset.state === "waiting") {
      article.dataset.can = "correct send-back";
      article.dataset.why = answer.body.why ?? words.own_work;
    }
    if (current?.article !== article) return showTarget(article);
    status("saved", { body: answer.body });
    if (action === "take-back") { close(); return open(id); }
    goOn(article, answer.body);
    if (current?.article === article) { close(); open(id); }
  } else if (current?.article !== article) {
    flag(article, answer.message ?? words.look);
  } else if (answer.kind === "conflict") {
    outbox.hold(id);
    showConflict(article, answer.body.theirs, { text: field?.text ?? "", op: action });
    status("conflict");
  } else {
    status(answer.kind, answer);
    button.focus();
  }
}

// --- two people, one segment

function showConflict(article, theirs, record) {
  part(article, "conflict")?.remove();
  const box = part(main, "conflict-for-any").content.firstElementChild.cloneNode(true);
  box.theirs = theirs;
  box.op = record.op;
  const [mine, other] = box.querySelectorAll(".text");
  showDifference(mine, record.text, theirs.text);
  showDifference(other, theirs.text, record.text);
  part(box, "by").textContent = [theirs.by, theirs.at && clock(theirs.at)].filter(Boolean).join(", ");
  article.append(box);
  if (current?.article === article) box.focus({ preventScroll: true });
}

function settle(box, choice) {
  const article = box.closest("[data-segment]");
  const id = article.dataset.segment;
  const { theirs } = box;
  const mine = current.field?.text ?? "";
  known.set(id, theirs.text);
  current.base = theirs.text;
  apply(article, { version: theirs.version, state: theirs.state });
  outbox.rebase(id, theirs);
  box.remove();
  if (choice === "mine") {
    if (may(article, "save")) outbox.keep({ ...entry(box.op === "save" ? "save" : "draft"), base: theirs.text, version: theirs.version });
    outbox.push(id);
    lastKind = "saved";
    offer();
    return current.form.elements.text.focus();
  }
  current.field.replaceAll(theirs.text);
  outbox.erase(id);
  offer();
  const line = part(current.form, "save-state");
  lastKind = "saved";
  line.dataset.kind = "saved";
  line.textContent = words.theirs_now;
  const back = make("button", { type: "button", className: "button quiet small" }, words.mine_back);
  back.addEventListener("click", () => current?.id === id && current.field.replaceAll(mine));
  line.append(" ", back);
}

// --- keys and clicks

function use(suggestion) {
  if (!current?.field) return;
  const text = suggestion.dataset.insert;
  current.origin = suggestion.dataset.origin ? { name: suggestion.dataset.origin, text } : null;
  current.unit = Number(suggestion.dataset.unit) || null; // what of the memory this text is made from
  current.field.replaceAll(text);
  announce(words.inserted);
}

function useSource() {
  if (!current?.field) return;
  current.field.replaceAll(rawText(sourceOf(current.article)));
  announce(words.inserted);
}

function toggleSigns() {
  signs = !signs;
  try { localStorage.setItem("dragoman:signs", signs ? "1" : ""); } catch { /* only for this page then */ }
  current?.field?.showSigns(signs);
  main.querySelectorAll("[data-signs]").forEach((button) => button.setAttribute("aria-pressed", signs));
}

const keys = part(main, "keys");

main.addEventListener("click", (event) => {
  const at = (name) => event.target.closest(`[data-${name}]`);
  if (at("keys-open")) return keys.showModal();
  if (at("keys-close")) return keys.close();
  if (at("all")) {
    const all = main.classList.toggle("shows-all");
    at("all").setAttribute("aria-pressed", all);
    return current?.article.scrollIntoView({ block: "nearest" });
  }
  const choice = at("take");
  if (choice) return settle(choice.closest("[data-conflict]"), choice.dataset.take);
  const article = at("segment");
  if (article && article !== current?.article) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !getSelection().isCollapsed) return;
    event.preventDefault();
    main.classList.remove("shows-all");
    part(main, "all")?.setAttribute("aria-pressed", "false");
    return open(article.dataset.segment);
  }
  if (!current) return;
  const term = event.target.closest("mark.term");
  if (term && article) return panel.showTerm(term.dataset.concept);
  if (event.target.closest(".segment-number")) return event.preventDefault();
  if (at("go")) return step(at("go").dataset.go === "next" ? 1 : -1);
  if (at("use")) return use(at("insert"));
  if (at("do")?.type === "button") return act(at("do"));
  if (!current.field) return;
  if (at("insert-term")) return current.field.insert(at("insert-term").dataset.insertTerm);
  if (at("insert-tag")) return insertTag(at("insert-tag").dataset.insertTag);
  if (at("character")) return current.field.insert(at("character").dataset.character);
  if (at("copy-source")) return useSource();
  if (at("signs")) return toggleSigns();
  if (at("mark-numbers")) {
    current.field.replaceAll(markNumbers(current.field.text));
    at("mark-numbers").closest("li").remove();
  }
});

main.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-form]");
  if (!form || !current) return;
  event.preventDefault();
  event.stopPropagation();
  act(event.submitter?.dataset.do ? event.submitter : form.querySelector("[data-do]:not([hidden])"));
});

/** The next tag of the source that the text does not have yet. */
function nextTag() {
  if (!current?.field) return;
  const used = new Set(current.field.tags());
  const tag = current.tags.find((t) => !used.has(t));
  if (tag) insertTag(tag);
  else announce(words.all_tags);
}

listen(keys, {
  step,
  nextTag,
  source: useSource,
  signs: toggleSigns,
  suggestion: (n) => panel.suggestion(n) && use(panel.suggestion(n)),
  tag: (n) => current?.field && current.tags[n - 1] && insertTag(current.tags[n - 1]),
  character: (character) => current?.field?.insert(character),
  term: (mark) => panel.showTerm(mark.dataset.concept),
  propose: () => proposing.open(),
  search: () => concordance.open(),
  comment: () => panel.element.querySelector("form[data-comment-form] textarea")?.focus(),
  keep: () => current && outbox.push(current.id).then(({ kind }) => kind === "none" && status("saved", { body: {} })),
  commit: (sendingBack) => {
    const does = sendingBack ? '[data-do="send-back"][type=submit]' : "[data-do][data-primary]:not([hidden])";
    const button = current?.form.querySelector(does);
    if (button) act(button);
  },
  sendBack: () => {
    const button = current?.form.querySelector('[data-do="send-back"]:not([hidden])');
    if (button) act(button);
  },
});

main.addEventListener("focusout", (event) => {
  if (current && event.target === current.form.elements.text) outbox.push(current.id);
});
addEventListener("focus", () => outbox.pushAll());
document.addEventListener("dragoman:leave", (event) => {
  for (const id of outbox.touched) event.detail.push(outbox.push(id));
});
document.addEventListener("dragoman:forget", () => outbox.ids().forEach((id) => outbox.erase(id)));

// --- what was typed before and never arrived

function bringBack() {
  let number = 0;
  for (const [id, note] of outbox.confirmed()) {
    const article = row(id);
    if (!article || note.version <= Number(article.dataset.version) || note.source !== rawText(sourceOf(article))) continue;
    known.set(id, note.text);
    article.dataset.version = note.version;
    showTarget(article);
  }
  for (const id of outbox.ids()) {
    const record = outbox.read(id);
    const article = row(id);
    if (!record || !article) continue;
    // the number of an erased segment can come back for another one
    if (record.source !== rawText(sourceOf(article))) { outbox.erase(id); continue; }
    const now = serverText(article);
    const version = Number(article.dataset.version);
    if (record.text === now && record.op === "draft") { outbox.erase(id); continue; }
    number++;
    outbox.touched.add(id);
    if (record.version !== version && (record.base === now || record.sent.includes(now))) outbox.rebase(id, { text: now, version });
    showTarget(article);
    if (!record.local) outbox.push(id);
  }
  if (number) {
    const notice = part(main, "brought-back");
    notice.hidden = false;
    part(notice, "words").textContent = fill(words.brought_back, { number });
    announce(notice.textContent);
  }
}

try { signs = localStorage.getItem("dragoman:signs") === "1"; } catch { /* off */ }
main.classList.add("is-live");
main.querySelectorAll("[data-scripted]").forEach((element) => { element.hidden = false; });
const first = /^#s-(.+)$/.exec(location.hash)?.[1];
const start = (first && row(first)) || main.querySelector(".segment.is-open") || rows.find(states) || rows[0];
// the server drew a form for browsers without a script; what was typed in it before this file came is kept
const drawn = main.querySelector("form[data-form]");
let early = null;
if (drawn) {
  const holder = drawn.closest("[data-segment]");
  const area = drawn.elements.text;
  if (area && area.value !== area.defaultValue) early = { id: holder.dataset.segment, text: area.value };
  holder.classList.remove("is-open");
  holder.removeAttribute("aria-current");
  holder.querySelector(".target").hidden = false;
  drawn.remove();
}
bringBack();
if (start) open(early?.id ?? start.dataset.segment);
if (early) current.field?.replaceAll(early.text);
