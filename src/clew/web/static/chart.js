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

// Countries as shapes, and where each lies by its code of two letters; nothing of one that has no shape.
const countries = async (chart) => {
  const { d3, topojson } = globalThis;
  const [atlas, codes] = await Promise.all(["shapes", "codes"].map(async (name) => (await fetch(chart.getAttribute(name))).json()));
  const land = topojson.feature(atlas, atlas.objects.countries).features;
  const numbers = new Map(codes.map(([two, , number]) => [two, Number(number)]));
  const byNumber = new Map(land.map((shape) => [Number(shape.id), shape]));
  const shapes = (code) => byNumber.get(numbers.get(code));
  const places = (code) => {
    if (!shapes(code)) return undefined;
    const [longitude, latitude] = d3.geoCentroid(largest(shapes(code).geometry));
    return { longitude, latitude };
  };
  return { land, shapes, places };
};

const held = async (rows, chart) => {
  const { Plot } = globalThis, { land, places } = await countries(chart);
  const placed = rows.map((row) => ({ ...row, ...places(row.of) })).filter((row) => row.longitude !== undefined);
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

// By the sign, which is the same in every language.
const ANSWER_COLOURS = { "★": "solved", "⇄": "parallel", "✓": "known", "●": "new", "△": "undecodable" };
const LETTERS_WIDE = 0.6; // of a letter, in ems, at least

const answers = (rows) => {
  const { Plot } = globalThis, months = [...new Set(rows.map((row) => row.of))], names = [...new Set(rows.map((row) => row.what))];
  const tint = (what) => colour(ANSWER_COLOURS[what[0]]), most = Math.max(...months.map((month) => rows.filter((row) => row.of === month).reduce((sum, row) => sum + row.number, 0)), 1);
  const hasRoom = (row) => (row.number / most) * (WIDTH - 110) > (row.shown.length + 2) * 10 * LETTERS_WIDE + 6;
  return drawn({
    height: 70 + 34 * months.length, marginLeft: 80, marginTop: 40, x: { label: null, grid: true }, y: { label: null, type: "band" },
    marks: [
      Plot.barX(rows, { y: "of", x: "number", z: "what", fill: (row) => tint(row.what), order: names, insetTop: 2, insetBottom: 2 }),
      // A number that has no room is left out, and not its row: the others would move into its place.
      Plot.text(rows, Plot.stackX({ y: "of", x: "number", z: "what", order: names, text: (row) => (hasRoom(row) ? `${row.what[0]} ${row.shown}` : ""), fill: colour("sheet"), fontWeight: 600 })),
      ...names.map((what, at) => Plot.text([what], { frameAnchor: "top-left", dx: at * 155, dy: -26, text: [what], fill: tint(what), fontWeight: 600, fontSize: 12 })),
      Plot.ruleX([0]),
    ],
  });
};

const ARC_WIDTHS = [[20, 7], [5, 4], [1, 1.75]]; // from so many overlaps on
const arcWidth = (number) => ARC_WIDTHS.find(([least]) => number >= least)[1];

// The part of the world in which they lie, with some degrees around each; members of one continent would lie on one another.
const AROUND = [[-18, -12], [-18, 12], [18, -12], [18, 12]];
const around = (ends) => (ends.length === 0 ? {} : { domain: { type: "MultiPoint", coordinates: ends.flatMap((one) => AROUND.map(([east, north]) => [one.longitude + east, Math.max(-89, Math.min(89, one.latitude + north))])) } });

const linked = async (rows, chart) => {
  const { Plot } = globalThis, { land, places, shapes } = await countries(chart);
  const here = places(chart.getAttribute("own"));
  const placed = rows.map((row) => ({ ...row, ...places(row.of) })).filter((row) => row.longitude !== undefined);
  const arcs = here ? placed.filter((row) => row.number > 0).map((row) => ({ ...row, x1: here.longitude, y1: here.latitude })) : [];
  const ends = here ? [...placed, { of: chart.getAttribute("own"), shown: "", number: 1, ...here }] : placed;
  const joined = ends.map((row) => shapes(row.of));
  return drawn({
    height: 430, projection: { type: "equal-earth", inset: 14, ...around(ends) },
    marks: [
      Plot.geo(land, { fill: colour("line"), stroke: colour("sheet"), strokeWidth: 0.5 }),
      Plot.geo(joined, { fill: colour("link"), fillOpacity: 0.35, stroke: colour("link"), strokeWidth: 0.5 }),
      ...ARC_WIDTHS.map(([, width]) => Plot.link(arcs.filter((row) => arcWidth(row.number) === width), {
        x1: "x1", y1: "y1", x2: "longitude", y2: "latitude", stroke: colour("parallel"), strokeWidth: width, strokeLinecap: "round", strokeOpacity: 0.85,
      })),
      Plot.dot(ends, { x: "longitude", y: "latitude", r: 3.5, fill: colour("link"), stroke: colour("sheet") }),
      Plot.text(ends, { x: "longitude", y: "latitude", dy: -11, text: (row) => (row.number > 0 ? `${row.of} ${row.shown}`.trim() : row.of), fill: colour("ink"), stroke: colour("sheet"), strokeWidth: 3, fontWeight: 600 }),
    ],
  });
};

const CHARTS = { arrived, answers, course, linked, held, answered };

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
