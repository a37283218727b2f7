// What the pages do beyond their links and forms; every page works without it.
"use strict";

(() => {
  // A row opens its record: its first link, or data-address. A link or field inside keeps its own click.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-address]");
    if (!row || event.target.closest("a, button, input, select, label, summary")) return;
    if (String(window.getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.address, "_blank", "noopener");
    else window.location.assign(row.dataset.address);
  });

  // A menu closes when the click goes elsewhere, or by Escape.
  const closeMenus = (kept) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== kept) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
  });

  // What asks again every few seconds keeps open what the reader opened in it.
  let opened = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    opened = [...event.target.querySelectorAll("details[id][open]")].map((each) => each.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const each of opened) document.getElementById(each)?.setAttribute("open", "");
  });

  // The summary of faults takes the focus; its links go to the field itself.
  const focusFaults = (root) => root.querySelector("[data-focus]")?.focus();
  document.addEventListener("DOMContentLoaded", () => focusFaults(document));
  document.addEventListener("htmx:afterSwap", (event) => focusFaults(event.target));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".faults a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus();
  });

  // A filter takes effect when it is chosen.
  document.addEventListener("change", (event) => {
    // A form that still lacks something waits for it.
    if (event.target.matches("form.tools[method='get'] select") && event.target.form.checkValidity()) {
      event.target.form.requestSubmit();
    }
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // Who signs out is warned of what still waits on this device; the last known page of the phone goes with the session.
  document.addEventListener("submit", (event) => {
    const warning = event.target.dataset.waiting;
    if (!warning) return;
    const waiting = Number(localStorage.getItem("tiebeam-waiting"));
    if (waiting && !window.confirm(warning.replace("%", waiting))) event.preventDefault();
    else window.caches?.delete("tiebeam-phone");
  }, true);

  // Copies what is shown only once: an invitation link, a token.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button || !navigator.clipboard) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.done;
  });
})();
