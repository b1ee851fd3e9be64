"""The world of `benchmarks.pages`: what `benchmarks.visibility` fills, and a unit of Sweden with small subjects and the largest.

The small subjects are those that the tests' walk of all pages knows (`tests/world/foreign.py`), made by the product's own
actions. The largest are made by set operations: rows of the small ones, copied, or numbered ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import psycopg

from benchmarks import visibility
from clew.domain.handling import Audience
from clew.node.connection import ConnectionFacts
from clew.records.policies import FACTS
from clew.records.visibility import visible

MEMBER, UNIT = "SE", "VICTIM-ID"
BIG_CASE, BIG_EXHIBIT, BIG_SERIES = "SE-large", "PHONE-large", "series-large"
MIDDLING_CASE, MIDDLING_EXHIBIT = "SE-mid", "PHONE-mid"
"""A tenth of the largest: what the planner does for very much and for very little it does for neither between."""
PREVIEWS = 1_000
"""Media of the large case that have a preview: more than a page of the grid asks for at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many rows of each kind. `copies` are how often each small row of letters, leads and people is there."""

    media: int
    case: int
    series: int
    people: int
    linked: int
    copies: int
    clues: int


FULL = Sizes(media=5_000_000, case=100_000, series=5_000, people=20_000, linked=2_000, copies=2_000, clues=500)
QUICK = Sizes(media=100_000, case=10_000, series=1_000, people=1_000, linked=200, copies=100, clues=40)

_COVER = "owner_member, owner_unit, audience, members, excluded"
_COPIED = ("leads", "notices", "correspondences", "messages", "questions", "referrals", "crops", "tombstones")
"""Tables whose rows of Sweden are copied as they are, but for their identifiers."""


def make(facts: ConnectionFacts, sizes: Sizes) -> None:
    """Fill a founded, empty node."""
    from tests.end_to_end.test_queries_of_pages import PEOPLE
    from tests.world.foreign import sweden
    from tests.world.world import World

    world = World(facts=facts)
    for number in range(1, visibility.MEMBERS - 2):
        world.member(f"M{number:02}")
    world.member("NO", "Norway")
    visibility.fill(facts, sizes.media)  # before there is anything of Sweden: it seals the names of every series
    sweden(world)
    for name, role in PEOPLE.items():
        world.officer(name, role=role, member=MEMBER, unit="ADMIN" if name == "nils" else UNIT)
    for name in ("stig", "stina"):
        world.officer(name, member=MEMBER, unit=UNIT)
    _places_of_media(world, sizes)
    with psycopg.connect(**visibility.bypassing_parameters(facts), autocommit=True) as database:
        database.execute("delete from releases")  # a row of the tests that nobody can open
        for statement in _statements(sizes):
            database.execute(statement)
        for table in _COPIED:
            _copy(database, table, sizes.copies)
        _seal_lists(database)
    _said_of_media(sizes)
    with psycopg.connect(**visibility.bypassing_parameters(facts), autocommit=True) as database:
        database.execute("vacuum (analyze)")


def _places_of_media(world, sizes: Sizes) -> None:
    """A case of one exhibit and a series of the unit, with their media, a third of which others have too."""
    from clew.media.reading import PREVIEW_BYTES
    from clew.records import cases, officers, previews, sealed, series
    from clew.records.intakes import PATH
    from clew.records.session import acting_as
    from tests.world.world import handling

    sven = officers.actor_of("sven")
    cover = handling(sven)
    exhibit_id = world.exhibit(sven, BIG_CASE, BIG_EXHIBIT)
    middling_exhibit = world.exhibit(sven, MIDDLING_CASE, MIDDLING_EXHIBIT)
    with acting_as(sven) as session:
        case_id, middling_case = cases.find_own(session, BIG_CASE), cases.find_own(session, MIDDLING_CASE)
        series_id = series.find_or_open(session, BIG_SERIES, cover)
        path, middling_path = (
            sealed.of_case(MEMBER, one, make=True).seal(b"DCIM/100CANON/IMG_0001.JPG", PATH) for one in (case_id, middling_case)
        )
    with psycopg.connect(**visibility.bypassing_parameters(world.facts), autocommit=True) as database:
        for statement in _media(sizes, case_id, exhibit_id, series_id, path):
            database.execute(statement)
        database.execute(_places(sizes.case // 10, middling_case, middling_exhibit, middling_path))
        shown = database.execute(
            f"select id, sha256 from media where owner_member = '{MEMBER}' and size_bytes > 1000 order by id limit {PREVIEWS}"
        ).fetchall()
        texts = sealed.of_case(MEMBER, case_id)
        with database.cursor() as cursor:
            cursor.executemany(
                "insert into previews (medium_id, case_id, member, content) values (%s, %s, 'SE', %s)",
                [(one, case_id, texts.seal(bytes(previews.TIME_BYTES + PREVIEW_BYTES), previews.CONTENT, bytes(sha256))) for one, sha256 in shown],
            )


_OWN = f"'{MEMBER}', '{UNIT}', {visibility._circles(Audience.ALL)}, '{{}}'::text[], '{{}}'::text[]"
_MEDIUM = "md5('large' || n)::uuid"


def _places(media: int, case_id: UUID, exhibit_id: UUID, path: bytes) -> str:
    """So many media of the largest case lie in this exhibit."""
    return f"""
        insert into occurrences (exhibit_id, case_id, intake_id, path, path_key, size_bytes, medium_id, {_COVER})
        select '{exhibit_id}', '{case_id}', md5('large')::uuid, '\\x{path.hex()}', int8send(n + 1000000000), 1000, {_MEDIUM}, {_OWN}
          from generate_series(1, {media}) n"""


def _media(sizes: Sizes, case_id: UUID, exhibit_id: UUID, series_id: UUID, path: bytes) -> list[str]:
    own, one, every = _OWN, _MEDIUM, f"generate_series(1, {sizes.case}) n"
    seen = visible("b.", viewer_member=f"'{MEMBER}'", viewer_unit=f"'{UNIT}'", viewer_use=FACTS)
    return [
        f"""insert into media (id, name, sha256, sha1, md5, size_bytes, kind, verdict, width, height, {_COVER})
            select {one}, d, d, substr(d, 1, 20), substr(d, 1, 16), 1000 + n, 'image', 1, 1600, 1200, {own}
              from (select n, sha256(int8send(case n % 3 when 0 then n else n + 1000000000 end::bigint)) as d from {every}) g""",
        _places(sizes.case, case_id, exhibit_id, path),
        f"""insert into medium_keys (medium_id, case_id, member, blob, wrapped)
            select {one}, '{case_id}', '{MEMBER}', sha256(int8send(n)), sha256(int8send(n)) || sha256(int8send(-n)) from {every}""",
        f"""insert into fingerprints (medium_id, kind, bits, engine, first, count, {_COVER})
            select {one}, 1, sha256(int8send(-n - 1000000000::bigint)), 1, {sizes.media} + n - 1, 1, {own} from {every}""",
        f"""insert into series_media (series_id, medium_id, {_COVER})
            select '{series_id}', {one}, {own} from generate_series(1, {sizes.series}) n""",
        f"""insert into series_media (series_id, medium_id, {_COVER})
            select '{series_id}', id, {_COVER} from media where owner_member <> '{MEMBER}' limit {sizes.series}""",
        f"""insert into public.overlaps (left_medium, right_medium)
            select least(m.id, b.id), greatest(m.id, b.id) from media m join media b on b.name = m.name
             where m.owner_member = '{MEMBER}' and m.size_bytes > 1000 and b.owner_member <> '{MEMBER}' and not {seen}
                on conflict do nothing""",
        """insert into overlap_modes (member, unit, mode, is_in_force, changed_by)
            select code, '', 'open', true, 'x' from members where code like 'M_0'""",
    ]  # fmt: skip


def _statements(sizes: Sizes) -> list[str]:
    """People and places of all members, and one victim and one offender with very many links."""
    own = f"'{MEMBER}', '{UNIT}', {visibility._circles(Audience.ALL)}, '{{}}'::text[], '{{}}'::text[]"
    whose = f"case n % 10 when 0 then '{MEMBER}' else 'M' || lpad((1 + n % 60)::text, 2, '0') end"
    cover = f"{whose}, case n % 10 when 0 then '{UNIT}' else 'U1' end, {visibility._circles(Audience.ALL)}, '{{}}', '{{}}'"
    every = f"generate_series(1, {sizes.people}) n"
    return [
        f"insert into victims (entered_by, {_COVER}) select 'x', {cover} from {every}",
        f"insert into offenders (entered_by, {_COVER}) select 'x', {cover} from {every}",
        f"""insert into places (kind, country, latitude, longitude, entered_by, {_COVER})
            select 'room', 'SE', 55 + n % 1000 / 100.0, 12 + n % 700 / 100.0, 'x', {cover} from {every}""",
        *(
            f"""insert into links (type, a_kind, a_id, b_kind, b_id, basis, confidence, state, rule, decided_by, decided_at, asserted_by, {_COVER})
                select l.type, l.a_kind, l.a_id, l.b_kind, p.id, l.basis, l.confidence, l.state, l.rule, l.decided_by, l.decided_at, 'sven', {own}
                  from (select distinct on (a_kind) * from links where owner_member = '{MEMBER}'
                         and b_id in (select id from places) order by a_kind, id) l,
                       (select id from places order by id limit {sizes.linked}) p on conflict do nothing"""
            for _ in range(1)
        ),
    ]  # fmt: skip


def _seal_lists(database: visibility.Connection) -> None:
    """Seal the names of the lists of others: the page of lists shows them."""
    from clew.records import hash_lists, sealed

    for row, owner, name in database.execute(
        f"select id, owner_member, name from hash_lists where owner_member <> '{MEMBER}'"
    ).fetchall():
        database.execute(
            "update hash_lists set name = %s where id = %s",
            [sealed.of_member(owner).seal(bytes(name), hash_lists.NAME), row],
        )


def _copy(database: visibility.Connection, table: str, copies: int) -> None:
    """Each row of Sweden in the table so often again, under identifiers of its own.

    Where the rows of a table must differ otherwise too, one of many conflicts is left out.
    """
    columns = [
        name for (name,) in database.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
            " and attname <> 'id' and attgenerated = '' and attidentity = ''", [table],
        ).fetchall()
    ]  # fmt: skip
    given = {name: name for name in columns} | _changed(table)
    owner = "owner_member" if "owner_member" in columns else "member"
    database.execute(
        f"insert into {table} ({', '.join(given)}) select {', '.join(f'{one}' for one in given.values())}"
        f" from {table} t, generate_series(1, {copies}) n where t.{owner} = %s on conflict do nothing",
        [MEMBER],
    )


def _changed(table: str) -> Mapping[str, str]:
    """What of a copied row is not as it was: times apart, and what is unique."""
    return {
        "leads": {"evidence": "sha256(int8send(n)) || evidence", "changed_at": "changed_at - n * interval '1 minute'"},
        "notices": {"subject_id": "gen_random_uuid()", "seen_by": "null", "seen_at": "null"},
        "messages": {"written_at": "written_at - n * interval '1 minute'"},
        "correspondences": {"asked_at": "asked_at - n * interval '1 minute'"},
        "questions": {"reference": "'Q-9' || lpad(n::text, 8, '0')"},
        "referrals": {"reference": "'R-9' || lpad(n::text, 8, '0')"},
        "crops": {"name": "sha256(int8send(n))"},
        "tombstones": {"subject_id": "gen_random_uuid()"},
    }.get(table, {})


def _said_of_media(sizes: Sizes) -> None:
    """Clues on media of the large series, by the product's own action."""
    from clew.actions import spotting
    from clew.domain import clue
    from clew.records import officers, series_media  # noqa: F401 (the table the digests are read from)
    from clew.records.session import acting_as
    from tests.world.world import handling

    sven = officers.actor_of("sven")
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select encode(sha256, 'hex') from media where owner_member = %s and size_bytes > 1000 limit %s", [MEMBER, sizes.clues])
        names = [row[0] for row in cursor.fetchall()]
    said = clue.Said(kind=clue.ClueKind.TEXT, value="Words on a tram", note="On the side.", speaks={"SE": 3})
    with acting_as(sven) as session:
        for name in names:
            spotting.add(session, name, said, handling(sven))
