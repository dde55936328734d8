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
// Files are sent by XMLHttpRequest so that the progress is seen, chosen or dropped on their line; without script the form's own button sends.
(() => {
  "use strict";
  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html").querySelector("#main");
    if (page) document.getElementById("main").replaceChildren(...page.childNodes);
    else location.reload();
  }

  function send(form, file) {
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    const data = new FormData(form);
    if (file) data.set("file", file, file.name);
    const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
    const said = Object.assign(document.createElement("span"), { className: "sent" });
    bar.setAttribute("aria-label", data.get("file").name);
    said.setAttribute("role", "status");
    form.append(bar, said);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) { bar.value = Math.round((event.loaded / event.total) * 100); said.textContent = `${bar.value}%`; }
    });
    request.addEventListener("load", () => { if (request.status < 500) show(request.responseText); else location.reload(); });
    request.addEventListener("error", () => { bar.remove(); said.textContent = form.dataset.failed || ""; delete form.dataset.sending; });
    request.open("POST", form.action);
    request.send(data);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-upload") || !form.elements.file?.files?.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send(form);
  }, true);

  const zone = (event) => [...(event.dataTransfer?.types || [])].includes("Files") && event.target.closest?.(".materials > li");
  document.addEventListener("dragover", (event) => {
    const line = zone(event);
    if (!line) return;
    event.preventDefault();
    line.classList.add("is-dropping");
  });
  document.addEventListener("dragleave", (event) => {
    const line = event.target.closest?.(".is-dropping");
    if (line && !line.contains(event.relatedTarget)) line.classList.remove("is-dropping");
  });
  document.addEventListener("drop", (event) => {
    const line = zone(event);
    if (!line) return;
    event.preventDefault();
    line.classList.remove("is-dropping");
    const form = line.querySelector("form[data-upload]");
    const file = event.dataTransfer.files[0];
    if (form && file) send(form, file);
  });
})();
