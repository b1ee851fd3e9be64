"""The law of blind sides: of an overlap a side reads that there is one, and nothing moves that but what it does itself.

Norway does the same each time; what Sweden (and Denmark) hold, say and undo is another thing each time. Pages, commands
and raw SQL of Norway's officer are byte for byte the same, but for identifiers and the moment. A law counts only once
it has killed its mutants: careless set-ups of the protocol, each of which some story of Sweden gives away.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from hashlib import sha256
from http import HTTPStatus
from itertools import zip_longest
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import get_resolver

from clew import web
from clew.actions import (
    admitting,
    blocking,
    counting,
    deconflicting,
    describing,
    gathering,
    linking,
    restricting,
    tallying,
)
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.handling import Actor, Audience, Use
from clew.domain.handling_change import SubjectKind
from clew.domain.link import Basis, LinkType
from clew.domain.officer import Role
from clew.domain.overlap import Mode, Step
from clew.domain.victim import VictimFacts
from clew.records import cases, matches, officers, policies
from clew.records import series as series_rows
from clew.records.matches import Match, MatchKind
from clew.records.session import Session, acting_as
from clew.records.visibility import visible
from tests.end_to_end.test_one_answer_of_the_api import naming, put, resolved, sample
from tests.world import mutants
from tests.world.api_document import DOCUMENT
from tests.world.clients import shown_ago, signed_in
from tests.world.commands import clew
from tests.world.contexts import app_connection, claim, true_context
from tests.world.kept import connected
from tests.world.ticks import ticks
from tests.world.world import World, handling, superuser

CASE = SubjectKind.CASE
PAGES = (
    "/", "/cases/", "/cases/NO-1/", "/overlaps/", "/overlaps/case/NO-1/", "/messages/", "/audit/", "/audit/accesses/", "/releases/",
    "/retention/",
)  # fmt: skip
COMMANDS = (
    "overlap list", "overlap list --json", "overlap show NO-1", "overlap show NO-1 --json", "overlap mode NO-1 --json",
    "triage NO-1 --json", "audit list", "audit accesses", "retention list", "release list", "notice list --json", "message list",
)  # fmt: skip
OF_THE_DOOR = {"sign_ins", "door_memory", "tokens", "officers"}
"""What signing in leaves: of the officer's own doing, and another thing each time."""
NUMBERED = {"chunks", "fingerprints", "matches", "occurrences"}
"""Rows that bear numbers of all members together (`test_catalogue`): known, and shown by no door."""


@dataclass(frozen=True, kw_only=True)
class Told:
    world: World
    ada: Actor
    sven: Actor
    dina: Actor


Story = Callable[[Told], None]


def nothing(_: Told) -> None:
    """Sweden does not."""


def holds(count: int = 1, case: str = "SE-1", member: str = "sven") -> Story:
    def story(told: Told) -> None:
        of: Actor = getattr(told, member)
        media = [medium_of(told, of, b"content %d" % number) for number in range(count)]
        for medium in media:
            told.world.occurrence(of, medium, case, cover=handling(of, Audience.UNIT))
        note(of, media)

    return story


def medium_of(told: Told, of: Actor, content: bytes) -> UUID:
    """The member's medium of this content, made where it is new."""
    with acting_as(of) as given, given.cursor() as cursor:
        cursor.execute("select id from media where name = %s and owner_member = %s", [sha256(content).digest(), of.member])
        found = cursor.fetchone()
    return told.world.medium(of, Audience.UNIT, content=content) if found is None else found[0]


def note(of: Actor, media: list) -> None:
    with acting_as(of) as given:
        matches.note_digest_overlaps(given, media)


def says(step: Step, member: str = "sven", case: str = "SE-1") -> Story:
    def story(told: Told) -> None:
        with acting_as(getattr(told, member)) as given:
            deconflicting.say(given, CASE, case, step, reason="Of Sweden alone.")

    return story


def rules(mode: Mode, case: str = "SE-1", member: str = "sven") -> Story:
    def story(told: Told) -> None:
        with acting_as(getattr(told, member)) as given:
            deconflicting.set_mode(given, CASE, case, mode, "An operation is under way.")

    return story


def opens_case(told: Told) -> None:
    told.world.exhibit(told.sven, "SE-1", cover=handling(told.sven, Audience.UNIT))


def blocks(told: Told) -> None:
    with acting_as(told.sven) as given:
        blocking.block(given, CASE, "SE-1", None, "A person asked.")


def widens(told: Told) -> None:
    with acting_as(told.sven) as given:
        restricting.change(given, CASE, "SE-1", None, handling(told.sven, Audience.MEMBER), "For all.")


def each(*stories: Story) -> Story:
    def story(told: Told) -> None:
        for one in stories:
            one(told)

    return story


@dataclass(frozen=True, kw_only=True)
class Sweden:
    """What is done before Norway takes its media in, after that, after Norway looked on the same day, after the first
    tick, and after Norway consented.
    """

    before: Story = nothing
    after: Story = nothing
    same_day: Story = nothing
    told: Story = nothing
    late: Story = nothing


PLAIN = Sweden(before=holds())
STORIES = {
    "it declines": Sweden(before=holds(), told=says(Step.DECLINE)),
    "it waits and then declines": Sweden(before=holds(), told=says(Step.WAIT), late=says(Step.DECLINE)),
    "it comes after and holds a hundred media in two cases": Sweden(after=each(holds(100), holds(2, "SE-2"))),
    "it comes later on the same day": Sweden(same_day=holds(2)),
    "it takes more in later, and then becomes silent": Sweden(
        before=holds(), told=each(holds(3, "SE-2"), rules(Mode.SILENT)), late=rules(Mode.SILENT, "SE-2")),
    "it is silent, and Denmark holds them and declines": Sweden(
        before=each(opens_case, rules(Mode.SILENT), holds(2), holds(2, "DK-1", "dina")),
        told=says(Step.DECLINE, "dina", "DK-1")),
    "it is blocked later": Sweden(before=holds(), told=blocks),
    "it opens its case within its member": Sweden(before=holds(), told=widens),
}  # fmt: skip
SILENT = Sweden(before=each(opens_case, rules(Mode.SILENT), holds()))
"""Of a silent side Norway reads what it reads where there is none."""


def norway_reads(world: World, sweden: Sweden, reading: "Callable[[Actor, Client], str] | None" = None) -> str:
    """Everything that Norway's officer can read, or what `reading` gives of it, as the story goes on."""
    reading = reading or everything
    world.empty(to_the_file=True)
    told = Told(
        world=world, ada=world.officer("ada"), sven=world.officer("sven", member="SE"),
        dina=world.officer("dina", member="DK"),
    )  # fmt: skip
    sweden.before(told)
    media = [
        world.medium(told.ada, Audience.UNIT, content=b"content %d" % number, identifier=UUID(int=number + 1))
        for number in range(3)
    ]
    for number, medium in enumerate(media):
        cover = handling(told.ada, Audience.UNIT)
        world.occurrence(told.ada, medium, "NO-1", path=b"%d.jpg" % number, cover=cover)
    note(told.ada, media)
    sweden.after(told)
    deconflicting.release_all()
    readings = [plain("\n".join(raw(told.ada)))]
    sweden.same_day(told)
    ticks(world)
    client = signed_in("ada")
    readings.append(reading(told.ada, client))
    sweden.told(told)
    ticks(world, days=2)
    with acting_as(told.ada) as given:
        try:
            deconflicting.say(given, CASE, "NO-1", Step.CONSENT, words="Ask for the night desk.")
        except NotVisible as refused:
            readings.append(str(refused))
    sweden.late(told)
    ticks(world)
    return "\n".join([*readings, reading(told.ada, client)])


def rows_alone(ada: Actor, _: Client) -> str:
    """What the mutants are told by: the tables, without pages and commands."""
    return plain("\n".join(raw(ada)))


def everything(ada: Actor, client: Client) -> str:
    tallying._kept.clear()  # on a slow machine some is counted anew now and then, here each time
    said = [client.get(page).content.decode() for page in PAGES]
    for words in COMMANDS:
        done = clew(*words.split(), "--as", ada.officer)
        said.append(f"{words}: {done.code} {done.out} {done.err}")
    return plain("\n".join([*said, *raw(ada)]))


def raw(ada: Actor) -> Iterator[str]:
    """Every table as the application's role may read it for Norway's officer, in the order in which the rows lie."""
    with app_connection() as app:
        claim(app, true_context(app, ada))
        for table in sorted(policies.APP_GRANTS.keys() - OF_THE_DOOR):
            columns = [
                row[0]
                for row in app.execute(
                    "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
                    " and has_column_privilege(attrelid, attnum, 'select') order by attnum",
                    [f"public.{table}"],
                )
                if not (table in NUMBERED and row[0] == "id")
            ]
            if columns:
                rows = app.execute(f"select to_jsonb(t)::text from (select {', '.join(columns)} from public.{table}) t")
                yield from (f"{table}: {json.loads(row[0])}" for row in rows)
        (case,) = app.execute("select id from cases").fetchone()
        for call in ("clew_open_overlaps(%(case)s, true)", "clew_accesses(null, null, null, null, null, 100)"):
            yield f"{call}: {app.execute(f'select * from {call}', {'case': case}).fetchall()}"


MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:\+00(?::00)?)?|\d{1,2} \w+ \d{4}, \d\d:\d\d")
IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OF_THE_MOMENT = (
    (re.compile(r'(?:value|data-[\w-]+)="(?![0-9a-f]{64}")\w{64}"'), "token"), (re.compile(r"\\\\?x[0-9a-f]{16,}"), "bytes"),
    (re.compile(r'data-said="\d{10}"'), "moment"), (re.compile(r"sealed:[A-Za-z0-9+/=]+"), "sealed"), (re.compile(r"nonce-[\w=-]+"), "nonce"),
    (re.compile(r"\b[A-Z]-\d{9}\b"), "reference"),
)  # fmt: skip


def plain(said: str) -> str:
    """What was said, less identifiers (numbered as they come), what is random, and times within this run of the test."""
    known: dict[str, str] = {}
    said = IDENTIFIER.sub(lambda found: known.setdefault(found[0], f"id-{len(known)}"), said)
    for pattern, word in OF_THE_MOMENT:
        said = pattern.sub(word, said)
    return MOMENT.sub(lambda found: "now" if is_of_this_run(found[0]) else found[0], said)


def is_of_this_run(text: str) -> bool:
    """Whether it is of now, or so long after now as a certification lasts."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.strptime(text, "%d %B %Y, %H:%M")  # noqa: DTZ007 (its zone follows)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at > datetime.now(UTC) - timedelta(minutes=30)


def differing(one: str, other: str) -> list[str]:
    """The lines in which two readings differ, from either."""
    lines = unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.fixture(scope="module")
def plainly(node) -> str:
    if not node.is_own:
        pytest.skip("the database elsewhere lets nobody lay back its clock")
    made = World(facts=node)
    found = norway_reads(made, PLAIN)
    assert found.count("There is an overlap") > found.count("nothing of the kind")
    yield found
    made.empty()


@pytest.mark.parametrize("story", STORIES)
def test_whatever_the_other_side_holds_says_or_undoes_a_blind_side_reads_the_same(
    node, plainly: str, story: str
) -> None:
    assert not differing(norway_reads(World(facts=node), STORIES[story]), plainly)


def test_of_a_silent_side_one_reads_what_one_reads_where_there_is_none(node, plainly: str) -> None:
    world = World(facts=node)
    alone = norway_reads(world, Sweden(before=opens_case))
    assert differing(alone, plainly)
    assert not differing(norway_reads(world, SILENT), alone)


# Facts without fingerprints --------------------------------------------------------------------------------------


def shows_facts(near: int) -> Story:
    """Sweden shows everybody the facts of four media and withholds their fingerprints; so many of them match Norway's."""

    def story(told: Told) -> None:
        given = handling(told.sven, uses=Use.FACTS)
        stored = [told.world.fingerprint(told.ada, UUID(int=number + 1)) for number in range(3)]
        found = []
        for number in range(4):
            medium = told.world.medium(
                told.sven, Audience.UNIT, content=b"of Sweden %d" % number, identifier=UUID(int=100 + number)
            )
            told.world.occurrence(told.sven, medium, "SE-1", cover=handling(told.sven, Audience.UNIT))
            if number < near:
                found.append(
                    Match(medium_id=medium, fingerprint_id=stored[number % 3], kind=MatchKind.PDQ, distance_bits=8, radius_bits=31)
                )
        with acting_as(told.sven) as session, session.cursor() as cursor:
            cursor.execute("update media set audience = %s", [given.circles])
        with acting_as(told.sven) as session:
            matches.write(session, found)

    return story


def test_of_media_whose_facts_are_shown_and_fingerprints_withheld_a_side_reads_the_overlap_and_no_more(node) -> None:
    """Nothing of how many match, of which, and of what the other side does; and of a silent side nothing at all."""
    if not node.is_own:
        pytest.skip("the database elsewhere lets nobody lay back its clock")
    world = World(facts=node)
    one = norway_reads(world, Sweden(after=shows_facts(1)))
    many = norway_reads(world, Sweden(after=shows_facts(4), told=says(Step.WAIT), late=says(Step.DECLINE)))
    assert not differing(one, many)
    none = norway_reads(world, Sweden(after=shows_facts(0)))
    assert "There is an overlap" in one
    assert "There is an overlap" not in none
    silent = norway_reads(world, Sweden(before=each(opens_case, rules(Mode.SILENT)), after=shows_facts(4)))
    assert not differing(silent, norway_reads(world, Sweden(before=opens_case, after=shows_facts(0))))
    world.empty()


MATCHES_BY_FACTS = f"{visible('a_')} and {visible('b_')}"


def test_the_law_notices_where_matches_are_told_by_facts_alone(node) -> None:
    if not node.is_own:
        pytest.skip("the database elsewhere lets nobody lay back its clock")
    world = World(facts=node)
    with connected(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute(f"alter policy app_select on matches using ({MATCHES_BY_FACTS})")
        try:
            one, many = (norway_reads(world, Sweden(after=shows_facts(near)), rows_alone) for near in (1, 4))
        finally:
            owner.execute(f"alter policy app_select on matches {policies.SPECIAL['matches']['select']}")
    world.empty()
    assert differing(one, many)


# Every route -----------------------------------------------------------------------------------------------


OF_THE_OFFICER_ALONE = ("account/", "static/", "language/")
"""Begins of addresses of the door and of the officer's own keys, and files that are the same for everybody."""
ALL_AT_ONCE = Sweden(
    after=each(holds(100), holds(2, "SE-2"), holds(2, "DK-1", "dina")), told=each(says(Step.WAIT), holds(3, "SE-3")),
    late=says(Step.DECLINE),
)  # fmt: skip
"""It holds more, in more cases, and so does Denmark; it waits, and declines once Norway has consented."""


@dataclass(frozen=True, kw_only=True)
class Own:
    """What Norway names in its requests, by the names that routes and operations give to what they take."""

    case_id: UUID
    media: tuple[UUID, ...]
    series: str
    victim: str

    def is_in(self, address: str) -> bool:
        """Whether the address names something."""
        return any(one in address for one in ("NO-1", "00000000", sha256(b"content 0").hexdigest(), self.series, self.victim))

    def named(self, name: str, place: str, kind: str = "") -> str:
        """A value for what is called `name` at `place`, the first word of the address; of another's there is none."""
        medium = sha256(b"content 0").hexdigest()
        of_place = {"series": self.series, "links": self.series, "victims": self.victim, "media": medium, "cases": "NO-1"}
        of_name = {
            "case": "NO-1", "exhibit": "PHONE-1", "kind": "case", "unit": "VICTIM-ID", "member": "NO", "of": self.series,
            "to": self.victim, "other": sha256(b"content 1").hexdigest(),
            "medium": str(self.media[0]) if kind == "uuid" else medium,
        }  # fmt: skip
        if kind == "uuid":
            return of_name["medium"] if name == "medium" else str(UUID(int=0))
        if kind == "int":
            return "1"
        return of_name.get(name) or of_place.get(place, "NO-1")


def pages_of(own: Own) -> list[str]:
    """Every address of the table of addresses, with what is Norway's own in place of what it takes."""
    found = []
    for one in get_resolver().url_patterns:
        pattern = str(one.pattern)
        if not pattern.startswith((*OF_THE_OFFICER_ALONE, "api/")):
            place = pattern.partition("/")[0]
            found.append("/" + re.sub(
                r"<(?:(\w+):)?(\w+)>", lambda of, place=place: own.named(of[2], place, of[1] or ""), pattern
            ))  # fmt: skip
    return found


def operations_of(own: Own) -> list[str]:
    """Every operation of the API that reads, in the same way; of what may be left out it gives nothing."""
    found = []
    for path, operations in DOCUMENT["paths"].items():
        if "get" not in operations:
            continue
        place = path.split("/")[2]
        taken = [one for one in operations["get"].get("parameters", ()) if one["in"] == "query" and one.get("required")]
        asked = "&".join(f"{one['name']}={own.named(one['name'], place)}" for one in taken)
        found.append(re.sub(r"{(\w+)}", lambda of, place=place: own.named(of[1], place), path) + (asked and f"?{asked}"))
    return found


def functions(actor: Actor, own: Own) -> Iterator[str]:
    """Every function that the application may call and that changes nothing, asked with what is Norway's own."""
    by_type: dict[str, object] = {
        "text": "NO", "integer": 100, "smallint": 1, "bigint": 0, "boolean": True, "uuid": own.case_id,
        "uuid[]": [*own.media, own.case_id], "bytea": sha256(b"content 0").digest(), "bytea[]": [sha256(b"content 0").digest()],
        "text[]": ["NO"], "bigint[]": [1],
    }  # fmt: skip
    by_name: dict[str, object] = {"in_year": None, "by_what": "year", "asked": "all"}
    with app_connection() as app:
        claim(app, true_context(app, actor))
        some = app.execute(
            """
            select p.oid::regproc::text, coalesce(p.proargnames[:p.pronargs], '{}'),
                   array(select t::regtype::text from unnest(p.proargtypes) with ordinality a (t, at) order by a.at)
              from pg_proc p
             where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.provolatile <> 'v'
               and has_function_privilege(p.oid, 'execute') order by 1, 3"""
        ).fetchall()
        for name, names, types in some:
            given = [by_name.get(called, by_type.get(of)) for called, of in zip_longest(names, types)]
            places = ", ".join(f"%s::{of}" for of in types)
            try:
                with app.transaction():
                    rows = app.execute(f"select to_jsonb(f)::text from {name}({places}) f", given).fetchall()
            except psycopg.Error as refused:
                rows = [(type(refused).__name__,)]
            yield f"{name}: {rows}"


class EveryRoute:
    """Reads everything that has an address or is a function, once the story is over; `answered`: how many addresses were.

    For an investigator whatever has an address; for a coordinator, who reads statistics, what takes no identifier.
    """

    def __init__(self, only: str = "") -> None:
        self.answered, self._calls, self._only = 0, 0, only

    def __call__(self, ada: Actor, client: Client) -> str:
        self._calls += 1
        if self._calls == 1:
            return ""
        caches["api"].clear()
        tallying._kept.clear()
        own = self._enter(ada)
        admitting.add_officer("nils", member="NO", unit=ada.unit, role=Role.COORDINATOR)
        nils = officers.actor_of("nils")
        counting.count_up()
        addresses = [one for one in (*pages_of(own), *operations_of(own)) if self._only in one]
        said = [f"{one}: {self._read(client, one)}" for one in addresses]
        of_nils = signed_in("nils")
        said += [f"nils {one}: {self._read(of_nils, one)}" for one in addresses if not own.is_in(one)]
        return plain("\n".join([*said, *functions(ada, own), *functions(nils, own)]))

    def _read(self, client: Client, address: str) -> str:
        answer = client.get(address)
        self.answered += answer.status_code == 200
        if answer.streaming and answer.is_async:
            return f"{answer.status_code} draws anew what a page shows"
        content = b"".join(answer) if answer.streaming else answer.content
        return f"{answer.status_code} {content.decode('utf-8', 'replace')}"

    def _enter(self, ada: Actor) -> Own:
        """A series of what the case has, and a victim in it."""
        with acting_as(ada) as session:
            made = gathering.open_new(session, "green-room", handling(ada, Audience.UNIT))
            gathering.add(session, made.reference, case="NO-1")
            victim = describing.enter_victim(session, VictimFacts(), "", handling(ada, Audience.UNIT)).kept.reference
            linking.link(session, victim, LinkType.APPEARS_IN, made.reference, basis=Basis.SEEN)
            case_id = cases.find(session, "NO-1")
        media = tuple(UUID(int=number + 1) for number in range(3))
        return Own(case_id=case_id, media=media, series=made.reference, victim=victim)


def test_no_route_and_no_function_tells_a_blind_side_anything(node, plainly: str) -> None:
    """Whatever has an address, by the table of addresses and the document of the API; a new one is read by itself."""
    world, reading = World(facts=node), EveryRoute()
    expected = norway_reads(world, PLAIN, reading)
    assert reading.answered > 120
    assert not differing(norway_reads(world, ALL_AT_ONCE, EveryRoute()), expected)


LEAKING = {
    "a page": ("clew_ledger(", "count(*) filter (where not is_own) as others,", "(select count(*) from media) as others,"),
    "a function": ("clew_statistics(", "(select count(distinct o.member) from officers o", "(select count(distinct m.id) from media m, officers o"),
}  # fmt: skip


@pytest.mark.parametrize("mutant", LEAKING)
def test_the_law_of_routes_notices_one_that_counts_what_is_hidden(node, plainly: str, mutant: str) -> None:
    world = World(facts=node)
    with mutants.changed(node, *LEAKING[mutant]):
        told = [norway_reads(world, one, EveryRoute("ledger")) for one in (ALL_AT_ONCE, PLAIN)]
    assert differing(*told)


# Every write ------------------------------------------------------------------------------------------------


NEVER = UUID(int=0x0F9D1B526C1E4A439D0E2F7A54C1B8E3)
"""What no record is called."""


@dataclass(frozen=True, kw_only=True)
class Others:
    """What Norway names that is not its own: what Sweden hides, or what is not there at all. Each is written as the other is."""

    ids: tuple[str, ...]
    case: str
    series: str
    victim: str
    digest: str

    def named(self, name: str, place: str, kind: str = "") -> str:
        """A value for what is called `name`; of several identifiers one that depends on the place."""
        if kind == "uuid":
            return self.ids[sum(map(ord, name + place)) % len(self.ids)]
        if kind == "int":
            return "1"
        if kind == "digest" or name in {"sha256", "medium", "media", "other"} or place == "media":
            return self.digest
        if place == "victims":
            return self.victim
        is_series = name in {"series", "reference", "record", "to", "of", "with"} or place in {"series", "links"}
        return self.series if is_series and name != "case" else {"exhibit": "PHONE-1", "kind": "case"}.get(name, self.case)

    def less(self, said: str) -> str:
        """Without what was given."""
        for one in sorted({*self.ids, self.case, self.series, self.victim, self.digest}, key=len, reverse=True):
            said = said.replace(one, "{}")
        return said


ABSENT = Others(ids=(str(NEVER),), case="SE-7", series="S-100000017", victim="V-100000017", digest=sha256(b"never").hexdigest())


def hidden(world: World) -> Others:
    """What Sweden hides of all that overlaps: its case, media, series, victim, sides and notices."""
    rows = superuser(world.facts)
    (series,), (victim,) = (
        rows.execute(f"select reference from {table} where owner_member = 'SE' limit 1").fetchone()
        for table in ("series", "victims")
    )
    ids = [
        str(one) for table, whose in (("cases", "owner_member"), ("media", "owner_member"), ("series", "owner_member"),
                                      ("exhibits", "owner_member"), ("overlap_sides", "member"), ("notices", "member"))
        for (one,) in rows.execute(f"select id from {table} where {whose} = 'SE' order by id limit 1").fetchall()
    ]  # fmt: skip
    return Others(ids=tuple(ids), case="SE-1", series=series, victim=victim, digest=sha256(b"content 50").hexdigest())


FIELDS = (
    "asked", "assertion", "camera", "case", "clue", "crop", "event", "exhibit", "id", "medium", "message", "name", "names",
    "other", "proposal", "record", "reference", "series", "sha256", "subject", "to", "view", "with", "within",
)  # fmt: skip
"""Fields of forms that name a record (`NAMES` of `test_one_answer_of_forms`), but for officers and units."""
OF_IDENTIFIERS = frozenset({"asked", "assertion", "clue", "crop", "event", "id", "message", "proposal", "view"})
STATED = {
    "purpose": "investigation", "kind": "case", "reason": "Why.", "words": "Words.", "basis": "seen", "audience": "unit",
    "step": "wait", "type": "appears-in", "state": "identified", "until": "2040-01-31", "title": "room", "mode": "contact",
    "said": "relevant", "of": "case", "form": "csv",
}  # fmt: skip
"""What a form says besides."""


STEPS: dict[str, list[str]] = {}
"""Which steps the templates take at an address, by its name."""
for _template in (Path(web.__file__).parent / "templates").rglob("*.html"):
    for _name, _step in re.findall(r"url '([a-z-]+)'[^%]*step='([a-z-]+)'", _template.read_text("utf-8")):
        if _step not in STEPS.setdefault(_name, []):
            STEPS[_name].append(_step)
OTHER_STEPS = ("propose", "withdraw", "confirm", "approve", "take")
"""Where a template says the step otherwise."""


class EveryWrite(EveryRoute):
    """Posts to all that takes something, named as `others` says and then as Norway's own; and tells what Norway has then.

    Of `done` it counts what was not refused.
    """

    def __init__(self, others: Callable[[World], Others], world: World, only: str = "") -> None:
        super().__init__(only)
        self.done, self._asked, self._others, self._world = 0, 0, others, world

    def __call__(self, ada: Actor, client: Client) -> str:
        self._calls += 1
        if self._calls == 1:
            return ""
        tallying._kept.clear()
        own, others = self._enter(ada), self._others(self._world)
        said = [others.less(self._posted(client, one, *asked)) for one, *asked in self._writes(others)]
        said += [self._posted(client, one, *asked) for one, *asked in self._writes(own)]
        # What one statement changed of several rows lies in the order of their identifiers, which are drawn.
        rows = sorted(plain(IDENTIFIER.sub("id", others.less(row))) for row in raw(ada))
        return plain(re.sub(r"(?<=/search/\?of=)[\w-]+", "sealed", "\n".join([*said, *rows])))

    def _writes(self, named: "Own | Others") -> Iterator[tuple[str, dict[str, object], bool]]:
        """Address, what is posted, and whether as JSON."""
        form = {**{name: named.named(name, "", "uuid" if name in OF_IDENTIFIERS else "") for name in FIELDS}, **STATED}
        for one in get_resolver().url_patterns:
            pattern = str(one.pattern)
            if not pattern.startswith((*OF_THE_OFFICER_ALONE, "api/")):
                place = pattern.partition("/")[0]
                for step in STEPS.get(one.name, OTHER_STEPS) if "step>" in pattern else ("",):
                    address = re.sub(
                        r"<(?:(\w+):)?(\w+)>",
                        lambda of, place=place, step=step: step if of[2] == "step" else named.named(of[2], place, of[1] or ""),
                        pattern,
                    )
                    yield "/" + address, dict(form), False
        for path, operations in DOCUMENT["paths"].items():
            if "post" not in operations or "programs" in operations["post"]["tags"]:
                continue
            place = path.split("/")[2]
            address = re.sub(r"{(\w+)}", lambda of, place=place, path=path: named.named(of[1], place, _format(path, of[1])), path)
            content = operations["post"].get("requestBody", {}).get("content", {}).get("application/json", {})
            yield address, self._body(content.get("schema"), named, place), True

    def _body(self, schema: object, named: "Own | Others", place: str) -> dict[str, object]:
        """What the operation asks for at least; what can name something names it as `named` does."""
        if schema is None:
            return {}
        body = sample(schema)
        for name, known in resolved(schema).get("properties", {}).items():
            if name in body and naming(known, name):
                is_digest = "0-9a-f" in str(resolved(known)) + str(resolved(known).get("items", ""))
                kind = "uuid" if "uuid" in str(known) else "digest" if is_digest else ""
                value = named.named("medium" if is_digest else name, place, kind)
                body[name] = put(known, value)
        return body

    def _posted(self, client: Client, address: str, given: dict[str, object], is_json: bool) -> str:
        if self._only not in address:
            return ""
        caches["api"].clear()
        self._asked += 1
        if self._asked % 20 == 1:
            shown_ago(client, "ada", 0)
        if is_json:
            answer = client.post(address, json.dumps(given), content_type="application/json")
        else:
            answer = client.post(address, given)
        session = client.session
        told = str(session.pop("clew.told", ""))
        session.save()
        is_led_on = answer.status_code == HTTPStatus.FOUND and not told.startswith("There is no")
        self.done += is_led_on or answer.status_code in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}
        content = "streams" if answer.streaming else answer.content.decode("utf-8", "replace")
        return f"{address}: {answer.status_code} {answer.get('Location', '')} {told} {content}"


def _format(path: str, name: str) -> str:
    """Whether a word of an operation's address is an identifier."""
    taken = DOCUMENT["paths"][path]["post"].get("parameters", ())
    return "uuid" if any(one["name"] == name and one["schema"].get("format") == "uuid" for one in taken) else ""


def series_of_sweden(told: Told) -> None:
    with acting_as(told.sven) as given:
        made = gathering.open_new(given, "blue-room", handling(told.sven, Audience.UNIT))
        gathering.add(given, made.reference, case="SE-1")
        describing.enter_victim(given, VictimFacts(), "", handling(told.sven, Audience.UNIT))


HIDES = Sweden(before=ALL_AT_ONCE.before, after=each(ALL_AT_ONCE.after, series_of_sweden), told=ALL_AT_ONCE.told, late=ALL_AT_ONCE.late)


def test_no_write_tells_a_blind_side_anything_or_moves_what_it_sees(node, plainly: str) -> None:
    """What Sweden hides is posted everywhere, and in another world, where it holds less, what is not there at all.

    Then Norway writes about its own. Every answer, and every row that Norway sees at the end, is the same in both.
    """
    world = World(facts=node)
    writing = EveryWrite(lambda _: ABSENT, world)
    expected = norway_reads(world, PLAIN, writing)
    assert writing.done > 60
    assert not differing(norway_reads(world, HIDES, EveryWrite(hidden, world)), expected)


def test_the_law_of_writes_notices_one_that_looks_past_what_is_seen(node, plainly: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step about a series that says of another's that it is another's."""
    world, find = World(facts=node), series_rows.find

    def careless(session: Session, name: str) -> object:
        try:
            return find(session, name)
        except NotVisible:
            if superuser(node).execute("select 1 from series where reference = %s", [name]).fetchone():
                raise StepRefused("This series is another unit's.") from None
            raise

    monkeypatch.setattr(series_rows, "find", careless)
    told = [
        norway_reads(world, story, EveryWrite(others, world, "series/"))
        for story, others in ((PLAIN, lambda _: ABSENT), (HIDES, hidden))
    ]  # fmt: skip
    assert differing(*told)


@contextmanager
def changed(world: World, before: str, after: str) -> Iterator[None]:
    """The functions of the protocol with other words in them."""
    assert any(before in words for words in policies.functions_made(world.facts.roles)), before
    make(world, lambda words: words.replace(before, after))
    try:
        yield
    finally:
        make(world, lambda words: words)


def make(world: World, change: Callable[[str], str]) -> None:
    with connected(**world.facts.as_owner()) as owner:
        for words in policies.functions_made(world.facts.roles):
            owner.execute(change(words))


BY_TICK = "tick := to_timestamp("
CARELESS = {
    "a notice comes at once": (
        BY_TICK, "tick := began + interval '1 second'; perform to_timestamp(", "it comes later on the same day"),
    "a notice bears the time of the pair": (
        "select member, unit, kind, mine, tick from told",
        "select member, unit, kind, mine, (select max(noted_at) from public.overlaps) from told",
        "it takes more in later, and then becomes silent"),
    "whoever goes takes the notice along": (
        "update overlap_clock set released_until = tick;",
        (
            "update overlap_clock set released_until = tick;"
            " delete from overlap_sides s where not exists (select from overlap_grounds g where g.mine = s.subject_id);"
        ),
        "it is blocked later"),
    "a silent side is told of": (
        "('open', 'open')", "('contact', 'silent'), ('open', 'open')", "silent"),
    "who declines gets and gives a card too": (
        "b.step = 'consent' and", "b.step is not null and", "it declines"),
}  # fmt: skip


@pytest.mark.parametrize("mutant", CARELESS)
def test_the_law_notices_a_careless_protocol(node, plainly: str, mutant: str) -> None:
    before, after, story = CARELESS[mutant]
    world = World(facts=node)
    alone = None
    if story == "silent":
        alone = norway_reads(world, Sweden(before=opens_case), rows_alone)
    with changed(world, before, after):
        if story == "silent":
            assert differing(norway_reads(world, SILENT, rows_alone), alone)
        else:
            told = [norway_reads(world, one, rows_alone) for one in (STORIES[story], PLAIN)]
            assert differing(*told)
