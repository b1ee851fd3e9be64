"""What is found of edited copies: originals taken in by one member, copies triaged by another.

`python -m benchmarks.recall --media FOLDER --variants FOLDER [--json]`: FOLDER of media with its
`manifest.csv`, FOLDER of copies with its `truth.csv` (variant, source, operation, strength, media).
A fresh node below `.bench/` takes in both.
"""

import argparse
import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.intake import node
from benchmarks.machine import machine


@dataclass(slots=True)
class Tally:
    """Copies of one operation and strength."""

    copies: int = 0
    good: int = 0
    found: int = 0
    good_found: int = 0
    by_sound_alone: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a copy was made of."""

    source: str
    operation: str
    strength: str
    media: str
    also: frozenset[str]


def truths(variants: Path) -> dict[str, Truth]:
    with (variants / "truth.csv").open(encoding="utf-8", newline="") as rows:
        return {
            row["variant"]: Truth(
                source=row["source"], operation=row["operation"], strength=row["strength"], media=row["media"],
                also=frozenset(filter(None, row["also_contains"].replace("|", ";").split(";"))),
            )
            for row in csv.DictReader(rows)
        }  # fmt: skip


def groups(media: Path) -> tuple[dict[str, str], dict[str, str]]:
    """File by SHA-256, and the group of each file (its own name where it is in none)."""
    with (media / "manifest.csv").open(encoding="utf-8", newline="") as rows:
        listed = list(csv.DictReader(rows))
    return {row["sha256"]: row["file"] for row in listed}, {row["file"]: row["group_id"] or row["file"] for row in listed}


def measure(media: Path, variants: Path) -> tuple[dict[tuple[str, str, str], Tally], int]:
    """A tally for each (kind, operation, strength), and the distinct originals that matched one another."""
    truth = truths(variants)
    file_of, group_of = groups(media)
    with node() as configuration:
        from rich.console import Console

        from clew.actions import opening, triaging
        from clew.cli import intaking
        from clew.node import workplace

        for officer, member in (("ana", "XA"), ("bo", "XB")):
            opening.add_member(member, member)
            opening.add_officer(officer, member=member, unit="U")
        workplace.warm()
        with workplace.equipped(configuration) as made:
            for officer, case, path in (("ana", "XA-1", media), ("bo", "XB-1", variants)):
                intaking.run(
                    made,
                    intaking.Asked(path=path, officer=officer, case=case, exhibit="E", keeps_bytes=False),
                    Console(stderr=True),
                )
        bo = opening.actor_of("bo")
        with opening.acting_as(bo) as session:
            qualities = _qualities(session)
        tallies = _tallies(triaging.every_medium(bo, "XB-1"), truth, file_of, group_of, qualities)
        with opening.acting_as(opening.actor_of("ana")) as session:
            return tallies, _false_among_originals(session, file_of, group_of)


def _qualities(session) -> Mapping[str, int]:  # type: ignore[no-untyped-def]
    """PDQ quality of every picture by its SHA-256."""
    with session.cursor() as cursor:
        cursor.execute(
            "select encode(m.sha256, 'hex'), get_byte(f.qualities, 0) from media m join fingerprints f on f.medium_id = m.id"
            " where f.kind = 1"
        )
        return dict(cursor.fetchall())


def _tallies(media: Iterable, truth: Mapping[str, Truth], file_of: Mapping[str, str], group_of: Mapping[str, str], quality: Mapping[str, int]) -> dict[tuple[str, str, str], Tally]:  # type: ignore[type-arg]
    tallies: dict[tuple[str, str, str], Tally] = defaultdict(Tally)
    sha_of = {file: sha for sha, file in file_of.items()}
    for medium in media:
        found = {file_of[r.matched]: r.kind.value for r in medium.reasons if r.matched in file_of}
        for path in medium.paths:
            made = truth.get(path)
            if made is None:
                continue
            tally = tallies[made.media, made.operation, made.strength]
            tally.copies += 1
            is_good = quality.get(sha_of.get(made.source, ""), 100) >= 50 and quality.get(medium.sha256 or "", 100) >= 50
            hit = made.source in found or any(group_of.get(f) == group_of.get(made.source) for f in found)
            tally.good += is_good
            tally.found += hit
            tally.good_found += is_good and hit
            tally.by_sound_alone += hit and set(found.values()) == {"sound"}
            right = {group_of.get(f, f) for f in (made.source, *made.also)}
            tally.missed += [] if hit or not is_good else [path]
            tally.wrong += [f"{path} -> {f}" for f in found if group_of.get(f, f) not in right]
    return tallies


def _false_among_originals(session, file_of: Mapping[str, str], group_of: Mapping[str, str]) -> int:  # type: ignore[no-untyped-def]
    with session.cursor() as cursor:
        cursor.execute(
            """select encode(a.sha256, 'hex'), encode(b.sha256, 'hex') from matches m join media a on a.id = m.a_medium
               join media b on b.id = m.b_medium where a.owner_member = 'XA' and b.owner_member = 'XA'"""
        )
        pairs = cursor.fetchall()
    return sum(group_of[file_of[a]] != group_of[file_of[b]] for a, b in pairs if a in file_of and b in file_of)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path, required=True)
    parser.add_argument("--variants", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    tallies, false_pairs = measure(given.media.absolute(), given.variants.absolute())
    if given.json:
        print(json.dumps({"machine": machine(("clew",)), "false pairs of originals": false_pairs, "operations": [
            {"media": key[0], "operation": key[1], "strength": key[2], "copies": t.copies, "good": t.good, "found": t.found,
             "good_found": t.good_found, "by_sound_alone": t.by_sound_alone,
             "wrong": t.wrong, "missed": t.missed} for key, t in sorted(tallies.items())
        ]}, indent=1))
        return
    print("| media | operation | strength | copies | found | of quality >= 50 | by sound alone | wrong |")
    print("|---|---|---|---|---|---|---|---|")
    for (kind, operation, strength), t in sorted(tallies.items()):
        good = f"{t.good_found / t.good:.3f}" if t.good else "-"
        print(f"| {kind} | {operation} | {strength} | {t.copies} | {t.found / t.copies:.3f} | {good} | {t.by_sound_alone} | {len(t.wrong)} |")
    missed = [path for (kind, *_), t in sorted(tallies.items()) if kind == "video" for path in t.missed]
    print(f"\nclips that are not found: {', '.join(missed) or 'none'}")
    wrong = Counter(line.partition(" -> ")[2] for t in tallies.values() for line in t.wrong)
    print(f"\ndistinct originals that match one another: {false_pairs}; copies that match a wrong original: {sum(wrong.values())}")


if __name__ == "__main__":
    main()
