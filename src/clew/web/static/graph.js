// The picture of links: drawn from the lists on the page, which say the same to whoever does not see it.
// A record that is grown, or a path, is read as a page of its own, and its rows join the lists.

import { number } from "./counted.js";
import { keys } from "./keys.js";
import { onceSized } from "./sized.js";

const SHAPES = {
  victim: "ellipse", offender: "diamond", series: "round-rectangle", place: "triangle", medium: "rectangle", case: "pentagon",
};
const DAY_SECONDS = 86_400;
const BARS = 60;
const LABEL_MAX = 14;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const shortened = (text) => (text.length > LABEL_MAX ? `${text.slice(0, 8)}…` : text);

class ClewGraph extends HTMLElement {
  #cy = null;
  #chosen = null;
  #marked = [];
  #days = null;
  #forget = () => {};

  connectedCallback() {
    if (!globalThis.cytoscape) return; // the lists remain
    this.querySelector("[data-picture]").hidden = false;
    onceSized(this.querySelector("[data-stage]"), () => this.#draw());
  }

  #draw() {
    const started = performance.now();
    this.#cy = globalThis.cytoscape({
      container: this.querySelector("[data-stage]"), elements: this.#elements(this), style: this.#style(),
      minZoom: 0.1, maxZoom: 3,
    });
    this.#arrange(true);
    this.dataset.arrangedMilliseconds = String(Math.round(performance.now() - started));
    this.#strip();
    this.#listen();
    if (this.hasAttribute("path")) this.#cy.elements().addClass("on-path");
  }

  disconnectedCallback() {
    this.#forget();
    this.#cy?.destroy();
  }

  get drawing() { return this.#cy; }

  // What the rows of a page say, as elements of the picture; rows that are here already are left out.
  #elements(page) {
    const nodes = [...page.querySelectorAll("[data-records] > li")].map((row) => ({
      group: "nodes", data: { id: row.dataset.key, sort: row.dataset.sort, label: shortened(row.dataset.label || "…"), row },
      classes: row.dataset.key === this.getAttribute("start") ? "start" : "",
    }));
    const edges = [...page.querySelectorAll("[data-edges] > tr")].map((row) => ({
      group: "edges", classes: row.dataset.strength,
      data: { id: this.#idOf(row), source: row.dataset.a, target: row.dataset.b, what: row.dataset.what, row, said: Number(row.dataset.said ?? NaN) },
    }));
    return [...nodes, ...edges];
  }

  #idOf(row) {
    return [row.dataset.a, row.dataset.what, row.dataset.b, row.cells[6].textContent].join(" ");
  }

  #style() {
    const ink = colour("ink"), line = colour("soft"), link = colour("link"), sheet = colour("sheet"), focus = colour("focus");
    const kinds = Object.entries(SHAPES).map(([sort, shape]) => ({ selector: `node[sort = "${sort}"]`, style: { shape } }));
    return [
      { selector: "node", style: {
        label: "data(label)", color: ink, "font-size": 11, "text-valign": "bottom", "text-margin-y": 4, width: 26, height: 26,
        "background-color": sheet, "border-width": 2, "border-color": link, "text-background-color": sheet,
        "text-background-opacity": 0.8, "min-zoomed-font-size": 7, "font-family": "sans-serif",
      } },
      ...kinds,
      { selector: 'node[sort = "series"]', style: { width: 38, height: 22 } },
      { selector: "node.start", style: { "border-width": 6, "border-style": "double" } },
      { selector: "edge", style: {
        width: 1.5, "line-color": line, "curve-style": "bezier", label: "data(what)", color: line, "font-size": 9,
        "text-rotation": "autorotate", "min-zoomed-font-size": 8, "text-background-color": sheet, "text-background-opacity": 0.8,
        "font-family": "sans-serif",
      } },
      { selector: "edge.confirmed", style: { width: 3 } },
      { selector: "edge.probable", style: { "line-style": "dashed", "line-dash-pattern": [7, 3] } },
      { selector: "edge.suggested", style: { "line-style": "dotted" } },
      { selector: "edge.of-chosen", style: { "line-color": link, width: 3 } },
      { selector: ".on-path", style: { "line-color": focus, "border-color": focus, "underlay-color": focus, "underlay-opacity": 0.25, "underlay-padding": 5, "underlay-shape": "ellipse" } },
      { selector: "edge.on-path", style: { width: 5 } },
      { selector: "node.chosen", style: { "border-color": focus, "border-width": 5, "background-color": focus, "background-opacity": 0.3 } },
      { selector: "node.marked", style: { "background-color": link, "font-weight": "bold", "font-size": 13 } },
      { selector: ".filtered", style: { display: "none" } },
    ];
  }

  #arrange(isNew) {
    const many = this.#cy.nodes().length > 120;
    this.#cy.layout({
      name: "fcose", animate: false, randomize: isNew, quality: isNew && !many ? "proof" : "default", nodeSeparation: 90,
      idealEdgeLength: many ? 55 : 95, padding: 25, packComponents: false,
    }).run();
  }

  #listen() {
    const stage = this.querySelector("[data-stage]");
    this.#cy.on("tap", "node", (event) => { stage.focus(); this.#choose(event.target); });
    this.#cy.on("dbltap", "node", (event) => this.#grow(event.target));
    this.#cy.on("tap", "edge", (event) => this.#evidence(event.target));
    this.#forget = keys.listen(stage, "graph", {
      path: () => this.#end(), open: () => this.#open(), expand: () => this.#grow(this.#chosen ?? this.#first()),
    });
    stage.addEventListener("keydown", (event) => this.#key(event));
    for (const box of this.querySelectorAll("fieldset input")) box.addEventListener("change", () => this.#filter());
    for (const range of this.querySelectorAll("input[type=range]")) range.addEventListener("input", () => this.#filter());
    const acts = { path: () => this.#path(), fit: () => this.#cy.fit(undefined, 25), grow: () => this.#grow(this.#chosen), mark: () => this.#mark() };
    for (const button of this.querySelectorAll("[data-act]")) button.addEventListener("click", () => acts[button.dataset.act]());
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (ways[event.key]) this.#step(...ways[event.key]);
    else if (event.key === "Escape") this.#choose(null);
    else if (event.key === "0") this.#cy.fit(undefined, 25);
    else if (event.key === "+" || event.key === "-") this.#cy.zoom({ level: this.#cy.zoom() * (event.key === "+" ? 1.25 : 0.8), position: this.#chosen?.position() });
    else return;
    event.preventDefault();
  }

  #open() {
    const address = this.#chosen?.data("row").dataset.address;
    if (address) location.assign(address);
  }

  #first() { return this.#cy.nodes(".start").first(); }

  // To the nearest record that way: what lies aside counts twice as far.
  #step(x, y) {
    const here = this.#chosen ?? null;
    if (!here) return this.#choose(this.#first());
    const from = here.position();
    let best = null, least = Infinity;
    for (const node of this.#cy.nodes(":visible")) {
      const across = node.position("x") - from.x, down = node.position("y") - from.y;
      const along = across * x + down * y, aside = Math.abs(across * y) + Math.abs(down * x);
      if (node !== here && along > 1 && along + 2 * aside < least) [best, least] = [node, along + 2 * aside];
    }
    if (best) this.#choose(best);
  }

  #choose(node) {
    this.#cy.elements(".chosen, .of-chosen").removeClass("chosen of-chosen");
    this.#chosen = node && node.length ? node : null;
    const chosen = this.querySelector("[data-chosen]"), evidence = this.querySelector("[data-evidence]");
    chosen.hidden = !this.#chosen;
    evidence.replaceChildren();
    if (!this.#chosen) return this.#say("");
    const edges = this.#chosen.connectedEdges(":visible"), row = this.#chosen.data("row");
    this.#chosen.addClass("chosen");
    edges.addClass("of-chosen");
    const page = chosen.querySelector("[data-page]");
    page.hidden = !row.dataset.address;
    if (row.dataset.address) page.href = row.dataset.address;
    chosen.querySelector("[data-act=grow]").disabled = !row.dataset.label;
    chosen.querySelector("[data-act=mark]").setAttribute("aria-pressed", String(this.#marked.includes(this.#chosen)));
    this.#say(this.dataset.at.replace("{what}", `${row.dataset.what} ${this.#chosen.data("label")}`).replace("{count}", number(edges.length)));
    evidence.append(...edges.map((edge) => this.#line(edge)));
    const box = this.#cy.extent(), at = this.#chosen.position();
    if (at.x < box.x1 || at.x > box.x2 || at.y < box.y1 || at.y > box.y2) this.#cy.center(this.#chosen);
  }

  #evidence(edge) {
    this.querySelector("[data-evidence]").replaceChildren(this.#line(edge));
  }

  // An edge as its row in the table says it, with the heading of each column.
  #line(edge) {
    const row = edge.data("row"), item = document.createElement("li"), about = document.createElement("span");
    for (const cell of [...row.cells].slice(0, 3)) item.append(...[...cell.cloneNode(true).childNodes], " ");
    const headings = [...row.closest("table").tHead.rows[0].cells];
    [...row.cells].slice(3).forEach((cell, at) => {
      if (cell.textContent !== "–") about.append(at ? " · " : "", `${headings[at + 3].textContent}: `, ...cell.cloneNode(true).childNodes);
    });
    about.className = "of";
    item.append(about);
    return item;
  }

  // One key marks both ends of a path and, once there are two, draws it.
  #end() {
    if (!this.#marked.includes(this.#chosen)) this.#mark();
    this.#path();
  }

  #mark() {
    if (!this.#chosen?.data("row").dataset.label) return;
    if (this.#marked.includes(this.#chosen)) this.#marked = this.#marked.filter((one) => one !== this.#chosen);
    else this.#marked = [...this.#marked.slice(-1), this.#chosen];
    this.#cy.nodes(".marked").removeClass("marked");
    for (const node of this.#marked) node.addClass("marked");
    this.querySelector("[data-act=mark]").setAttribute("aria-pressed", String(this.#marked.includes(this.#chosen)));
    this.querySelector("[data-act=path]").disabled = this.#marked.length !== 2;
    if (this.#marked.length === 1) this.#say(this.dataset.marked);
  }

  async #path() {
    if (this.#marked.length !== 2) return;
    const [a, b] = this.#marked.map((node) => node.data("row").dataset.label);
    const page = await this.#read(a, { to: b });
    if (!page) return;
    this.#cy.elements(".on-path").removeClass("on-path");
    const edges = page.querySelectorAll("[data-edges] > tr");
    if (!edges.length) return this.#say(this.dataset.noPath);
    const found = this.#elements(page).map((one) => one.data.id);
    this.#join(page);
    for (const id of found) this.#cy.getElementById(id).addClass("on-path");
    this.querySelector("[data-evidence]").replaceChildren(...this.#cy.edges(".on-path").map((edge) => this.#line(edge)));
    this.#say(this.dataset.path.replace("{count}", number(edges.length)));
  }

  async #grow(node) {
    const label = node?.data("row").dataset.label;
    if (!label) return;
    if (this.#cy.nodes().length >= Number(this.getAttribute("limit"))) return this.#say(this.dataset.full);
    const page = await this.#read(label, { hops: "1" });
    if (!page) return;
    const count = this.#join(page);
    this.#choose(node);
    this.#say(count ? this.dataset.grown.replace("{count}", number(count)) : this.dataset.nothing);
  }

  async #read(name, asked) {
    if (this.hasAttribute("facts")) asked.facts = "1";
    const address = this.getAttribute("address").replace("NAME", encodeURIComponent(name));
    const answer = await fetch(`${address}?${new URLSearchParams(asked)}`, { redirect: "error" }).catch(() => null);
    if (answer?.ok) return new DOMParser().parseFromString(await answer.text(), "text/html");
    this.#say(this.dataset.refused);
    return null;
  }

  // Rows of another page that are not here yet, into the lists and the picture; how many records are new.
  #join(page) {
    const places = { nodes: this.querySelector("[data-records]"), edges: this.querySelector("[data-edges]") };
    let room = Number(this.getAttribute("limit")) - this.#cy.nodes().length;
    let count = 0;
    for (const element of this.#elements(page)) {
      const isNode = element.group === "nodes";
      if (this.#cy.getElementById(element.data.id).length || (isNode && room-- <= 0)) continue;
      if (!isNode && !(this.#cy.getElementById(element.data.source).length && this.#cy.getElementById(element.data.target).length)) continue;
      element.data.row = places[element.group].appendChild(document.importNode(element.data.row, true));
      element.classes = element.classes.replace("start", "");
      this.#cy.add(element);
      count += isNode ? 1 : 0;
    }
    if (count) this.#arrange(false);
    this.#strip();
    return count;
  }

  // How many links were said when, and between which days they are drawn.
  #strip() {
    const said = this.#cy.edges().map((edge) => edge.data("said")).filter(Number.isFinite);
    const [first, last] = [Math.min(...said), Math.max(...said)].map((one) => Math.floor(one / DAY_SECONDS));
    const strip = this.querySelector("[data-strip]");
    strip.hidden = !said.length || first === last;
    if (strip.hidden) return;
    const [from, until] = strip.querySelectorAll("input");
    const isNew = !this.#days;
    this.#days = [first, last];
    for (const range of [from, until]) [range.min, range.max] = [first, last];
    if (isNew) [from.value, until.value] = [first, last];
    const counts = new Array(BARS).fill(0);
    for (const one of said) counts[Math.min(BARS - 1, Math.floor((BARS * (one / DAY_SECONDS - first)) / (last - first + 1)))] += 1;
    const most = Math.max(...counts), place = strip.querySelector("svg"), width = 600 / BARS;
    place.replaceChildren(...counts.map((count, at) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const height = (38 * count) / most;
      for (const [name, value] of Object.entries({ x: at * width, y: 40 - height, width: width - 1, height })) bar.setAttribute(name, value);
      return bar;
    }));
    this.#filter();
  }

  #filter() {
    const wanted = new Set([...this.querySelectorAll("fieldset input:checked")].map((box) => box.value));
    const [from, until] = this.#between();
    this.#cy.batch(() => {
      for (const edge of this.#cy.edges()) {
        const day = Math.floor(edge.data("said") / DAY_SECONDS);
        const isShown = wanted.has(edge.data("row").dataset.strength) && !(day < from || day > until);
        edge.toggleClass("filtered", !isShown);
      }
      for (const node of this.#cy.nodes()) {
        node.toggleClass("filtered", !node.hasClass("start") && node.connectedEdges().every((edge) => edge.hasClass("filtered")));
      }
    });
  }

  // The days between which links are drawn; what has no day is always drawn.
  #between() {
    if (!this.#days) return [-Infinity, Infinity];
    const ranges = [...this.querySelectorAll("input[type=range]")];
    const days = ranges.map((range) => Number(range.value));
    const words = new Intl.DateTimeFormat(`${document.documentElement.lang}-u-nu-latn`, { dateStyle: "medium", timeZone: "UTC" });
    ranges.forEach((range, at) => {
      const told = words.format(new Date(days[at] * DAY_SECONDS * 1000));
      range.setAttribute("aria-valuetext", told);
      range.parentElement.querySelector("output").textContent = told;
    });
    return [Math.min(...days), Math.max(...days)];
  }

  #say(words) {
    this.querySelector("[data-status]").textContent = words;
  }
}

customElements.define("clew-graph", ClewGraph);
