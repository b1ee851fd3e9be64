// The one script that shows media: a deliberate press, and nothing stays when it is covered.
//
//   import { hold, cover } from "./reveal.js";
//   hold(reference, look)   gives a picture that has come whole, or the sentence why there is none
//   cover()                 covers everything at once: addresses are taken back, here and at the node
//   <clew-reveal>           shows one medium; show(reference, kind, isWarned) has it stand for another, reveal(look)
//                           shows it, next() changes the look, cover() covers; hold(reference) is show and reveal;
//                           `shown` is what is seen of it now, and the event "clew-shown" says that this is another
//
// Purpose and case were stated on the page before; every look is on record before a byte comes.

import { covered, looking } from "./exposure.js";
import { keys } from "./keys.js";

const LENS_SHARE = 0.14; // radius of the lens, of the longer side
const STEP_SHARE = 0.04;
const IDLE_MS = 120_000; // a picture that nobody looks at any more covers itself
const STILL = new Set(["drawing", "frames", "lens", "clear"]);

const held = new Map(); // object addresses that are open -> the picture there, so that a cover breaks off no loading
let turn = 0; // what was asked before the last cover is too late

const words = () => document.querySelector("clew-reveal[data-address]")?.dataset ?? {};

async function asked(reference, look, isWarned) {
  const said = words();
  const answer = await fetch(said.address.replace("{}", reference), {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": said.token, Accept: "application/json" },
    body: new URLSearchParams({ look, warned: isWarned ? "yes" : "no" }),
  });
  const isTold = answer.headers.get("Content-Type")?.startsWith("application/json");
  const told = isTold ? await answer.json() : { refused: said.wordsFailed };
  const left = document.querySelector("[data-left]"); // of the reveal budget
  if (told.left && left) left.textContent = told.left;
  return told;
}

// { url, type, kind, times } or { refused, is_warning }.
async function opened(reference, look, { isWarned = false, at = "" } = {}) {
  const mine = turn;
  try {
    const told = await asked(reference, look, isWarned);
    if (told.refused) return told;
    if (mine !== turn) return { refused: words().wordsCovered };
    if (told.type.startsWith("video/")) return { ...told, url: told.address };
    const answer = await fetch(told.address + (at ? `?at=${at}` : ""), { credentials: "same-origin", cache: "no-store" });
    const type = answer.headers.get("Content-Type") ?? "";
    if (type.startsWith("application/json")) return { ...told, ...(await answer.json()) };
    if (!answer.ok || !type.startsWith("image/")) return { refused: words().wordsFailed };
    const picture = new Image();
    const url = picture.src = URL.createObjectURL(await answer.blob());
    const isWhole = await picture.decode().then(() => true, () => false);
    if (mine !== turn || !isWhole) {
      URL.revokeObjectURL(url);
      return { refused: isWhole ? words().wordsCovered : words().wordsFailed };
    }
    held.set(url, picture);
    return { ...told, url, times: answer.headers.get("Clew-Times") ?? "" };
  } catch {
    return { refused: words().wordsFailed };
  }
}

export async function hold(reference, look, { isWarned = false, at = "" } = {}) {
  const found = await opened(reference, look, { isWarned, at });
  if (held.has(found.url)) looking(found.url, Boolean(found.warned));
  return held.get(found.url) ?? found.refused ?? words().wordsFailed;
}

export function cover() {
  turn += 1;
  for (const element of document.querySelectorAll("clew-reveal")) if (element.querySelector(".stage")) element.hide();
  const wasOpen = held.size > 0 || ClewReveal.isOpen;
  for (const url of held.keys()) {
    covered(url);
    URL.revokeObjectURL(url);
  }
  held.clear();
  ClewReveal.isOpen = false;
  document.dispatchEvent(new CustomEvent("clew-covered"));
  const said = words();
  if (!wasOpen || !said.cover) return;
  fetch(said.cover, {
    method: "POST", keepalive: true, credentials: "same-origin", headers: { "X-CSRFToken": said.token },
  }).catch(() => {});
}

class ClewReveal extends HTMLElement {
  static isOpen = false;
  #look = "drawing";
  #heldBy = null; // the key by which it is shown, as long as it is down
  #picture = null;
  #focus = [0.5, 0.5];
  #idle = 0;
  #heard = false; // the warning
  #forget = () => {};

  connectedCallback() {
    const stage = this.#part(".stage");
    if (!stage) return; // only the one template fills it
    this.#forget = keys.register("medium", { reveal: () => this.reveal(), look: () => this.next() }, this);
    this.#look = this.querySelector("[data-look]")?.dataset.look ?? "clear";
    stage.addEventListener("keydown", (event) => this.#key(event));
    stage.addEventListener("keyup", (event) => { if (event.code === this.#heldBy) this.#letGo(event); });
    stage.addEventListener("blur", () => { if (this.#heldBy !== null) cover(); });
    this.#part("canvas").addEventListener("pointermove", (event) => this.#point(event));
    this.addEventListener("click", (event) => this.#press(event));
    this.#part("video").addEventListener("error", () => { if (!this.#part("video").hidden) this.#say(this.dataset.wordsBroken); });
    this.addEventListener("pointermove", () => this.#wake());
    this.addEventListener("keydown", () => this.#wake());
    this.#mark();
  }

  disconnectedCallback() {
    this.#forget();
    if (this.#part(".stage")) this.hide();
  }

  hold(reference, { kind = "", isWarned = false } = {}) {
    if (reference !== this.dataset.reference) this.show(reference, kind, isWarned);
    return this.reveal();
  }

  cover() { cover(); }

  // This element stands for another medium from now on; what was shown is covered.
  show(reference, kind, isWarned) {
    cover();
    Object.assign(this.dataset, { reference, kind });
    if (isWarned) this.dataset.warned = "yes"; else delete this.dataset.warned;
    this.#heard = false;
    for (const button of this.querySelectorAll("[data-look]")) button.hidden = Boolean(kind) && !button.dataset.kinds.includes(kind);
    if (this.querySelector(`[data-look="${this.#look}"]`)?.hidden) this.#look = "drawing";
    this.#mark();
  }

  get isCovered() { return this.#picture === null; }

  // Where what is shown is seen, and the times of its frames where these stand side by side; null where no picture is.
  get shown() {
    const element = ["img", "video", "canvas"].map((name) => this.#part(name)).find((one) => !one.hidden);
    const { levels, times } = this.#picture ?? {};
    return element && !levels ? { element, times: times ? times.split(",").map(Number) : null } : null;
  }

  async reveal(look = this.#look) {
    if (this.dataset.stated !== "yes") return this.#say(this.dataset.wordsState);
    if (!this.isCovered) cover();
    this.#look = look;
    this.#mark();
    if (this.dataset.warned === "yes" && !this.#heard) {
      this.#heard = true;
      return this.#say(this.dataset.wordsWarned);
    }
    this.#say(this.dataset.wordsOpening);
    const mine = turn;
    const found = await opened(this.dataset.reference, look, { isWarned: this.#heard, at: this.dataset.at });
    if (mine !== turn) return undefined;
    if (found.is_warning) this.#heard = true;
    if (found.refused) return this.#say(found.is_warning ? this.dataset.wordsWarned : found.refused);
    return this.#put(found, look);
  }

  hide() {
    if (this.#picture?.url) covered(this.#picture.url);
    this.#picture = null;
    clearTimeout(this.#idle);
    for (const name of ["img", "video", "canvas", "[data-sound]", "[data-hide]"]) this.#part(name).hidden = true;
    this.#part("img").removeAttribute("src");
    const film = this.#part("video");
    if (film.hasAttribute("src")) {
      film.pause();
      film.removeAttribute("src");
      film.load();
    }
    film.muted = true;
    const canvas = this.#part("canvas");
    canvas.width = canvas.height = 1;
    this.#part(".stage").classList.remove("strip");
    this.#part(".covered").hidden = false;
    this.#say("");
    this.#mark();
  }

  #put(found, look) {
    this.#picture = found;
    ClewReveal.isOpen = true;
    this.#say(found.times ? `${this.dataset.wordsAt} ${found.times.split(",").map(clock).join(" · ")}` : "");
    if (look === "sound") this.#curve(found.levels);
    else if (found.type.startsWith("video/")) this.#film(found.url);
    else if (look === "lens") this.#lens(held.get(found.url));
    else {
      const img = this.#part("img");
      img.src = found.url;
      this.#part(".stage").classList.toggle("strip", Boolean(found.times));
      this.#uncover(img);
    }
    if (STILL.has(look)) looking(found.url, Boolean(found.warned));
    this.#wake();
    this.dispatchEvent(new CustomEvent("clew-shown"));
  }

  #film(address) {
    const film = this.#part("video");
    film.muted = true;
    film.src = address;
    this.#part("[data-sound]").hidden = false;
    this.#loud(false);
    this.#uncover(film);
  }

  #lens(picture) {
    const canvas = this.#part("canvas");
    const scale = Math.min(1, 1600 / Math.max(picture.naturalWidth, picture.naturalHeight));
    canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale));
    this.#picture.image = picture;
    this.#uncover(canvas);
    this.#draw();
  }

  // Only a round piece of it is ever drawn.
  #draw() {
    const image = this.#picture?.image;
    if (!image) return;
    const canvas = this.#part("canvas");
    const pen = canvas.getContext("2d");
    const [x, y] = [this.#focus[0] * canvas.width, this.#focus[1] * canvas.height];
    const radius = LENS_SHARE * Math.max(canvas.width, canvas.height);
    pen.fillStyle = "#2a3134";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.save();
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.clip();
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    pen.restore();
  }

  #curve(levels) {
    const canvas = this.#part("canvas");
    [canvas.width, canvas.height] = [levels.length * 2, 128];
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#9fc6d4";
    levels.forEach((level, at) => {
      const height = Math.max(1, level / 255 * 124);
      pen.fillRect(at * 2, 64 - height / 2, 1.5, height);
    });
    this.#uncover(canvas);
  }

  #uncover(element) {
    this.#part(".covered").hidden = true;
    this.#part("[data-hide]").hidden = false;
    element.hidden = false;
  }

  #key(event) {
    if (event.target !== this.#part(".stage")) return;
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const act = keys.act(event, "medium");
    if (act === "reveal") {
      event.preventDefault();
      if (event.repeat || !this.isCovered) return;
      this.#heldBy = event.code;
      this.reveal();
    } else if (act === "look") this.next();
    else if (arrows[event.key] && this.#picture?.image) {
      event.preventDefault();
      this.#focus = this.#focus.map((at, side) => Math.min(1, Math.max(0, at + STEP_SHARE * arrows[event.key][side])));
      this.#draw();
    }
  }

  #letGo(event) {
    event.preventDefault();
    this.#heldBy = null;
    // A warning that was told while the key was held stays to be read.
    if (this.isCovered && this.#part(".said").textContent === this.dataset.wordsWarned) return;
    cover();
  }

  next() {
    const looks = [...this.querySelectorAll("[data-look]:not([hidden])")].map((one) => one.dataset.look);
    this.#look = looks[(looks.indexOf(this.#look) + 1) % looks.length];
    this.#mark();
    if (!this.isCovered) this.reveal();
  }

  #press(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.look) this.reveal(button.dataset.look);
    else if (button.hasAttribute("data-hide")) {
      cover();
      this.#part(".stage").focus();
    } else if (button.hasAttribute("data-sound")) this.#loud(this.#part("video").muted);
  }

  #loud(isLoud) {
    const button = this.#part("[data-sound]");
    this.#part("video").muted = !isLoud;
    button.setAttribute("aria-pressed", String(isLoud));
    button.textContent = isLoud ? this.dataset.wordsLoud : this.dataset.wordsSilent;
  }

  #point(event) {
    const place = event.currentTarget.getBoundingClientRect();
    this.#focus = [(event.clientX - place.left) / place.width, (event.clientY - place.top) / place.height];
    this.#draw();
  }

  #wake() {
    clearTimeout(this.#idle);
    if (this.isCovered) return;
    this.#idle = setTimeout(() => {
      if (this.#part("video").paused) cover();
      else this.#wake();
    }, IDLE_MS);
  }

  #mark() {
    for (const button of this.querySelectorAll("[data-look]")) {
      button.setAttribute("aria-pressed", String(button.dataset.look === this.#look));
    }
  }

  #say(text) { this.#part(".said").textContent = text; }
  #part(name) { return this.querySelector(name); }
}

const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

document.addEventListener("visibilitychange", () => { if (document.hidden) cover(); });
addEventListener("blur", () => cover());
addEventListener("pagehide", () => cover());
keys.listen(document, "everywhere", { cover });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") cover(); });

customElements.define("clew-reveal", ClewReveal);
