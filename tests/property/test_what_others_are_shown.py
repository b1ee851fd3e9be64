"""The law of objects and questions: what PostgreSQL shows to a unit is what an oracle of this file says, and no more.

A world holds one question for each way in which something can be as it must be or not: each alone, and two at once.
"""

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import pytest

from clew.domain.handling import BLOCKED, Actor
from clew.node.connection import ConnectionFacts
from clew.records import enquiry
from tests.world.contexts import app_connection, claim, true_context
from tests.world.kept import connected
from tests.world.mutants import changed
from tests.world.world import World

FAULTS = (
    "not let out", "ended", "no bytes", "excluded", "medium blocked", "case blocked", "record blocked", "question closed",
    "correspondence closed", "asked of another", "no question", "another's question", "another asks",
)  # fmt: skip
"""Whatever keeps an object from being shown."""
HIDE_THE_QUESTION = {"asked of another", "no question"}
VIEWERS = [(member, unit) for member in ("NO", "SE", "DK") for unit in ("A", "B")]
ASKED, OTHER = ("SE", "A"), ("DK", "A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A question with an object, of Norway's unit A to Sweden's, and what is wrong with it."""

    question: UUID
    crop: UUID
    faults: frozenset[str]

    @property
    def units(self) -> tuple[str, str]:
        """Whose question it is, and who began the correspondence about it."""
        asker = "B" if "another asks" in self.faults else "A"
        return "B" if "another's question" in self.faults else asker, asker

    def is_seen_by(self, viewer: tuple[str, str]) -> bool:
        """Whether the viewer sees the question: its unit, and whom that asked. Who asks about another's opens nothing."""
        owner, asker = self.units
        return viewer == ("NO", owner) or (viewer == self.asked and "no question" not in self.faults and owner == asker)

    def shows_to(self, viewer: tuple[str, str]) -> bool:
        """Whether the viewer, who is not the owner, is shown the object."""
        if self.faults & {"no question", "another's question", "another asks"} or viewer != self.asked:
            return False
        only_hides_from_sweden = self.faults - {"asked of another"} - ({"excluded"} if viewer == OTHER else set())
        return not only_hides_from_sweden

    @property
    def asked(self) -> tuple[str, str]:
        return OTHER if "asked of another" in self.faults else ASKED


def keep(world: World) -> list[Put]:
    """One of each: whole, with each fault, and with each two."""
    ada = world.officer("ada", member="NO", unit="A")
    for name, (member, unit) in zip("bcdef", VIEWERS[1:], strict=True):
        world.officer(name, member=member, unit=unit)
    case = world.exhibit(ada, "NO-1", "PHONE-1") and _case(world)
    ways = [frozenset[str](), *map(frozenset, itertools.combinations(FAULTS, 1)), *map(frozenset, itertools.combinations(FAULTS, 2))]
    with _superuser(world) as superuser:
        return [_put(superuser, world.medium(ada, content=b"%d" % number), case, way) for number, way in enumerate(ways)]


def _case(world: World) -> UUID:
    with _superuser(world) as superuser:
        return superuser.execute("select id from cases").fetchone()[0]


def _put(superuser: psycopg.Connection, medium: UUID, case: UUID, faults: frozenset[str]) -> Put:
    put = Put(question=uuid4(), crop=uuid4(), faults=faults)
    about, of_case = uuid4(), uuid4() if "case blocked" in faults else case
    state = "proposed" if "not let out" in faults else "ended" if "ended" in faults else "in-force"
    wrapped = None if "no bytes" in faults or state == "ended" else b"w"
    superuser.execute(
        "insert into crops (id, medium_id, case_id, member, unit, box_left, box_top, box_width, box_height, words, name, blob,"
        " wrapped, state, proposed_by, decided_by) values (%s, %s, %s, 'NO', 'A', 0, 0, 9, 9, '', %s, %s, %s, %s, 'ada', 'bo')",
        [put.crop, medium, of_case, secrets.token_bytes(32), secrets.token_bytes(32), wrapped, state],
    )
    excluded = [*(["SE"] if "excluded" in faults else []), *([BLOCKED] if "medium blocked" in faults else [])]
    superuser.execute("update media set excluded = %s where id = %s", [excluded, medium])
    for subject, kind in ((of_case, "case"), (about, "series")):
        if f"{'record' if kind == 'series' else kind} blocked" in faults:
            superuser.execute(
                "insert into blocks (subject_kind, subject_id, member, unit, reason, change_id, laid_by)"
                " values (%s, %s, 'NO', 'A', '', %s, 'ada')",
                [kind, subject, uuid4()],
            )
    superuser.execute(
        "insert into questions (id, member, unit, kind, about_kind, about_id, crop_id, language, due_on, asked_by, closed_by,"
        " closed_at) values (%s, 'NO', %s, 'sign', 'series', %s, %s, 'en', current_date, 'ada', %s, %s)",
        [
            put.question, put.units[0], about, put.crop,
            *(("ada", "now") if "question closed" in faults else (None, None)),
        ],
    )  # fmt: skip
    if "no question" not in faults:
        member, unit = put.asked
        superuser.execute(
            "insert into correspondences (member, unit, to_member, to_units, subject_kind, subject_id, due_on, asked_by,"
            " closed_by, closed_at) values ('NO', %s, %s, %s, 'question', %s, current_date, 'ada', %s, %s)",
            [put.units[1], member, [unit], put.question, *(("ada", "now") if "correspondence closed" in faults else (None, None))],
        )
    return put


def _superuser(world: World) -> psycopg.Connection:
    return psycopg.connect(**{**world.facts.as_superuser(), "dbname": world.facts.database})


def seen(viewer: tuple[str, str], puts: list[Put]) -> tuple[set[UUID], set[UUID], set[UUID]]:
    """Questions, crops as rows, and objects that PostgreSQL shows to the viewer, past all checks of the application."""
    with app_connection() as app:
        claim(app, true_context(app, Actor(officer="x", member=viewer[0], unit=viewer[1])))
        questions = {row[0] for row in app.execute("select id from questions")}
        rows = {row[0] for row in app.execute("select id from crops")}
        shown = app.execute(
            "select s.crop_id from unnest(%s::uuid[]) c (id), clew_object_shown(c.id) s", [[put.crop for put in puts]]
        )
        return questions, rows, {row[0] for row in shown}


def check(puts: list[Put]) -> None:
    for viewer in VIEWERS:
        questions, rows, shown = seen(viewer, puts)
        assert questions == {put.question for put in puts if put.is_seen_by(viewer)}, viewer
        assert rows == ({put.crop for put in puts} if viewer == ("NO", "A") else set()), viewer
        assert shown == {put.crop for put in puts if put.shows_to(viewer)}, viewer


@pytest.fixture(scope="module")
def puts(node: ConnectionFacts) -> Iterator[list[Put]]:
    """Made once: no test changes a row."""
    if not node.is_own:
        pytest.skip("the database elsewhere lets nobody write past row security")
    made = World(facts=node)
    made.empty()
    yield keep(made)
    made.empty()


def test_a_unit_is_shown_what_it_was_asked_about_and_nothing_else(puts: list[Put]) -> None:
    check(puts)
    with app_connection() as app:
        assert app.execute("select count(*) from questions").fetchone() == (0,)
        crops = [[put.crop for put in puts]]
        assert app.execute("select count(*) from unnest(%s::uuid[]) c (id), clew_object_shown(c.id)", crops).fetchone() == (0,)


MUTANTS = {
    "what waits for a second officer is shown": ("c.state = 'in-force' and ", ""),
    "what has no bytes is shown": (" and c.wrapped is not null", ""),
    "who is excluded is shown it": (" and clew_actor_member() <> all (m.excluded)", ""),
    "what is under examination is shown": ("'(blocked)' <> all (m.excluded) and ", ""),
    "a case under examination is shown": ("b.subject_id = c.case_id", "false"),
    "a record under examination is shown": ("b.subject_id = q.about_id", "false"),
    "a closed question shows": (" and q.closed_at is null", ""),
    "a closed correspondence shows": ("and x.closed_at is null ", ""),
    "any member is shown it": ("and x.to_member = clew_actor_member() ", ""),
    "any unit of the member is shown it": ("and clew_actor_unit() = any (x.to_units)", ""),
    "another's question shows it": ("and q.unit = c.unit and q.closed_at", "and q.closed_at"),
    "any question shows it": ("q.crop_id = c.id and ", ""),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_careless_showing(node: ConnectionFacts, puts: list[Put], mutant: str) -> None:
    with changed(node, "clew_object_shown", *MUTANTS[mutant]), pytest.raises(AssertionError):
        check(puts)


@pytest.mark.parametrize("rule", ["true", f"member = 'NO' or {enquiry.IS_ASKED}", enquiry.IS_ASKER])
def test_the_law_notices_a_careless_rule_of_questions(node: ConnectionFacts, puts: list[Put], rule: str) -> None:
    with connected(**node.as_owner(), autocommit=True) as owner:
        owner.execute(f"alter policy app_select on questions using ({rule})")
        try:
            with pytest.raises(AssertionError):
                check(puts)
        finally:
            owner.execute(f"alter policy app_select on questions {enquiry.RULES['questions']['select']}")
