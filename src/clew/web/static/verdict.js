// Whether two media are the same, by key while one of their viewers has the focus. The forms are on the page without it.

import { keys } from "./keys.js";

class ClewVerdict extends HTMLElement {
  connectedCallback() {
    this.closest(".match").addEventListener("keydown", (event) => {
      if (!event.target.closest(".stage, .views")) return;
      const act = keys.act(event, "medium");
      if (act === "same") this.querySelector("[data-verdict=same]")?.click();
      // Why is said by the officer: the key leads there, and keeps nothing by itself.
      else if (act === "not-the-same") this.querySelector("select")?.focus();
      else return;
      event.preventDefault();
    });
  }
}

customElements.define("clew-verdict", ClewVerdict);
