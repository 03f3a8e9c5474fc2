// Comfort only: everything works without this file.
(() => {
  "use strict";

  // The summary of problems takes the focus, also where autofocus is not honoured.
  window.addEventListener("load", () => {
    const summary = document.getElementById("error-summary");
    if (summary && document.activeElement === document.body) summary.focus();
  });

  // Somebody who leaves a form with changes is asked first: <form data-warns-before-leaving>.
  const changed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-warns-before-leaving")) changed.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed.size > 0) event.preventDefault();
  });

  // A second click while the answer is on its way sends nothing; coming back with the browser's arrow frees the form.
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    changed.delete(form);
    if (form.method !== "post") return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    window.setTimeout(() => free(form), 8000);
  });
  const free = (form) => {
    sent.delete(form);
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  };
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form").forEach(free);
  });

  // The name and size of a chosen file are said at once.
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.hasAttribute("data-shows-size")) return;
    const said = input.parentElement.querySelector(".field__chosen");
    const file = input.files[0];
    if (!said) return;
    said.hidden = !file;
    if (file) {
      const size = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
      said.textContent = `${file.name} (${size.format(file.size / 1e6)} M${document.documentElement.lang === "fr" ? "o" : "B"})`;
    }
  });
})();
