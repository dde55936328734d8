// A list of people narrowed as one types a name or a unit; every page works without it.
(() => {
  "use strict";
  document.addEventListener("input", (event) => {
    const id = event.target.dataset?.narrow;
    if (!id) return;
    const words = event.target.value.trim().toLowerCase();
    for (const group of document.getElementById(id).querySelectorAll("[data-narrowed]")) {
      let any = false;
      for (const row of group.querySelectorAll("label")) {
        row.hidden = Boolean(words) && !`${group.dataset.narrowed} ${row.textContent}`.toLowerCase().includes(words);
        row.classList.toggle("d-none", row.hidden);
        any = any || !row.hidden;
      }
      group.classList.toggle("d-none", !any);
    }
  });
})();
