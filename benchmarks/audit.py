"""What the audit costs: an act, the sequencer, a receipt, a count of reveals, a proof, verifying, and the share of an intake.

`python -m benchmarks.audit [--quick] [--json]`. A fresh node is founded below `.bench/` and removed
at the end. The share is a ratio of medians in one run: intakes with and without the audit's writes
take turns, the sequencer working beside both.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from benchmarks.intake import BENCH, draw, node
from benchmarks.machine import Report, memory_peaks_mb
from clew.node.configuration import Configuration

PER_TRANSACTION = 5_000
MARGIN_MAX = 1.15
REVEALED = 3_000
"""As many media as an officer may reveal within a day where nothing else is given."""


def measure(report: Report, *, acts: int, files: int, rounds: int) -> None:
    """Everything on one node: the log first, then intakes."""
    source = draw(BENCH / "intake", files)
    with node() as configuration:
        from clew.actions import admitting, entering, opening

        entering.add_member("NO", "Norway")
        admitting.add_officer("ada", member="NO", unit="VICTIM-ID")
        actor = opening.actor_of("ada")
        _measure_act(report, actor)
        _measure_log(report, actor, acts)
        _measure_budget(report)
        _measure_intakes(report, configuration, source, rounds)
    for name, peak in memory_peaks_mb().items():
        report.add(f"memory: {name}", peak, "MB")


def _measure_act(report: Report, actor: Any) -> None:
    """A transaction with one act beside one that only reads, in turns; milliseconds."""
    from clew.records import audit
    from clew.records.session import acting_as

    def transaction(*, is_acting: bool) -> float:
        began = time.perf_counter()
        with acting_as(actor) as session:
            session.cursor().execute("select 1")
            if is_acting:
                audit.append(session, "case.read", "")
        return 1000 * (time.perf_counter() - began)

    pairs = [(transaction(is_acting=False), transaction(is_acting=True)) for _ in range(300)]
    without, with_act = (statistics.median(column) for column in zip(*pairs, strict=True))
    report.add("transaction without an act", without, "ms", note="median of 300")
    report.add("transaction with an act", with_act, "ms", note="median of 300; its commit waits for the disk")


def _measure_log(report: Report, actor: Any, acts: int) -> None:
    from clew.actions import sequencing, verifying
    from clew.records import audit, leaves
    from clew.records.session import acting_as

    sequencing.catch_up()
    last = _write_acts(actor, acts)
    began = time.perf_counter()
    done = sequencing.catch_up()
    seconds = time.perf_counter() - began
    report.add("sequencer", done / seconds, "events/s", at_least=5_000, note=f"{done:,} waiting events, {seconds:.1f} s")
    waits = []
    for _ in range(200):
        with acting_as(actor) as session:
            act_id = audit.append(session, "medium.reveal", str(uuid4()))
        waits.append(_seconds(lambda act_id=act_id: sequencing.receipt(act_id, within_seconds=5.0)))
    report.add("receipt before a reveal", 1000 * statistics.median(waits), "ms", note="median of 200, nobody else sequencing")
    report.add("receipt before a reveal, slowest of 20", 1000 * statistics.quantiles(waits, n=20)[-1], "ms")
    proofs = [_seconds(lambda: sequencing.find_receipt(last)) for _ in range(200)]
    report.add("proof of an event, checked", 1000 * statistics.median(proofs), "ms", note="median of 200")
    began = time.perf_counter()
    found = verifying.verify()
    report.add("verify", found.size / (time.perf_counter() - began), "events/s", note="every row, one core")
    with leaves.opened() as cursor:
        cursor.execute("select sum(pg_total_relation_size(t::regclass)) from unnest(%s::text[]) t", [["leaves", "tiles"]])
        (size,) = cursor.fetchone()
    report.add("leaves and tiles on disk", float(size) / found.size, "bytes/event")


def _measure_budget(report: Report) -> None:
    """What it costs to know what is left of a reveal budget, beside all that the log holds by now."""
    from clew.actions import admitting, budgeting, opening
    from clew.records.session import acting_as

    admitting.add_officer("bo", member="NO", unit="VICTIM-ID")
    actor = opening.actor_of("bo")

    def count() -> float:
        with acting_as(actor) as session:
            return 1000 * _seconds(lambda: budgeting.left(session))

    for revealed in (0, REVEALED):
        _write_acts(actor, revealed, act="medium.reveal")
        waits = [count() for _ in range(200)]
        note = f"{revealed:,} different media within the day; median of 200"
        report.add("what is left of a reveal budget", statistics.median(waits), "ms", note=note)


def _write_acts(actor: Any, acts: int, act: str = "triage.read") -> UUID:
    """So many acts of one officer, a few thousand in a transaction; the last one."""
    from clew.records import audit
    from clew.records.session import acting_as

    last = uuid4()
    for first in range(0, acts, PER_TRANSACTION):
        with acting_as(actor) as session:
            for _ in range(min(PER_TRANSACTION, acts - first)):
                last = audit.append(session, act, str(uuid4()), {"media": 50})
    return last


def _measure_intakes(report: Report, configuration: Configuration, source: Path, rounds: int) -> None:
    from clew.jobs import sequencer
    from clew.node import workplace

    workplace.warm()
    seconds: dict[bool, list[float]] = {True: [], False: []}
    with workplace.equipped(configuration) as made, sequencer.beside():
        workplace.sandbox_in_words(made)  # starts the decoders, as a node that runs has done
        _intake(made, source, 0)  # what the first intake of a process costs is not counted
        for turn in range(2 * rounds):
            is_audited = turn % 4 in {0, 3}  # with, without, without, with: a node that slows down favours neither
            with _audited(is_audited=is_audited):
                seconds[is_audited].append(_intake(made, source, turn + 1))
    with_audit, without = (statistics.median(seconds[is_audited]) for is_audited in (True, False))
    report.add("intake without the audit", without, "s", note=_spread(seconds[False]))
    report.add("intake with the audit", with_audit, "s", note=_spread(seconds[True]))
    report.add("intake with the audit / without", with_audit / without, "times", at_most=MARGIN_MAX)


def _intake(made: Any, source: Path, turn: int) -> float:
    """The same files for a unit of its own, so that all of them are new to it; seconds."""
    from rich.console import Console

    from clew.actions import admitting
    from clew.cli import intaking

    admitting.add_officer(f"officer{turn}", member="NO", unit=f"U{turn}")
    asked = intaking.Asked(path=source, officer=f"officer{turn}", case=f"NO-{turn}", exhibit="DISK-1", audience="unit")
    return _seconds(lambda: intaking.run(made, asked, Console(stderr=True, quiet=True)))


@contextmanager
def _audited(*, is_audited: bool) -> Iterator[None]:
    """Acts are written within, or are not."""
    from clew.records import audit

    append = audit.append
    if not is_audited:
        audit.append = lambda *_, **__: uuid4()
    try:
        yield
    finally:
        audit.append = append


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _spread(seconds: list[float]) -> str:
    return f"median of {len(seconds)}, {min(seconds):.1f} to {max(seconds):.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 events, intakes of 200 files")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    acts, files, rounds = (20_000, 200, 3) if given.quick else (200_000, 1_000, 5)
    report = Report(title="The audit", packages=("clew", "psycopg", "cryptography"),
                    sizes={"events": acts, "files of an intake": files, "rounds": rounds})  # fmt: skip
    measure(report, acts=acts, files=files, rounds=rounds)
    report.show(as_json=given.json)
    sys.exit(0)


if __name__ == "__main__":
    main()
