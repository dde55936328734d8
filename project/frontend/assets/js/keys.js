// The keyboard: / search, g d desk, g c cases, j k through a list, Enter opens, Ctrl+Enter submits, ? help.
(() => {
  "use strict";
  let before = "";
  const typing = (el) => el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName);
  const help = () => document.getElementById("keys");

  function toggleHelp() {
    const sheet = help();
    if (!sheet) return;
    if (sheet.open) sheet.close(); else sheet.showModal();
  }

  function step(by) {
    const rows = [...document.querySelectorAll("[data-rows] a[data-row]")];
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + by))].focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form");
      const button = form?.querySelector("button.btn-primary:not([disabled])");
      if (button) { event.preventDefault(); form.requestSubmit(button); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const pair = before + event.key;
    before = "";
    if (pair === "gd") location.assign("/");
    else if (pair === "gc") location.assign("/cases/");
    else if (event.key === "g") { before = "g"; setTimeout(() => { before = ""; }, 1200); }
    else if (event.key === "/") { const find = document.getElementById("q"); if (find) { event.preventDefault(); find.focus(); find.select(); } }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?") toggleHelp();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-keys-help]")) toggleHelp(); });
})();
