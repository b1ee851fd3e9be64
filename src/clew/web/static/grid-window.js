// The cells of a grid that are in sight: a pool of a few nodes over as many media as there are.

import { counted } from "./counted.js";
import { canvas, drawn, show } from "./preview.js";

const CELLS_MAX = 108; // two nodes each, so that all of a grid stays below 300
const LABEL_PX = 56; // three lines of words
const GAP_PX = 8;
const ROOM_PX_MAX = 15_000_000; // no browser draws a taller box

export class GridWindow {
  #list; #room; #words; #items; #cells = []; #shown = [];
  #size = 144; #columns = 1; #rowPx = 1; #asked = false;
  isOpen = false; // whether more media may come
  current = 0;
  selected = new Set();

  constructor(list, words, items) {
    this.#list = list;
    this.#room = list.firstElementChild;
    this.#words = words;
    this.#items = items;
    list.addEventListener("scroll", () => this.ask(), { passive: true });
    new ResizeObserver(() => this.lay()).observe(list);
  }

  get columns() { return this.#columns; }
  get rowsInSight() { return Math.max(1, Math.floor(this.#list.clientHeight / this.#rowPx)); }
  // The last item that is in sight, or would be if there were as many.
  get furthest() { return (Math.ceil((this.#list.scrollTop + this.#list.clientHeight) / this.#rowPx) + 1) * this.#columns; }

  set size(pixels) {
    this.#size = pixels;
    this.lay();
    this.reach();
  }

  // How many columns and rows fit, and so how many cells there are.
  lay() {
    const { clientWidth, clientHeight } = this.#list;
    if (!clientWidth) return;
    this.#rowPx = Math.round(this.#size * 0.75) + LABEL_PX + GAP_PX;
    const rows = Math.ceil(clientHeight / this.#rowPx) + 2;
    // The room has a gap on both its sides too.
    const fitting = Math.floor((clientWidth - GAP_PX) / (this.#size + GAP_PX));
    this.#columns = Math.max(1, Math.min(fitting, Math.floor(CELLS_MAX / rows)));
    this.#room.style.setProperty("--cell", `${this.#size}px`);
    this.#pool(Math.min(CELLS_MAX, rows * this.#columns));
    this.paint(true);
  }

  #pool(count) {
    while (this.#cells.length > count) this.#cells.pop().remove();
    while (this.#cells.length < count) {
      const cell = document.createElement("div");
      cell.className = "grid-cell";
      cell.setAttribute("role", "option");
      cell.id = `grid-cell-${this.#cells.length}`;
      cell.append(canvas());
      cell.firstChild.setAttribute("aria-hidden", "true");
      this.#room.append(cell);
      this.#cells.push(cell);
    }
    this.#shown = [];
  }

  ask() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => { this.#asked = false; this.paint(); });
  }

  // Which item a cell shows depends on the item alone, so that scrolling changes those that come and no others.
  paint(isAnew = false) {
    const rows = Math.ceil(this.#items.length / this.#columns);
    const room = `${Math.min(ROOM_PX_MAX, rows * this.#rowPx)}px`;
    if (this.#room.style.blockSize !== room) this.#room.style.blockSize = room;
    const first = Math.max(0, Math.floor(this.#list.scrollTop / this.#rowPx) - 1) * this.#columns;
    const isRightToLeft = getComputedStyle(this.#list).direction === "rtl";
    for (let at = first; at < first + this.#cells.length; at += 1) {
      const place = at % this.#cells.length;
      if (!isAnew && this.#shown[place] === at) continue;
      this.#shown[place] = at;
      this.#fill(this.#cells[place], at, isRightToLeft);
    }
    this.onpaint?.();
  }

  // One item anew, if it is in sight.
  touch(at) {
    const place = at % this.#cells.length;
    if (this.#shown[place] === at) this.#fill(this.#cells[place], at, getComputedStyle(this.#list).direction === "rtl");
  }

  #fill(cell, at, isRightToLeft) {
    const item = this.#items[at];
    cell.hidden = !item;
    if (!item) return;
    const x = (at % this.#columns) * (this.#size + GAP_PX) * (isRightToLeft ? -1 : 1);
    cell.style.transform = `translate(${x}px, ${Math.floor(at / this.#columns) * this.#rowPx}px)`;
    const { state, note } = this.said(item);
    cell.dataset.state = state;
    cell.dataset.note = note;
    cell.className = `grid-cell ${item.answer ?? ""}${item.mark || item.categorised ? " decided" : ""}${item.stack && !item.opened ? " stacked" : ""}${item.inStack ? " in-stack" : ""}${at === this.current ? " current" : ""}`;
    cell.setAttribute("aria-selected", this.selected.has(at));
    cell.setAttribute("aria-posinset", at + 1);
    cell.setAttribute("aria-setsize", this.isOpen ? -1 : this.#items.length);
    const chosen = this.selected.has(at) ? `${this.#words.selected} · ` : "";
    cell.dataset.chosen = this.selected.has(at) ? this.#words.selected : "";
    cell.setAttribute("aria-label", `${chosen}${state} · ${note}`);
    cell.title = `${state} · ${note}`;
    show(cell.firstChild, item.preview ? drawn(item.preview) : null); // anew: pictures of all that was seen would fill the tab
    if (at === this.current) this.#list.setAttribute("aria-activedescendant", cell.id);
  }

  // A state as sign and word, and what else is to be said in a few words.
  said(item) {
    const words = this.#words;
    const kind = item.kind === "video" && item.clock ? `${words.kinds.video} ${item.clock}` : words.kinds[item.kind];
    const state = [item.answer && words.answers[item.answer], item.with].filter(Boolean).join(" ");
    const foreign = item.owner && words.foreign.replace("{owner}", item.owner);
    const stack = item.inStack ? words.in_stack : item.stack && counted(words.stack, item.stack);
    const note = [
      stack, item.warned && words.warned, item.aside && words.aside, item.mark && words.marks[item.mark], item.categorised && words.categorised, item.lack && words.lacks[item.lack],
      foreign, item.seen && words.seen.replace("{day}", item.seen), item.seenNow && words.seen_now, kind,
    ].filter(Boolean);
    return { state: state || note.shift(), note: note.join(" · ") };
  }

  // The current item becomes another, and comes into sight.
  go(at) {
    const before = this.current;
    this.current = at;
    this.touch(before);
    this.reach();
    this.touch(at);
  }

  reach() {
    const top = Math.floor(this.current / this.#columns) * this.#rowPx;
    const { scrollTop, clientHeight } = this.#list;
    if (top < scrollTop) this.#list.scrollTop = top;
    else if (top + this.#rowPx > scrollTop + clientHeight) this.#list.scrollTop = top + this.#rowPx - clientHeight;
    else return;
    this.paint();
  }
}
