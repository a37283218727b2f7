// Draws the pairs of a programme: points, curved lines and a graticule; no tiles, no boundary but the operator's own.
"use strict";

(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // A quadratic curve, bent to one side so that two ways between two places do not cover each other.
  const curve = (from, to) => {
    const [middle, bend] = [[(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], 0.16];
    const over = [middle[0] + (to[1] - from[1]) * bend, middle[1] - (to[0] - from[0]) * bend];
    const at = (share) => [0, 1].map((axis) =>
      (1 - share) ** 2 * from[axis] + 2 * share * (1 - share) * over[axis] + share ** 2 * to[axis]);
    return Array.from({ length: 25 }, (_, step) => at(step / 24));
  };

  const drawGraticule = (map) => {
    const style = { color: colour("--line"), weight: 0.6, interactive: false };
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
      for (const [part, side] of [[way.slice(0, 13), "--accent"], [way.slice(12), "--second"]]) {
        L.polyline(part, {
          color: colour(side), weight: line.width, opacity: 0.75, dashArray: line.isDoubtful ? "4 4" : null,
        }).bindTooltip(say(line.text), { sticky: true })
          .on("click", () => window.location.assign(line.address)).addTo(map);
      }
    }
    for (const point of data.points) {
      L.circleMarker(point.at, {
        radius: 5, weight: 1, color: colour("--paper"), fillOpacity: 1,
        fillColor: colour(point.side === "donor" ? "--accent" : "--second"),
      }).bindTooltip(say(point.text)).on("click", () => window.location.assign(point.address)).addTo(map);
    }
    if (all.length) map.fitBounds(L.latLngBounds(all), { padding: [24, 24] });
  };

  const drawBoundary = async (map, address) => {
    const answer = await fetch(address);
    if (!answer.ok) return;
    L.geoJSON(await answer.json(), {
      style: { color: colour("--muted"), weight: 0.8, fill: false }, interactive: false,
    }).addTo(map);
  };

  const start = async (place) => {
    const map = L.map(place, {
      renderer: L.svg(), attributionControl: false, zoomSnap: 0.25, scrollWheelZoom: false, minZoom: 1, maxZoom: 9,
    }).setView([33, 105], 3);
    drawGraticule(map);
    L.control.scale({ imperial: false }).addTo(map);
    if (place.dataset.boundary) await drawBoundary(map, place.dataset.boundary);
    const data = await (await fetch(place.dataset.map)).json();
    drawPairs(map, data);
    const missing = document.querySelector("[data-map-missing]");
    if (missing && data.missing) missing.textContent = place.dataset.missing.replace("%", data.missing);
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
