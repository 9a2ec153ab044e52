// Looking up with the keyboard: "/" to the box, arrows through the results, Enter opens, Escape back to the box.

const box = document.getElementById("f-q");
const links = () => [...document.querySelectorAll("#results [data-result] h2 a")];
document.querySelectorAll("[data-look-up] [data-scripted]").forEach((hint) => {
  hint.hidden = !matchMedia("(hover: hover) and (pointer: fine)").matches;
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    box.focus();
    box.select();
    return;
  }
  const all = links();
  const at = all.indexOf(document.activeElement);
  if (document.activeElement !== box && at < 0) return;
  if (event.key === "ArrowDown" && all.length) {
    event.preventDefault();
    all[Math.min(at + 1, all.length - 1)].focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    event.preventDefault();
    if (at === 0) box.focus();
    else all[at - 1].focus();
  } else if (event.key === "Escape" && at >= 0) {
    box.focus();
    box.select();
  }
});
