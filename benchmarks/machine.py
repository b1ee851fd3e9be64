"""What a benchmark says: the machine it ran on, its figures, and which of those asked for are reached."""

import json
import os
import platform
import resource
import shutil
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Literal

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
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "own": int(status["RssAnon"].split()[0]) / 1024,
        "mapped": int(status["RssFile"].split()[0]) / 1024,
    }


def remove_node(configuration: Configuration) -> None:
    """All of a node that was founded for a benchmark, if it is there."""
    shutil.rmtree(place_of(configuration).root, ignore_errors=True)
    shutil.rmtree(configuration.home, ignore_errors=True)
