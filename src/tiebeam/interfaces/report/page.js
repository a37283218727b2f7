
"use strict";
(function () {
  var root = document.documentElement;
  var choices = { en: document.getElementById("language-en"), zh: document.getElementById("language-zh") };
  var current = "en";
  root.classList.add("js");

  function view(language) { return document.querySelector(".view-" + language); }

  function setLanguage(language) {
    current = language;
    choices[language].checked = true;
    root.lang = view(language).lang;
    document.title = view(language).getAttribute("data-title");
  }

  function preferred() {
    var asked = /[?&]lang=(en|zh)/.exec(location.search);
    if (asked) { return asked[1]; }
    var languages = navigator.languages || [navigator.language || "en"];
    for (var n = 0; n < languages.length; n += 1) {
      if (/^zh/i.test(languages[n])) { return "zh"; }
      if (/^en/i.test(languages[n])) { return "en"; }
    }
    return "en";
  }

  // The last thing that begins above the upper edge is what the reader is at.
  function place() {
    var found = null;
    view(current).querySelectorAll("[data-key]").forEach(function (part) {
      var box = part.getBoundingClientRect();
      if (box.height > 0 && box.top <= 8) { found = { key: part.getAttribute("data-key"), box: box }; }
    });
    return found;
  }

  function restore(found) {
    if (!found || window.scrollY === 0) { return; }
    var part = view(current).querySelector('[data-key="' + found.key + '"]');
    if (!part) { return; }
    var box = part.getBoundingClientRect();
    var share = Math.min(1, -found.box.top / found.box.height);
    window.scrollTo(window.scrollX, window.scrollY + box.top + share * box.height);
  }

  function copyState(from, to) {
    view(from).querySelectorAll("details[data-key]").forEach(function (part) {
      view(to).querySelector('details[data-key="' + part.getAttribute("data-key") + '"]').open = part.open;
    });
    view(from).querySelectorAll(".table").forEach(function (part) {
      var twin = view(to).querySelector('.table[data-key="' + part.getAttribute("data-key") + '"] .scroll');
      if (twin) { twin.scrollLeft = part.querySelector(".scroll").scrollLeft; }
    });
  }

  Object.keys(choices).forEach(function (language) {
    choices[language].addEventListener("change", function () {
      var before = current;
      if (language === before) { return; }
      var y = window.scrollY;
      choices[before].checked = true;
      window.scrollTo(window.scrollX, y);
      var found = place();
      setLanguage(language);
      copyState(before, language);
      restore(found);
    });
  });

  function save(name, blob) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  }

  // A spreadsheet would run a cell that begins like a formula; figures are let through.
  function csvCell(text) {
    var plain = text.replace(/\s+/g, " ").trim();
    if (/^[=+\-@]/.test(plain) && !/^-?\d+([.]\d+)?(e[+-]?\d+)?$/i.test(plain)) { plain = "'" + plain; }
    return '"' + plain.replace(/"/g, '""') + '"';
  }

  function csv(table) {
    var lines = [];
    var below = table.getAttribute("data-below");
    table.querySelectorAll("tr:not(.below)").forEach(function (row) {
      var cells = [];
      row.querySelectorAll("th, td").forEach(function (cell) {
        var text = cell.querySelector(".t");
        if (cell.hasAttribute("data-exact")) { cells.push(csvCell(cell.getAttribute("data-exact"))); }
        else if (text) { cells.push(csvCell(text.textContent)); }
        else { cells.push(csvCell(cell.getAttribute("data-label"))); }
      });
      if (below) {
        var next = row.nextElementSibling;
        var is_head = row.parentNode.tagName === "THEAD";
        cells.push(csvCell(is_head ? below : next && next.className === "below" ? next.textContent : ""));
      }
      lines.push(cells.join(","));
    });
    return new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv;charset=utf-8" });
  }

  // The saved picture carries its title and a white ground, and no links into this page.
  function picture(figure) {
    var space = "http://www.w3.org/2000/svg";
    var svg = figure.querySelector(".wide svg").cloneNode(true);
    svg.querySelectorAll("a").forEach(function (link) { link.removeAttribute("href"); });
    var box = svg.getAttribute("viewBox").split(" ").map(Number);
    var width = box[2], height = box[3];
    var lines = wrap(figure.querySelector(".finding").textContent, width / 8.5);
    var head = 12 + 20 * lines.length;
    var ground = document.createElementNS(space, "rect");
    [["x", -12], ["y", -head - 8], ["width", width + 24], ["height", height + head + 20], ["fill", "#ffffff"]]
      .forEach(function (pair) { ground.setAttribute(pair[0], pair[1]); });
    svg.insertBefore(ground, svg.firstChild);
    lines.forEach(function (line, number) {
      var text = document.createElementNS(space, "text");
      [["x", 0], ["y", 12 - head + 20 * number], ["font-size", 15], ["font-weight", 600], ["fill", "#1b1f23"]]
        .forEach(function (pair) { text.setAttribute(pair[0], pair[1]); });
      text.textContent = line;
      svg.appendChild(text);
    });
    svg.setAttribute("viewBox", [-12, -head - 8, width + 24, height + head + 20].join(" "));
    svg.setAttribute("width", width + 24);
    svg.setAttribute("height", height + head + 20);
    return { text: new XMLSerializer().serializeToString(svg), width: width + 24, height: height + head + 20 };
  }

  function wrap(text, room) {
    var lines = [""], used = 0;
    (text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) || []).forEach(function (part) {
      var size = 0;
      for (var n = 0; n < part.length; n += 1) { size += part.charCodeAt(n) > 0x2e7f ? 1.9 : 1; }
      if (used + size > room && used > 0) { lines.push(""); used = 0; }
      lines[lines.length - 1] += part;
      used += size;
    });
    return lines;
  }

  function savePng(drawn, name) {
    var image = new Image();
    image.onload = function () {
      var canvas = document.createElement("canvas");
      canvas.width = drawn.width * 2;
      canvas.height = drawn.height * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (blob) { save(name, blob); }, "image/png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(drawn.text);
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-save]") : null;
    if (!button) { return; }
    var kind = button.getAttribute("data-save");
    if (kind === "csv") {
      var table = button.closest(".table").querySelector("table");
      save("tiebeam-" + table.getAttribute("data-file") + ".csv", csv(table));
      return;
    }
    var figure = button.closest(".picture");
    var name = "tiebeam-" + figure.getAttribute("data-file") + "." + kind;
    var drawn = picture(figure);
    if (kind === "png") { savePng(drawn, name); return; }
    save(name, new Blob([drawn.text], { type: "image/svg+xml;charset=utf-8" }));
  });

  setLanguage(preferred());
  if (location.hash.indexOf("#en-") === 0) { setLanguage("en"); }
  if (location.hash.indexOf("#zh-") === 0) { setLanguage("zh"); }
})();
