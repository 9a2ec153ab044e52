// The keys of the editor. None is taken by a screen reader, none is one that browsers keep for themselves; Tab is never
// caught. On a Mac, Command works as Ctrl.

const CHARACTERS = { KeyL: "\u200e", KeyR: "\u200f", KeyN: "\u200c" };

const inText = (target) => target.closest?.("input, textarea, select, [contenteditable]");

/** Listen for keys. `dialog` lists them; `actions` are what they do: `commit` (and `commitOf(form)` in another form),
 *  `step(direction, toDo)`, `suggestion(n)`, `source()`, `tag(n)`, `nextTag()`, `character(c)`, `signs()`, `comment()`, `propose()`,
 *  `search()`, `sendBack()`, `keep()`, `term(mark)`. */
export function listen(dialog, actions) {
  const action = (event) => {
    const { altKey: alt, shiftKey: shift, code, key } = event;
    const control = event.ctrlKey || event.metaKey;
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
    if (control && !alt) {
      if (key === "Enter") {
        const other = event.target.closest?.("form:not([data-form])");
        return other ? () => other.requestSubmit() : () => actions.commit(Boolean(event.target.closest?.("[data-send-back]")));
      }
      if (key === "/" || code === "Slash") return () => dialog.showModal();
      if (!shift && code === "KeyS") return actions.keep;
      if (!shift && (key === "," || code === "Comma")) return actions.nextTag;
      return null;
    }
    if (key === "?" && !alt && !inText(event.target)) return () => dialog.showModal();
    if (!alt || control) return null;
    if (key === "ArrowUp") return () => actions.step(-1, shift);
    if (key === "ArrowDown") return () => actions.step(1, shift);
    if (digit && !shift) return digit === "0" ? actions.source : () => actions.suggestion(digit);
    if (!shift) return null;
    if (digit > 0) return () => actions.tag(digit);
    if (CHARACTERS[code]) return () => actions.character(CHARACTERS[code]);
    return { KeyM: actions.signs, KeyC: actions.comment, KeyP: actions.propose, KeyF: actions.search, KeyB: actions.sendBack }[code] ?? null;
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.getModifierState("AltGraph") || dialog.open) return;
    const mark = event.target.closest?.("mark.term[role=button]");
    const does = mark && (event.key === "Enter" || event.key === " ") && !event.ctrlKey ? () => actions.term(mark) : action(event);
    if (!does) return;
    event.preventDefault();
    does();
  });
}
