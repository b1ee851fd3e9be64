"""How the media grid holds up over one exhibit of 100,000 items, in Chromium without a GPU.

`python -m benchmarks.grid [--quick] [--json]`. A fresh node is founded below `.bench/`, filled by its database and removed at the
end; its own pages are served by a process of their own. Of the items a tenth are stacks of three, each medium with a
preview of a drawn picture, sealed as an intake seals it. The browser loads all of them by the grid's own pages, then its keys are held.
"""

import argparse
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from benchmarks import drawn, visibility
from benchmarks.machine import Report, remove_node
from clew.domain.handling import Audience
from clew.node import founded, founding
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts

MEMBER, UNIT, OFFICER = "SE", "VICTIM-ID", "sven"
CASE, EXHIBIT = "SE-grid", "PHONE-grid"
GRID = f"/cases/{CASE}/exhibits/{EXHIBIT}/media/"
STACK_MEDIA = 3
CANVASES, CROPS = 24, 32
"""Drawn canvases, and how many pictures are cut out of each, of these sides in pixels."""
PICTURE = (160, 120)
WINDOW = {"width": 1400, "height": 900}
LARGE_WINDOW = {"width": 2560, "height": 1440}
MARKS = 30
NODES_MAX, PAINT_MS_MAX, FRAMES_MIN, MARK_MS_MAX = 300, 100.0, 30.0, 100.0
REPEAT_SECONDS = 1 / 30
"""How often a held key comes again: as fast as keyboards send it."""
LOAD_MS_MAX = 900_000


class Sizes(NamedTuple):
    """`items` of which so many are `stacks`; `seconds` that each key is held; `loads` of the page."""

    items: int
    stacks: int
    seconds: float
    loads: int

    @property
    def media(self) -> int:
        return self.items + self.stacks * (STACK_MEDIA - 1)


FULL = Sizes(items=100_000, stacks=10_000, seconds=5.0, loads=7)
QUICK = Sizes(items=10_000, stacks=1_000, seconds=2.5, loads=5)

# Filling --------------------------------------------------------------------------------------------


def fill(facts: ConnectionFacts, sizes: Sizes) -> None:
    """The exhibit with its media, stacks, keys and previews, in a founded, empty node."""
    from clew.records import cases, officers, sealed
    from clew.records.intakes import PATH
    from clew.records.session import acting_as
    from tests.world.world import World

    world = World(facts=facts)
    world.officer(OFFICER, member=MEMBER, unit=UNIT)
    sven = officers.actor_of(OFFICER)
    exhibit_id = world.exhibit(sven, CASE, EXHIBIT)
    with acting_as(sven) as session:
        case_id = cases.find_own(session, CASE)
    path = sealed.of_case(MEMBER, case_id, make=True).seal(b"DCIM/100CANON/IMG_0001.JPG", PATH)
    with psycopg.connect(**visibility.bypassing_parameters(facts), autocommit=True) as database:
        for statement in _statements(sizes, case_id, exhibit_id, path):
            database.execute(statement)
        _seal_previews(database, sizes, case_id)
        database.execute("vacuum (analyze) media, occurrences, medium_keys, case_stacks, previews")


def _statements(sizes: Sizes, case_id: UUID, exhibit_id: UUID, path: bytes) -> list[str]:
    """Media are numbered from one; the centre of a stack is among the first, its near copies come behind all items."""
    cover = f"'{MEMBER}', '{UNIT}', {visibility._circles(Audience.ALL)}, '{{}}'::text[], '{{}}'::text[]"
    columns = "owner_member, owner_unit, audience, members, excluded"
    every, one = f"generate_series(1, {sizes.media}) n", "md5('grid' || n)::uuid"
    return [
        f"""insert into media (id, name, sha256, sha1, md5, size_bytes, kind, verdict, width, height, {columns})
            select {one}, d, d, substr(d, 1, 20), substr(d, 1, 16), 1000 + n, 'image', 1, 1600, 1200, {cover}
              from (select n, sha256(int8send(n)) as d from {every}) given""",
        f"""insert into occurrences (exhibit_id, case_id, intake_id, path, path_key, size_bytes, medium_id, {columns})
            select '{exhibit_id}', '{case_id}', md5('grid')::uuid, '\\x{path.hex()}', int8send(n), 1000, {one}, {cover} from {every}""",
        f"""insert into medium_keys (medium_id, case_id, member, blob, wrapped)
            select {one}, '{case_id}', '{MEMBER}', sha256(int8send(n)), sha256(int8send(n)) || sha256(int8send(-n)) from {every}""",
        f"""insert into case_stacks (case_id, medium_id, centre_id, member, unit)
            select '{case_id}', {one}, md5('grid' || case when n <= {sizes.stacks} then n
                   else 1 + (n - {sizes.items} - 1) % {sizes.stacks} end)::uuid, '{MEMBER}', '{UNIT}'
              from {every} where n <= {sizes.stacks} or n > {sizes.items}""",
    ]  # fmt: skip


def _seal_previews(database: visibility.Connection, sizes: Sizes, case_id: UUID) -> None:
    from clew.records import previews, sealed

    texts, contents = sealed.of_case(MEMBER, case_id), _contents()
    with database.cursor().copy("copy previews (medium_id, case_id, member, content) from stdin") as copy:
        for number in range(1, sizes.media + 1):
            sha256 = hashlib.sha256(number.to_bytes(8, "big")).digest()
            medium = UUID(hashlib.md5(f"grid{number}".encode(), usedforsecurity=False).hexdigest())
            content = texts.seal(contents[number % len(contents)], previews.CONTENT, sha256)
            copy.write_row((medium, case_id, MEMBER, content))


def _contents() -> list[bytes]:
    """Previews of drawn pictures as they are kept: 80 bytes each, behind the time."""
    import numpy as np

    from clew.actions import previewing
    from clew.media import preview
    from clew.media.pdq import LOWEST

    width, height = PICTURE
    across, down = (
        np.cos(np.pi * np.outer(np.arange(LOWEST), 2 * np.arange(side) + 1) / (2 * side)) * np.sqrt(2) / side for side in PICTURE
    )  # fmt: skip
    across[0], down[0] = 1 / width, 1 / height
    made = []
    for canvas in range(CANVASES):
        rng = np.random.default_rng([5, canvas])
        picture = drawn._canvas(rng, canvas % 4)
        for _ in range(CROPS):
            top, left = rng.integers(0, drawn.SIDE - height), rng.integers(0, drawn.SIDE - width)
            lowest = down @ picture[top : top + height, left : left + width] @ across.T
            content = previewing._content(preview.of_still(lowest.astype(np.float32), width, height))
            assert content is not None  # no picture of these sides is too small
            made.append(content)
    return made


# Looking --------------------------------------------------------------------------------------------

TOLD = """
window.told = {paints: [], keys: []};
const painted = (then) => requestAnimationFrame(() => {
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => then(performance.now());
    port2.postMessage(0);
});
Response.prototype.json = async function () {
    const text = await this.text(), began = performance.now();
    painted((at) => window.told.paints.push(at - began));
    return JSON.parse(text);
};
const focus = () => document.querySelector(".grid-cell.current")?.getAttribute("aria-posinset");
window.addEventListener("keydown", (event) => {
    const before = focus();
    painted((at) => { if (focus() !== before) window.told.keys.push(at - event.timeStamp); });
}, true);
"""
"""From what the node answered to the frame that shows it, and from a key to the frame in which another cell has the focus."""

FIRST_PAINT = """async () => {
    while (!window.told.paints.length) await new Promise(requestAnimationFrame);
    return window.told.paints[0];
}"""
LOAD_ALL = """async () => {
    const list = document.querySelector(".grid-list"), began = performance.now();
    const size = () => Number(document.querySelector(".grid-cell.current").getAttribute("aria-setsize"));
    while (size() < 0) {
        list.dispatchEvent(new KeyboardEvent("keydown", {key: "End", bubbles: true}));
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    list.dispatchEvent(new KeyboardEvent("keydown", {key: "Home", bubbles: true}));
    return [size(), performance.now() - began];
}"""

COUNT_FRAMES = """() => {
    window.frames_at = [];
    const count = (at) => { window.frames_at.push(at); window.counting = requestAnimationFrame(count); };
    window.counting = requestAnimationFrame(count);
}"""
FRAMES = "() => { cancelAnimationFrame(window.counting); return window.frames_at; }"
BYTES = """async () => {
    const answer = await fetch(document.querySelector("clew-grid").dataset.page), text = await answer.text();
    return [new Blob([text]).size, JSON.parse(text).items.length];
}"""
NODES = "() => document.querySelectorAll('.grid-frame *').length"


class Held(NamedTuple):
    """Frames a second while a key was held, the longest frame in milliseconds, and how many items were passed."""

    frames: float
    longest_ms: float
    passed: int


def hold(page: Any, key: str, seconds: float) -> Held:
    """Hold a key down from the first item on."""
    page.keyboard.press("Home")
    page.evaluate(COUNT_FRAMES)
    until = time.perf_counter() + seconds
    while (now := time.perf_counter()) < until:
        page.keyboard.down(key)
        time.sleep(max(0.0, REPEAT_SECONDS - (time.perf_counter() - now)))
    page.keyboard.up(key)
    at = page.evaluate(FRAMES)
    here = page.locator(".grid-cell.current").get_attribute("aria-posinset")
    gaps = [after - before for before, after in pairwise(at)]
    return Held(frames=1000 * len(gaps) / (at[-1] - at[0]), longest_ms=max(gaps), passed=int(here) - 1)


def memory_mb(browser: Any, page: Any) -> tuple[float, float]:
    """What the tab's process has of its own, and its script's objects once what is unused is gone."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    own = 0
    for one in processes:
        if one["type"] == "renderer":
            status = Path(f"/proc/{one['id']}/status").read_text()
            own = max(own, int(status.partition("RssAnon:")[2].split()[0]))
    return own / 1024, heap / 2**20


def look(report: Report, browser: Any, visitor: Any, sizes: Sizes) -> None:
    """Every figure of one tab, in which the grid is open."""
    page = visitor.page
    page.add_init_script(TOLD)
    paints = []
    for _ in range(sizes.loads):
        visitor.go(GRID)
        paints.append(page.evaluate(FIRST_PAINT))
    size_bytes, count = page.evaluate(BYTES)
    page.set_default_timeout(LOAD_MS_MAX)
    loaded, load_ms = page.evaluate(LOAD_ALL)
    if loaded != sizes.items:
        raise SystemExit(f"{loaded} items were loaded of {sizes.items}")
    own, heap = memory_mb(browser, page)
    page.locator(".grid-list").focus()
    held = {key: hold(page, key, sizes.seconds) for key in ("PageDown", "ArrowDown", "ArrowRight")}
    own_after, heap_after = memory_mb(browser, page)
    marks = mark(page)
    nodes = most_nodes(page)
    report.add("nodes within the grid, at most", nodes, "", at_most=NODES_MAX, note="windows of 1400 x 900 and 2560 x 1440, every size of cells")
    report.add("first paint after data", median(paints), "ms", at_most=PAINT_MS_MAX, note=f"the slowest of {len(paints)}: {max(paints):.0f}")
    for key, one in held.items():
        report.add(f"frames a second, {key} held", one.frames, "/s", at_least=FRAMES_MIN,
                   note=f"{one.passed:,} items passed in {sizes.seconds:g} s; the longest frame {one.longest_ms:.0f} ms")  # fmt: skip
    report.add("mark key to the focus on the next cell, median", median(marks), "ms", at_most=MARK_MS_MAX, note=f"painted; the slowest of {len(marks)}: {max(marks):.0f}")
    report.add("a page of data, each item", size_bytes / count, "bytes", note=f"{count} items in {size_bytes / 1e3:.0f} kB")
    report.add("all items loaded by the grid", load_ms / 1e3, "s", note=f"{1e3 * sizes.items / load_ms:,.0f} items/s, page after page")
    report.add("memory of the tab, all items loaded", own, "MB", note=f"{heap:.0f} MB of it the script's objects")
    report.add("the same once keys were held", own_after, "MB", note=f"{heap_after:.0f} MB of it the script's objects")


def mark(page: Any) -> list[float]:
    """Say of items one after the other that they do not matter; milliseconds until the next one shows the focus."""
    page.keyboard.press("Home")
    page.wait_for_timeout(200)
    page.evaluate("window.told.keys = []")
    for _ in range(MARKS):
        page.keyboard.press("x")
        page.wait_for_timeout(60)
    found: list[float] = page.evaluate("window.told.keys")
    if len(found) != MARKS:
        raise SystemExit(f"{len(found)} of {MARKS} marks led to the next cell")
    return found


def most_nodes(page: Any) -> int:
    """The most nodes that the grid has, whatever the size of cells and of the window."""
    found = 0
    for window in (WINDOW, LARGE_WINDOW):
        page.set_viewport_size(window)
        for size in range(96, 241, 24):
            page.locator(".grid-size input").fill(str(size))
            page.wait_for_timeout(60)
            found = max(found, page.evaluate(NODES))
    return found


@contextmanager
def fresh_home() -> Iterator[Configuration]:
    """A configuration of a node that is not there, and is removed at the end."""
    home = visibility.BENCH / "grid-node"
    os.environ["CLEW_HOME"] = str(home)
    configuration = Configuration.from_environment()
    remove_node(configuration)
    try:
        yield configuration
    finally:
        remove_node(configuration)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10,000 items")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    sizes = QUICK if given.quick else FULL
    with fresh_home() as configuration:
        founding.found(configuration)
        with founded.opened(configuration) as facts:
            from tests.world.browsers import chromium, visitor
            from tests.world.door import be_in
            from tests.world.serving import pages

            began = time.perf_counter()
            fill(facts, sizes)
            report = Report(
                title="The media grid", packages=("playwright", "django", "psycopg"),
                sizes={
                    "items": sizes.items, "stacks": sizes.stacks, "media": sizes.media,
                    "window": f"{WINDOW['width']} x {WINDOW['height']}, no GPU",
                    "filled in seconds": round(time.perf_counter() - began), "load before": f"{os.getloadavg()[0]:.1f}",
                },
            )  # fmt: skip
            with pages() as address, chromium() as browser, visitor(browser, address, viewport=WINDOW) as sven:
                be_in(sven, OFFICER)
                look(report, browser, sven, sizes)
            report.show(as_json=given.json)


if __name__ == "__main__":
    main()
