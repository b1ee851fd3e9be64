"""What a benchmark says: the machine it ran on, its figures, and which of those asked for are reached."""

import json
import os
import platform
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Literal, Self

from rich.console import Console
from rich.table import Table

from clew.node.configuration import Configuration
from clew.node.place import place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A bound that a figure is to keep."""

    bound: Literal["<=", ">="]
    value: float

    def is_reached(self, value: float) -> bool:
        return value <= self.value if self.bound == "<=" else value >= self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured number. `note` says how it was measured, or what stands beside it."""

    name: str
    value: float
    unit: str
    asked: Asked | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.asked is None:
            return ""
        return "reached" if self.asked.is_reached(self.value) else "not reached"


@dataclass(slots=True, kw_only=True)
class Report:
    """A run of one benchmark."""

    title: str
    packages: tuple[str, ...]
    sizes: dict[str, int | str]
    figures: list[Figure] = field(default_factory=list)

    def add(
        self, name: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None,
        note: str = "",
    ) -> None:  # fmt: skip
        asked = None
        if at_most is not None:
            asked = Asked(bound="<=", value=at_most)
        elif at_least is not None:
            asked = Asked(bound=">=", value=at_least)
        self.figures.append(Figure(name=name, value=value, unit=unit, asked=asked, note=note))

    def show(self, *, as_json: bool) -> None:
        if as_json:
            print(json.dumps(self._plain(), indent=1))
            return
        console = Console()
        console.print(f"[bold]{self.title}[/bold]")
        for name, value in (machine(self.packages) | self.sizes).items():
            console.print(f"  {name}: {value}", highlight=False)
        table = Table("figure", "value", "asked", "", "note")
        for each in self.figures:
            asked = f"{each.asked.bound} {each.asked.value:g}" if each.asked else ""
            table.add_row(each.name, f"{each.value:,.4g} {each.unit}", asked, each.verdict, each.note)
        console.print(table)

    def _plain(self) -> dict[str, object]:
        figures = [
            {
                "name": each.name,
                "value": each.value,
                "unit": each.unit,
                "asked": f"{each.asked.bound} {each.asked.value:g}" if each.asked else None,
                "reached": each.asked.is_reached(each.value) if each.asked else None,
                "note": each.note,
            }
            for each in self.figures
        ]
        return {
            "title": self.title,
            "machine": machine(self.packages),
            "sizes": self.sizes,
            "figures": figures,
        }


def machine(packages: tuple[str, ...]) -> dict[str, int | str]:
    """The machine and the versions of what was measured."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": f"{gib:.1f} GiB",
        "load when shown": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.release()}",
        "versions": ", ".join([f"Python {platform.python_version()}", *(f"{p} {version(p)}" for p in packages)]),
    }


def memory_peaks_mb() -> dict[str, float]:
    """Memory of this process in MB: its peak as the kernel counts it, and its own part now.

    The peak counts mapped file pages too, which all processes share and the kernel may take back;
    `own` (anonymous memory) is what only this process has.
    """
    mb = _memory_mb(Path("/proc/self"))
    # Not `ru_maxrss`: over an exec it keeps what the process had that started this one.
    return {"peak": mb["VmHWM"], "own": mb["RssAnon"], "mapped": mb["RssFile"]}


def _memory_mb(folder: Path) -> dict[str, float]:
    """Peak of what is resident of a process, and what of it is its own, of files and shared now; by the kernel's names."""
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
    return {key: int(status[key].split()[0]) / 1024 for key in ("VmHWM", "RssAnon", "RssFile", "RssShmem")}


PROCESS_MB_MAX = 1000
WATCHED_EVERY_S = 0.5  # looking costs 10 ms where there are sixty: more often, and the figures beside it would tell
POSTGRES = "PostgreSQL"


@dataclass(slots=True, kw_only=True)
class _Seen:
    """A process as it was met: what it runs, and the most that it had in MB."""

    program: str
    peak_mb: float = 0.0


class Watch:
    """The most memory that any process of a run has: this one, everything below it, and what is named beside.

    Of our own processes the kernel keeps the peak of what is resident (`VmHWM`), mapped files and shared pages with
    it; it is read again and again, because a process that ended tells nothing. A process of PostgreSQL maps its
    shared buffers whole and touches what it reads: their pages are one and the same memory for all of its processes,
    so they are left out of each (`RssAnon` and `RssFile`, sampled) and told once (`RssShmem`, the largest).
    """

    def __init__(self, beside: Callable[[], Iterable[int]] = lambda: ()) -> None:
        self._beside = beside
        self._seen: dict[tuple[int, str], _Seen] = {}
        self._shared_mb = 0.0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="watch of memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._look()

    def add_to(self, report: Report) -> None:
        """The largest process as a figure with its bound, and the others by what they run beside it."""
        largest: dict[str, float] = {}
        for one in self._seen.values():
            largest[one.program] = max(largest.get(one.program, 0.0), one.peak_mb)
        name, peak_mb = max(largest.items(), key=lambda item: item[1])
        del largest[name]
        others = ", ".join(f"{other} {mb:.0f}" for other, mb in sorted(largest.items(), key=lambda item: -item[1]))
        shared = f"; PostgreSQL's shared pages, once {self._shared_mb:.0f}" if self._shared_mb else ""
        report.add(
            "memory of the largest process", peak_mb, "MB", at_most=PROCESS_MB_MAX,
            note=f"{name}, of {len(self._seen)} processes; {others or 'no other'}{shared}",
        )  # fmt: skip

    def _look_on(self) -> None:
        while not self._ending.wait(WATCHED_EVERY_S):
            self._look()

    def _look(self) -> None:
        roots = (os.getpid(), *self._beside())
        for pid in {one for root in roots for one in _family(root)}:
            with suppress(OSError, ValueError, KeyError):  # it has just ended
                self._note(pid)

    def _note(self, pid: int) -> None:
        folder = Path(f"/proc/{pid}")
        began = (folder / "stat").read_text().rpartition(")")[2].split()[19]
        mb = _memory_mb(folder)
        program = _program(folder, pid)
        one = self._seen.setdefault((pid, began), _Seen(program=program))
        one.program = program
        if program == POSTGRES:
            one.peak_mb = max(one.peak_mb, mb["RssAnon"] + mb["RssFile"])
            self._shared_mb = max(self._shared_mb, mb["RssShmem"])
        else:
            one.peak_mb = max(one.peak_mb, mb["VmHWM"])


def _program(folder: Path, pid: int) -> str:
    words = (folder / "cmdline").read_bytes().split(b"\0")
    if pid == os.getpid():
        return "the benchmark"
    if b"postgres" in words[0]:
        return POSTGRES
    if b"clew.media.worker" in words:
        return "sandbox"
    return "another process of it"


def _family(pid: int) -> Iterator[int]:
    """The process and all that it and they started and that still run."""
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                waiting += map(int, task.read_text().split())


def remove_node(configuration: Configuration) -> None:
    """All of a node that was founded for a benchmark, if it is there."""
    shutil.rmtree(place_of(configuration).root, ignore_errors=True)
    shutil.rmtree(configuration.home, ignore_errors=True)
