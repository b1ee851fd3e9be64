// A box over what is shown of a medium: by a drag, by two clicks on two corners, or by keys. It is said in shares of the
// picture as it is shown, after whatever orientation a camera noted, and goes along to the form of a clue or an object.
//
// Nothing is asked of the node for it, and nothing of the picture is read: only where on the screen it stands.

import { keys } from "./keys.js";

const PARTS = 1000; // a box is told in thousandths of the picture's sides
const LEAST = 5;
const STEP = 10;
const OBJECT_PARTS_MAX = PARTS * PARTS / 4; // as the server has it (domain/crop.py), which asks all the same
const SLIP_PIXELS = 4; // what moves by less was a click
const REST_MS = 300; // so long nothing changes before it is said aloud
const FIRST = { x: 400, y: 400, width: 200, height: 200 };
const STRETCHED = new Set(["fill", "none", "cover"]);
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const TURNS = { PageUp: -1, PageDown: 1 };

const within = (value, least, most) => Math.min(most, Math.max(least, value));

class ClewBox extends HTMLElement {
  #shown = null; // what is drawn over: the element, and the times of its frames where they stand side by side
  #frame = 0;
  #box = null;
  #corner = null; // the first of two that are clicked
  #down = null; // where a pointer went down, on the screen
  #timer = 0;
  #overlay = null;
  #mark = null;
  #forget = [];

  connectedCallback() {
    this.#overlay = this.#made("box", { role: "application", "aria-label": this.dataset.wordsBox, "aria-describedby": this.#part("[data-how]").id });
    this.#mark = this.#made("corner", { "aria-hidden": "true" });
    const viewer = this.#viewer;
    keys.listen(viewer, "medium", { box: () => this.#begin() }, (event) => event.target.closest(".stage"));
    this.addEventListener("click", (event) => {
      const act = event.target.closest("button")?.dataset.act;
      if (act === "box") this.#isDrawing ? this.#leave() : this.#begin();
      else if (act === "take") this.#take();
      else if (act === "leave") this.#leave();
    });
    this.#overlay.addEventListener("keydown", (event) => this.#key(event));
    // What is shown anew, or covered, has no box over it.
    viewer.addEventListener("clew-shown", () => this.#clear());
    document.addEventListener("clew-covered", () => this.#clear());
    const resized = new ResizeObserver(() => this.#lay());
    for (const one of [this.#stage, ...this.#stage.querySelectorAll("img, video, canvas")]) resized.observe(one);
    if (location.hash === "#draw") this.#part("[data-act=box]").focus();
  }

  disconnectedCallback() { this.#clear(); }

  async #begin() {
    this.#clear();
    const shown = this.#viewer.shown;
    if (!shown) return this.#say(this.dataset.wordsCovered);
    if (shown.element.localName === "video") {
      shown.element.pause();
      shown.element.controls = false; // they would take the pointer
      if (!shown.element.videoWidth) await new Promise((done) => { shown.element.addEventListener("loadedmetadata", done, { once: true }); });
    }
    await shown.element.decode?.().catch(() => {});
    if (this.#viewer.shown?.element !== shown.element) return undefined;
    this.#shown = shown;
    this.#frame = 0;
    this.#box = { ...FIRST };
    this.#stage.append(this.#overlay);
    this.#stage.classList.add("drawing");
    this.#overlay.tabIndex = 0;
    for (const [name, act] of Object.entries({
      pointerdown: this.#press, pointermove: this.#move, pointerup: this.#release, pointercancel: this.#drop,
      dragstart: (event) => event.preventDefault(),
    })) {
      const done = act.bind(this);
      this.#stage.addEventListener(name, done);
      this.#forget.push(() => this.#stage.removeEventListener(name, done));
    }
    this.#mode(true);
    this.#lay();
    this.#overlay.focus({ preventScroll: true });
    // What is shown only while a key is held was covered by that.
    if (!this.#isDrawing) return this.#say(this.dataset.wordsCovered);
    this.#tell();
    return undefined;
  }

  // The box stays where it is, as long as what it lies over is shown; the ways to the forms have it.
  #take() {
    if (!this.#isDrawing) return;
    const isObject = this.#isObject;
    const said = this.#said;
    const at = this.#at;
    this.#end();
    this.#overlay.removeAttribute("tabindex");
    for (const way of [...this.querySelectorAll("[data-to]"), ...document.querySelectorAll("a[data-way=clue], a[data-way=find]")]) {
      const isFind = (way.dataset.to ?? way.dataset.way) === "find";
      const address = new URL(way.href);
      address.searchParams.delete("box");
      address.searchParams.delete("at");
      if (!isFind || isObject) {
        address.searchParams.set("box", said);
        if (at) address.searchParams.set("at", at);
      }
      way.href = address.href;
      if (way.dataset.to === "find") way.hidden = !isObject;
    }
    this.#part("[data-taken]").hidden = false;
    this.#part("[data-to]").focus();
    this.#say(`${this.dataset.wordsTaken} ${this.#words}`);
  }

  #leave() {
    this.#clear();
    this.#part("[data-act=box]").focus();
  }

  #clear() {
    this.#end();
    clearTimeout(this.#timer);
    this.#overlay?.remove();
    this.#box = this.#shown = null;
  }

  #end() {
    for (const forget of this.#forget.splice(0)) forget();
    this.#down = this.#corner = null;
    this.#mark.remove();
    this.#stage.classList.remove("drawing");
    if (this.#shown?.element.localName === "video") this.#shown.element.controls = true;
    this.#mode(false);
  }

  #mode(isDrawing) {
    this.#part("[data-act=box]").setAttribute("aria-pressed", String(isDrawing));
    for (const name of ["[data-act=take]", "[data-act=leave]", "[data-how]"]) this.#part(name).hidden = !isDrawing;
    if (isDrawing) this.#part("[data-taken]").hidden = true;
    this.#part("[data-frames]").hidden = !(isDrawing && this.#shown.times);
  }

  #key(event) {
    if (!this.#isDrawing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return this.#leave(); // and on it goes: Escape covers everything too
    if (["clue", "find"].includes(keys.act(event, "medium"))) return this.#take(); // and on it goes, to the form
    if (event.key === "Enter") this.#take();
    else if (MOVES[event.key]) this.#nudge(...MOVES[event.key], event.shiftKey);
    else if (TURNS[event.key] && this.#shown.times) this.#turn(this.#frame + TURNS[event.key]);
    else return undefined;
    event.preventDefault();
    return undefined;
  }

  // Left is the picture's left, whichever way the page is written.
  #nudge(x, y, isSize) {
    const box = this.#box;
    if (isSize) {
      box.width = within(box.width + x, LEAST, PARTS - box.x);
      box.height = within(box.height + y, LEAST, PARTS - box.y);
    } else {
      box.x = within(box.x + x, 0, PARTS - box.width);
      box.y = within(box.y + y, 0, PARTS - box.height);
    }
    this.#corner = null;
    this.#changed();
  }

  #turn(frame) {
    this.#frame = within(frame, 0, this.#shown.times.length - 1);
    this.#changed();
    this.#overlay.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #press(event) {
    if (event.button || !event.isPrimary) return;
    event.preventDefault();
    this.#stage.setPointerCapture(event.pointerId);
    this.#overlay.focus({ preventScroll: true });
    const frame = this.#corner ? this.#frame : this.#frameAt(event);
    this.#down = { x: event.clientX, y: event.clientY, frame, isDrag: false };
  }

  #move(event) {
    const down = this.#down;
    if (down) {
      if (!down.isDrag && Math.hypot(event.clientX - down.x, event.clientY - down.y) < SLIP_PIXELS) return;
      if (!down.isDrag) {
        down.isDrag = true;
        this.#corner = null;
        this.#frame = down.frame;
        down.from = this.#point(down.x, down.y);
      }
      this.#between(down.from, this.#point(event.clientX, event.clientY));
    } else if (this.#corner) this.#between(this.#corner, this.#point(event.clientX, event.clientY));
  }

  #release(event) {
    const down = this.#down;
    this.#down = null;
    if (!down || down.isDrag) return;
    if (this.#corner) {
      this.#between(this.#corner, this.#point(event.clientX, event.clientY));
      this.#corner = null;
    } else {
      this.#frame = down.frame;
      this.#corner = this.#point(event.clientX, event.clientY);
      this.#between(this.#corner, this.#corner);
    }
    this.#changed();
  }

  #drop() { this.#down = null; }

  // The box that has these two corners.
  #between(one, other) {
    const [x, y] = [0, 1].map((side) => Math.min(one[side], other[side], PARTS - LEAST));
    this.#box = {
      x, y, width: Math.max(LEAST, Math.max(one[0], other[0]) - x), height: Math.max(LEAST, Math.max(one[1], other[1]) - y),
    };
    this.#changed();
  }

  #changed() {
    this.#lay();
    this.#tell();
  }

  // Where on the screen the picture is, or the frame of it that is drawn over: bars may stand around it.
  #picture(frame = this.#frame) {
    const { element, times } = this.#shown;
    let { left, top, width, height } = element.getBoundingClientRect();
    const own = [element.naturalWidth ?? (element.videoWidth || element.width), element.naturalHeight ?? (element.videoHeight || element.height)];
    if (own[0] && own[1] && !STRETCHED.has(getComputedStyle(element).objectFit)) {
      const scale = Math.min(width / own[0], height / own[1]);
      left += (width - own[0] * scale) / 2;
      top += (height - own[1] * scale) / 2;
      [width, height] = [own[0] * scale, own[1] * scale];
    }
    if (!times) return { left, top, width, height };
    return { left: left + frame * width / times.length, top, width: width / times.length, height };
  }

  #frameAt(event) {
    const { times } = this.#shown;
    if (!times) return 0;
    const first = this.#picture(0);
    return within(Math.floor((event.clientX - first.left) / first.width), 0, times.length - 1);
  }

  #point(x, y) {
    const { left, top, width, height } = this.#picture();
    return [(x - left) / width, (y - top) / height].map((share) => within(Math.round(share * PARTS), 0, PARTS));
  }

  #lay() {
    if (!this.#box || !this.#shown) return;
    const picture = this.#picture();
    const { x, y, width, height } = this.#box;
    this.#put(this.#overlay, picture, x, y, width, height);
    this.#overlay.classList.toggle("large", !this.#isObject);
    if (!this.#corner) return this.#mark.remove();
    if (!this.#mark.isConnected) this.#stage.append(this.#mark);
    return this.#put(this.#mark, picture, ...this.#corner, 0, 0);
  }

  // From the left in every language: a picture is not written.
  #put(element, picture, x, y, width, height) {
    const stage = this.#stage;
    const place = stage.getBoundingClientRect();
    const scale = place.width / stage.offsetWidth || 1;
    const at = {
      left: (picture.left + x / PARTS * picture.width - place.left) / scale - stage.clientLeft + stage.scrollLeft,
      top: (picture.top + y / PARTS * picture.height - place.top) / scale - stage.clientTop + stage.scrollTop,
      width: width / PARTS * picture.width / scale,
      height: height / PARTS * picture.height / scale,
    };
    for (const [side, pixels] of Object.entries(at)) element.style.setProperty(side, `${pixels}px`);
  }

  #tell() {
    const words = this.#words;
    this.#part("[data-numbers]").textContent = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#say(words), REST_MS);
  }

  get #words() {
    const { x, y, width, height } = this.#box;
    const tongue = document.documentElement.lang || undefined;
    const share = (parts) => (parts / PARTS).toLocaleString(tongue, { style: "percent", maximumFractionDigits: 1 });
    const said = this.dataset.wordsNumbers
      .replace("{x}", share(x)).replace("{y}", share(y)).replace("{width}", share(width)).replace("{height}", share(height));
    const at = this.#at ? this.dataset.wordsSecond.replace("{second}", Number(this.#at).toLocaleString(tongue, { maximumFractionDigits: 3 })) : "";
    return [
      said, at, this.#isObject ? "" : this.dataset.wordsLarge, this.#corner ? this.dataset.wordsCorner : "",
    ].filter(Boolean).join(" ");
  }

  #say(words) {
    clearTimeout(this.#timer);
    if (!this.#isDrawing) this.#part("[data-numbers]").textContent = words;
    this.#part("[role=status]").textContent = words;
  }

  get #said() {
    const { x, y, width, height } = this.#box;
    return [x, y, width, height].map((parts) => String(parts / PARTS)).join(",");
  }

  // The second of a moving medium; empty of a still.
  get #at() {
    const { element, times } = this.#shown;
    if (times) return String(times[this.#frame] / 1000);
    return element.localName === "video" ? String(Math.floor(element.currentTime * 1000) / 1000) : "";
  }

  get #isObject() { return this.#box.width * this.#box.height <= OBJECT_PARTS_MAX; }
  get #isDrawing() { return this.#forget.length > 0; }
  get #viewer() { return this.parentElement.querySelector("clew-reveal"); }
  get #stage() { return this.#viewer.querySelector(".stage"); }

  #made(name, attributes) {
    const element = document.createElement("div");
    element.className = name;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  #part(name) { return this.querySelector(name); }
}

customElements.define("clew-box", ClewBox);
