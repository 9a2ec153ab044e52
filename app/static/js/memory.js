// The keeper's lists. One box chooses every unit on the page.

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

// What asks for a subject or for languages shows the fields for them.
const kind = document.querySelector("#bulk select[name=kind]");
kind?.addEventListener("change", () => {
  const more = kind.form.querySelector("details");
  if (more && ["subject", "relabel"].includes(kind.value)) more.open = true;
});
