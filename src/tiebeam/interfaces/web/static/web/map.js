// Draws the pairs of a programme: points, curved lines and a graticule; no tiles, no boundary but the operator's own.
// How they look stands in the sheet, by class, so that they follow dark mode and print.
"use strict";

(() => {
  // A quadratic curve, bent to one side so that two ways between two places do not cover each other.
  const curve = (from, to) => {
    const [middle, bend] = [[(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], 0.16];
    const over = [middle[0] + (to[1] - from[1]) * bend, middle[1] - (to[0] - from[0]) * bend];
    const at = (share) => [0, 1].map((axis) =>
      (1 - share) ** 2 * from[axis] + 2 * share * (1 - share) * over[axis] + share ** 2 * to[axis]);
    return Array.from({ length: 25 }, (_, step) => at(step / 24));
  };

  const drawGraticule = (map) => {
    const style = { className: "graticule", weight: 0.6, interactive: false };
    for (let at = -180; at <= 180; at += 10) L.polyline([[-80, at], [80, at]], style).addTo(map);
    for (let at = -80; at <= 80; at += 10) L.polyline([[at, -180], [at, 180]], style).addTo(map);
  };

  const say = (text) => {
    const line = document.createElement("span");
    line.textContent = text;
    return line;
  };

  const drawPairs = (map, data) => {
    const all = [];
    for (const line of data.lines) {
      const way = curve(line.from, line.to);
      all.push(line.from, line.to);
      // The half at the donor has its colour, the half at the recipient the other's.
      for (const [part, side] of [[way.slice(0, 13), "donor"], [way.slice(12), "recipient"]]) {
        L.polyline(part, {
          className: `way ${side}`, smoothFactor: 0.2, weight: line.width, opacity: 0.75, dashArray: line.isDoubtful ? "4 4" : null,
        }).bindTooltip(say(line.text), { sticky: true })
          .on("click", () => window.location.assign(line.address)).addTo(map);
      }
    }
    for (const point of data.points) {
      L.circleMarker(point.at, { className: `point ${point.side}`, radius: 5, fillOpacity: 1 })
        .bindTooltip(say(point.text)).on("click", () => window.location.assign(point.address)).addTo(map);
    }
    if (all.length) map.fitBounds(L.latLngBounds(all), { padding: [32, 32] });
  };

  // Names beside the points, as many as find room without covering a point or another name.
  const nameThePlaces = (map, points) => {
    const layer = L.layerGroup().addTo(map);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `12px ${getComputedStyle(map.getContainer()).fontFamily}`;
    const meets = (one, other) => one.x < other.x + other.width && other.x < one.x + one.width
      && one.y < other.y + other.height && other.y < one.y + one.height;
    const place = () => {
      layer.clearLayers();
      const size = map.getSize();
      const window = { x: 2, y: 2, width: size.x - 4, height: size.y - 4 };
      const dots = points.map((point) => map.latLngToContainerPoint(point.at));
      const taken = dots.map((dot) => ({ x: dot.x - 5, y: dot.y - 5, width: 10, height: 10 }));
      map.shownNames = [];
      points.forEach((point, index) => {
        const [dot, width, height] = [dots[index], pen.measureText(point.text).width + 2, 15];
        const free = [
          [dot.x + 8, dot.y - 8], [dot.x - 8 - width, dot.y - 8], [dot.x - width / 2, dot.y - 22], [dot.x - width / 2, dot.y + 7],
        ].map(([x, y]) => ({ x, y, width, height, text: point.text }))
          .find((box) => !taken.some((other) => meets(box, other)) && box.x >= window.x && box.y >= window.y
            && box.x + width <= window.x + window.width && box.y + height <= window.y + window.height);
        if (!free) return;
        taken.push(free);
        map.shownNames.push(free);
        const icon = L.divIcon({
          className: "place-name", html: say(point.text), iconSize: [width, height],
          iconAnchor: [dot.x - free.x, dot.y - free.y],
        });
        L.marker(point.at, { icon, interactive: false, keyboard: false }).addTo(layer);
      });
    };
    map.on("moveend resize", place);
    place();
  };

  const drawBoundary = async (map, address) => {
    const answer = await fetch(address);
    if (!answer.ok) return;
    L.geoJSON(await answer.json(), {
      style: { className: "boundary", weight: 0.8, fill: false }, interactive: false,
    }).addTo(map);
  };

  const offerFiles = (map, figure) => {
    for (const button of figure.querySelectorAll("[data-save]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.mapPicture.save(map, figure, button.dataset.save));
    }
    window.addEventListener("beforeprint", () => window.mapPicture.showInPrint(map, figure));
  };

  const start = async (place) => {
    const figure = place.closest("figure");
    const map = L.map(place, {
      renderer: L.svg({ padding: 1 }), attributionControl: false, zoomSnap: 0.25, scrollWheelZoom: false, minZoom: 1, maxZoom: 9,
    }).setView([33, 105], 3);
    drawGraticule(map);
    L.control.scale({ imperial: false }).addTo(map);
    if (place.dataset.boundary) await drawBoundary(map, place.dataset.boundary);
    const data = await (await fetch(place.dataset.map)).json();
    drawPairs(map, data);
    nameThePlaces(map, data.points);
    const missing = document.querySelector("[data-map-missing]");
    if (missing && data.missing) missing.textContent = place.dataset.missing.replace("%", data.missing);
    offerFiles(map, figure);
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const place of document.querySelectorAll("[data-map]")) {
      if (!window.L) {
        place.textContent = place.dataset.failed;
        continue;
      }
      start(place).catch(() => { place.textContent = place.dataset.failed; });
    }
    for (const button of document.querySelectorAll("[data-toggle-map]")) {
      const drawing = button.closest("figure").querySelector(".drawing");
      const hide = button.textContent;
      button.addEventListener("click", () => {
        drawing.hidden = !drawing.hidden;
        button.setAttribute("aria-expanded", String(!drawing.hidden));
        button.textContent = drawing.hidden ? button.dataset.show : hide;
      });
    }
  });
})();
