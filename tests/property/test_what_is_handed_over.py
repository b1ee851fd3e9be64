"""The law of referrals: a unit knows of what was handed to it and reads the package, and nobody else does either."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from clew.domain.handling import Actor
from clew.domain.referral import KNOWN_TO_THE_RECIPIENT, READ_BY_THE_RECIPIENT, State
from clew.node.connection import ConnectionFacts
from tests.world.contexts import app_connection, claim, true_context
from tests.world.kept import connected
from tests.world.mutants import changed
from tests.world.world import World

VIEWERS = [(member, unit) for member in ("NO", "SE", "DK") for unit in ("A", "B")]
TO = ("SE", "A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A referral of Norway's unit A; `is_sent`: there is a correspondence with Sweden's about it."""

    id: UUID
    state: State
    is_blocked: bool
    is_sent: bool
    to_member: str

    def is_known_to(self, viewer: tuple[str, str]) -> bool:
        arrived = self.is_sent and self.to_member == "SE" and viewer == TO
        return viewer == ("NO", "A") or (arrived and self.state in KNOWN_TO_THE_RECIPIENT)

    def is_read_by(self, viewer: tuple[str, str]) -> bool:
        is_open = self.state in READ_BY_THE_RECIPIENT and not self.is_blocked
        return viewer == ("NO", "A") or (self.is_known_to(viewer) and is_open)


def keep(world: World) -> list[Put]:
    """One of each state, under examination or not, sent or not, to Sweden or to Denmark."""
    ada = world.officer("ada", member="NO", unit="A")
    for name, (member, unit) in zip("bcdef", VIEWERS[1:], strict=True):
        world.officer(name, member=member, unit=unit)
    series = {blocked: world.series(ada, f"series {blocked}") for blocked in (False, True)}
    puts = [
        Put(id=uuid4(), state=state, is_blocked=blocked, is_sent=sent, to_member=to)
        for state, blocked, sent, to in itertools.product(State, (False, True), (False, True), ("SE", "DK"))
    ]
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute(
            "insert into blocks (subject_kind, subject_id, member, unit, reason, change_id, laid_by)"
            " values ('series', %s, 'NO', 'A', '', %s, 'ada')",
            [series[True], uuid4()],
        )
        for put in puts:
            superuser.execute(
                "insert into referrals (id, member, unit, series_id, country, to_member, to_unit, due_on, crop_ids, state,"
                " proposed_by, decided_by) values (%s, 'NO', 'A', %s, 'SE', %s, 'A', current_date, '{}', %s, 'ada', 'bo')",
                [put.id, series[put.is_blocked], put.to_member, put.state.value],
            )
            superuser.execute(
                "insert into referral_packages (referral_id, member, unit, package, digest) values (%s, 'NO', 'A', '', '')",
                [put.id],
            )
            if put.is_sent:
                superuser.execute(
                    "insert into correspondences (member, unit, to_member, to_units, subject_kind, subject_id, due_on,"
                    " asked_by) values ('NO', 'A', 'SE', '{A}', 'referral', %s, current_date, 'ada')",
                    [put.id],
                )
    return puts


def check(puts: list[Put]) -> None:
    for viewer in VIEWERS:
        with app_connection() as app:
            claim(app, true_context(app, Actor(officer="x", member=viewer[0], unit=viewer[1])))
            known = {row[0] for row in app.execute("select id from referrals")}
            read = {row[0] for row in app.execute("select referral_id from referral_packages")}
        assert known == {put.id for put in puts if put.is_known_to(viewer)}, viewer
        assert read == {put.id for put in puts if put.is_read_by(viewer)}, viewer


@pytest.fixture(scope="module")
def puts(node: ConnectionFacts) -> Iterator[list[Put]]:
    """Made once: no test changes a row."""
    if not node.is_own:
        pytest.skip("the database elsewhere lets nobody write past row security")
    made = World(facts=node)
    made.empty()
    yield keep(made)
    made.empty()


def test_a_unit_reads_what_was_handed_to_it_and_nobody_else_knows_of_it(puts: list[Put]) -> None:
    check(puts)
    with app_connection() as app:
        assert app.execute("select count(*) from referrals").fetchone() == (0,)
        assert app.execute("select count(*) from referral_packages").fetchone() == (0,)


MUTANTS = {
    "any unit of the member knows of it": ("and clew_actor_unit() = any (x.to_units)", ""),
    "any member knows of it": ("x.to_member = clew_actor_member() and", ""),
    "whoever was written to knows of what another is to get": ("and r.to_member = clew_actor_member()", ""),
    "what is only proposed is known": ("else '{handed-over,", "else '{proposed,handed-over,"),
    "what was declined is read": ("then '{handed-over,accepted}'", "then '{handed-over,accepted,declined}'"),
    "what was withdrawn is known": ("declined,handed-back}' end", "declined,handed-back,withdrawn}' end"),
    "what is under examination is read": ("b.subject_id = r.series_id", "false"),
    "what was accepted is read no more": ("then '{handed-over,accepted}'", "then '{handed-over}'"),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_careless_handing_over(node: ConnectionFacts, puts: list[Put], mutant: str) -> None:
    with changed(node, "clew_referrals_shown", *MUTANTS[mutant]), pytest.raises(AssertionError):
        check(puts)
