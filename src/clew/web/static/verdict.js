// Whether two media are the same, by key while one of their viewers has the focus. The forms are on the page without it.

import { keys } from "./keys.js";

class ClewVerdict extends HTMLElement {
  connectedCallback() {
    const same = this.querySelector("[data-verdict=same]");
    if (!same) return; // their bytes are equal
    // Why they are not the same is said by the officer: that key leads there, and keeps nothing by itself.
    const acts = { same: () => same.click(), "not-the-same": () => this.querySelector("select").focus() };
    keys.listen(this.closest(".match"), "medium", acts, (event) => event.target.closest(".stage, .views"));
  }
}

customElements.define("clew-verdict", ClewVerdict);
