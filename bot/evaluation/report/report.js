"use strict";
const form = document.getElementById("filter");
if (form) {
  const rows = [...document.querySelectorAll("#list > li")];
  const none = document.getElementById("none");
  const field = (name) => form.elements.namedItem(name);
  let texts = null;

  // Everything that came from the run carries `dir`; the page's own words do not and are not searched.
  const readTexts = () =>
    rows.map((row) => [...row.querySelectorAll("[dir]")].map((e) => e.textContent).join("\n").toLowerCase());

  const apply = () => {
    const words = field("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !texts) texts = readTexts();
    let shown = 0;
    rows.forEach((row, i) => {
      const fits =
        (!field("dataset").value || row.dataset.dataset === field("dataset").value) &&
        (!field("kind").value || row.dataset.kind === field("kind").value) &&
        (!field("failed").value || row.dataset.failed.split(" ").includes(field("failed").value)) &&
        (!field("new")?.checked || "new" in row.dataset) &&
        words.every((word) => texts[i].includes(word));
      row.hidden = !fits;
      shown += fits;
    });
    form.querySelector("output").value = `${shown} of ${rows.length} shown`;
    none.hidden = shown > 0;
  };

  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
}
