"""The law of task forces: what was brought shows as `may_see` and an oracle say; nobody holds what another holds.

Every way in which an officer, their member and the clock may stand to a task force meets every way in which a series may
be handled. A law counts only once it has killed its mutants.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest

from clew.actions import sifting
from clew.domain.errors import StepRefused
from clew.domain.handling import NOTHING, Actor, Audience, Handling, Use, blocked, may_see
from clew.domain.officer import Role
from clew.domain.task_force import Seat, Span, Standing, brought_to
from clew.node.task_force_checks import check_task_forces
from clew.records import alliance, policies
from clew.records.session import acting_as, handling_columns
from tests.scenario.test_task_forces import a_series, running
from tests.world.contexts import app_connection, claim, true_context
from tests.world.kept import connected
from tests.world.world import World, handling

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
SPANS = {
    "before": Span(starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR),
    "running": Span(starts_at=NOW - HOUR, ends_at=NOW + HOUR),
    "ended": Span(starts_at=NOW - HOUR, ends_at=NOW),
    "closed": Span(starts_at=NOW - HOUR, ends_at=NOW + HOUR, closed_at=NOW),
}
OWNER = Actor(officer="ada", member="NO", unit="A")
VIEWERS = (
    Actor(officer="sven", member="SE", unit="A"),
    Actor(officer="eva", member="SE", unit="A"),
    Actor(officer="sven", member="DK", unit="A"),
    Actor(officer="sven", member="SE", unit="A", role=Role.AUDITOR),
    Actor(officer="nils", member="NO", unit="B"),
    OWNER,
)
"""Who works there, another of the same unit, one of the same name elsewhere, one without a right on content, another unit."""
TABLES = ("series", "series_media", "media")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A series with one medium, and how all stands to the task force into which it was brought, if it was."""

    number: int
    span: Span
    standing: Standing
    has_accepted: bool
    has_left: bool
    uses: Use
    handling: Handling
    place: Handling
    by_owner: bool
    medium: Handling | None = None
    """Of its medium, where that is not the one of the series."""

    def of(self, table: str) -> Handling:
        return {"series": self.handling, "series_media": self.place, "media": self.medium or self.handling}[table]

    def denies(self, viewer: Actor) -> bool:
        """Whether the series itself is kept from the viewer's member or under examination: then nothing was brought."""
        return viewer.member in self.handling.excluded or self.handling.is_blocked

    def seats(self, officer: str, member: str) -> tuple[Seat, ...]:
        return (
            Seat(officer=officer, member=member, standing=self.standing, has_accepted=self.has_accepted, has_left=self.has_left),
        )  # fmt: skip


def own(*, excluded: Sequence[str] = (), audience: Audience = Audience.UNIT, members: Sequence[str] = ()) -> Handling:
    return handling(OWNER, audience, excluded=excluded, members=members)


HANDLINGS = (
    own(), own(excluded=["SE"]), own(audience=Audience.MEMBERS, members=["DK"]), own(audience=Audience.ALL, excluded=["SE"]),
    blocked("NO", "A"),
)  # fmt: skip


def placed() -> tuple[Placed, ...]:
    usual = {"uses": Use.FACTS, "handling": own(), "place": own(), "by_owner": True}
    ways = [
        {"span": span, "standing": standing, "has_accepted": accepted, "has_left": left, **usual}
        for span, standing, accepted, left in product(SPANS.values(), (Standing.IN, Standing.INVITED, Standing.OUT), (True, False), (True, False))
    ]  # fmt: skip
    is_in = {"span": SPANS["running"], "standing": Standing.IN, "has_accepted": True, "has_left": False}
    ways += [
        {**is_in, **usual, "handling": given, "place": given, "uses": uses}
        for given, uses in product(HANDLINGS, (Use.FACTS, Use.FACTS | Use.FINGERPRINTS))
    ]
    ways += [{**is_in, **usual, "place": own(excluded=["SE"])}, {**is_in, **usual, "by_owner": False}]
    ways += [{**is_in, **usual, "handling": given, "medium": own()} for given in (own(excluded=["SE"]), blocked("NO", "A"))]
    ways += [{**is_in, **usual, "medium": given} for given in (own(excluded=["SE"]), blocked("NO", "A"))]
    return tuple(Placed(number=number, **way) for number, way in enumerate(ways))  # type: ignore[arg-type]


PLACED = placed()


def oracle(viewer: Actor, one: Placed, given: Handling, use: Use) -> bool:
    """Once more in other words: the owner let them in by the handling, or brought it to where they sit."""
    if viewer.role is Role.AUDITOR or viewer.member in given.excluded:
        return False
    if (viewer.member, viewer.unit) == (given.owner_member, given.owner_unit):
        return True
    circle = given.all_uses
    circle |= given.named_uses if viewer.member in given.members else NOTHING
    circle |= given.member_uses if viewer.member == given.owner_member else NOTHING
    if use in circle:
        return True
    sits = {"sven": "SE", "nils": "NO"}.get(viewer.officer) == viewer.member
    has_seat = sits and one.has_accepted and not one.has_left and one.standing is Standing.IN
    is_time = one.span == SPANS["running"]
    if "(blocked)" in one.handling.excluded or viewer.member in one.handling.excluded:
        return False
    return has_seat and is_time and one.by_owner and use in one.uses and "(blocked)" not in given.excluded


def expected(viewer: Actor, one: Placed, table: str, use: Use) -> bool:
    seats = (*one.seats("sven", "SE"), *one.seats("nils", "NO"))
    brought = brought_to(viewer, one.span, seats, one.uses, NOW) if one.by_owner and not one.denies(viewer) else NOTHING
    given = one.of(table)
    by_rule = may_see(viewer, given, use, brought)
    assert by_rule == oracle(viewer, one, given, use)
    if table == "media" and not may_see(viewer, given, use):
        # A medium is seen by the place in which it was brought: where that is hidden, so is it.
        return by_rule and may_see(viewer, one.place, use, brought)
    return by_rule


def plant(world: World) -> dict[str, dict[UUID, Placed]]:
    """All of it as rows, past row security; by table and identifier what stands there (of places: their series)."""
    series, media = {uuid4(): one for one in PLACED}, {uuid4(): one for one in PLACED}
    forces, member, officers, brought, kept = [], [], [], [], {"series": [], "series_media": [], "media": []}
    for (series_id, one), medium_id in zip(series.items(), media, strict=True):
        force = uuid4()
        forces.append((force, one.span.starts_at, one.span.ends_at, one.span.closed_at))
        for code, officer in (("SE", "sven"), ("NO", "nils")):
            accepted, left = (NOW if is_so else None for is_so in (one.has_accepted, one.has_left))
            member.append((force, code, one.standing.value))
            officers.append((force, officer, code, accepted, left))
        brought.append((force, series_id, "NO", "A" if one.by_owner else "C", int(one.uses)))
        kept["series"].append((series_id, b"%d" % one.number, *handling_columns(one.handling).values()))
        kept["media"].append((medium_id, medium_id.bytes, *handling_columns(one.of("media")).values()))
        kept["series_media"].append((series_id, medium_id, *handling_columns(one.place).values()))
    cover = "owner_member, owner_unit, audience, members, excluded"
    statements = {
        "task_forces": ("id, starts_at, ends_at, closed_at, name, purpose, member, unit, opened_by", "%s, %s, %s, %s, '', '', 'NO', 'A', 'x'", forces),
        "task_force_members": ("task_force_id, member, standing", "%s, %s, %s", member),
        "task_force_officers": ("task_force_id, officer, member, accepted_at, left_at, named_by", "%s, %s, %s, %s, %s, 'x'", officers),
        "series": (f"id, name, {cover}", "%s, %s, %s, %s, %s, %s, %s", kept["series"]),
        "media": (f"id, name, kind, verdict, {cover}", "%s, %s, 'image', 1, %s, %s, %s, %s, %s", kept["media"]),
        "series_media": (f"series_id, medium_id, {cover}", "%s, %s, %s, %s, %s, %s, %s", kept["series_media"]),
        "task_force_series": ("task_force_id, series_id, member, unit, uses, conditions, brought_by", "%s, %s, %s, %s, %s, '{}', 'x'", brought),
    }  # fmt: skip
    with connected(**world.facts.as_owner()) as owner:
        owner.execute("set constraints all immediate")
        for table, (columns, places, rows) in statements.items():
            owner.execute(f"alter table {table} no force row level security")
            with owner.cursor() as cursor:
                cursor.executemany(f"insert into {table} ({columns}) values ({places})", rows)
        for table in statements:
            owner.execute(f"alter table {table} force row level security")
    return {"series": series, "series_media": series, "media": media}


def differences(
    planted: dict[str, dict[UUID, Placed]], viewers: Sequence[Actor] = VIEWERS, uses: Sequence[Use] = tuple(Use)
) -> list[tuple[Actor, Use, str]]:
    """Where PostgreSQL shows something else than the rule says."""
    wrong = []
    for viewer, use in product(viewers, uses):
        with app_connection() as app:
            claim(app, true_context(app, viewer, use=use))
            for table in TABLES:
                column = "series_id" if table == "series_media" else "id"
                shown = {row[0] for row in app.execute(f"select {column} from {table}")}
                if shown != {key for key, one in planted[table].items() if expected(viewer, one, table, use)}:
                    wrong.append((viewer, use, table))
    return wrong


def test_what_was_brought_is_seen_by_whoever_the_rule_and_the_oracle_say_and_by_nobody_else(world: World) -> None:
    assert differences(plant(world)) == []


FUNCTION_MUTANTS = {
    "the end is forgotten": (" and t.ends_at > transaction_timestamp()\n$$", "\n$$"),
    "the start is forgotten": (" and t.starts_at <= transaction_timestamp()", ""),
    "closing is forgotten": ("t.closed_at is null and t.starts", "t.starts"),
    "whoever is named is in": ("and o.accepted_at is not null and o.left_at", "and o.left_at"),
    "who left stays": ("is not null and o.left_at is null and m.standing = 'in'\n", "is not null and m.standing = 'in'\n"),
    "an invited member is in": ("o.left_at is null and m.standing = 'in'\n       and t", "o.left_at is null and m.standing in ('invited', 'in')\n       and t"),
    "every officer of the member is in": ("where o.officer = clew_actor_officer() and o.member", "where o.member"),
    "a name is enough": ("clew_actor_officer() and o.member = clew_actor_member()\n       and o.accepted", "clew_actor_officer()\n       and o.accepted"),
    "any use is every use": (" and b.uses & (select clew_actor_use()) <> 0", ""),
    "a hidden place shows its medium": ("and clew_actor_member() <> all (p.excluded)", ""),
    "an excluding series shows its media": ("and (select clew_actor_member()) <> all (s.excluded)", ""),
    "a blocked series shows its media": ("and '(blocked)' <> all (s.excluded)", ""),
    "whoever brought it": ("and b.member = p.owner_member and b.unit = p.owner_unit", ""),
}  # fmt: skip
POLICY_MUTANTS = {
    "denial is forgotten": ("{viewer_member} <> all ({table}.excluded)", "true"),
    "a block is forgotten": ("'{blocked}' <> all ({table}.excluded)", "true"),
}


@pytest.mark.parametrize("mutant", [*FUNCTION_MUTANTS, *POLICY_MUTANTS])
def test_the_law_notices_a_broken_rule_of_task_forces(world: World, mutant: str) -> None:
    planted = plant(world)
    broken = functions(world, *FUNCTION_MUTANTS[mutant]) if mutant in FUNCTION_MUTANTS else policy(world, *POLICY_MUTANTS[mutant])
    with broken:
        assert differences(planted, VIEWERS[:3], (Use.FACTS, Use.FINGERPRINTS)) != []


@contextmanager
def functions(world: World, before: str, after: str) -> Iterator[None]:
    """The functions of task forces with other words in them."""
    made = policies.functions_made(world.facts.roles)
    (sound,) = [words for words in made if "function clew_task_forces()" in words and before in words]
    around = [words for words in made if words.startswith(("grant create", "set local role", "reset role", "revoke create"))]
    for_it = around.index("reset role")
    for ends, words in ((False, sound.replace(before, after)), (True, sound)):
        if ends:
            yield
        with connected(**world.facts.as_owner()) as owner:
            for statement in (*around[:for_it], words, *around[for_it:]):
                owner.execute(statement)


@contextmanager
def policy(world: World, before: str, after: str) -> Iterator[None]:
    """The policies of what was brought with other words in them."""
    rule, app = alliance.brought_rule(), world.facts.roles.app
    assert before in rule
    for ends, text in ((False, rule.replace(before, after)), (True, rule)):
        if ends:
            yield
        with connected(**world.facts.as_owner()) as owner:
            for table in alliance.BROUGHT:
                owner.execute(f"drop policy app_select_brought on {table}")
                words = alliance.brought(table, text)
                owner.execute(f"create policy app_select_brought on {table} for select to {app} using {words}")


def test_the_doctor_notices_a_task_force_that_opens_something_past_its_end(world: World, configuration) -> None:
    plant(world)
    assert check_task_forces(configuration, world.facts).ok
    with functions(world, *FUNCTION_MUTANTS["the end is forgotten"]):
        assert not check_task_forces(configuration, world.facts).ok
    with connected(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute("alter table task_force_members disable trigger who_goes_takes_all_along")
        assert not check_task_forces(configuration, world.facts).ok
        owner.execute("alter table task_force_members enable trigger who_goes_takes_all_along")


# One stack, one officer ---------------------------------------------------------------------------

TAKERS = 6
STACKS = 24


@pytest.fixture
def hall(world: World) -> tuple[str, tuple[Actor, ...]]:
    """A task force with many stacks and many who take at once."""
    nora = world.officer("nora", role=Role.COORDINATOR)
    saga = world.officer("saga", member="SE", unit="DESK", role=Role.COORDINATOR)
    takers = tuple(world.officer(f"officer-{number}", member="SE" if number % 2 else "NO") for number in range(TAKERS))
    force = running(nora, saga, *takers)
    reference = a_series(world, takers[0], STACKS)
    with acting_as(takers[0]) as session:
        sifting.bring(session, force, reference)
    return force, takers


def everybody_takes(force: str, takers: Sequence[Actor], *, leaves: int = 0) -> list[UUID]:
    """All take and give back at once until none is left, some go while they hold one; what was done, by stack."""
    done: list[UUID] = []
    failed: list[BaseException] = []
    begin = threading.Barrier(len(takers))

    def work(number: int, officer: Actor) -> None:
        from django.db import connection

        from clew.actions import mustering

        try:
            begin.wait()
            for turn in range(STACKS + 1):
                with acting_as(officer) as session:
                    held = sifting.take(session, force)
                if held is None:
                    return
                if number < leaves and turn == 1:
                    with acting_as(officer) as session:
                        mustering.leave(session, force)
                    return
                with acting_as(officer) as session:
                    sifting.give_back(session, force, sifting.Finding.DONE)
                done.append(held.id)
        except BaseException as raised:  # told to the test
            failed.append(raised)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(takers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    return done


def test_however_many_take_at_once_each_stack_is_looked_at_once_and_none_is_lost(hall) -> None:
    done = everybody_takes(*hall)
    assert (len(done), len(set(done))) == (STACKS, STACKS)


def test_what_those_held_who_go_meanwhile_is_looked_at_by_others(hall) -> None:
    force, takers = hall
    done = everybody_takes(force, takers, leaves=2)
    done += everybody_takes(force, takers[2:])
    assert (len(done), len(set(done))) == (STACKS, STACKS)


def test_a_stack_whose_time_is_over_is_anybodys_and_its_holder_gives_nothing_back(world: World, hall) -> None:
    force, (one, other, *_) = hall
    with acting_as(one) as session:
        held = sifting.take(session, force)
    assert held is not None
    with connected(**world.facts.as_owner()) as owner:
        owner.execute("alter table task_force_stacks no force row level security")
        owner.execute("update task_force_stacks set held_until = now() where held_by is not null")
        owner.execute("update task_force_stacks set state = 'done' where held_by is null")
        owner.execute("alter table task_force_stacks force row level security")
    with acting_as(other) as session:
        taken = sifting.take(session, force)
    assert taken is not None
    assert taken.id == held.id
    with pytest.raises(StepRefused), acting_as(one) as session:
        sifting.give_back(session, force, sifting.Finding.DONE)


def test_the_database_lets_nobody_take_what_another_holds(hall) -> None:
    """Through raw SQL, with none of the application's checks between."""
    force, (one, other, *_) = hall
    with acting_as(one) as session:
        assert sifting.take(session, force) is not None
    with app_connection() as app:
        claim(app, true_context(app, other))
        taken = app.execute(
            "update task_force_stacks set held_by = %s, held_member = %s, held_until = now() + interval '1 hour'"
            " where held_by = %s",
            [other.officer, other.member, one.officer],
        )
        assert taken.rowcount == 0
