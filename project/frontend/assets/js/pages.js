// Small conveniences; every page works without them: focus on the error summary, phrases into the opinion, filters that
// apply at once, parts of a form that belong to one outcome, one submission per form, rows added to a table.
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  function phrase(button) {
    const target = document.getElementById(button.dataset.phrase);
    if (!target) return;
    const text = button.textContent.trim();
    target.value = target.value && !target.value.endsWith("\n") ? `${target.value}${text}` : `${target.value}${text}`;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    target.focus();
  }

  // <… data-when="outcome" data-is="return amended"> is shown while that field of its form holds one of the values.
  function showParts(form) {
    for (const part of form.querySelectorAll("[data-when]")) {
      const wanted = part.dataset.is.split(" ");
      const field = form.elements[part.dataset.when];
      // Before a choice is made the parts of the first one are shown, so that the form says what it will ask.
      const value = field?.value || field?.[0]?.value || "";
      const on = wanted.includes(value);
      part.hidden = !on;
      for (const el of part.querySelectorAll("input, textarea, select")) el.disabled = !on;
    }
  }

  function addRow(button) {
    const source = document.getElementById(button.dataset.add);
    const target = document.getElementById(button.dataset.into);
    const form = button.closest("form");
    const total = form.querySelector(`input[name="${button.dataset.prefix}-TOTAL_FORMS"]`);
    target.insertAdjacentHTML("beforeend", source.innerHTML.replaceAll("__prefix__", total.value));
    total.value = Number(total.value) + 1;
    target.lastElementChild.querySelector("select, input")?.focus();
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // A fragment may bring the first wording of a field; what somebody wrote (or the browser kept) stays.
  document.addEventListener("htmx:after:swap", () => {
    for (const given of document.querySelectorAll("output[data-fill]")) {
      const field = document.getElementById(given.dataset.fill);
      if (field && !field.value.trim()) field.value = given.textContent;
      given.remove();
    }
    document.querySelectorAll("form").forEach(showParts);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.phrase) phrase(button);
    else if (button?.dataset.add) addRow(button);
    else if (button?.hasAttribute("data-print")) window.print();
    for (const menu of document.querySelectorAll("details.who[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (!form) return;
    if (form.hasAttribute("data-upload") && event.target.files?.length) form.requestSubmit();
    if (form.hasAttribute("data-apply") && event.target.type !== "text" && event.target.type !== "search") form.requestSubmit();
    showParts(form);
  });

  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);

  // A double click sends one form. The idempotency key in the form is what really guards; this spares the second answer.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

  // A list keeps its filters: the way back from a case leads to the list as it was left.
  function lists() {
    if (location.pathname === "/cases/") sessionStorage.setItem("cases", location.search);
    const kept = sessionStorage.getItem("cases");
    if (kept) for (const link of document.querySelectorAll(".crumbs a[href='/cases/']")) link.href = `/cases/${kept}`;
  }

  document.addEventListener("DOMContentLoaded", () => {
    lists();
    document.querySelector("[data-focus]")?.focus();
    document.querySelectorAll("form").forEach(showParts);
    // Shortly before the idle logout the person is told; nothing typed is lost.
    const idle = Number(document.body.dataset.idle || 0);
    const warn = document.getElementById("idle");
    if (idle > 180 && warn) setTimeout(() => { warn.hidden = false; }, (idle - 120) * 1000);
  });
})();
