// The media grid: a list of as many media as there are, gone through by keys. What it says comes from the page.

import { counted } from "./counted.js";
import { GridWindow } from "./grid-window.js";
import { canvas, drawn, show } from "./preview.js";
import { Sorter } from "./grid-sorter.js";
import { keys } from "./keys.js";
import { cover } from "./reveal.js";

// What stands in addresses for a medium: its identifier, its digest, and who else has it.
const FIRST = "00000000-0000-0000-0000-000000000000", DIGEST = "0".repeat(64), OWNER = "OWNER";
const DIGITS = 9;
const AHEAD = 400; // so many media are loaded before they are reached
const read = (id) => JSON.parse(document.getElementById(id).textContent);

class ClewGrid extends HTMLElement {
  #items = []; #next = null; #loading = null; #window; #words; #sorter; #anchor = null; #decided = new Map(); #folded = 0;
  #list; #side; #acts; #isHeld = false; #heldBy = null;

  connectedCallback() {
    this.#words = read("grid-words");
    this.#list = this.querySelector(".grid-list");
    this.#side = this.querySelector(".grid-side");
    this.#window = new GridWindow(this.#list, this.#words, this.#items);
    this.#window.onpaint = () => this.#loadAhead();
    this.#sorter = new Sorter(this, this.#words, read("grid-sorting"));
    this.querySelector(".grid-frame").hidden = false;
    this.#window.lay();
    const left = history.state?.grid;
    this.#load().then(() => { if (left) this.#return(left); });
    this.#list.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("keyup", (event) => { if (event.code === this.#heldBy) this.#cover(); });
    this.#list.addEventListener("blur", () => this.#cover());
    this.#list.addEventListener("click", (event) => this.#click(event));
    this.querySelector(".grid-size input").addEventListener("input", (event) => { this.#window.size = Number(event.target.value); });
    this.#acts = this.#does();
    keys.register("media", this.#acts, this);
  }

  // What each act does, while there is a medium that has the focus.
  #does() {
    const acts = {
      relevant: () => this.#mark("relevant"),
      "not-relevant": () => this.#mark("not-relevant"),
      undo: async () => { const back = await this.#sorter.undo(); if (back !== null) this.#go(back); this.tell(); },
      select: () => this.#toggle(this.#window.current),
      series: () => this.#sorter.put(this.#meant()),
      open: () => (this.item.stack && !this.item.opened ? this.#open() : this.#leave(this.dataset.medium)),
      go: () => this.#goTo(),
      reveal: () => this.#reveal(),
      look: () => this.#viewer.next(),
      camera: () => this.item.taken_with && location.assign(this.#withCamera(this.item)),
    };
    for (let digit = 1; digit <= DIGITS; digit += 1) {
      acts[`category-${digit}`] = () => this.#sorter.categorise(digit, this.#meant());
    }
    for (const [act, address] of Object.entries(read("grid-ways"))) acts[act] = () => this.#leave(address);
    const found = Object.entries(acts).map(([act, run]) => [act, () => (this.item ? run() : undefined)]);
    return Object.fromEntries(this.dataset.every ? [...found, ["unfold", () => this.#unfold()]] : found);
  }

  #take(page) {
    this.#items.push(...page.items);
    this.#next = page.next;
    this.#window.isOpen = page.next !== null;
    this.#folded += page.folded ?? 0;
  }

  #loadAhead() {
    if (this.#next && !this.#loading && this.#window.furthest + AHEAD > this.#items.length) this.#load();
  }

  // One page more, unless one is on its way; whether it came.
  #load() {
    this.#loading ??= this.#ask().then((isCome) => {
      this.#loading = null;
      if (isCome) this.#loadAhead();
      return isCome;
    });
    return this.#loading;
  }

  async #ask() {
    const address = this.#next ? `${this.dataset.page}&after=${encodeURIComponent(this.#next)}` : this.dataset.page;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      this.#take(await answer.json());
    } catch {
      this.say(this.#words.failed); // the next scroll or key asks again
      return false;
    }
    this.#window.paint(true);
    this.tell();
    return true;
  }

  // Loads until what is looked for is there, and no further than to a place in the list; where it is, or -1.
  async #sought(isIt, last) {
    let at = this.#items.findIndex(isIt);
    while (at < 0 && this.#next && this.#items.length <= last && (await this.#load())) at = this.#items.findIndex(isIt);
    return at;
  }

  #click(event) {
    const cell = event.target.closest("[role=option]");
    if (!cell) return;
    const at = Number(cell.getAttribute("aria-posinset")) - 1;
    if (event.shiftKey) this.#extend(at);
    else if (event.ctrlKey || event.metaKey) this.#toggle(at);
    this.#go(at);
  }

  #key(event) {
    if (event.altKey || event.isComposing) return;
    const { key } = event;
    const isUndo = (event.ctrlKey || event.metaKey) && key.toLowerCase() === "z";
    if (event.ctrlKey && this.#along(key)) return event.preventDefault();
    if ((event.ctrlKey || event.metaKey) && !isUndo) return;
    if (key === "Escape" && this.#close()) return event.preventDefault();
    const to = this.#target(key);
    const act = isUndo ? "undo" : keys.act(event, "media");
    if (to === null && !this.#acts[act]) return;
    event.preventDefault();
    if (to !== null) {
      if (event.shiftKey) this.#extend(to);
      this.#go(to);
    } else if (act !== "reveal") this.#acts[act]();
    else if (!event.repeat) {
      this.#heldBy = event.code;
      this.#acts.reveal();
    }
  }

  // Ctrl with the arrow along the writing opens the stack that has the focus, against it closes it; whether it was either.
  #along(key) {
    const isBack = getComputedStyle(this).direction === "rtl";
    if (!this.item || (key !== "ArrowRight" && key !== "ArrowLeft")) return false;
    if ((key === "ArrowLeft") !== isBack) this.#close();
    else if (this.item.stack && !this.item.opened) this.#open();
    return true;
  }

  // Where a key that moves leads to; arrows follow the direction of the writing.
  #target(key) {
    const here = this.#window.current, columns = this.#window.columns, last = this.#items.length - 1;
    const ahead = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const page = columns * this.#window.rowsInSight;
    const steps = { ArrowRight: ahead, ArrowLeft: -ahead, ArrowDown: columns, ArrowUp: -columns, PageDown: page, PageUp: -page };
    if (last < 0) return null;
    if (key === "Home") return 0;
    if (key === "End") return last;
    if (!(key in steps)) return null;
    return Math.max(0, Math.min(last, here + steps[key]));
  }

  // Another page, of the medium that has the focus; who comes back finds the focus where it was.
  #leave(address) {
    const { item } = this;
    if (address.includes(DIGEST) && item.name.length !== DIGEST.length) return this.say(this.#words.no_digest);
    history.replaceState({ grid: { id: item.id, stack: item.inStack?.id, at: this.#window.current } }, "");
    const owner = encodeURIComponent(item.with ?? item.owner ?? "");
    return location.assign(address.replace(FIRST, item.id).replace(DIGEST, item.name).replace(OWNER, owner));
  }

  async #return({ id, stack, at }) {
    history.replaceState(null, "");
    this.focusList();
    const found = await this.#sought((one) => one.id === (stack ?? id), at + AHEAD);
    if (!this.#items.length) return;
    this.#go(found < 0 ? Math.min(at, this.#items.length - 1) : found);
    if (found < 0 || !stack) return;
    await this.#open();
    const within = this.#items.findIndex((one) => one.id === id);
    if (within >= 0) this.#go(within);
  }

  async #goTo() {
    const dialog = this.querySelector(".grid-go");
    const said = await this.#sorter.answered(dialog, dialog.querySelector("form"));
    this.focusList();
    if (!said) return;
    const to = Number(said.number) - 1;
    if (to >= this.#items.length && this.#next) this.say(this.#words.loading);
    await this.#sought((_one, at) => at === to, to);
    this.say("");
    this.#go(Math.min(to, this.#items.length - 1));
  }

  // The same media with what is known among them, or without it again.
  #unfold() {
    const to = new URL(location.href);
    if (to.searchParams.get("answer") === this.dataset.every) to.searchParams.delete("answer");
    else to.searchParams.set("answer", this.dataset.every);
    location.assign(to);
  }

  // The same page, only of the camera that a medium was taken with.
  #withCamera(item) {
    const to = new URL(location.href);
    to.searchParams.set("camera", item.taken_with);
    return to;
  }

  // The media of the stack come behind the one that stands for it, and what follows moves on.
  async #open() {
    const { item } = this;
    if (item.isOpening) return;
    item.isOpening = true;
    try {
      const answer = await fetch(`${this.dataset.page}&stack=${item.id}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const near = (await answer.json()).items.filter((one) => one.id !== item.id);
      near.forEach((one) => { one.inStack = item; });
      this.#change(this.place(item) + 1, 0, near);
      item.opened = near.length;
      this.say(counted(this.#words.opened, near.length + 1));
    } catch {
      this.say(this.#words.failed);
    }
    item.isOpening = false;
    this.#window.paint(true);
    this.tell();
  }

  // Closes the stack in which the focus is; whether there was one.
  #close() {
    const item = this.item?.inStack ?? (this.item?.opened ? this.item : null);
    if (!item) return false;
    const at = this.place(item);
    this.#change(at + 1, item.opened, []);
    item.opened = 0;
    this.#window.paint(true);
    this.#go(at);
    return true;
  }

  // What is selected is named by its place, so nothing stays selected.
  #change(at, gone, come) {
    this.#window.selected.clear();
    this.#anchor = null;
    this.#items.splice(at, gone, ...come);
    if (this.#window.current >= at) this.#window.current = Math.max(at - 1, this.#window.current + come.length - gone);
  }

  get item() { return this.#items[this.#window.current]; }
  at(index) { return this.#items[index]; }
  place(item) { return this.#items.indexOf(item); }
  say(words) { this.#side.querySelector(".grid-status").textContent = words; }
  touch(index) { this.#window.touch(index); }
  focusList() { this.#list.focus({ preventScroll: true }); }

  // Places of what is meant: what is selected, else what has the focus.
  #meant() {
    return this.#window.selected.size ? [...this.#window.selected].sort((one, other) => one - other) : [this.#window.current];
  }

  #toggle(at) {
    const { selected } = this.#window;
    if (!selected.delete(at)) selected.add(at);
    this.#anchor = at;
    this.#window.touch(at);
  }

  #extend(to) {
    this.#anchor ??= this.#window.current;
    const before = [...this.#window.selected];
    this.#window.selected.clear();
    for (let at = Math.min(this.#anchor, to); at <= Math.max(this.#anchor, to); at += 1) this.#window.selected.add(at);
    for (const at of new Set([...before, ...this.#window.selected])) this.#window.touch(at);
  }

  #mark(said) {
    if (!this.item) return;
    const meant = this.#meant();
    this.#sorter.mark(said, meant);
    this.settled(meant);
  }

  // What was meant is decided: the focus goes on to what is not.
  settled(meant) {
    this.#window.selected.clear();
    this.#anchor = null;
    meant.forEach((at) => this.#window.touch(at));
    this.decided(meant.map((at) => this.#items[at]));
    let to = meant[meant.length - 1] + 1;
    while (to < this.#items.length && (this.#items[to].mark || this.#items[to].categorised)) to += 1;
    this.#go(Math.min(to, this.#items.length - 1));
  }

  // What is decided since the page was opened, and of how many media each stood then.
  decided(items) {
    for (const item of items) {
      if (!item.mark && !item.categorised) this.#decided.delete(item);
      else if (!this.#decided.has(item)) this.#decided.set(item, this.standsFor(item));
    }
  }

  // A closed stack stands for all of it.
  standsFor(item) { return item.opened ? 1 : item.stack ?? 1; }

  #go(at) {
    this.#cover();
    this.#window.go(at);
    this.#loadAhead();
    this.tell();
  }

  // What the side says of the medium that has the focus.
  tell() {
    const words = this.#words, item = this.item;
    const loaded = counted(this.#next ? words.loaded_open : words.loaded, this.#items.length);
    const media = [...this.#decided.values()].reduce((sum, one) => sum + one, 0);
    const decided = counted(words.decided, media);
    this.#side.querySelector(".grid-count").textContent = item ? `${loaded} ${media ? decided : ""}` : this.#next ? words.loading : words.none;
    this.#tellFolded();
    const title = this.#side.querySelector(".grid-name"), facts = this.#side.querySelector(".grid-facts");
    title.replaceChildren();
    facts.textContent = "";
    const camera = this.#side.querySelector(".grid-camera");
    camera.hidden = !item?.taken_with;
    if (!camera.hidden) camera.firstElementChild.href = this.#withCamera(item);
    this.#strip(item?.strip ?? []);
    this.#side.querySelector(".grid-aside").replaceChildren(...(item?.aside ?? []).map((said) =>
      Object.assign(document.createElement("p"), { textContent: said })));
    if (!item) return;
    if (this.#viewer.dataset.reference !== item.id) this.#viewer.show(item.id, item.kind, Boolean(item.warned));
    const digest = document.createElement("bdi");
    digest.dir = "ltr";
    digest.textContent = item.name.slice(0, 12);
    title.append(digest);
    const { state, note } = this.#window.said(item);
    const size = item.width ? words.size.replace("{width}", item.width).replace("{height}", item.height) : "";
    const put = (item.put ?? []).filter((one) => one !== item.series).map((one) => words.put.replace("{series}", `\u2068${one}\u2069`));
    facts.textContent = [state, note, item.series, ...put, size, item.camera, item.taken, item.place && words.place].filter(Boolean).join(" · ");
  }

  #tellFolded() {
    const line = this.#side.querySelector(".grid-folded");
    line.hidden = !this.#folded;
    line.textContent = counted(this.#words.folded, this.#folded).replace("{key}", keys.shown("media", "unfold"));
  }

  #strip(frames) {
    const strip = this.#side.querySelector(".grid-strip");
    strip.hidden = !frames.length;
    strip.replaceChildren(...frames.map(([clock, preview]) => {
      const frame = canvas();
      frame.setAttribute("role", "img");
      frame.setAttribute("aria-label", `${this.#words.strip} ${clock}`);
      show(frame, drawn(preview));
      return frame;
    }));
  }

  get #viewer() { return this.querySelector("clew-reveal"); }

  // Shown while the key is held, and by what the viewer is told of purpose and case; that it was seen is said from then on.
  async #reveal() {
    const { item } = this, at = this.#window.current;
    this.#isHeld = true;
    await this.#viewer.reveal();
    if (!this.#isHeld) cover();
    else if (!this.#viewer.isCovered) {
      item.seenNow = true;
      this.#window.touch(at);
    }
  }

  #cover() {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#heldBy = null;
    if (!this.#viewer.isCovered) cover(); // what the viewer says instead of a picture stays to be read
  }
}

customElements.define("clew-grid", ClewGrid);
