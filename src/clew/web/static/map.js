// The map of places: drawn from the list on the page, on a canvas, with shapes of countries that lie with the pages.

import { number } from "./counted.js";
import { onceSized } from "./sized.js";

const GRID = 56; // pixels: signs nearer than this are drawn as one with a number
const STILL_MILLISECONDS = 80; // signs are put together anew once the map stands still
const DASHES = { gps: null, landmark: "10 4", room: "4 4", language: "1 5", stated: "12 4 2 4" };

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

class ClewMap extends HTMLElement {
  #map = null;
  #places = [];
  #signs = null;
  #wait = 0;

  connectedCallback() {
    if (!globalThis.L) return; // the list remains
    this.querySelector("[data-picture]").hidden = false;
    onceSized(this.querySelector("[data-stage]"), () => this.#draw(globalThis.L));
  }

  #draw(leaflet) {
    this.#map = leaflet.map(this.querySelector("[data-stage]"), {
      preferCanvas: true, attributionControl: false, zoomControl: false, worldCopyJump: true, minZoom: 1, maxZoom: 12,
      zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false,
    });
    leaflet.control.zoom({ zoomInTitle: this.dataset.near, zoomOutTitle: this.dataset.far }).addTo(this.#map);
    this.#places = [...this.querySelectorAll("li[data-at]")].map((row) => ({
      row, at: row.dataset.at.split(",").map(Number), metres: Number(row.dataset.metres), sign: row.dataset.sign, kind: row.dataset.kind,
    }));
    this.#signs = leaflet.layerGroup().addTo(this.#map);
    this.#look();
    this.#circles(leaflet);
    this.#map.on("zoomend moveend resize", () => {
      clearTimeout(this.#wait);
      this.#wait = setTimeout(() => this.#cluster(leaflet), STILL_MILLISECONDS);
    });
    this.#cluster(leaflet);
    this.#shapes(leaflet);
  }

  disconnectedCallback() {
    clearTimeout(this.#wait);
    this.#map?.remove();
  }

  get drawing() { return this.#map; }

  #look() {
    const around = this.getAttribute("around")?.split(",").map(Number);
    if (around) this.#map.fitBounds(globalThis.L.latLng(around[0], around[1]).toBounds(around[2] * 2000));
    else if (this.#places.length) this.#map.fitBounds(this.#places.map((place) => place.at), { maxZoom: 6, padding: [40, 40] });
    else this.#map.setView([25, 10], 2);
  }

  #circles(leaflet) {
    const link = colour("link"), around = this.getAttribute("around")?.split(",").map(Number);
    if (around) leaflet.circle(around, { radius: around[2] * 1000, color: colour("soft"), weight: 1, fill: false, interactive: false }).addTo(this.#map);
    for (const { at, metres, kind } of this.#places) {
      leaflet.circle(at, { radius: metres, color: link, weight: 1.5, dashArray: DASHES[kind], fillOpacity: 0.12, interactive: false }).addTo(this.#map);
    }
  }

  // Signs that would lie on one another are one sign with a number; so the page never holds more than fit on the map.
  #cluster(leaflet) {
    const cells = new Map(), view = this.#map.getBounds().pad(0.1);
    for (const place of this.#places) {
      if (!view.contains(place.at)) continue;
      const { x, y } = this.#map.project(place.at);
      const key = `${Math.floor(x / GRID)} ${Math.floor(y / GRID)}`;
      cells.set(key, [...(cells.get(key) ?? []), place]);
    }
    this.#signs.clearLayers();
    for (const places of cells.values()) {
      const isOne = places.length === 1;
      const title = isOne ? places[0].row.textContent.replace(/\s+/g, " ").trim() : this.dataset.several.replace("{count}", number(places.length));
      const marker = leaflet.marker(places[0].at, {
        title, keyboard: true,
        icon: leaflet.divIcon({ className: isOne ? "sign" : "sign several", html: isOne ? places[0].sign : number(places.length), iconSize: [26, 26] }),
      });
      marker.on("click keypress", (event) => {
        if (event.type === "click" || event.originalEvent.key === "Enter") this.#choose(places, title);
      });
      marker.addTo(this.#signs);
      marker.getElement()?.setAttribute("aria-label", title);
    }
  }

  #choose(places, title) {
    this.querySelector("[data-status]").textContent = places.length === 1 ? places[0].row.querySelector("a").textContent : title;
    this.querySelector("[data-chosen]").replaceChildren(...places.slice(0, 50).map((place) => {
      const item = document.createElement("li");
      item.append(...place.row.cloneNode(true).childNodes);
      return item;
    }));
  }

  async #shapes(leaflet) {
    const answers = await Promise.all(["shapes", "codes"].map((name) => fetch(this.getAttribute(name)))).catch(() => []);
    if (!answers.length || !answers.every((answer) => answer.ok)) return;
    const [atlas, codes] = await Promise.all(answers.map((answer) => answer.json()));
    const named = new Set([...this.querySelectorAll("[data-country]")].map((one) => one.dataset.country));
    const numbers = new Set(codes.filter(([two]) => named.has(two)).map(([, , number]) => Number(number)));
    const land = globalThis.topojson.feature(atlas, atlas.objects.countries);
    const line = colour("line"), soft = colour("soft"), ground = colour("ground");
    leaflet.geoJSON(land, {
      interactive: false,
      style: (shape) => (numbers.has(Number(shape.id))
        ? { color: soft, weight: 1.5, fillColor: line, fillOpacity: 0.9 } : { color: line, weight: 0.75, fillColor: ground, fillOpacity: 1 }),
    }).addTo(this.#map).bringToBack();
    this.dataset.isReady = "";
  }
}

customElements.define("clew-map", ClewMap);
