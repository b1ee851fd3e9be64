// Ways from a medium to other pages, by key while one of its viewers has the focus: each is a link of the page too.

import { keys } from "./keys.js";

class ClewWays extends HTMLElement {
  connectedCallback() {
    const acts = Object.fromEntries([...this.querySelectorAll("a[data-way]")].map((a) => [a.dataset.way, () => a.click()]));
    keys.listen(document.querySelector(".match"), "medium", acts, (event) => event.target.closest(".stage, .views"));
  }
}

customElements.define("clew-ways", ClewWays);
