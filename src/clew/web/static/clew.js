// Small helps for pages that also work without them: live numbers, and keys in the list of media.

import { keys } from "./keys.js";

function fill(element, fields) {
  for (const place of element.querySelectorAll("[data-field]")) {
    const text = fields[place.dataset.field];
    if (text !== undefined && place.textContent !== text) place.textContent = text;
  }
}

class ClewProgress extends HTMLElement {
  #stream = null;
  #watch = () => this.#listen();

  connectedCallback() {
    if (!this.hasAttribute("running")) return;
    document.addEventListener("visibilitychange", this.#watch);
    this.#listen();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#watch);
    this.#close();
  }

  // A browser opens six connections to one address: pages that nobody looks at give theirs back.
  #listen() {
    if (document.hidden) return this.#close();
    if (this.#stream) return;
    this.#stream = new EventSource(this.getAttribute("src"));
    this.#stream.addEventListener("progress", (event) => this.#show(JSON.parse(event.data)));
    this.#stream.addEventListener("ended", (event) => this.#end(JSON.parse(event.data)));
  }

  #close() {
    this.#stream?.close();
    this.#stream = null;
  }

  #show(fields) {
    fill(this, fields);
    const bar = this.querySelector("progress");
    if (bar) {
      bar.max = Math.max(1, fields.seen);
      bar.value = fields.done;
    }
  }

  #end(fields) {
    this.#show(fields);
    this.disconnectedCallback();
    this.removeAttribute("running");
    const status = this.querySelector("[role=status]");
    if (status) {
      status.classList.remove("visually-hidden");
      status.textContent = status.dataset.ended;
    }
  }
}

const LOOKS_MAX = 500; // at one exhibit: 200,000 media and more
let asked = Promise.resolve(); // one exhibit after the other, so that a long list asks for little at a time

class ClewNumbers extends HTMLElement {
  connectedCallback() {
    asked = asked.then(() => this.#ask());
  }

  async #ask() {
    for (let look = 0; look < LOOKS_MAX && this.isConnected && !document.hidden; look += 1) {
      const answer = await fetch(this.getAttribute("src"), { headers: { Accept: "application/json" } }).catch(() => null);
      if (!answer?.ok) return;
      const fields = await answer.json();
      fill(this, fields);
      if (fields.ended || !fields.tally) return;
    }
  }
}

class ClewRows extends HTMLElement {
  #rows = [];

  connectedCallback() {
    this.#rows = [...this.querySelectorAll("ol.media > li")];
    this.#rows.forEach((row, position) => { row.tabIndex = position === 0 ? 0 : -1; });
    // Letters act only while a row has the focus, so that they never take a key from anything else.
    const acts = { next: () => this.#go(this.#here + 1), previous: () => this.#go(this.#here - 1) };
    keys.listen(this, "rows", acts, () => this.#here >= 0);
    this.addEventListener("keydown", (event) => this.#move(event));
  }

  #move(event) {
    if (this.#here < 0 || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const to = { Home: 0, End: this.#rows.length - 1, ArrowDown: this.#here + 1, ArrowUp: this.#here - 1 }[event.key];
    if (this.#go(to)) event.preventDefault();
  }

  // Whether there is a row to go to.
  #go(to) {
    const row = this.#rows[to];
    if (!row) return false;
    this.#rows.forEach((one) => { one.tabIndex = -1; });
    row.tabIndex = 0;
    row.focus();
    return true;
  }

  get #here() { return this.#rows.indexOf(document.activeElement); }
}

customElements.define("clew-numbers", ClewNumbers);
customElements.define("clew-progress", ClewProgress);
customElements.define("clew-rows", ClewRows);
