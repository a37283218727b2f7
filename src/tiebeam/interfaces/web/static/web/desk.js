// The matrix: a cell shows its couple in the panel beside it. Without script its link shows the whole page.
"use strict";

(() => {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("table.matrix td a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const table = link.closest("table");
    for (const chosen of table.querySelectorAll("td.chosen")) chosen.classList.remove("chosen");
    link.parentElement.classList.add("chosen");
    await htmx.ajax("GET", table.dataset.cell + link.search, { target: "#cell", swap: "innerHTML" });
    // The panel takes room from the matrix: the cell stays in sight.
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (window.matchMedia("(max-width: 1000px)").matches) {
      document.getElementById("cell").scrollIntoView({ block: "start" });
    }
  });
})();
