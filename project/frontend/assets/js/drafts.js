// Typing is never lost: every form with data-keep is kept in this browser under person + form id while one types,
// put back when the page opens again with the form untouched (idle logout, crash, closed tab), and forgotten when the
// server says it took it (body[data-done] lists the form ids) or after 14 days.
(() => {
  "use strict";
  const user = document.body.dataset.user;
  const prefix = "dingbian/";
  const maxAge = 14 * 24 * 3600 * 1000;
  const skipped = new Set(["csrfmiddlewaretoken", "key", "assignment", "version", "saves"]);

  const storeName = (form) => `${prefix}${user}/${form.dataset.keep}`;
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };

  function content(form) {
    const out = {};
    for (const el of form.elements) {
      if (!el.name || skipped.has(el.name) || el.type === "file" || el.type === "password" || el.type === "submit" || el.type === "hidden") continue;
      if (el.type === "radio" || el.type === "checkbox") { if (el.checked) (out[el.name] ||= []).push(el.value); else out[el.name] ||= []; }
      else out[el.name] = el.value;
    }
    return out;
  }

  function restore(form, kept) {
    for (const el of form.elements) {
      if (!(el.name in kept) || skipped.has(el.name) || el.type === "file") continue;
      const value = kept[el.name];
      if (el.type === "radio" || el.type === "checkbox") el.checked = value.includes(el.value);
      else el.value = value;
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
    const said = form.querySelector("[data-kept]");
    if (!said) return;
    said.textContent = said.dataset.kept;
    said.hidden = false;
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "is-link push";
    drop.textContent = said.dataset.drop;
    drop.addEventListener("click", () => { localStorage.removeItem(storeName(form)); location.reload(); });
    said.append(drop);
  }

  function forget() {
    for (const done of document.querySelectorAll("[data-done]")) {
      for (const id of done.dataset.done.split(" ").filter(Boolean)) localStorage.removeItem(`${prefix}${user}/${id}`);
    }
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(prefix) && Date.now() - (read(name)?.at || 0) > maxAge) localStorage.removeItem(name);
    }
  }

  function watch(form) {
    const fresh = JSON.stringify(content(form));
    const kept = read(storeName(form));
    // A page that comes back with errors already shows what was typed.
    if (kept && !form.querySelector("[aria-invalid=true], .bad") && JSON.stringify(kept.content) !== fresh) restore(form, kept.content);
    let timer;
    const keep = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const now = content(form);
        if (JSON.stringify(now) === fresh) localStorage.removeItem(storeName(form));
        else try { localStorage.setItem(storeName(form), JSON.stringify({ at: Date.now(), content: now })); } catch { /* full: the server draft remains */ }
      }, 250);
    };
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (!user) return;
    forget();
    document.querySelectorAll("form[data-keep]").forEach(watch);
  });
})();
