"""A task force: opened, members let themselves in, owners bring what they have, nobody looks at the same, and it ends."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from clew.actions import corresponding, describing, linking, mustering, sifting, spotting, surveying
from clew.domain import clue
from clew.domain.errors import ClewError, Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.link import Basis, LinkType
from clew.domain.message import NoticeKind
from clew.domain.officer import Role
from clew.domain.task_force import Finding, Step
from clew.domain.victim import VictimFacts
from clew.records import series
from clew.records.session import acting_as, handling_columns
from tests.world.contexts import app_connection, claim, true_context
from tests.world.kept import connected
from tests.world.world import World, handling

WORK = "Find the country of these rooms."


@pytest.fixture
def dirk(world: World) -> Actor:
    """Of a member that nobody invites."""
    return world.officer("dirk", member="DK", role=Role.COORDINATOR)


@pytest.fixture
def force(world: World, nora: Actor, saga: Actor, dirk: Actor, ada: Actor, sven: Actor) -> str:
    """Ada of Norway and Sven of Sweden work in it; Norway leads."""
    return running(nora, saga, ada, sven)


def running(nora: Actor, saga: Actor, *officers: Actor) -> str:
    with acting_as(nora) as session:
        opened = mustering.open_one(
            session, "Blue rooms", WORK, starts_at=None, ends_at=mustering.now() + timedelta(days=14), invited=["SE"]
        )
    with acting_as(saga) as session:
        mustering.decide(session, opened.reference, Step.ACCEPT)
    for speaker in (nora, saga):
        with acting_as(speaker) as session:
            own = [one.officer for one in officers if one.member == speaker.member]
            mustering.name_officers(session, opened.reference, own)
    for officer in officers:
        with acting_as(officer) as session:
            mustering.come_in(session, opened.reference)
    return opened.reference


def brought(world: World, of: Actor, force: str, media: int = 3, name: str = "blue-room") -> str:
    """A series for the own unit alone, brought; its reference."""
    reference = a_series(world, of, media, name)
    with acting_as(of) as session:
        assert sifting.bring(session, force, reference).media == media
    return reference


def a_series(world: World, of: Actor, media: int = 3, name: str = "blue-room") -> str:
    cover = handling(of, Audience.UNIT)
    held = [world.medium(of, Audience.UNIT) for _ in range(media)]
    with acting_as(of) as session:
        made = series.find_or_open(session, name, cover)
        with session.cursor() as cursor:
            cursor.executemany(
                "insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)"
                " values (%s, %s, %s, %s, %s, %s, %s)",
                [(made, medium, *handling_columns(cover).values()) for medium in held],
            )
        return series.of(session, [made])[made].reference


def sees(of: Actor, reference: str) -> int | None:
    """How many media of the series the officer sees, None where not even the series is there."""
    try:
        with acting_as(of) as session:
            return surveying.look(session, reference).media
    except NotVisible:
        return None


def take(of: Actor, force: str) -> sifting.Stack | None:
    with acting_as(of) as session:
        return sifting.take(session, force)


def taken(of: Actor, force: str) -> sifting.Stack:
    stack = take(of, force)
    assert stack is not None
    return stack


def give(of: Actor, force: str, finding: Finding, words: str = "") -> None:
    with acting_as(of) as session:
        sifting.give_back(session, force, finding, words)


def look(of: Actor, force: str) -> mustering.View:
    with acting_as(of) as session:
        return mustering.look(session, force)


def test_members_work_on_what_owners_bring_and_nobody_looks_at_the_same_stack(
    world: World, force: str, ada: Actor, sven: Actor, nora: Actor
) -> None:
    reference = brought(world, ada, force)
    assert sees(sven, reference) == 3
    ours, theirs = taken(ada, force), taken(sven, force)
    assert ours.id != theirs.id
    assert taken(sven, force).id == theirs.id, "asked again, one gets the same"
    assert (theirs.series, theirs.member, len(theirs.media)) == (reference, "NO", 1)
    give(ada, force, Finding.DONE, "A blue tram.")
    give(sven, force, Finding.NOT_SURE, "The plug is of a type I do not know.")
    assert taken(sven, force).id not in {ours.id, theirs.id}
    give(sven, force, Finding.DONE)
    assert take(sven, force) is None, "of what he was not sure of another looks"
    again = taken(ada, force)
    assert (again.id, again.said) == (theirs.id, "The plug is of a type I do not know.")
    give(ada, force, Finding.DONE)
    view = look(sven, force)
    assert [(one.member, one.officer, one.words) for one in view.said if one.words] == [("NO", "", "A blue tram.")]
    assert [(one.member, one.officer, one.done, one.not_sure) for one in view.days] == [
        ("NO", "", 2, 0),
        ("SE", "sven", 1, 1),
    ]
    assert [(one.stacks, one.left) for one in view.brought] == [(3, 0)]


def test_an_officer_of_a_member_that_was_not_invited_cannot_tell_it_from_none(
    world: World, force: str, ada: Actor, dirk: Actor
) -> None:
    reference = brought(world, ada, force)
    assert sees(dirk, reference) is None
    attempts = (
        mustering.look,
        lambda session, name: mustering.decide(session, name, Step.ACCEPT),
        lambda session, name: mustering.name_officers(session, name, ["dirk"]),
        mustering.come_in,
        mustering.close,
        sifting.take,
        lambda session, name: sifting.bring(session, name, "S-100000234"),
    )
    for attempt in attempts:
        answers = set()
        for name in (force, "T-100000234", "nonsense"):
            with pytest.raises(ClewError) as refused, acting_as(dirk) as session:
                attempt(session, name)
            answers.add((type(refused.value), str(refused.value)))
        assert len(answers) == 1
    with acting_as(dirk) as session:
        assert mustering.every_one(session).items == ()


def test_an_officer_who_is_not_named_or_has_not_come_in_sees_what_was_brought_no_more_than_before(
    world: World, force: str, ada: Actor, sven: Actor, saga: Actor, nora: Actor
) -> None:
    reference = brought(world, ada, force)
    eva = world.officer("eva", member="SE", unit="FORENSICS")
    assert sees(eva, reference) is None
    assert sees(saga, reference) is None, "who speaks for a member works there only if named"
    with acting_as(saga) as session:
        mustering.name_officers(session, force, ["eva"])
    assert sees(eva, reference) is None
    with acting_as(eva) as session:
        mustering.come_in(session, force)
    assert sees(eva, reference) == 3
    with acting_as(eva) as session:
        mustering.leave(session, force)
    assert sees(eva, reference) is None


def test_at_its_end_all_that_was_brought_is_hidden_again_without_any_job(
    world: World, force: str, ada: Actor, sven: Actor, nora: Actor
) -> None:
    reference = brought(world, ada, force)
    assert take(sven, force) is not None
    ends(world, force)
    assert sees(sven, reference) is None
    assert sees(ada, reference) == 3
    for attempt in (
        lambda session: sifting.take(session, force),
        lambda session: sifting.give_back(session, force, Finding.DONE),
    ):
        with pytest.raises(StepRefused), acting_as(sven) as session:
            attempt(session)
    view = look(sven, force)
    assert (view.line.is_over, view.brought, view.held, view.said) == (True, (), None, ())
    mustering.look_after()
    assert kept(world) == 0
    assert [one.done for one in look(sven, force).days] == []


def ends(world: World, force: str) -> None:
    """Its end has come: the clock of the database cannot be set, so the end is."""
    with connected(**world.facts.as_owner()) as owner:
        owner.execute("alter table task_forces no force row level security")
        owner.execute(
            "update task_forces set starts_at = now() - interval '2 days', ends_at = now() - interval '1 microsecond'"
            " where reference = %s",
            [force],
        )
        owner.execute("alter table task_forces force row level security")


def kept(world: World) -> int:
    """How much of what was brought is still kept, whoever asks."""
    with connected(**world.facts.as_owner()) as owner:
        count = 0
        for table in ("task_force_series", "task_force_stacks", "task_force_stack_media"):
            owner.execute(f"alter table {table} no force row level security")
            count += owner.execute(f"select count(*) from {table}").fetchone()[0]
            owner.execute(f"alter table {table} force row level security")
    return count


def test_who_leads_it_closes_it_before_its_end_and_another_cannot(
    world: World, force: str, ada: Actor, sven: Actor, nora: Actor, saga: Actor
) -> None:
    reference = brought(world, ada, force)
    for other in (saga, sven, ada):
        with pytest.raises(StepRefused), acting_as(other) as session:
            mustering.close(session, force)
    with acting_as(nora) as session:
        mustering.close(session, force)
    assert sees(sven, reference) is None
    with pytest.raises(StepRefused), acting_as(nora) as session:
        mustering.close(session, force)


def test_a_member_that_withdraws_takes_its_officers_and_its_material_along_and_leaves_what_others_brought(
    world: World, force: str, ada: Actor, sven: Actor, saga: Actor, nora: Actor
) -> None:
    ours, theirs = brought(world, ada, force), brought(world, sven, force, 2)
    assert (sees(sven, ours), sees(ada, theirs)) == (3, 2)
    held = taken(sven, force)
    with acting_as(saga) as session:
        mustering.decide(session, force, Step.WITHDRAW)
    assert (sees(sven, ours), sees(ada, theirs), sees(sven, theirs)) == (None, None, 2)
    view = look(ada, force)
    assert [(one.reference, one.left) for one in view.brought] == [(ours, 3)]
    assert [(one.member, one.standing.value, one.officers) for one in view.members] == [
        ("NO", "in", 1),
        ("SE", "out", 0),
    ]
    seen = set()
    for _ in range(3):
        seen.add(taken(ada, force).id)
        give(ada, force, Finding.DONE)
    assert held.id in seen or held.series == theirs, "nothing is lost by whoever goes"
    with pytest.raises(NotVisible), acting_as(sven) as session:
        sifting.take(session, force)
    with pytest.raises(NotVisible), acting_as(saga) as session:
        mustering.decide(session, force, Step.ACCEPT)
    with acting_as(nora) as session:
        mustering.invite(session, force, ["SE"])
    with acting_as(saga) as session:
        mustering.decide(session, force, Step.ACCEPT)
    assert sees(sven, ours) is None, "back comes the member, and each officer by the own word"


def test_a_member_is_told_what_others_did_on_days_when_it_was_in_and_on_no_other(
    world: World, nora: Actor, saga: Actor, ada: Actor, force: str
) -> None:
    """Once it is over, whoever was in hears of it again: not of the days before it came, nor after it left."""
    did = ((-3, "before"), (-1, "within"), (0, "as it left"))
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute("update task_force_members set accepted_at = accepted_at - interval '2 days' where member = 'SE'")
        for days, _ in did:
            superuser.execute(
                "insert into task_force_days (task_force_id, day, member, officer, done, not_sure, set_back)"
                " select id, (now() at time zone 'UTC')::date + %s, 'NO', 'ada', 1, 0, 0 from task_forces", [days],
            )  # fmt: skip
    def told(of: Actor) -> int:
        with acting_as(of) as session:
            return len(mustering.look(session, force).days)
    assert (told(nora), told(saga)) == (3, 2)
    with acting_as(saga) as session:
        mustering.decide(session, force, Step.WITHDRAW)
    with acting_as(nora) as session:
        mustering.close(session, force)
    assert (told(nora), told(saga)) == (3, 1)


def test_nobody_gets_in_by_the_act_of_another_member(
    world: World, force: str, nora: Actor, saga: Actor, ada: Actor, dirk: Actor
) -> None:
    with pytest.raises(NotVisible), acting_as(nora) as session:
        mustering.name_officers(session, force, ["saga"])
    with pytest.raises(NotVisible), acting_as(saga) as session:
        mustering.put_out(session, force, "ada")
    with acting_as(nora) as session:
        mustering.invite(session, force, ["DK"])
    for table, words in (
        ("task_force_members", "update task_force_members set standing = 'in' where member = 'DK'"),
        ("task_force_officers", "update task_force_officers set left_at = now() where member = 'SE'"),
        ("task_force_members", "update task_force_members set standing = 'out' where member = 'SE'"),
    ):
        with app_connection() as app:
            claim(app, true_context(app, nora))
            assert app.execute(words).rowcount == 0, table
    with app_connection() as app:
        claim(app, true_context(app, nora))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(
                "insert into task_force_members (task_force_id, member, standing, accepted_at)"
                " select id, 'DK', 'in', now() from task_forces"
            )


def test_an_officer_who_does_not_speak_for_the_member_opens_and_lets_in_nothing(
    world: World, force: str, ada: Actor, sven: Actor
) -> None:
    for attempt in (
        lambda session: mustering.open_one(
            session, "x", WORK, starts_at=None, ends_at=mustering.now() + timedelta(days=1)
        ),
        lambda session: mustering.name_officers(session, force, ["ada"]),
        lambda session: mustering.decide(session, force, Step.WITHDRAW),
    ):
        with pytest.raises(StepRefused), acting_as(ada) as session:
            attempt(session)


def test_who_has_to_say_a_word_is_told_that_one_waits_and_nobody_else(
    world: World, force: str, ada: Actor, sven: Actor, saga: Actor, dirk: Actor, nora: Actor
) -> None:
    def waits(of: Actor) -> bool:
        with acting_as(of) as session:
            return NoticeKind.TASK_FORCE in {one.kind for one in corresponding.notices(session).items}

    eva = world.officer("eva", member="SE", unit="FORENSICS")
    assert [waits(of) for of in (saga, sven, ada, dirk, eva)] == [True, True, True, False, False]


def test_it_lasts_no_longer_than_the_longest_term(nora: Actor) -> None:
    for days in (93, -1, 0):
        with pytest.raises(Invalid), acting_as(nora) as session:
            mustering.open_one(
                session,
                "x",
                WORK,
                starts_at=None,
                ends_at=mustering.now() + timedelta(days=days, seconds=-1 if not days else 1),
            )


def test_who_is_excluded_sees_nothing_of_what_was_brought_and_what_is_kept_back_is_not_brought(
    world: World, force: str, ada: Actor, sven: Actor
) -> None:
    reference = brought(world, ada, force)
    with app_connection() as app:
        claim(app, true_context(app, ada))
        app.execute(
            "update media set excluded = '{SE}' where id = (select min(medium_id::text)::uuid from series_media)"
        )
        app.commit()
    assert sees(sven, reference) == 3, "what is in the series is told by whoever put it there"
    with app_connection() as app:
        claim(app, true_context(app, sven))
        assert app.execute("select count(*) from media").fetchone()[0] == 2
    with app_connection() as app:
        claim(app, true_context(app, ada))
        app.execute("update series set excluded = '{SE}'")
        app.commit()
    assert sees(sven, reference) is None
    with app_connection() as app:
        claim(app, true_context(app, sven))
        for table in ("media", "series_media", "task_force_series", "task_force_stacks", "task_force_stack_media"):
            assert app.execute(f"select count(*) from {table}").fetchone()[0] == 0, table
    assert (look(sven, force).brought, take(sven, force)) == ((), None), "not even that something was brought"
    assert len(look(ada, force).brought) == 1


def test_a_series_that_comes_under_words_that_keep_it_back_goes_out(
    world: World, force: str, ada: Actor, sven: Actor
) -> None:
    reference = brought(world, ada, force)
    under(ada, reference, "{H1}")
    assert [sorted(one.conditions) for one in look(sven, force).brought] == [["H1"]]
    under(ada, reference, "{H2}")
    assert sees(sven, reference) is None
    with pytest.raises(StepRefused), acting_as(ada) as session:
        sifting.bring(session, force, reference)
    with app_connection() as app:
        claim(app, true_context(app, ada))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="kept back"):
            app.execute(
                "insert into task_force_series (task_force_id, series_id, member, unit, uses, conditions, brought_by)"
                " select t.id, s.id, s.owner_member, s.owner_unit, 2, '{}', 'ada' from task_forces t, series s"
            )


def under(of: Actor, reference: str, conditions: str) -> None:
    """The series lies under a cover with these conditions from now on."""
    cover = handling_columns(handling(of, Audience.UNIT))
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute(
            """
            insert into covers (digest, purposes, legal_basis, conditions, condition_text, confidentiality, source_evaluation,
                information_evaluation, is_minor, retention_end, review_date, owner_member, owner_unit, audience, members, excluded)
            values (%(digest)s, '{investigation}', '', %(conditions)s, '', 2, 'X', 4, true, current_date + 900, current_date + 800,
                    %(owner_member)s, %(owner_unit)s, %(audience)s, %(members)s, %(excluded)s) returning id""",
            {**cover, "digest": conditions.encode(), "conditions": conditions},
        )
        made = cursor.fetchone()[0]
        cursor.execute("update series set cover_id = %s where reference = %s", [made, reference])


def test_what_is_taken_out_or_ended_by_its_owner_is_gone_from_it(
    world: World, force: str, ada: Actor, sven: Actor
) -> None:
    theirs = brought(world, sven, force)
    assert sees(ada, brought(world, ada, force)) == 3
    with pytest.raises(StepRefused), acting_as(ada) as session:
        sifting.take_out(session, force, theirs)
    with acting_as(sven) as session:
        sifting.take_out(session, force, theirs)
    assert sees(ada, theirs) is None
    with app_connection() as app:
        claim(app, true_context(app, ada))
        app.execute("delete from series_media")
        app.execute("delete from series")
        app.commit()
    assert kept(world) == 0
    assert look(sven, force).brought == ()


def test_what_was_brought_of_a_series_that_is_hidden_since_is_taken_out_by_its_identifier(
    world: World, force: str, ada: Actor, sven: Actor
) -> None:
    """Sweden has media in Norway's series, which Norway takes out of the task force and shows to nobody any more."""
    theirs = brought(world, ada, force)
    medium = world.medium(sven)
    with acting_as(sven) as session:
        found = series.find(session, theirs).id
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute(
            "insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)"
            " select %s, m.id, m.owner_member, m.owner_unit, m.audience, m.members, m.excluded from media m where m.id = %s",
            [found, medium],
        )
        sifting.bring(session, force, theirs)
    with acting_as(ada) as session:
        sifting.take_out(session, force, theirs)
    (left,) = look(sven, force).brought
    assert (left.is_own, left.reference) == (True, "")
    with acting_as(sven) as session:
        sifting.take_out(session, force, str(left.id))
    assert look(sven, force).brought == ()
    for absent in (left.id, UUID(int=0)):
        with acting_as(sven) as session, pytest.raises(StepRefused):
            sifting.take_out(session, force, str(absent))


def test_a_stack_whose_media_are_taken_out_of_the_series_is_handed_to_nobody(
    world: World, force: str, ada: Actor, sven: Actor
) -> None:
    brought(world, ada, force, 1)
    with app_connection() as app:
        claim(app, true_context(app, ada))
        app.execute("delete from series_media")
        app.commit()
    assert take(sven, force) is None


def test_what_came_of_the_series_is_counted_exactly_of_the_own_member_and_in_fives_of_others(
    world: World, force: str, ada: Actor, sven: Actor
) -> None:
    reference = brought(world, ada, force)
    with acting_as(sven) as session:
        for row in surveying.media(session, reference).items:
            said = clue.Said(kind=clue.ClueKind.TEXT, value="Tram", note="On the wall.", speaks={"SE": 1})
            spotting.add(session, row.name, said, handling(sven))
    child = describe(ada)
    with acting_as(ada) as session:
        linking.link(session, child, LinkType.APPEARS_IN, reference, basis=Basis.SEEN)
    found = {one.kind: (one.own, one.others) for one in look(sven, force).found}
    assert found == {"leads": (0, 0), "links": (0, None), "clues": (3, 0), "identifications": (0, 0)}
    found = {one.kind: (one.own, one.others) for one in look(ada, force).found}
    assert found == {"leads": (0, 0), "links": (1, 0), "clues": (0, None), "identifications": (0, 0)}
    with app_connection() as app:
        claim(app, true_context(app, ada))
        app.execute("update series set excluded = '{SE}'")
        app.commit()
    assert {(one.own, one.others) for one in look(sven, force).found} == {(0, 0)}, "nothing of what excludes them"
    ends(world, force)
    assert look(ada, force).found == ()


def describe(of: Actor) -> str:
    with acting_as(of) as session:
        return describing.enter_victim(session, VictimFacts(), "Seen.", handling(of)).kept.reference


def test_each_owner_brings_its_own_and_nothing_of_another(world: World, force: str, ada: Actor, sven: Actor) -> None:
    reference = a_series(world, ada)
    with pytest.raises(NotVisible), acting_as(sven) as session:
        sifting.bring(session, force, reference)
    world.series(ada, "open to all")
    with acting_as(sven) as session:
        shown = next(one.reference for one in surveying.every_series(session).items if one.owner == "NO")
    with pytest.raises(StepRefused), acting_as(sven) as session:
        sifting.bring(session, force, shown)


def test_media_that_are_matched_with_the_same_are_one_stack(world: World, force: str, ada: Actor, sven: Actor) -> None:
    reference = a_series(world, ada, 4)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select id from media where owner_member = 'NO' order by id")
        media = [row[0] for row in cursor]
    for number, medium in enumerate(media):
        world.fingerprint(ada, medium, bits=bytes([number // 3]) * 32)
    with acting_as(ada) as session:
        assert sifting.bring(session, force, reference).media == 4
    sizes = []
    for _ in range(2):
        sizes.append(len(taken(ada, force).media))
        give(ada, force, Finding.DONE)
    assert sorted(sizes) == [1, 3]
    with acting_as(ada) as session:
        assert sifting.bring(session, force, reference).media == 0, "brought once more, only what is new is put into stacks"
