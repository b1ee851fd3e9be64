// The frame of every page: the palette (Ctrl+K), search (/), the sheet of keys (?), and menus that close by themselves.

import { keys } from "./keys.js";

const REFERENCE = /^\s*[SVOPTQR][\s.-]*(?:[0-9][\s.-]*){9}$|^\s*[0-9a-f]{64}\s*$/i;
const SHOWN_MAX = 12;
const folded = (text) => text.normalize("NFKD").toLocaleLowerCase().trim();

// A combobox with a list: the focus stays in the field, and aria-activedescendant names the choice. Source: ARIA APG.
class ClewPalette extends HTMLElement {
  #choices = [];
  #at = 0;

  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.field = this.querySelector("input");
    this.list = this.querySelector("[role=listbox]");
    this.field.addEventListener("input", () => this.#show());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#choose(this.#choices[[...this.list.children].indexOf(option)]);
    });
    this.dialog.addEventListener("close", () => this.field.setAttribute("aria-expanded", "false"));
  }

  open() {
    if (this.dialog.open) return this.dialog.close();
    this.from = document.activeElement;
    this.field.value = "";
    this.dialog.showModal();
    this.#show();
  }

  #show() {
    const typed = this.field.value.trim();
    const words = folded(typed).split(/\s+/).filter(Boolean);
    const found = this.#all().filter((one) => words.every((word) => folded(one.words).includes(word)));
    const named = this.#named(typed);
    this.#choices = REFERENCE.test(typed) ? [...named, ...found] : [...found.slice(0, SHOWN_MAX - named.length), ...named];
    this.#at = 0;
    this.list.replaceChildren(...this.#choices.map((one, position) => this.#option(one, position)));
    this.field.setAttribute("aria-expanded", String(this.#choices.length > 0));
    this.#mark();
  }

  // What was typed may itself be a name: of a record, of a case, or words to search for.
  #named(typed) {
    if (!typed) return [];
    const { go, goTo, searchFor, caseOf } = this.dataset;
    const form = document.querySelector("form.search");
    const to = (words, extra = "") => ({ words: words.replace("{}", typed), address: `${go}?to=${encodeURIComponent(typed)}${extra}` });
    const ways = REFERENCE.test(typed) ? [to(goTo)] : [to(caseOf, "&as=case")];
    if (form) ways.push({ words: searchFor.replace("{}", typed), run: () => this.#search(form, typed) });
    return REFERENCE.test(typed) ? ways : ways.reverse();
  }

  // Words are posted: in an address they would stay in the history of the browser.
  #search(form, typed) {
    form.elements.q.value = typed;
    form.requestSubmit();
  }

  #all() {
    const pages = [...document.querySelectorAll(".menu .everything a")].map((a) => ({ words: a.textContent.trim(), address: a.href }));
    return [...keys.registered().flatMap((one) => one.acts), ...pages];
  }

  #option({ words, key }, position) {
    const option = document.createElement("li");
    option.id = `palette-${position}`;
    option.role = "option";
    option.append(Object.assign(document.createElement("bdi"), { textContent: words }));
    if (key) option.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    return option;
  }

  #mark() {
    [...this.list.children].forEach((one, position) => one.setAttribute("aria-selected", String(position === this.#at)));
    const here = this.list.children[this.#at];
    here?.scrollIntoView({ block: "nearest" });
    if (here) this.field.setAttribute("aria-activedescendant", here.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.#at = (this.#at + step + this.#choices.length) % Math.max(1, this.#choices.length);
      this.#mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#choose(this.#choices[this.#at]);
    }
  }

  #choose(one) {
    if (!one) return;
    this.dialog.close();
    if (one.address) return location.assign(one.address);
    this.from?.focus();
    one.run();
  }
}

class ClewSheet extends HTMLElement {
  open() {
    const dialog = this.querySelector("dialog");
    if (dialog.open) return dialog.close();
    this.querySelector(".keys").replaceChildren(...keys.registered().flatMap((one) => this.#part(one)));
    dialog.showModal();
  }

  #part({ words, acts }) {
    const heading = Object.assign(document.createElement("h3"), { textContent: words });
    const list = document.createElement("dl");
    for (const { key, words: told } of acts) {
      const term = document.createElement("dt");
      term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
      list.append(term, Object.assign(document.createElement("dd"), { textContent: told }));
    }
    return [heading, list];
  }
}

customElements.define("clew-palette", ClewPalette);
customElements.define("clew-sheet", ClewSheet);

const everywhere = {
  palette: () => document.querySelector("clew-palette")?.open(),
  sheet: () => document.querySelector("clew-sheet")?.open(),
  search: () => document.querySelector("#search-field")?.focus(),
};
keys.listen(document, "everywhere", everywhere);
for (const button of document.querySelectorAll("header.frame button[data-act]")) button.addEventListener("click", () => everywhere[button.dataset.act]());

// A menu closes by Escape, by a click elsewhere, and when the focus goes on.
for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
}
