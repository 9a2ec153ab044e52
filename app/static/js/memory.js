// The keeper's lists: one box chooses every unit on the page.

const row = document.querySelector("[data-choose-all]");
const all = row?.querySelector("input");
const boxes = () => [...document.querySelectorAll('input[name="unit"][type="checkbox"]')];

if (all && boxes().length) {
  row.hidden = false;
  all.addEventListener("change", () => boxes().forEach((box) => { box.checked = all.checked; }));
  document.addEventListener("change", (event) => {
    if (event.target.name !== "unit") return;
    const chosen = boxes().filter((box) => box.checked).length;
    all.checked = chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
  });
}
