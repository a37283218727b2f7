// A package is drawn onto a need: the page that asks for it opens, filled in. Without a mouse its menu does the same.
"use strict";

(() => {
  let drawn = "";
  document.addEventListener("dragstart", (event) => {
    drawn = event.target.closest("[data-query]")?.dataset.query || "";
    document.querySelector(".dispatch")?.classList.toggle("drawing-on", Boolean(drawn));
  });
  document.addEventListener("dragend", () => document.querySelector(".dispatch")?.classList.remove("drawing-on"));
  document.addEventListener("dragover", (event) => {
    if (drawn && event.target.closest("[data-ask]")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const goal = event.target.closest("[data-ask]");
    if (!drawn || !goal) return;
    event.preventDefault();
    window.location.assign(`${goal.dataset.ask}?${drawn}`);
  });
})();
