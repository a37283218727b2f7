// The picture of a map as it is seen: a file to keep (SVG, PNG), and what is printed.
"use strict";

window.mapPicture = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const MARGIN = 16;
  const DENSITY = 2;
  const INKED = ["stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "fill", "fill-opacity"];

  const make = (name, values = {}, text = "") => {
    const part = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) part.setAttribute(key, value);
    if (text) part.textContent = text;
    return part;
  };

  const font = (size, weight = 400) => ({
    "font-family": getComputedStyle(document.body).fontFamily, "font-size": size, "font-weight": weight,
  });

  // Lines of at most *width*; Chinese breaks anywhere, other text between words.
  const wrap = (text, values, width) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${values["font-weight"]} ${values["font-size"]}px ${values["font-family"]}`;
    const lines = [""];
    for (const piece of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) ?? []) {
      const longer = lines.at(-1) + piece;
      if (lines.at(-1) && pen.measureText(longer.trimEnd()).width > width) lines.push(piece.trimStart());
      else lines[lines.length - 1] = longer;
    }
    return lines;
  };

  // What the map shows inside its window: every line and point in its place, with its name, and the scale.
  const drawWindow = (map, id) => {
    const { x: width, y: height } = map.getSize();
    const offset = map.layerPointToContainerPoint([0, 0]);
    const all = make("g", { "clip-path": `url(#${id})` });
    const frame = { width, height, class: "ground" };
    const clip = make("clipPath", { id });
    clip.append(make("rect", { width, height }));
    const moved = make("g", { transform: `translate(${offset.x} ${offset.y})` });
    map.eachLayer((layer) => {
      const drawn = layer instanceof L.Path && layer.getElement();
      if (!drawn || drawn.getAttribute("d") === "M0 0") return;
      const copy = drawn.cloneNode();
      const name = layer.getTooltip()?.getContent();
      if (name) copy.append(make("title", {}, name.textContent));
      moved.append(copy);
    });
    all.append(clip, make("rect", frame), moved);
    for (const name of map.shownNames ?? []) {
      all.append(make("text", { x: name.x, y: name.y + 11, class: "place-name", ...font(12) }, name.text));
    }
    const scale = map.getContainer().querySelector(".leaflet-control-scale-line");
    if (scale) {
      const end = 12 + scale.offsetWidth;
      all.append(
        make("path", { d: `M12 ${height - 18}v6H${end}v-6`, class: "scale" }),
        make("text", { x: 16, y: height - 18, class: "place-name", ...font(12) }, scale.textContent),
      );
    }
    return all;
  };

  // Outside the page no sheet says how it looks: the colours and widths that it has now are written down.
  const ink = (root) => {
    for (const part of root.querySelectorAll("path, rect.ground, circle, text")) {
      const seen = getComputedStyle(part);
      for (const name of INKED) part.setAttribute(name, seen.getPropertyValue(name));
    }
    for (const part of [root, ...root.querySelectorAll("[class]")]) part.removeAttribute("class");
  };

  const drawFile = (map, figure) => {
    const place = map.getContainer();
    const { x: width, y: height } = map.getSize();
    const all = make("svg", { class: "map-picture", role: "img", lang: document.documentElement.lang });
    let y = MARGIN;
    const write = (text, size, kind, weight) => {
      const values = font(size, weight);
      for (const line of wrap(text, values, width)) {
        y += Math.round(size * 1.5);
        all.append(make("text", { x: MARGIN, y: y - Math.round(size * 0.4), class: kind, ...values }, line));
      }
    };
    const title = place.dataset.title;
    all.append(make("title", {}, title));
    write(title, 18, "place-name", 600);
    y += 8;
    const picture = make("g", { transform: `translate(${MARGIN} ${y})` });
    picture.append(drawWindow(map, "map-window"));
    all.append(picture);
    y += height + 8;
    let x = MARGIN;
    for (const side of figure.querySelectorAll("[data-legend]")) {
      all.append(
        make("circle", { cx: x + 6, cy: y + 12, r: 5, class: `point ${side.dataset.legend}` }),
        make("text", { x: x + 16, y: y + 17, class: "place-name", ...font(13) }, side.textContent),
      );
      x += 48 + 14 * side.textContent.length;
    }
    y += 24;
    const notes = [...figure.querySelectorAll("[data-note]")].map((note) => note.textContent.trim());
    for (const note of [...notes, place.dataset.drawn]) if (note) write(note, 12, "note");
    const [whole, tall] = [width + 2 * MARGIN, y + MARGIN];
    for (const [name, value] of [["width", whole], ["height", tall], ["viewBox", `0 0 ${whole} ${tall}`]]) {
      all.setAttribute(name, value);
    }
    all.prepend(make("rect", { width: whole, height: tall, class: "ground" }));
    // The page gives the colours only to what stands on it.
    place.parentElement.append(all);
    ink(all);
    all.remove();
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

  const give = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  // Give what is seen as a file of the kind "svg" or "png".
  const save = async (map, figure, kind) => {
    const file = drawFile(map, figure);
    const content = kind === "png" ? await paint(file) : new Blob([file.text], { type: "image/svg+xml" });
    give(content, `${map.getContainer().dataset.file}.${kind}`);
  };

  // A page is narrower than the window, and its colours are others: what is printed is drawn anew to its width.
  const showInPrint = (map, figure) => {
    const { x: width, y: height } = map.getSize();
    figure.querySelector(".printed")?.remove();
    if (map.getContainer().hidden) return;
    const all = make("svg", { viewBox: `0 0 ${width} ${height}`, class: "map-picture printed", "aria-hidden": "true" });
    all.append(drawWindow(map, "map-printed"));
    map.getContainer().after(all);
  };

  return { save, showInPrint };
})();
