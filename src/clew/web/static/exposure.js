// The officer's own clock: seconds with clear media on the screen of a window that has the focus. Nobody else reads it.

import { number } from "./counted.js";

const BEAT_SECONDS = 15;
const open = new Map(); // what is shown -> whether it is marked with a warning
let waiting = { seconds: 0, warned: 0 };
let element = null;

// reveal.js says what is on the screen, and what is covered again.
export function looking(what, isWarned) { open.set(what, isWarned); }
export function covered(what) {
  open.delete(what);
  if (!open.size) send();
}

setInterval(() => {
  if (!open.size || document.hidden || !document.hasFocus()) return;
  waiting.seconds += 1;
  if ([...open.values()].some(Boolean)) waiting.warned += 1;
  element?.count(waiting.seconds);
  if (waiting.seconds >= BEAT_SECONDS) send();
}, 1000);

function send() {
  if (!waiting.seconds || !element) return;
  const said = waiting;
  waiting = { seconds: 0, warned: 0 };
  element.ask({ seconds: said.seconds, warned: said.warned });
}
addEventListener("pagehide", send);

class ClewExposure extends HTMLElement {
  #seconds = 0;

  connectedCallback() {
    element = this;
    this.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]")?.dataset.step;
      if (step) this.ask({ step });
    });
    this.ask(null);
  }

  async ask(said) {
    const how = { credentials: "same-origin", headers: { Accept: "application/json" } };
    if (said) {
      how.method = "POST";
      how.keepalive = true;
      how.headers["X-CSRFToken"] = this.dataset.token;
      how.body = new URLSearchParams(said);
    }
    try {
      const answer = await fetch(this.dataset.address, how);
      if (!answer.ok) return;
      const told = await answer.json();
      this.#seconds = told.seconds;
      this.count(waiting.seconds);
      this.querySelector(".break").hidden = !told.is_break_due;
    } catch { /* the clock is a help: without it everything else works */ }
  }

  count(more) {
    const minutes = Math.floor((this.#seconds + more) / 60);
    this.querySelector("[data-clock]").textContent = this.dataset.words.replace("{}", number(minutes));
  }
}

customElements.define("clew-exposure", ClewExposure);
