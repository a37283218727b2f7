// A drawn picture as a file to keep (SVG, PNG), with its finding above it and its sources below; and out of sight.
"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const MARGIN = 16;
  const DENSITY = 2;
  const FONT = 'system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';

  const make = (name, values = {}, text = "") => {
    const part = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) part.setAttribute(key, value);
    if (text) part.textContent = text;
    return part;
  };

  // Lines of at most *width*; Chinese breaks anywhere, other text between words.
  const wrap = (text, size, weight, width) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${weight} ${size}px ${FONT}`;
    const lines = [""];
    for (const piece of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) ?? []) {
      const longer = lines.at(-1) + piece;
      if (lines.at(-1) && pen.measureText(longer.trimEnd()).width > width) lines.push(piece.trimStart());
      else lines[lines.length - 1] = longer;
    }
    return lines;
  };

  // The drawing carries light colours of its own; the classes by which the page repaints it are left out.
  const drawFile = (figure) => {
    const drawn = [...figure.querySelectorAll(".drawing svg")].find((svg) => svg.getClientRects().length)
      ?? figure.querySelector(".drawing svg");
    const [width, height] = ["width", "height"].map((name) => Number(drawn.getAttribute(name)));
    const all = make("svg", { role: "img", lang: document.documentElement.lang });
    let y = MARGIN;
    const write = (text, size, weight, fill) => {
      for (const line of wrap(text, size, weight, width)) {
        y += Math.round(size * 1.5);
        all.append(make("text", { x: MARGIN, y: y - Math.round(size * 0.4), "font-family": FONT, "font-size": size, "font-weight": weight, fill }, line));
      }
    };
    all.append(make("title", {}, figure.dataset.title));
    write(figure.dataset.title, 18, 600, "#1b1f23");
    y += 8;
    const copy = drawn.cloneNode(true);
    for (const [name, value] of [["x", MARGIN], ["y", y]]) copy.setAttribute(name, value);
    for (const part of [copy, ...copy.querySelectorAll("[class]")]) part.removeAttribute("class");
    // Outside the page an address within it leads nowhere.
    for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    all.append(copy);
    y += height + 8;
    for (const note of figure.querySelectorAll("[data-note]")) write(note.textContent.trim(), 12, 400, "#57606a");
    const [whole, tall] = [width + 2 * MARGIN, y + MARGIN];
    for (const [name, value] of [["width", whole], ["height", tall], ["viewBox", `0 0 ${whole} ${tall}`]]) all.setAttribute(name, value);
    all.prepend(make("rect", { width: whole, height: tall, fill: "#ffffff" }));
    return { text: new XMLSerializer().serializeToString(all), width: whole, height: tall };
  };

  const paint = async ({ text, width, height }) => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width * DENSITY, height * DENSITY];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  };

  const save = async (figure, kind) => {
    const file = drawFile(figure);
    const content = kind === "png" ? await paint(file) : new Blob([file.text], { type: "image/svg+xml" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = `${figure.dataset.file}.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const figure of document.querySelectorAll("[data-picture]")) {
      for (const button of figure.querySelectorAll("[data-save-picture]")) {
        button.hidden = false;
        button.addEventListener("click", () => save(figure, button.dataset.savePicture));
      }
      const toggle = figure.querySelector("[data-toggle-picture]");
      const hide = toggle?.textContent;
      toggle?.addEventListener("click", () => {
        const drawings = figure.querySelectorAll(".drawing");
        for (const drawing of drawings) drawing.hidden = !drawing.hidden;
        toggle.setAttribute("aria-expanded", String(!drawings[0].hidden));
        toggle.textContent = drawings[0].hidden ? toggle.dataset.show : hide;
      });
    }
  });
})();
