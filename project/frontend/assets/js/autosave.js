// Drafts are saved as typed: a pause in typing asks htmx to post the form (event "typed"); never two requests at once,
// because each answer brings the counter the next one must carry. "Save and continue" waits for a running one.
(() => {
  "use strict";
  const PAUSE = 900;

  function watch(form) {
    let timer, busy = false, again = false, leaving = null;
    const ask = () => { if (busy) again = true; else form.dispatchEvent(new Event("typed")); };
    const typed = (event) => {
      if (event.target.type === "file") return;
      clearTimeout(timer);
      timer = setTimeout(ask, event.type === "change" ? 150 : PAUSE);
    };
    form.addEventListener("input", typed);
    form.addEventListener("change", (event) => { if (event.isTrusted || event.target === form) typed(event); });
    form.addEventListener("htmx:before:request", () => { busy = true; });
    form.addEventListener("htmx:finally:request", () => {
      busy = false;
      if (leaving) { const button = leaving; leaving = null; form.requestSubmit(button); }
      else if (again) { again = false; ask(); }
    });
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (busy) { event.preventDefault(); event.stopImmediatePropagation(); leaving = event.submitter; }
    }, true);
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-autosave]").forEach(watch));
})();
