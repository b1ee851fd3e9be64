// What is said of media in a grid: marks, categories and places in series, kept one after the other, and undone.

import { counted, number } from "./counted.js";
import { keys } from "./keys.js";

const NAMES_MAX = 1000; // of one act

export class Sorter {
  #grid; #words; #sorting; #done = []; #queue = Promise.resolve(); #answers = new Map();

  constructor(grid, words, sorting) {
    this.#grid = grid;
    this.#words = words;
    this.#sorting = sorting;
  }

  // Shown at once, and kept behind what was said before; taken back where that fails. A closed stack is marked whole.
  mark(said, places) {
    const items = places.map((at) => this.#grid.at(at));
    const before = new Map(items.map((item) => [item, item.mark]));
    items.forEach((item) => { item.mark = said; });
    const acts = this.#inOrder(async () => {
      const kept = [];
      for (const some of this.#batches(items)) {
        const answer = await this.#send(this.#sorting.marks[said], { medium: some.items.map((item) => item.name), ...some.where });
        if (answer) kept.push(answer.act);
        else this.#restore(some.items, before);
      }
      return kept;
    });
    this.#done.push({ items, undo: () => this.#unmark(items, before, acts) });
    const stacks = items.filter((item) => item.stack && !item.opened).length;
    const count = items.reduce((sum, item) => sum + this.#grid.standsFor(item), 0);
    this.#grid.say(this.#told(count, stacks, this.#words.marks[said]));
  }

  // Of how many media, in how many stacks, what was said.
  #told(count, stacks, said) {
    const { marked, marked_stack: forms } = this.#words;
    const told = stacks ? counted(forms, stacks).replace("{media}", number(count)) : marked.replace("{count}", number(count));
    return told.replace("{said}", said).replace("{key}", keys.shown("media", "undo"));
  }

  // What one act can name: closed stacks, which are marked whole in their case, apart from single media.
  #batches(items) {
    const { case: of, exhibit, unit } = this.#grid.dataset, made = [];
    const add = (some, where) => {
      let batch = null, room = 0;
      for (const item of some) {
        const media = where.case ? item.stack : 1;
        if (!batch || media > room) { made.push(batch = { items: [], where }); room = NAMES_MAX; }
        batch.items.push(item);
        room -= media;
      }
    };
    const isClosed = (item) => Boolean(of && item.stack && !item.opened);
    add(items.filter((item) => !isClosed(item)), {});
    add(items.filter(isClosed), { case: of, exhibit, unit });
    return made;
  }

  #restore(items, before) {
    items.forEach((item) => { item.mark = before.get(item); this.#grid.touch(this.#grid.place(item)); });
    this.#grid.decided(items);
  }

  async #unmark(items, before, acts) {
    for (const act of await acts) {
      if (!(await this.#inOrder(() => this.#send(this.#sorting.marks.undo, { act })))) return false;
    }
    this.#restore(items, before);
    return true;
  }

  // Undoes what was said last; gives where the focus goes back to, or null.
  async undo() {
    const last = this.#done.pop();
    if (!last) {
      this.#grid.say(this.#words.nothing_to_undo);
      return null;
    }
    if (!(await last.undo())) return null;
    const places = last.items.map((item) => this.#grid.place(item)).filter((at) => at >= 0);
    places.forEach((at) => this.#grid.touch(at));
    this.#grid.say(this.#words.undone);
    return places[0] ?? null;
  }

  // The first time the key asks for the answers from which the category follows; then it says them again.
  async categorise(digit, places) {
    const category = this.#sorting.scheme[digit - 1];
    if (!category) return this.#grid.say(this.#words.no_category);
    const isAsked = !this.#answers.has(category.code);
    const answers = this.#answers.get(category.code) ?? (await this.#ask(category));
    if (!answers) return this.#grid.focusList();
    const items = [], acts = [];
    let count = 0, stacks = 0;
    // A closed stack is said of as a whole; where one part is refused, what was said before stays, and is undone together.
    for (const some of this.#batches(places.map((at) => this.#grid.at(at)))) {
      const medium = some.items.map((item) => item.name);
      const said = { medium, category: category.code, ...answers, ...some.where };
      const kept = await this.#inOrder(() => this.#send(this.#sorting.sorts.categorise, said));
      if (!kept) break;
      items.push(...some.items);
      acts.push(kept);
      count += kept.media;
      stacks += kept.stacks;
    }
    this.#grid.focusList();
    if (!items.length) return undefined;
    const before = items.map((item) => item.categorised);
    this.#answers.set(category.code, answers);
    items.forEach((item) => { item.categorised = true; });
    this.#done.push({ items, undo: () => this.#uncategorise(items, before, acts) });
    const isWhole = items.length === places.length; // else it stands there why the rest was refused
    const kept = isAsked ? this.#words.kept : this.#words.repeated.replace("{category}", category.words);
    if (isWhole) this.#grid.say(stacks ? `${kept} ${this.#told(count, stacks, category.words)}` : kept);
    return this.#grid.settled(items.map((item) => this.#grid.place(item)));
  }

  async #uncategorise(items, before, acts) {
    for (const act of acts) {
      if (!(await this.#inOrder(() => this.#send(this.#sorting.sorts["take-back"], { medium: act.names })))) return false;
      for (const [facts, names] of act.before) {
        const said = Object.fromEntries(Object.entries(facts).map(([question, answer]) => [`fact-${question}`, answer]));
        await this.#inOrder(() => this.#send(this.#sorting.sorts.again, { medium: names, ...said }));
      }
    }
    items.forEach((item, index) => { item.categorised = before[index]; });
    this.#grid.decided(items);
    return true;
  }

  #ask(category) {
    const dialog = this.#grid.querySelector(".grid-category"), form = dialog.querySelector("form");
    form.reset();
    dialog.querySelector(".grid-category-name").textContent = category.words;
    for (const [question, answer] of Object.entries(category.when)) form.elements[`fact-${question}`].value = answer;
    return this.answered(dialog, form);
  }

  async put(places) {
    const dialog = this.#grid.querySelector(".grid-series"), form = dialog.querySelector("form");
    const said = await this.answered(dialog, form);
    this.#grid.focusList();
    if (!said) return;
    const items = [], fresh = [];
    let count = 0, stacks = 0;
    // A closed stack goes as a whole; where one part is refused, what was put before stays, and is undone together.
    for (const some of this.#batches(places.map((at) => this.#grid.at(at)))) {
      const medium = some.items.map((item) => item.name);
      const kept = await this.#inOrder(() => this.#send(this.#sorting.sorts.put, { medium, ...said, ...some.where }));
      if (!kept) break;
      items.push(...some.items);
      fresh.push(kept.new);
      count += kept.stacks === undefined ? medium.length : kept.media;
      stacks += kept.stacks ?? 0;
    }
    if (!items.length) return;
    const before = items.map((item) => item.put);
    items.forEach((item) => { item.put = [...new Set([...(item.put ?? []), said.series.trim()])]; });
    this.#done.push({ items, undo: () => this.#takeOut(items, before, fresh, said) });
    if (items.length === places.length) this.#tellPut(count, stacks, said.series.trim());
    this.#grid.tell();
  }

  #tellPut(count, stacks, series) {
    if (!stacks) return this.#grid.say(this.#words.kept);
    const said = this.#words.put.replace("{series}", `\u2068${series}\u2069`);
    return this.#grid.say(`${this.#words.kept} ${this.#told(count, stacks, said)}`);
  }

  // Only what was new in the series is taken out again.
  async #takeOut(items, before, fresh, said) {
    for (const medium of fresh.filter((one) => one.length)) {
      if (!(await this.#inOrder(() => this.#send(this.#sorting.sorts["take-out"], { medium, ...said })))) return false;
    }
    items.forEach((item, index) => { item.put = before[index]; });
    return true;
  }

  // The fields of a dialog once it is answered; null where it is left.
  answered(dialog, form) {
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok" ? Object.fromEntries(new FormData(form)) : null), { once: true });
      dialog.returnValue = "";
      dialog.showModal();
    });
  }

  #inOrder(work) {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => null);
    return done;
  }

  // What the node answered; null where it refused, which is said.
  async #send(address, fields) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: this.#grid.dataset.csrf });
    for (const [key, value] of Object.entries(fields)) [value].flat().forEach((one) => body.append(key, one));
    try {
      const answer = await fetch(address, { method: "POST", body });
      const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
      if (answer.ok && !answer.redirected) return said;
      this.#grid.say(said.refused ?? this.#words.failed);
    } catch {
      this.#grid.say(this.#words.failed);
    }
    return null;
  }
}
