"""Facts are observed once; each member's scheme makes its category; three make it trusted, and a dispute is decided."""

import hashlib
import json

import psycopg
import pytest

from clew.actions import auditing, categorising
from clew.actions.categorising import Standing
from clew.domain.category import Assessed, Scheme
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.officer import Role
from clew.records.acts import Wanted
from clew.records.session import acting_as
from tests.world.world import World

HARBOUR, MEADOW = b"a harbour", b"a meadow"
GRADED = {"made": "camera", "shows": "minor", "age": "7-10", "grade": "two", "warn": "no"}
UNGRADED = {**GRADED, "grade": "none"}
NATIONAL = {
    "scheme": "national", "version": 1, "title": "Ours", "categories": {"I": "First", "II": "Second", "0": "None"},
    "rules": [{"category": "I", "when": {"grade": ["three"]}}, {"category": "II", "when": {"grade": ["one", "two"]}}],
    "otherwise": "0",
}  # fmt: skip


def name(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def record(by: Actor, content: bytes, facts: dict[str, str] = GRADED) -> int:
    with acting_as(by) as session:
        return categorising.record(session, [name(content)], facts)


def found(by: Actor, content: bytes, scheme: str | None = "template-letters") -> Assessed:
    with acting_as(by) as session:
        return categorising.look(session, name(content), categorising.chosen(session, scheme).scheme).found


def load(by: Actor, document: dict[str, object]) -> tuple[Scheme, tuple[categorising.Changed, ...]]:
    with acting_as(by) as session:
        return categorising.load_scheme(session, json.dumps(document).encode())


@pytest.fixture
def nina(world: World) -> Actor:
    return world.officer("nina", member="NO")


@pytest.fixture
def rolf(world: World) -> Actor:
    return world.officer("rolf", member="NO", role=Role.ANALYST)


@pytest.fixture
def alva(world: World) -> Actor:
    return world.officer("alva", member="NO", role=Role.NATIONAL_ADMINISTRATOR)


# The story -----------------------------------------------------------------------------------------------


def test_three_officers_of_two_members_make_a_category_trusted_under_every_scheme(
    world: World, ada: Actor, sven: Actor, nina: Actor
) -> None:
    world.medium(ada, content=HARBOUR)
    for count, officer in enumerate((ada, nina, sven), 1):
        assert record(officer, HARBOUR) == 1
        standing = Standing.TRUSTED if count == 3 else Standing.INDICATIVE
        assert found(officer, HARBOUR) == Assessed(category="B", standing=standing, votes=count)
    assert found(ada, HARBOUR, "template-numbers") == Assessed(category="1", standing=Standing.TRUSTED, votes=3)
    assert found(ada, HARBOUR, "template-baseline").category == "in"
    assert found(ada, HARBOUR, "template-bands").category == "7-10"


def led(world: World, by: Actor) -> dict[str, bool]:
    with acting_as(by) as session, session.cursor() as cursor:
        cursor.execute("select observed_by, is_led from observations where withdrawn_at is null")
        return dict(cursor.fetchall())


def test_who_says_another_thing_after_others_spoke_did_not_come_to_it_by_themselves(
    world: World, ada: Actor, nina: Actor, sven: Actor
) -> None:
    world.medium(ada, content=HARBOUR)
    record(ada, HARBOUR, UNGRADED)
    record(ada, HARBOUR)
    assert led(world, ada) == {"ada": False}, "nobody else had spoken"
    record(nina, HARBOUR, UNGRADED)
    assert led(world, ada) == {"ada": False, "nina": False}, "one word alone is told to nobody"
    record(sven, HARBOUR)
    assert led(world, ada) == {"ada": False, "nina": False, "sven": True}, "two ways of seeing it lay open"
    record(nina, HARBOUR)
    assert found(ada, HARBOUR) == Assessed(category="B", standing=Standing.INDICATIVE, votes=3)
    record(ada, HARBOUR)
    record(nina, HARBOUR)
    assert led(world, ada) == {"ada": False, "nina": True, "sven": True}, "the same again changes nothing"
    record(ada, HARBOUR, UNGRADED)
    assert led(world, ada)["ada"]
    with acting_as(nina) as session:
        categorising.withdraw(session, [name(HARBOUR)])
    record(nina, HARBOUR, UNGRADED)
    assert led(world, ada)["nina"], "what was taken back was said"


def test_the_fourth_word_on_what_three_made_trusted_is_led_by_them(world: World, ada: Actor, nina: Actor, rolf: Actor, sven: Actor) -> None:
    world.medium(ada, content=HARBOUR)
    for officer in (ada, nina, rolf, sven):
        record(officer, HARBOUR)
    assert led(world, ada) == {"ada": False, "nina": False, "rolf": False, "sven": True}


def test_who_has_not_spoken_is_told_how_many_did_and_not_what(world: World, ada: Actor, nina: Actor) -> None:
    world.medium(ada, content=HARBOUR)
    record(ada, HARBOUR)
    with acting_as(nina) as session:
        by = categorising.chosen(session, "template-letters").scheme
        untold = categorising.look(session, name(HARBOUR), by)
    assert untold.found == Assessed(category=None, standing=Standing.INDICATIVE, votes=1)
    assert untold.words == ()
    record(nina, HARBOUR)
    with acting_as(nina) as session:
        assert len(categorising.look(session, name(HARBOUR), by).words) == 2


def test_a_dispute_waits_for_an_analyst_who_has_not_spoken_and_who_decides_for_their_member(
    world: World, ada: Actor, nina: Actor, rolf: Actor, sven: Actor
) -> None:
    world.medium(ada, content=HARBOUR)
    world.medium(ada, content=MEADOW)
    for officer, facts in ((ada, GRADED), (nina, UNGRADED)):
        record(officer, HARBOUR, facts)
        record(officer, MEADOW, {**facts, "warn": "yes" if officer is ada else "no", "grade": "two"})
    with acting_as(rolf) as session:
        by = categorising.chosen(session, "template-letters").scheme
        waiting = categorising.disputes(session, by, limit=10)
    assert [one.sha256 for one in waiting.items] == [name(HARBOUR).hex()], "a fact that makes no difference is no dispute"
    for other in (ada, sven):
        with acting_as(other) as session, pytest.raises(StepRefused):
            categorising.review(session, name(HARBOUR), UNGRADED, "By the guide, part 2.")
    with acting_as(rolf) as session, pytest.raises(Invalid):
        categorising.review(session, name(HARBOUR), UNGRADED, "  ")
    with acting_as(rolf) as session:
        categorising.review(session, name(HARBOUR), UNGRADED, "By the guide, part 2.")
    assert found(nina, HARBOUR) == Assessed(category="none", standing=Standing.REVIEWED, votes=3)
    assert found(sven, HARBOUR).standing is Standing.DISPUTED, "Sweden answers for its own law"
    with acting_as(ada) as session:
        decided = categorising.look(session, name(HARBOUR), by).words[-1]
        assert (decided.reason, decided.shown_by("NO")) == ("By the guide, part 2.", "rolf")
    with acting_as(sven) as session:
        decided = categorising.look(session, name(HARBOUR), by).words[-1]
        assert (decided.reason, decided.shown_by("SE")) == ("", None)


def test_an_analyst_who_spoke_leaves_the_dispute_to_another(world: World, ada: Actor, rolf: Actor) -> None:
    world.medium(ada, content=HARBOUR)
    record(ada, HARBOUR)
    record(rolf, HARBOUR, UNGRADED)
    with acting_as(rolf) as session, pytest.raises(StepRefused, match="another analyst"):
        categorising.review(session, name(HARBOUR), UNGRADED, "I am right.")


def test_a_later_word_takes_the_place_of_the_earlier_and_may_be_taken_back(world: World, ada: Actor) -> None:
    world.medium(ada, content=HARBOUR)
    record(ada, HARBOUR)
    record(ada, HARBOUR, {**GRADED, "grade": "three"})
    assert found(ada, HARBOUR) == Assessed(category="A", standing=Standing.INDICATIVE, votes=1)
    with acting_as(ada) as session:
        assert categorising.withdraw(session, [name(HARBOUR)]) == 1
    assert found(ada, HARBOUR).standing is Standing.NONE
    with acting_as(ada) as session, pytest.raises(NotVisible):
        categorising.withdraw(session, [name(HARBOUR)])


# Who sees what ---------------------------------------------------------------------------------------------


def test_what_is_observed_of_a_hidden_medium_is_hidden_with_it(world: World, ada: Actor, sven: Actor, nina: Actor) -> None:
    """Norway's and Sweden's copies are of one content: neither learns what the other's officers said of the hidden one."""
    world.medium(ada, Audience.UNIT, content=HARBOUR)
    world.medium(sven, Audience.UNIT, content=HARBOUR)
    record(ada, HARBOUR)
    record(nina, HARBOUR)
    assert record(sven, HARBOUR, UNGRADED) == 1
    assert found(sven, HARBOUR) == Assessed(category="none", standing=Standing.INDICATIVE, votes=1)
    assert found(ada, HARBOUR) == Assessed(category="B", standing=Standing.INDICATIVE, votes=2)


def test_a_medium_that_is_hidden_and_one_that_is_absent_are_refused_alike(world: World, ada: Actor, sven: Actor) -> None:
    world.medium(sven, Audience.UNIT, content=HARBOUR)
    said = set()
    for content in (HARBOUR, MEADOW):
        with acting_as(ada) as session, pytest.raises(NotVisible) as refused:
            categorising.record(session, [name(content)], GRADED)
        said.add(str(refused.value))
        with acting_as(ada) as session, pytest.raises(NotVisible) as refused:
            categorising.look(session, name(content), categorising.chosen(session, "template-letters").scheme)
        said.add(str(refused.value))
    assert len(said) == 1


def test_the_database_keeps_words_of_others_reviews_of_investigators_and_schemes_of_officers_out(
    world: World, ada: Actor, sven: Actor
) -> None:
    medium = world.medium(ada, content=HARBOUR)
    hidden = world.medium(sven, Audience.UNIT, content=MEADOW)
    word = (
        "insert into observations (medium_id, facts, facts_version, is_review, member, unit, observed_by)"
        " values (%s, '{}', 1, %s, %s, 'VICTIM-ID', %s)"
    )
    for values in ([medium, False, "NO", "sven"], [medium, False, "SE", "sven"], [medium, True, "NO", "ada"], [hidden, False, "NO", "ada"]):
        with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(psycopg.errors.InsufficientPrivilege):
            cursor.execute(word, values)
    with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(psycopg.errors.InsufficientPrivilege):
        cursor.execute("insert into schemes (member, name, version, document, loaded_by) values ('NO', 'x', 1, '{}', 'ada')")
    record(ada, HARBOUR)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update observations set withdrawn_at = now()")
        assert cursor.rowcount == 0


def test_what_was_observed_goes_with_its_medium(world: World, ada: Actor, sven: Actor) -> None:
    medium = world.medium(ada, content=HARBOUR)
    record(sven, HARBOUR)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("delete from media where id = %s", [medium])
    world.medium(ada, content=HARBOUR, identifier=medium)
    assert found(ada, HARBOUR).votes == 0


# A case, and schemes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["\0", "SE\0/green", "green\0@1", "green"], ids=["nothing", "member", "name", "absent"])
def test_a_scheme_that_cannot_be_is_absent(ada: Actor, named: str) -> None:
    with acting_as(ada) as session, pytest.raises(NotVisible):
        categorising.chosen(session, named)


def test_a_case_is_counted_and_listed_by_category_and_standing(world: World, ada: Actor, nina: Actor, sven: Actor) -> None:
    for content in (HARBOUR, MEADOW, b"a hill"):
        world.occurrence(ada, world.medium(ada, content=content))
    for officer in (ada, nina, sven):
        record(officer, HARBOUR)
    record(ada, MEADOW)
    record(nina, MEADOW, UNGRADED)
    with acting_as(ada) as session:
        by = categorising.chosen(session, "template-letters").scheme
        counted = categorising.count(session, "CASE-1", None, by)
        assert (counted.contents, counted.disputed, counted.unspoken, counted.is_whole) == (3, 1, 1, True)
        assert counted.by_category == {("B", Standing.TRUSTED): 1}
        listed, after = [], None
        for _ in range(4):
            page = categorising.of_case(session, "CASE-1", "PHONE-1", by, after=after, limit=1)
            listed += page.items
            after = page.next
            if after is None:
                break
        assert sorted(one.sha256 for one in listed) == sorted(name(content).hex() for content in (HARBOUR, MEADOW, b"a hill"))
        disputed = categorising.of_case(session, "CASE-1", None, by, standing=Standing.DISPUTED, limit=10)
        assert [one.sha256 for one in disputed.items] == [name(MEADOW).hex()]


def test_a_count_goes_on_over_more_pages_than_one(world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        world.occurrence(ada, world.medium(ada, content=b"picture %d" % number))
    monkeypatch.setattr(categorising, "PAGE", 2)
    with acting_as(ada) as session:
        by = categorising.chosen(session, "template-letters").scheme
        assert categorising.count(session, "CASE-1", None, by).contents == 5
        monkeypatch.setattr(categorising, "PAGES_COUNTED_MAX", 2)
        cut = categorising.count(session, "CASE-1", None, by)
        assert (cut.contents, cut.is_whole) == (4, False)


def test_an_administrator_loads_a_version_and_is_told_what_it_changes(
    world: World, ada: Actor, alva: Actor, sven: Actor
) -> None:
    world.medium(ada, content=HARBOUR)
    record(ada, HARBOUR)
    with acting_as(ada) as session, pytest.raises(Invalid, match="loaded no scheme"):
        categorising.chosen(session, None)
    with acting_as(ada) as session, pytest.raises(StepRefused):
        categorising.load_scheme(session, json.dumps(NATIONAL).encode())
    assert load(alva, NATIONAL)[1] == ()
    assert found(ada, HARBOUR, None).category == "II"
    assert found(sven, HARBOUR, "NO/national@1").standing is Standing.INDICATIVE
    second = {**NATIONAL, "version": 2, "rules": [{"category": "I", "when": {"grade": ["two", "three"]}},
                                                  {"category": "II", "when": {"grade": ["one"]}}]}  # fmt: skip
    assert load(alva, second)[1] == (categorising.Changed(was="II", becomes="I", words=1),)
    assert (found(ada, HARBOUR, None).category, found(ada, HARBOUR, "national@1").category) == ("I", "II")
    for again in (second, NATIONAL, {**NATIONAL, "scheme": "template-letters"}):
        with pytest.raises(Invalid):
            load(alva, again)
    with acting_as(ada) as session, pytest.raises(NotVisible):
        categorising.chosen(session, "national@3")
    with acting_as(sven) as session:
        assert [(one.member, one.scheme.version) for one in categorising.every_scheme(session)][:1] == [("NO", 2)]


def test_each_act_is_on_record_and_the_owner_of_the_medium_is_told_who_looked(world: World, ada: Actor, sven: Actor) -> None:
    world.medium(ada, content=HARBOUR)
    record(sven, HARBOUR)
    found(sven, HARBOUR)
    auditor = world.officer("olav", member="NO", role=Role.AUDITOR)
    with acting_as(auditor) as session:
        acts = {(line.member, line.act) for line in auditing.accesses(session, Wanted()).items}
    assert {("SE", "category.record"), ("SE", "category.read")} <= acts


def test_a_content_found_at_several_places_is_listed_once_in_each_exhibit_where_it_lies(world: World, ada: Actor) -> None:
    media = {content: world.medium(ada, content=content) for content in (b"at one place", b"at three", b"in both", b"in the other")}
    for content, exhibit in (
        (b"at one place", "PHONE-1"), (b"at three", "PHONE-1"), (b"in both", "PHONE-1"), (b"at three", "PHONE-1"),
        (b"in both", "PHONE-2"), (b"in the other", "PHONE-2"), (b"at three", "PHONE-1"), (b"in both", "PHONE-2"),
    ):  # fmt: skip
        world.occurrence(ada, media[content], exhibit=exhibit)
    world.occurrence(ada, None, exhibit="PHONE-2", reason="It cannot be read.")
    inside = {
        None: set(media), "PHONE-1": {b"at one place", b"at three", b"in both"}, "PHONE-2": {b"in both", b"in the other"},
    }  # fmt: skip
    for exhibit, expected in inside.items():
        for limit in (1, 2, 10):
            listed: list[str] = []
            after = None
            while True:
                with acting_as(ada) as session:
                    by = categorising.chosen(session, "template-letters").scheme
                    page = categorising.of_case(session, "CASE-1", exhibit, by, after=after, limit=limit)
                listed += [one.sha256 for one in page.items]
                after = page.next
                if after is None:
                    break
            assert sorted(listed) == sorted(name(content).hex() for content in expected), (exhibit, limit)
