// Two media side by side, moved together: blink and difference. It shows what reveal.js gave, and nothing else.

import { keys } from "./keys.js";
import { cover, hold } from "./reveal.js";

const BLINK_MS = 500;
const TURNS = {
  "rotate-90": [90, false], "rotate-180": [180, false], "rotate-270": [270, false], "flip-horizontal": [0, true],
  "flip-vertical": [180, true], transpose: [270, true], transverse: [90, true],
};

// The library writes a style of its own into the page, which the policy forbids, unless it finds one there: this says
// nothing, for it is of no language that has styles. What the style does, medium.css does.
const mark = document.createElementNS("urn:clew:none", "style");
mark.setAttribute("data-openseadragon-mobile-css", "");
document.head.append(mark);

// A picture that is here already as the one tile of its source: nothing is loaded again.
function tiled(picture) {
  const [width, height] = [picture.naturalWidth, picture.naturalHeight];
  const source = new OpenSeadragon.TileSource({ width, height, tileWidth: width, tileHeight: height, minLevel: 0, maxLevel: 0 });
  return Object.assign(source, {
    getTileUrl: () => picture.src,
    downloadTileStart: (job) => job.finish(picture, null, "image"),
    downloadTileAbort() {},
  });
}

class ClewCompare extends HTMLElement {
  #viewers = [];
  #timer = 0;
  #isMoving = false;

  connectedCallback() {
    const acts = Object.fromEntries(["compare", "blink", "difference"].map((act) => [act, () => this.#do(act)]));
    this.addEventListener("click", (event) => { acts[event.target.closest("[data-act]")?.dataset.act]?.(); });
    const isLookedAt = (event) => event.target.closest(".stage, .views");
    keys.listen(this.closest(".match"), "medium", { blink: acts.blink, difference: acts.difference }, isLookedAt);
    keys.listen(document, "medium", { compare: acts.compare }, (event) => !keys.areOff || isLookedAt(event));
    document.addEventListener("clew-covered", () => this.#close());
  }

  #do(act) {
    if (act === "compare") {
      if (this.#viewers.length) cover();
      else this.#open();
    } else if (this.#viewers.length) {
      if (act === "blink") this.#blink(!this.#timer);
      else this.#differ(!this.#views.classList.contains("differ"));
    }
  }

  async #open() {
    const { here, there, look, atHere, atThere } = this.dataset;
    const pictures = [];
    for (const [reference, at] of [[here, atHere], [there, atThere]]) {
      const picture = await hold(reference, look, { at });
      if (!(picture instanceof Image)) {
        cover();
        this.querySelector(".said").textContent = picture;
        this.querySelector(".said").scrollIntoView({ block: "nearest" });
        return;
      }
      pictures.push(picture);
    }
    this.#views.hidden = false;
    this.#viewers = ["here", "there"].map((side, number) => OpenSeadragon({
      element: this.querySelector(`[data-side="${side}"]`),
      tileSources: tiled(pictures[number]),
      drawer: "canvas",
      showNavigationControl: false,
      animationTime: 0.3,
      maxZoomPixelRatio: 8,
      gestureSettingsMouse: { clickToZoom: false },
    }));
    const [degrees, isFlipped] = TURNS[this.dataset.turn] ?? [0, false];
    this.#viewers[0].viewport.setRotation(degrees, true);
    this.#viewers[0].viewport.setFlip(isFlipped);
    for (const [one, other] of [this.#viewers, [...this.#viewers].reverse()]) {
      for (const moved of ["zoom", "pan"]) one.addHandler(moved, () => this.#follow(one, other));
    }
    for (const name of ["blink", "difference"]) this.#button(name).disabled = false;
    this.#views.focus();
  }

  // Both show the same part: what one does the other does, and that is not answered.
  #follow(one, other) {
    if (this.#isMoving) return;
    this.#isMoving = true;
    other.viewport.zoomTo(one.viewport.getZoom());
    other.viewport.panTo(one.viewport.getCenter());
    this.#isMoving = false;
  }

  #blink(isOn) {
    this.#differ(false);
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#views.classList.toggle("over", isOn);
    this.#button("blink").setAttribute("aria-pressed", String(isOn));
    const there = this.querySelector('[data-side="there"]');
    there.classList.remove("under");
    if (isOn) this.#timer = setInterval(() => there.classList.toggle("under"), BLINK_MS);
  }

  #differ(isOn) {
    if (isOn) this.#blink(false);
    this.#views.classList.toggle("over", isOn);
    this.#views.classList.toggle("differ", isOn);
    this.#button("difference").setAttribute("aria-pressed", String(isOn));
  }

  #close() {
    if (!this.#viewers.length) return;
    this.#differ(false);
    this.#blink(false);
    for (const viewer of this.#viewers) viewer.destroy();
    this.#viewers = [];
    this.#views.hidden = true;
    for (const name of ["blink", "difference"]) this.#button(name).disabled = true;
  }

  get #views() { return this.querySelector(".views"); }
  #button(act) { return this.querySelector(`[data-act="${act}"]`); }
}

customElements.define("clew-compare", ClewCompare);
