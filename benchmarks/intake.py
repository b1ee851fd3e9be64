"""Whole intakes: 10,000 mixed files with the share of each stage, and a case export of 300,000 media.

`python -m benchmarks.intake [--quick] [--json]`. A fresh node is founded below `.bench/` and
removed at the end; the drawn files stay there for the next run.
"""

import argparse
import os
import shutil
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BENCH = Path(__file__).parents[1] / ".bench"
HOME = BENCH / "intake-node"
os.environ["CLEW_HOME"] = str(HOME)
os.environ["NUMBA_CACHE_DIR"] = str(HOME / "cache")

from benchmarks.machine import Report, Watch, remove_node
from clew.cli.drawing import drive, landscape, room, write_clip
from clew.node import founded, founding
from clew.node.configuration import Configuration
from clew.node.place import place_of

SIZES = ((320, 240), (640, 480), (1024, 768), (1600, 1200))


def draw(folder: Path, files: int) -> Path:
    """So many mixed files: drawn JPEGs of four sizes, a tenth PNG and WebP, a tenth copies, 1 % clips, 2 % others."""
    done = folder / f"{files}.drawn"
    target = folder / str(files)
    if done.exists():
        return target
    shutil.rmtree(target, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        part = target / f"{number // 1000:03}"
        part.mkdir(parents=True, exist_ok=True)
        _draw_one(part, number)
    done.touch()
    return target


def _draw_one(part: Path, number: int) -> None:
    kind = number % 100
    if kind == 0:
        write_clip(part / f"{number}.mp4", drive(number, 6.0))
    elif kind < 3:
        (part / f"{number}.txt").write_text(f"note {number}")
    elif kind < 13 and number > 13:
        source = part / f"{number - 10 - kind % 3}.jpg"
        if source.exists():
            shutil.copyfile(source, part / f"{number} copy.jpg")
        else:
            (part / f"{number}.bin").write_bytes(bytes([number % 251]) * 1000)
    else:
        size = SIZES[number % 7 % 4]
        picture = (landscape if number % 2 else room)(number, size)
        suffix = {13: "png", 14: "webp", 15: "png", 16: "webp", 17: "bmp"}.get(kind, "jpg")
        picture.save(part / f"{number}.{suffix}", quality=85)


class Stages:
    """Wall time of all threads in each stage, by wrapping the functions that make it up."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def wrap(self, home: Any, name: str, stage: str) -> None:
        original: Callable[..., Any] = getattr(home, name)

        def timed(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return original(*arguments, **named)
            finally:
                with self._lock:
                    self.seconds[stage] += time.perf_counter() - began

        setattr(home, name, timed)


@contextmanager
def node() -> Iterator[Configuration]:
    """A fresh node, removed at the end."""
    configuration = Configuration.from_environment()
    _remove(configuration)
    founding.found(configuration)
    # Compiled code of an earlier run, as a node that was founded has it.
    if (BENCH / "numba").exists():
        shutil.copytree(BENCH / "numba", configuration.cache_folder)
    try:
        with founded.opened(configuration):
            yield configuration
    finally:
        _remove(configuration)


def _remove(configuration: Configuration) -> None:
    if configuration.cache_folder.exists():
        shutil.rmtree(BENCH / "numba", ignore_errors=True)
        configuration.cache_folder.rename(BENCH / "numba")
    remove_node(configuration)


def measure(report: Report, *, files: int, media: int) -> None:
    """Both intakes on one node."""
    source = draw(BENCH / "intake", files)
    export = _export(BENCH / "intake" / f"{media}.json", media)
    with node() as configuration, Watch(lambda: _server(configuration)) as watch:
        from rich.console import Console

        from clew.actions import opening
        from clew.node import workplace

        opening.add_member("NO", "Norway")
        opening.add_member("SE", "Sweden")
        opening.add_officer("ada", member="NO", unit="VICTIM-ID")
        opening.add_officer("sven", member="SE", unit="NC")
        workplace.warm()
        quiet = Console(stderr=True, quiet=True)
        with workplace.equipped(configuration) as made:
            workplace.sandbox_in_words(made)  # starts the decoders, as a node that runs has done
            _measure_files(report, made, source, quiet)
            _measure_export(report, made, export, media, quiet)
    watch.add_to(report)


def _server(configuration: Configuration) -> list[int]:
    """The embedded PostgreSQL of the node, whose processes are no children of ours."""
    file = place_of(configuration).cluster / "postmaster.pid"
    return [int(file.read_text().split()[0])] if file.exists() else []


def _measure_files(report: Report, made: Any, source: Path, quiet: Any) -> None:
    from clew.actions import matching, receiving
    from clew.cli import intaking
    from clew.media.sandbox import Sandbox
    from clew.media.vault import Batch
    from clew.records import intakes

    stages = Stages()
    stages.wrap(intakes, "add_chunk", "walk")
    stages.wrap(receiving, "hold", "read and digest")
    stages.wrap(Sandbox, "read", "decode and fingerprint")
    stages.wrap(Batch, "put", "vault")
    stages.wrap(Batch, "__exit__", "vault")
    stages.wrap(matching, "_near", "match")
    for name in ("media", "occurrences", "fingerprints", "matches"):
        module = __import__(f"clew.records.{name}", fromlist=["_"])
        for function in ("add", "fill", "write", "note_digest_overlaps"):
            if hasattr(module, function):
                stages.wrap(module, function, "rows")
    began = time.perf_counter()
    asked = intaking.Asked(path=source, officer="ada", case="NO-1", exhibit="DISK-1")
    summary = intaking.run(made, asked, quiet)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    _triage("ada", "NO-1")
    stages.seconds["triage"] = time.perf_counter() - began
    report.add("mixed files", summary.files_seen / seconds, "files/s", note=f"{summary.files_seen:,} files, {seconds:.1f} s")
    total = sum(stages.seconds.values())
    for stage, spent in stages.seconds.items():
        report.add(f"stage: {stage}", 100 * spent / total, "%", note=f"{spent:.1f} s over all threads")


def _measure_export(report: Report, made: Any, export: Path, media: int, quiet: Any) -> None:
    from clew.cli import intaking

    began = time.perf_counter()
    asked = intaking.Asked(path=export, officer="sven", case="SE-1", exhibit="EXPORT", keeps_bytes=False)
    intaking.run(made, asked, quiet)
    entered = time.perf_counter() - began
    triaged = _triage("sven", "SE-1")
    whole = time.perf_counter() - began
    report.add("case export into tables", media / entered, "media/s", at_least=20_000, note=f"{media:,} media, {entered:.1f} s")
    report.add("case export with triage", whole, "s", at_most=120 * media / 300_000, note=f"{triaged:,} media answered")


def _triage(officer: str, case: str) -> int:
    from clew.actions import opening, triaging

    return sum(1 for _ in triaging.every_medium(opening.actor_of(officer), case))


def _export(path: Path, media: int) -> Path:
    from tests.world import vics

    if not path.exists():
        with path.with_suffix(".part").open("wb") as file:
            # One record in ten carries a PDQ; the others only digests, as most exports have them.
            records = (vics.medium(n) if n % 10 == 0 else vics.medium(n, AlternativeHashes=[]) for n in range(media))
            file.writelines(vics.write_cases([({"CaseNumber": "BENCH-1"}, records)]))
        path.with_suffix(".part").rename(path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 files and 30,000 media")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    files, media = (1_000, 30_000) if given.quick else (10_000, 300_000)
    report = Report(title="Whole intakes", packages=("clew", "numpy", "numba", "av", "psycopg"),
                    sizes={"files": files, "media in the export": media})  # fmt: skip
    measure(report, files=files, media=media)
    report.show(as_json=given.json)
    sys.exit(0)


if __name__ == "__main__":
    main()
