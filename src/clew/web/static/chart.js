// Charts of statistics, drawn by Observable Plot from the table beside each, which says the same.

const WIDTH = 860;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Plot writes styles into what it draws, which the policy of the pages forbids. So it draws into a document of its own,
// and what is allowed is put on by script: each declaration by itself, and no style sheet.
const drawn = (options) => {
  const apart = document.implementation.createHTMLDocument("");
  const chart = globalThis.Plot.plot({ width: WIDTH, style: {}, ...options, document: apart });
  for (const sheet of chart.querySelectorAll("style")) sheet.remove();
  const styled = [chart, ...chart.querySelectorAll("*")].map((one) => [one, [...one.style].map((name) => [name, one.style.getPropertyValue(name)])]);
  for (const [one] of styled) one.removeAttribute("style");
  document.adoptNode(chart);
  for (const [one, declarations] of styled) for (const [name, value] of declarations) one.style.setProperty(name, value);
  chart.setAttribute("aria-hidden", "true"); // the table is read instead
  return chart;
};

const arrived = (rows) => {
  const { Plot } = globalThis, answers = [...new Set(rows.map((row) => row.what))];
  return drawn({
    height: 60 + 42 * new Set(rows.map((row) => row.of)).size, marginLeft: 110, x: { label: null, grid: true }, y: { label: null },
    marks: [
      Plot.barX(rows, { y: "of", x: "number", z: "what", fill: (row) => (row.what === answers[0] ? colour("known") : colour("new")), order: answers, insetTop: 2, insetBottom: 2 }),
      Plot.text(rows.filter((row) => row.number > 0), Plot.stackX({ y: "of", x: "number", z: "what", order: answers, text: (row) => `${row.what} ${row.shown}`, fill: colour("sheet"), fontWeight: 600 })),
      Plot.ruleX([0]),
    ],
  });
};

// Words at the ends of lines, moved up where they would lie on one another: each at least a sixteenth of the height above the last.
const apart = (ends) => {
  const least = Math.max(...ends.map((row) => row.number), 1) / 16;
  let below = -Infinity;
  return [...ends].sort((a, b) => a.number - b.number).map((row) => {
    below = Math.max(row.number, below + least);
    return { ...row, place: below };
  });
};

const course = (rows) => {
  const { Plot } = globalThis, dated = rows.map((row) => ({ ...row, day: new Date(row.of) }));
  const names = [...new Set(rows.map((row) => row.what))];
  const dashes = ["", "8 4", "2 4", "12 4 2 4", "1 6", "6 2"];
  const last = names.map((name) => dated.filter((row) => row.what === name).at(-1));
  return drawn({
    height: 300, marginRight: 190, x: { label: null, type: "utc" }, y: { label: null, grid: true, zero: true },
    marks: [
      ...names.map((name, at) => Plot.lineY(dated.filter((row) => row.what === name), {
        x: "day", y: "number", stroke: colour("link"), strokeWidth: 2, strokeDasharray: dashes[at % dashes.length], marker: "dot",
      })),
      Plot.text(apart(last), { x: "day", y: "place", text: (row) => `${row.what} ${row.shown}`, textAnchor: "start", dx: 10, fill: colour("ink") }),
      Plot.ruleY([0]),
    ],
  });
};

// The largest part of a country: the middle of all of them may lie in the sea.
const largest = ({ type, coordinates }) => {
  const parts = (type === "Polygon" ? [coordinates] : coordinates).map((part) => ({ type: "Polygon", coordinates: part }));
  return parts.reduce((best, one) => (globalThis.d3.geoArea(one) > globalThis.d3.geoArea(best) ? one : best));
};

const held = async (rows, chart) => {
  const { Plot, d3, topojson } = globalThis;
  const [atlas, codes] = await Promise.all(["shapes", "codes"].map(async (name) => (await fetch(chart.getAttribute(name))).json()));
  const land = topojson.feature(atlas, atlas.objects.countries).features;
  const numbers = new Map(codes.map(([two, , number]) => [two, Number(number)]));
  const shapes = new Map(land.map((shape) => [Number(shape.id), shape]));
  const placed = rows.filter((row) => shapes.has(numbers.get(row.of))).map((row) => {
    const [longitude, latitude] = d3.geoCentroid(largest(shapes.get(numbers.get(row.of)).geometry));
    return { ...row, longitude, latitude };
  });
  return drawn({
    height: 430, projection: { type: "equal-earth", inset: 14 }, r: { range: [3, 26] },
    marks: [
      Plot.geo(land, { fill: colour("line"), stroke: colour("sheet"), strokeWidth: 0.5 }),
      Plot.dot(placed, { x: "longitude", y: "latitude", r: (row) => row.number ?? 1, fill: colour("link"), fillOpacity: 0.35, stroke: colour("link"), strokeWidth: 1.5 }),
      Plot.text(placed, { x: "longitude", y: "latitude", text: (row) => `${row.of} ${row.shown}`, fill: colour("ink"), stroke: colour("sheet"), strokeWidth: 3, fontWeight: 600 }),
    ],
  });
};

const DAY_SECONDS = 86400;

// Bars in days, though the table tells some of them to the minute.
const answered = (rows) => {
  const { Plot } = globalThis, waited = rows.map((row) => ({ ...row, days: row.number / DAY_SECONDS }));
  return drawn({
    height: 60 + 42 * waited.length, marginLeft: 110, marginRight: 210, x: { label: null, grid: true, zero: true }, y: { label: null },
    marks: [
      Plot.barX(waited, { y: "of", x: "days", fill: colour("link"), insetTop: 8, insetBottom: 8 }),
      Plot.text(waited, { y: "of", x: "days", text: (row) => `${row.shown} · ${row.what}`, textAnchor: "start", dx: 6, fill: colour("ink") }),
      Plot.ruleX([0]),
    ],
  });
};

const CHARTS = { arrived, course, held, answered };

class ClewChart extends HTMLElement {
  async connectedCallback() {
    if (!globalThis.Plot) return; // the table remains
    const rows = [...this.querySelectorAll("tbody tr")].map((row) => ({
      of: row.cells[0].textContent.trim(), what: row.cells[1].textContent, shown: row.cells[2].textContent,
      number: row.dataset.number === undefined ? null : Number(row.dataset.number),
    }));
    const place = this.querySelector("[data-picture]");
    place.replaceChildren(await CHARTS[this.getAttribute("kind")](rows, this));
    place.hidden = false;
  }
}

customElements.define("clew-chart", ClewChart);
