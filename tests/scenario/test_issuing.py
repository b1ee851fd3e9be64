"""Hash lists leave the node by their owners' leave: on record before, with a purpose, and each owner told."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from clew.actions import auditing, categorising, issuing, reporting, sequencing
from clew.actions.issuing import Form, Of, Source
from clew.domain.cover import Condition, Confidentiality, Cover, Purpose
from clew.domain.errors import Invalid, NotVisible, StepRefused, Unavailable
from clew.domain.fingerprint import Kind
from clew.domain.handling import EVERY_USE, SHARED_AT_INTAKE, Actor, Audience, Handling, Use
from clew.domain.officer import Role
from clew.formats.hash_list import read_hash_list
from clew.records import covers
from clew.records.acts import Wanted
from clew.records.session import acting_as
from tests.scenario.test_blocking import block
from tests.scenario.test_categorising import GRADED, record
from tests.world.office import Office
from tests.world.world import World, handling

STATED = {"purpose": "detection", "case": "NO-1"}


def cover(of: Actor, medium: UUID, given: Handling, **words: object) -> None:
    """The owner says who may use the medium for what, and what it is kept for."""
    with acting_as(of) as session, session.cursor() as cursor:
        cover_id = covers.keep(session, given, Cover(retention_end=date(2031, 1, 1), **words))
        for table, key in (("media", "id"), ("series_media", "medium_id"), ("fingerprints", "medium_id")):
            cursor.execute(
                f"update {table} set audience = %s, members = %s, excluded = %s where {key} = %s",
                [given.circles, sorted(given.members), sorted(given.excluded), medium],
            )
        cursor.execute("update media set cover_id = %s where id = %s", [cover_id, medium])


def name(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def listed(actor: Actor, source: Source, form: Form = Form.CSV, **more: object) -> list[bytes]:
    """SHA-256 of what goes on a list, read back."""
    chosen = issuing.choose(actor, source, **(STATED | more))
    assert form is Form.CSV
    return [one.sha256 for one in read_hash_list(issuing.give(actor, chosen, form))]


def acts(of: Actor, act: str = "hash_list.export") -> list[auditing.Act]:
    with acting_as(of) as session:
        return list(auditing.acts_of(session, Wanted(act=act), 20).items)


def accesses(of: Actor, act: str = "hash_list.export") -> list[auditing.Access]:
    with acting_as(of) as session:
        return list(auditing.accesses(session, Wanted(act=act), 20).items)


@pytest.fixture
def shared(world: World, ada: Actor, sven: Actor) -> Source:
    """A series of Norway: an own medium, and one of Sweden for each way in which it may or may not be exported."""
    own = world.medium(ada, content=b"own")
    series_id = world.series(ada, "harbour", [own])
    every = handling(sven, uses=EVERY_USE)
    for content, given, words in (
        (b"free", every, {}),
        (b"no use", handling(sven, uses=SHARED_AT_INTAKE | Use.PREVIEW | Use.ORIGINAL), {}),
        (b"H2", every, {"conditions": frozenset({Condition.H2})}),
        (b"confidential", every, {"confidentiality": Confidentiality.CONFIDENTIAL}),
        (b"other purpose", every, {"purposes": frozenset({Purpose.INVESTIGATION})}),
        (b"hidden", handling(sven, Audience.UNIT), {}),
        (b"export unseen", handling(sven, uses=Use.EXPORT), {}),
    ):
        medium = world.medium(sven, content=content)
        with acting_as(sven) as session, session.cursor() as cursor:
            cursor.execute(
                "insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)"
                " select %s, id, owner_member, owner_unit, audience, members, excluded from media where id = %s",
                [series_id, medium],
            )
        cover(sven, medium, given, **words)
    return Source(of=Of.SERIES, names=("harbour",))


def reference(ada: Actor) -> str:
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select reference from series")
        return cursor.fetchone()[0]


# What goes, and what stays ---------------------------------------------------------------------------


def test_of_a_series_goes_what_is_own_and_what_its_owner_lets_go(ada: Actor, shared: Source) -> None:
    assert set(listed(ada, shared)) == {name(b"own"), name(b"free")}
    assert set(listed(ada, shared, purpose="investigation")) == {name(b"own"), name(b"free"), name(b"other purpose")}
    counted = issuing.count(ada, shared, **STATED)
    assert (counted.media, counted.by_owner, counted.next) == (2, {"NO": 1, "SE": 1}, None)


def test_what_is_left_out_is_counted_as_far_as_its_facts_are_seen_and_never_further(ada: Actor, shared: Source) -> None:
    """Four are seen and stay; of the two that are not seen, one could even be exported, nothing is said."""
    assert issuing.count(ada, shared, **STATED).left_out == 4


def test_another_member_takes_out_by_the_same_rule(ada: Actor, sven: Actor, shared: Source) -> None:
    """Its own media go whatever their uses for others are; of Norway's none, for that shares facts alone."""
    asked = Source(of=Of.SERIES, names=(reference(ada),))
    own = [b"free", b"no use", b"H2", b"hidden", b"export unseen"]
    assert set(listed(sven, asked)) == set(map(name, own))
    assert issuing.count(sven, asked, **STATED).left_out == 3


def test_a_content_goes_once_whoever_else_has_it(world: World, ada: Actor, sven: Actor, shared: Source) -> None:
    """And an own record lets go what another's would not: it is the own member's to say."""
    for content in (b"H2", b"free"):
        medium = world.medium(ada, content=content)
        with acting_as(ada) as session, session.cursor() as cursor:
            cursor.execute(
                "insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)"
                " select s.id, m.id, m.owner_member, m.owner_unit, m.audience, m.members, m.excluded"
                " from media m, series s where m.id = %s", [medium],
            )  # fmt: skip
    assert sorted(listed(ada, shared)) == sorted(map(name, (b"own", b"free", b"H2")))
    counted = issuing.count(ada, shared, **STATED)
    assert (counted.media, counted.by_owner, counted.left_out) == (3, {"NO": 3, "SE": 1}, 3)


def test_what_is_under_examination_goes_on_no_list(world: World, ada: Actor) -> None:
    world.occurrence(ada, world.medium(ada, content=b"one"))
    source = Source(of=Of.CASE, names=("CASE-1",))
    assert listed(ada, source) == [name(b"one")]
    block(ada, "CASE-1")
    with pytest.raises(StepRefused):
        issuing.choose(ada, source, **STATED)
    assert issuing.count(ada, source, **STATED).left_out == 1


def test_a_case_and_an_exhibit_of_it(world: World, ada: Actor) -> None:
    for number in range(3):
        world.occurrence(ada, world.medium(ada, content=b"%d" % number), exhibit=f"PHONE-{number % 2}")
    assert len(listed(ada, Source(of=Of.CASE, names=("CASE-1",)))) == 3
    assert set(listed(ada, Source(of=Of.CASE, names=("CASE-1",), exhibit="PHONE-0"))) == {name(b"0"), name(b"2")}
    assert listed(ada, Source(of=Of.MEDIA, names=(name(b"1").hex(),))) == [name(b"1")]


def test_an_own_hash_list_comes_out_as_it_went_in(office: Office, ada: Actor, tmp_path: Path) -> None:
    said = tmp_path / "known.csv"
    rows = [(f"{n:032x}", f"{n:040x}", f"{n:064x}", f"{n << 200:064x}") for n in range(1, 6)]
    said.write_text("md5,sha1,sha256,pdq\n" + "".join(",".join(row) + "\n" for row in rows))
    office.intake(ada, said)
    for form in Form:
        chosen = issuing.choose(ada, Source(of=Of.HASH_LIST, names=("known.csv",)), **STATED)
        text = b"".join(issuing.give(ada, chosen, form)).decode().lower()
        assert all(digest in text for row in rows for digest in row), form
    again = tmp_path / "again.csv"
    again.write_bytes(b"".join(issuing.give(ada, chosen, Form.CSV)))
    office.intake(ada, again)
    assert sorted(listed(ada, Source(of=Of.HASH_LIST, names=("again.csv",)))) == sorted(bytes.fromhex(row[2]) for row in rows)


def test_a_picture_goes_with_its_pdq_unless_that_says_nothing(world: World, ada: Actor) -> None:
    for content, quality, kind in ((b"good", 50, Kind.PDQ), (b"flat", 49, Kind.PDQ), (b"centred", 100, Kind.PDQ_CENTRED)):
        medium = world.medium(ada, content=content)
        world.fingerprint(ada, medium, kind=kind, bits=hashlib.sha256(b"bits of " + content).digest())
        with acting_as(ada) as session, session.cursor() as cursor:
            cursor.execute("update fingerprints set qualities = %s where medium_id = %s", [bytes([quality]), medium])
        world.occurrence(ada, medium)
    chosen = issuing.choose(ada, Source(of=Of.CASE, names=("CASE-1",)), **STATED)
    found = {one.sha256: one.pdq for one in read_hash_list(issuing.give(ada, chosen, Form.CSV))}
    assert found == {
        name(b"good"): hashlib.sha256(b"bits of good").digest(), name(b"flat"): None, name(b"centred"): None,
    }  # fmt: skip


# Categories ------------------------------------------------------------------------------------------


def categories(actor: Actor, source: Source) -> dict[bytes, str | None]:
    with acting_as(actor) as session:
        by = categorising.chosen(session, "template-letters").scheme
    chosen = issuing.choose(actor, source, by=by, **STATED)
    return {one.sha256: one.category for one in read_hash_list(issuing.give(actor, chosen, Form.CSV))}


def test_a_category_goes_along_once_it_is_settled(world: World, ada: Actor) -> None:
    world.occurrence(ada, world.medium(ada, content=b"one"))
    source = Source(of=Of.CASE, names=("CASE-1",))
    others = [world.officer(each) for each in ("nina", "olga")]
    for officer in (ada, *others):
        assert categories(ada, source) == {name(b"one"): None}
        record(officer, b"one")
    assert categories(ada, source) == {name(b"one"): "B"}
    assert [one.category for one in read_hash_list(given(ada, source))] == [None]


def given(actor: Actor, source: Source, form: Form = Form.CSV) -> Iterable[bytes]:
    return issuing.give(actor, issuing.choose(actor, source, **STATED), form)


def test_a_category_that_only_media_make_which_may_not_go_stays(world: World, ada: Actor, sven: Actor) -> None:
    """What two members said together is settled; what of it lies on a medium that may not be exported stays at home."""
    world.occurrence(ada, world.medium(ada, content=b"one"))
    theirs = world.medium(sven, content=b"one")
    record(sven, b"one")
    for officer in (ada, world.officer("nina")):
        record(officer, b"one")
    with acting_as(ada) as session:
        by = categorising.chosen(session, "template-letters").scheme
        assert categorising.look(session, name(b"one"), by).found.category == "B"
    source = Source(of=Of.CASE, names=("CASE-1",))
    assert categories(ada, source) == {name(b"one"): None}
    cover(sven, theirs, handling(sven, uses=EVERY_USE))
    assert categories(ada, source) == {name(b"one"): "B"}


def test_a_category_that_somebody_disputes_out_of_sight_of_the_export_stays(world: World, ada: Actor, sven: Actor) -> None:
    world.occurrence(ada, world.medium(ada, content=b"one"))
    world.medium(sven, content=b"one")
    for officer in (ada, world.officer("nina"), world.officer("olga")):
        record(officer, b"one")
    assert categories(ada, Source(of=Of.CASE, names=("CASE-1",))) == {name(b"one"): "B"}
    record(sven, b"one", GRADED | {"grade": "none"})
    assert categories(ada, Source(of=Of.CASE, names=("CASE-1",))) == {name(b"one"): None}


# On record -------------------------------------------------------------------------------------------


def test_the_act_is_on_record_with_purpose_case_and_counts_and_owners_are_told(
    ada: Actor, sven: Actor, shared: Source
) -> None:
    listed(ada, shared)
    (act,) = acts(ada)
    assert (act.purpose, act.case_reference, dict(act.counts)) == (
        "detection", "NO-1", {"media": 2, "left_out": 4, "more": 0},
    )  # fmt: skip
    (access,) = accesses(sven)
    assert (access.member, access.purpose, access.subject, access.case_reference) == ("NO", "detection", "", "")


def test_whoever_gave_nothing_is_told_of_nothing(ada: Actor, sven: Actor, world: World) -> None:
    """Also where the series is its own and only media of others in it went."""
    theirs = world.medium(sven, content=b"theirs")
    series_id = world.series(sven, "quay", [theirs])
    own = world.medium(ada, content=b"own")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute(
            "insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)"
            " select %s, id, owner_member, owner_unit, audience, members, excluded from media where id = %s", [series_id, own],
        )  # fmt: skip
        cursor.execute("select reference from series where id = %s", [series_id])
        source = Source(of=Of.SERIES, names=(cursor.fetchone()[0],))
    assert listed(ada, source) == [name(b"own")]
    assert accesses(sven) == []
    cover(sven, theirs, handling(sven, uses=EVERY_USE))
    assert len(listed(ada, source)) == 2
    (access,) = accesses(sven)
    assert access.subject == str(series_id)


def test_the_annual_report_counts_what_was_exported(world: World, ada: Actor, shared: Source) -> None:
    listed(ada, shared)
    auditor = world.officer("tove", member="SE", role=Role.AUDITOR)
    report = reporting.annual(auditor, datetime.now(UTC).year)
    (accessed,) = (section for section in report.sections if section.name == "accesses")
    assert {one.name: one.total for one in accessed.figures}["export"] == 1


def test_nothing_is_given_before_its_act_is_beneath_a_signed_root(
    ada: Actor, shared: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = issuing.choose(ada, shared, **STATED)

    def late(*_given: object, **_named: object) -> None:
        raise Unavailable("The log is behind.")

    monkeypatch.setattr(sequencing, "receipt", late)
    with pytest.raises(Unavailable):
        issuing.give(ada, chosen, Form.CSV)


def test_without_a_purpose_of_the_list_or_a_case_nothing_goes_and_nothing_is_on_record(ada: Actor, shared: Source) -> None:
    for wrong in ({"purpose": "curiosity"}, {"case": " "}):
        for ask in (issuing.choose, issuing.count):
            with pytest.raises(Invalid):
                ask(ada, shared, **(STATED | wrong))
    assert acts(ada) == acts(ada, "hash_list.count") == []


def test_for_supervision_nothing_goes_that_is_not_kept_for_it(ada: Actor, shared: Source) -> None:
    """Only what was entered before there were covers is left to its own member."""
    assert listed(ada, shared, purpose="supervision") == [name(b"own")]


def test_where_nothing_may_go_that_is_said_and_nothing_is_on_record_as_gone(world: World, ada: Actor, sven: Actor) -> None:
    world.medium(sven, content=b"theirs")
    with pytest.raises(StepRefused, match="Nothing here"):
        issuing.choose(ada, Source(of=Of.MEDIA, names=(name(b"theirs").hex(),)), **STATED)
    assert acts(ada) == accesses(sven) == []


def test_hidden_and_absent_are_one_answer(world: World, ada: Actor, sven: Actor, shared: Source) -> None:
    cases = [
        (Of.CASE, ("SE-1",), ("NONE",)), (Of.HASH_LIST, ("a",), ("b",)), (Of.SERIES, ("S-9999",), ("S-9998",)),
        (Of.MEDIA, (name(b"hidden").hex(),), (name(b"never").hex(),)),
        (Of.MEDIA, (name(b"own").hex(), name(b"hidden").hex()), (name(b"own").hex(), name(b"never").hex())),
    ]  # fmt: skip
    world.occurrence(sven, world.medium(sven, Audience.UNIT, content=b"there"), "SE-1", cover=handling(sven, Audience.UNIT))
    for of, *pair in cases:
        told = set()
        for names in pair:
            for ask in (issuing.choose, issuing.count):
                with pytest.raises(NotVisible) as refused:
                    ask(ada, Source(of=of, names=names), **STATED)
                told.add(str(refused.value))
        assert len(told) == 1


# Meanwhile, and many ---------------------------------------------------------------------------------


def test_what_is_narrowed_after_it_was_chosen_is_not_given(ada: Actor, sven: Actor, shared: Source) -> None:
    chosen = issuing.choose(ada, shared, **STATED)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select id from media where name = %s", [name(b"free")])
        medium = cursor.fetchone()[0]
    for given_uses in (EVERY_USE & ~Use.EXPORT, EVERY_USE & ~Use.FACTS):
        cover(sven, medium, handling(sven, uses=given_uses))
        found = [one.sha256 for one in read_hash_list(issuing.give(ada, chosen, Form.CSV))]
        assert found == [name(b"own")]


def test_what_is_widened_after_it_was_chosen_is_not_given_either(ada: Actor, sven: Actor, shared: Source) -> None:
    chosen = issuing.choose(ada, shared, **STATED)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select id from media where name = %s", [name(b"no use")])
        medium = cursor.fetchone()[0]
    cover(sven, medium, handling(sven, uses=EVERY_USE))
    assert {one.sha256 for one in read_hash_list(issuing.give(ada, chosen, Form.CSV))} == {name(b"own"), name(b"free")}
    assert name(b"no use") in listed(ada, shared)


def test_a_list_ends_at_its_limit_and_the_next_begins_behind_it(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "MEDIA_AT_ONCE", 2)
    monkeypatch.setattr(issuing, "MEDIA_PER_LIST_MAX", 4)
    contents = [b"%d" % number for number in range(9)]
    for content in contents:
        world.occurrence(ada, world.medium(ada, content=content))
    source, after, lists = Source(of=Of.CASE, names=("CASE-1",)), None, []
    while True:
        chosen = issuing.choose(ada, source, after=after, **STATED)
        lists.append([one.sha256 for one in read_hash_list(issuing.give(ada, chosen, Form.CSV))])
        if chosen.counted.next is None:
            break
        after = str(chosen.counted.next)
    assert list(map(len, lists)) == [4, 4, 1]
    assert {each for one in lists for each in one} == set(map(name, contents))
    assert [dict(act.counts)["more"] for act in acts(ada)] == [0, 1, 1]
    with pytest.raises(Invalid):
        issuing.choose(ada, source, after="nowhere", **STATED)


def test_a_list_of_just_as_many_as_one_holds_has_none_behind_it(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "MEDIA_AT_ONCE", 2)
    monkeypatch.setattr(issuing, "MEDIA_PER_LIST_MAX", 4)
    for number in range(4):
        world.occurrence(ada, world.medium(ada, content=b"%d" % number))
    assert issuing.count(ada, Source(of=Of.CASE, names=("CASE-1",)), **STATED).next is None


def test_media_that_another_hides_in_between_leave_no_gap(world: World, ada: Actor, sven: Actor, shared: Source,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(issuing, "MEDIA_AT_ONCE", 1)
    assert set(listed(ada, shared)) == {name(b"own"), name(b"free")}


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (Of.CASE, {"names": ()}), (Of.CASE, {"names": ("A", "B")}), (Of.SERIES, {"names": ("A",), "exhibit": "B"}),
        (Of.MEDIA, {"names": ("ab" * 32,), "unit": "B"}), (Of.MEDIA, {"names": ("ab" * 32,) * 1001}),
    ],
)  # fmt: skip
def test_a_list_is_made_of_one_thing(of: Of, words: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Source(of=of, **words)


def test_a_hash_set_of_a_case_is_one_that_other_tools_take(world: World, ada: Actor) -> None:
    world.occurrence(ada, world.medium(ada, content=b"one"))
    found = json.loads(b"".join(given(ada, Source(of=Of.CASE, names=("CASE-1",)), Form.VICS)))
    assert [one["MD5"] for one in found["value"]] == [hashlib.md5(b"one", usedforsecurity=False).hexdigest().upper()]
    assert set(found["value"][0]) == {"MediaID", "MD5", "SHA1", "MediaSize", "AlternativeHashes"}
