// An upload in pieces: what is lost on the way is asked for again, and what stopped goes on where it stopped.

import { number as written } from "./counted.js";

const WAITS = [1, 2, 5, 10, 20, 30];
const OFFSET = "Upload-Offset";
const MB = 1024 * 1024;
const later = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

class Refused extends Error {}

class ClewUpload extends HTMLElement {
  #resumed = null;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector("[role=status]");
    this.bar = this.form.querySelector("progress");
    this.form.querySelector("button[type=submit]").disabled = false;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    for (const button of this.querySelectorAll("button[data-upload]")) {
      button.addEventListener("click", () => this.#choose(button.dataset.upload));
    }
  }

  // The browser keeps no files for us: the same ones are chosen again, and what has come of them stays.
  async #choose(address) {
    const told = await this.#ask(address);
    this.#resumed = { address, files: told.files };
    this.form.elements.case.value = told.case;
    this.form.elements.exhibit.value = told.exhibit;
    this.form.elements.files.focus();
    this.#say(told.files.map((one) => one.path).slice(0, 5).join(", "));
  }

  async #run() {
    const chosen = [...this.form.elements.files.files];
    const button = this.form.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      const { address, files } = this.#resumed ?? await this.#begin(chosen);
      await this.#send(address, files, this.#matched(files, chosen));
      this.#say(this.dataset.taking);
      location.assign((await this.#ask(`${address}end/`, { method: "POST" })).exhibit);
    } catch (lost) {
      this.#say(lost instanceof Refused ? lost.message : this.dataset.lost);
      button.disabled = false;
    }
  }

  async #begin(chosen) {
    const files = chosen.map((file) => ({ path: file.webkitRelativePath || file.name, size: file.size, come: 0 }));
    const body = JSON.stringify({
      case: this.form.elements.case.value,
      exhibit: this.form.elements.exhibit.value,
      files: files.map((one) => [one.path, one.size]),
    });
    const made = await this.#ask(this.getAttribute("begin"), { method: "POST", body });
    this.#resumed = { address: made.upload, files };
    return this.#resumed;
  }

  #matched(files, chosen) {
    const byName = new Map(chosen.map((file) => [`${file.webkitRelativePath || file.name}/${file.size}`, file]));
    const matched = files.map((one) => byName.get(`${one.path}/${one.size}`));
    if (matched.some((file, number) => !file && files[number].come < files[number].size)) throw new Refused(this.dataset.others);
    return matched;
  }

  async #send(address, files, chosen) {
    const all = files.reduce((sum, one) => sum + one.size, 0);
    this.bar.hidden = false;
    for (const [number, one] of files.entries()) {
      while (one.come < one.size) {
        one.come = await this.#piece(`${address}${number}/`, chosen[number], one.come);
        const done = files.reduce((sum, each) => sum + each.come, 0);
        this.bar.value = all ? done / all : 1;
        this.#say(this.dataset.coming.replace("{done}", written(done / MB, 1)).replace("{all}", written(all / MB, 1)));
      }
    }
  }

  // One piece, as often as it takes; where the node has another length of it, from there on.
  async #piece(address, file, offset) {
    for (const wait of [0, ...WAITS]) {
      if (wait) {
        this.#say(this.dataset.again);
        await later(wait);
        offset = (await this.#come(address)) ?? offset;
        if (offset >= file.size) return offset;
      }
      const body = file.slice(offset, offset + Number(this.dataset.piece));
      const answer = await this.#fetch(address, { method: "PATCH", body, headers: { [OFFSET]: String(offset) } });
      if (answer?.ok) return Number(answer.headers.get(OFFSET));
      if (answer && answer.status < 500 && answer.status !== 409) throw new Refused(await this.#reason(answer));
    }
    throw new Error("lost");
  }

  async #come(address) {
    const answer = await this.#fetch(address, { method: "HEAD" });
    return answer?.ok ? Number(answer.headers.get(OFFSET)) : null;
  }

  async #ask(address, how = {}) {
    const answer = await this.#fetch(address, how);
    if (!answer) throw new Error("lost");
    if (answer.ok && !answer.redirected) return answer.json();
    throw new Refused(await this.#reason(answer));
  }

  async #reason(answer) {
    const told = await answer.json().catch(() => ({}));
    return told.refused ?? this.dataset.lost;
  }

  // null where nothing came back: the connection is lost, or comes again.
  async #fetch(address, how) {
    const headers = { Accept: "application/json", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value, ...how.headers };
    return fetch(address, { ...how, headers, cache: "no-store", credentials: "same-origin" }).catch(() => null);
  }

  #say(words) {
    this.status.hidden = false;
    this.status.textContent = words;
  }
}

customElements.define("clew-upload", ClewUpload);
