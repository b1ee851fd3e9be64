"""How long 300 records take to be arranged, and how smoothly links and places move, in Chromium without a GPU.

`python -m benchmarks.explorer [--json]`. The scripts and style sheets are the product's own, under its policy; the rows that
they draw are made here: 300 records with 420 links of a few hubs, and 500 places.
"""

import argparse
import random
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.machine import Report
from clew.web.headers import CONTENT_SECURITY_POLICY
from tests.world.browsers import chromium

STATIC = Path(__file__).parents[1] / "src/clew/web/static"
NODES, EDGES, PLACES = 300, 420, 500
ARRANGED_MS_MAX = 4_000.0
FRAMES_MIN = 20.0
SORTS = ("victim", "offender", "series", "place", "medium", "case")

FRAMES = """async (move) => {
    let frames = 0; const began = performance.now();
    while (performance.now() - began < 2000) {
        if (move === "graph") document.querySelector("clew-graph").drawing.panBy({x: frames % 2 ? 30 : -30, y: 7 * (frames % 3 - 1)});
        else document.querySelector("clew-map").drawing.panBy([frames % 2 ? 30 : -30, 5 * (frames % 3 - 1)], {animate: false});
        await new Promise(requestAnimationFrame); frames += 1;
    }
    return frames * 1000 / (performance.now() - began);
}"""


def graph_page(chance: random.Random) -> str:
    nodes = "".join(
        f'<li data-key="n{at}" data-sort="{SORTS[at % len(SORTS)]}" data-label="V-{at:09}" data-what="Victim">x</li>'
        for at in range(NODES)
    )
    ends = [(at, int(at * chance.random() ** 3)) for at in range(1, NODES)]
    ends += [(chance.randrange(NODES), int(NODES * chance.random() ** 2)) for _ in range(EDGES - len(ends))]
    cells = "".join(f"<td>{at}</td>" for at in range(9))
    edges = "".join(
        f'<tr data-a="n{a}" data-b="n{b}" data-strength="{chance.choice(["confirmed", "probable", "suggested"])}"'
        f' data-what="was at {at}" data-said="{1_600_000_000 + chance.randrange(10**8)}">{cells}</tr>'
        for at, (a, b) in enumerate(ends) if a != b
    )  # fmt: skip
    scripts = "".join(
        f'<script defer src="vendor/{name}.js"></script>'
        for name in ("cytoscape", "layout-base", "cose-base", "cytoscape-fcose")
    )
    return f"""<!doctype html><link rel="stylesheet" href="clew.css"><link rel="stylesheet" href="drawn.css"
        id="__________cytoscape_stylesheet">{scripts}<script type="module" src="graph.js"></script><body>
        <clew-graph start="n0" address="/" limit="300"><div class="drawn" data-picture hidden><fieldset>
        <input type="checkbox" value="confirmed" checked><input type="checkbox" value="probable" checked>
        <input type="checkbox" value="suggested" checked></fieldset><div class="stage" data-stage tabindex="0"></div>
        <div data-strip hidden><svg></svg><label><output></output><input type="range" data-from></label>
        <label><output></output><input type="range" data-until></label></div></div>
        <ul data-records>{nodes}</ul><table><tbody data-edges>{edges}</tbody></table></clew-graph>"""


def map_page(chance: random.Random) -> str:
    rows = "".join(
        f'<li data-at="{chance.gauss(48, 9):.3f}, {chance.gauss(10, 15):.3f}" data-metres="{chance.choice([50, 8000, 60000])}"'
        f' data-kind="{chance.choice(["gps", "room", "stated"])}" data-sign="○"><a href="#">P-{at:09}</a></li>'
        for at in range(PLACES)
    )
    return f"""<!doctype html><link rel="stylesheet" href="clew.css"><link rel="stylesheet" href="vendor/leaflet.css">
        <link rel="stylesheet" href="drawn.css"><script defer src="vendor/leaflet.js"></script>
        <script defer src="vendor/topojson-client.js"></script><script type="module" src="map.js"></script><body>
        <clew-map shapes="vendor/countries-50m.json" codes="vendor/country-codes.json" data-several="{{count}}">
        <div class="drawn" data-picture hidden><div class="stage map" data-stage></div><p data-status></p>
        <ul data-chosen></ul></div><section data-country="NO"><ul>{rows}</ul></section></clew-map>"""


class Pages(SimpleHTTPRequestHandler):
    """The static files, and two pages made of rows, under the product's policy."""

    made: dict[str, str]

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        super().end_headers()

    def do_GET(self) -> None:
        page = self.made.get(self.path)
        if page is None:
            return super().do_GET()
        content = page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return None

    def log_message(self, *_: object) -> None:
        """Nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    chance = random.Random(7)
    Pages.made = {"/links.html": graph_page(chance), "/map.html": map_page(chance)}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=str(STATIC)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"{address}/links.html")
        page.locator("clew-graph[data-arranged-milliseconds]").wait_for()
        arranged = float(page.locator("clew-graph").get_attribute("data-arranged-milliseconds") or "nan")
        links = page.evaluate(FRAMES, "graph")
        page.goto(f"{address}/map.html")
        page.locator("clew-map[data-is-ready]").wait_for()
        places = page.evaluate(FRAMES, "map")
    server.shutdown()
    report = Report(
        title="Pictures of links and places", packages=("playwright",),
        sizes={"records": NODES, "links": EDGES, "places": PLACES, "window": "1400 x 900, no GPU"},
    )  # fmt: skip
    report.add("arrange 300 records", arranged, "ms", at_most=ARRANGED_MS_MAX)
    report.add("frames a second, links moved", links, "/s", at_least=FRAMES_MIN)
    report.add("frames a second, map moved", places, "/s", at_least=FRAMES_MIN, note="every frame is a move that ends")
    report.show(as_json=asked.json)


if __name__ == "__main__":
    main()
