"""What programs propose for series: over what the actor sees, with a reason, and never again what was rejected."""

import hashlib
import json
import re
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clew.actions import gathering, proposing, surveying
from clew.cli.drawing import landscape, room
from clew.domain.errors import NotVisible
from clew.domain.handling import Actor
from clew.domain.proposal import Rule
from clew.records import grounds, sealed, series
from clew.records.proposals import Proposal
from clew.records.session import Session, acting_as
from clew.web import proposals as proposal_pages
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.counting import QUERIES_MAX
from tests.world.office import Office
from tests.world.world import World, handling


def propose(by: Actor, case: str = "NO-1") -> dict[Rule, int]:
    with acting_as(by) as session:
        return dict(proposing.propose(session, case).by_rule)


def waiting(by: Actor, case: str = "NO-1") -> tuple[Proposal, ...]:
    with acting_as(by) as session:
        return proposing.waiting(session, case)


def found(world: World, by: Actor, case: str, *, path: bytes = b"", content: bytes | None = None, **facts: object) -> UUID:
    """A medium in a case, of which facts are known."""
    made = world.medium(by, content=content)
    world.occurrence(by, made, case, path=path)
    texts = sealed.of_member(by.member)
    values = {
        name: texts.seal(value.encode(), b"media." + name.encode()) if isinstance(value, str) and name != "taken_at" else value
        for name, value in facts.items()
    }
    if values:
        with acting_as(by) as session, session.cursor() as cursor:
            cursor.execute(
                f"update media set {', '.join(f'{name} = %s' for name in values)} where id = %s", [*values.values(), made]
            )
    return made


def reference(of: Actor, name: str) -> str:
    with acting_as(of) as session:
        return series.find(session, name).reference


def hide(of: Actor, series_id: UUID) -> None:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("update series set audience = 0, members = '{}' where id = %s", [series_id])


CAMERA = {"camera_make": "Maker", "camera_serial": "0012004471"}
MODEL = {"camera_make": "Maker", "camera_model": "Model 3"}
GROUNDS: dict[Rule, tuple[dict[str, object], dict[str, object]]] = {
    Rule.SAME_BYTES: ({"content": b"the same"}, {"content": b"the same"}),
    Rule.SAME_CAMERA: (CAMERA, CAMERA),
    Rule.SAME_DOCUMENT: ({"document_id": "xmp.did:8c0b2c7e55aa"}, {"document_id": "xmp.did:8c0b2c7e55aa"}),
    Rule.BURST: (MODEL | {"taken_at": "2024-05-01 12:00:00"}, MODEL | {"taken_at": "2024-05-01 12:00:21"}),
    Rule.SHARED_PLACE: (
        {"latitude": 59.9139, "longitude": 10.7522, "gps_precision_m": 20.0},
        {"latitude": 59.9140, "longitude": 10.7522, "gps_precision_m": 20.0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", GROUNDS)
def test_what_another_members_series_has_is_proposed_with_its_reason(
    world: World, ada: Actor, sven: Actor, rule: Rule
) -> None:
    here, there = GROUNDS[rule]
    green = world.series(sven, "green-room", [found(world, sven, "SE-1", **there)])
    medium = found(world, ada, "NO-1", **here)
    found(world, ada, "NO-1", camera_serial="9999123", latitude=10.0, longitude=10.0, taken_at="2024-05-01 12:00:00")
    assert propose(ada) == {rule: 1}
    (one,) = waiting(ada)
    assert (one.rule, one.medium_id, one.series_id) == (rule, medium, green)
    assert "{" not in one.reason
    # The failure twin: of a series that is hidden there is no ground, and what waited is not seen.
    hide(sven, green)
    assert waiting(ada) == ()
    assert propose(ada) == {}


@pytest.mark.parametrize("rule", [Rule.SAME_CAMERA, Rule.SAME_DOCUMENT, Rule.BURST])
def test_what_a_third_member_gave_to_a_series_is_ground_as_well(world: World, ada: Actor, sven: Actor, rule: Rule) -> None:
    """Who gave the medium owns no series at all; the series is another member's."""
    here, there = GROUNDS[rule]
    dina = world.officer("dina", member="DK")
    green = world.series(sven, "green-room", [])
    name = reference(sven, "green-room")
    given = found(world, dina, "DK-1", **there)
    with acting_as(dina) as session, session.cursor() as cursor:
        cursor.execute("select sha256 from media where id = %s", [given])
        gathering.add(session, name, media=[bytes(cursor.fetchone()[0])])
    medium = found(world, ada, "NO-1", **here)
    assert propose(ada) == {rule: 1}
    (one,) = waiting(ada)
    assert (one.medium_id, one.series_id) == (medium, green)


def test_files_that_somebody_named_alike_are_proposed_within_a_unit(world: World, ada: Actor) -> None:
    green = world.series(ada, "green-room", [found(world, ada, "NO-0", path=b"a/kitchen set-0001.jpg")])
    medium = found(world, ada, "NO-1", path=b"b/kitchen set-0007.jpg")
    found(world, ada, "NO-1", path=b"b/IMG_0007.jpg")
    assert propose(ada) == {Rule.FILE_NAMES: 1}
    (one,) = waiting(ada)
    assert (one.medium_id, one.series_id) == (medium, green)
    assert one.reason == "Its file is named like files in the series, which begin with “kitchen set”."


def test_a_near_copy_is_proposed_and_once_rejected_never_again(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    for of, edit in ((sven, lambda p: p), (ada, lambda p: p.resize((320, 240)))):
        (tmp_path / of.member).mkdir()
        edit(room(3)).save(tmp_path / of.member / "a.jpg")
    landscape(9).save(tmp_path / "NO" / "b.jpg")
    office.intake(sven, tmp_path / "SE", "SE-1", series="green-room")
    office.intake(ada, tmp_path / "NO", "NO-1")
    assert propose(ada) == {Rule.NEAR_COPY: 1}
    assert propose(ada) == {Rule.NEAR_COPY: 1}
    (one,) = waiting(ada)
    with acting_as(ada) as session:
        assert proposing.reject(session, [one.id]) == 1
    assert propose(ada) == {}
    assert waiting(ada) == ()
    # As part of something larger it comes back neither, and by another record of the same bytes neither.
    office.intake(ada, tmp_path / "NO", "NO-2")
    assert propose(ada, "NO-2") == {}


def test_a_series_says_that_more_was_rejected_and_pages_it(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is rejected in one moment and at several nothing is left out, and nothing comes twice."""
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    for number in range(5):
        found(world, ada, "NO-1", content=f"{number}".encode(), **CAMERA)
    propose(ada)
    pairs = waiting(ada)
    assert len(pairs) == 5
    for some in (pairs[:3], pairs[3:]):
        with acting_as(ada) as session:
            proposing.reject(session, [one.id for one in some])
    monkeypatch.setattr(surveying, "REJECTED_PER_PAGE", 2)
    with acting_as(ada) as session:
        typed = surveying.every_series(session).items[0].reference
    pages, after = [], None
    while True:
        with acting_as(ada) as session:
            view = surveying.look(session, typed, rejected_after=after)
        pages.append([one.id for one in view.rejected])
        after = view.rejected_next
        if after is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {one for page in pages for one in page} == {one.id for one in pairs}
    assert {*pages[0]} == {one.id for one in pairs[3:]}, "the latest first"
    client, address, shown = signed_in("ada"), f"/series/{typed}/", []
    while address:
        page = client.get(address).content.decode()
        part = page[page.index('id="rejected"'):]
        shown += re.findall(r'name="proposal" value="([0-9a-f-]{36})"', part)
        (address,) = re.findall(r'href="(\?rejected=[0-9a-f-]{36})#rejected"', part) or [""]
        assert ("More were rejected before these" in part) == bool(address)
        address = address and f"/series/{typed}/{address}"
    assert shown == [str(one) for page in pages for one in page]
    with acting_as(world.officer("bo", unit="OTHER")) as session:
        answers = [surveying.look(session, typed, rejected_after=one).rejected for one in (pages[0][1], UUID(int=7))]
    assert answers == [(), ()]
    assert "No more were rejected" in client.get(f"/series/{typed}/?rejected={UUID(int=7)}").content.decode()


def test_what_was_rejected_is_listed_and_taken_back(world: World, ada: Actor, sven: Actor) -> None:
    """A medium for a series by two rules, and a series as one with another; only the own unit has it, and nothing is left twice."""
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    world.series(ada, "own", [found(world, ada, "NO-1", **CAMERA)])
    found(world, ada, "NO-1", content=b"another", **CAMERA)
    propose(ada)
    before = waiting(ada)
    with acting_as(ada) as session:
        count = proposing.reject(session, [one.id for one in before])
        assert waiting_in(session) == ()
        rejected = proposing.rejected(session, "NO-1")
        assert len(rejected) == count == len({(one.series_id, one.medium_id, one.other_id) for one in before})
        assert {one.rejected_by for one in rejected} == {"ada"}
    assert propose(ada) == {}
    bo = world.officer("bo", unit="OTHER")
    for stranger in (sven, bo):
        with acting_as(stranger) as session, pytest.raises(NotVisible):
            proposing.reconsider(session, [rejected[0].id])
    with acting_as(ada) as session, pytest.raises(NotVisible):
        proposing.accept(session, [rejected[0].id])
    with acting_as(ada) as session:
        assert proposing.reconsider(session, [one.id for one in rejected]) == count
        assert proposing.rejected(session, "NO-1") == ()
        assert {one.id for one in waiting_in(session)} == {one.id for one in rejected}
    with acting_as(ada) as session, pytest.raises(NotVisible):
        proposing.reconsider(session, [rejected[0].id])
    propose(ada)
    assert {pair(one) for one in waiting(ada)} == {pair(one) for one in before}, "and it is looked for once more"


def test_what_was_rejected_and_put_together_since_is_listed_no_longer(world: World, ada: Actor, sven: Actor) -> None:
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    found(world, ada, "NO-1", content=b"another", **CAMERA)
    propose(ada)
    name = reference(sven, "green-room")
    with acting_as(ada) as session:
        proposing.reject(session, [one.id for one in waiting_in(session)])
        gathering.add(session, name, media=[hashlib.sha256(b"another").digest()])
        assert proposing.rejected(session, "NO-1") == ()


def test_the_page_of_a_case_takes_a_rejection_back(world: World, ada: Actor, sven: Actor) -> None:
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    found(world, ada, "NO-1", **CAMERA)
    propose(ada)
    (one,) = waiting(ada)
    client, address = signed_in("ada"), "/cases/NO-1/proposals/"
    client.post(f"{address}reject/", {"proposal": str(one.id)})
    page = client.get(address).content.decode()
    assert all(words in page for words in ("1 is rejected", "Rejected by", "Nothing waits."))
    client.post(f"{address}reconsider/", {"proposal": str(one.id)})
    page = client.get(address).content.decode()
    assert "1 waits again." in page
    assert "Rejected by" not in page
    assert waiting(ada) == (one,)


def test_a_run_is_cut_where_more_is_close_than_is_looked_at_though_no_rule_finds_it_good(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.series(sven, "green-room", [found(world, sven, "SE-1", latitude=59.9139, longitude=10.7522, gps_precision_m=20.0)])
    found(world, ada, "NO-1", latitude=59.9189, longitude=10.7522, gps_precision_m=20.0)
    for most, is_cut in ((2, False), (1, True)):
        monkeypatch.setattr(grounds, "PAIRS_MAX", most)
        with acting_as(ada) as session:
            done = proposing.propose(session, "NO-1")
        assert (done.new, done.is_cut) == (0, is_cut)


def test_the_page_of_a_case_says_where_more_waits_than_it_lists_and_than_one_run_looks_at(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    for number in range(2):
        found(world, ada, "NO-1", content=b"%d" % number, **CAMERA)
    client, address = signed_in("ada"), "/cases/NO-1/proposals/"
    client.post(f"{address}look/")
    page = client.get(address).content.decode()
    assert "proposals that are new: 2." in page
    assert "more than one run" not in page
    assert "there are more" not in page
    monkeypatch.setattr(proposal_pages, "SHOWN_MAX", 1)
    monkeypatch.setattr(grounds, "PAIRS_MAX", 2)
    client.post(f"{address}look/")
    page = client.get(address).content.decode()
    assert "There is more than one run looks at" in page
    assert "These are the surest; there are more." in page
    client.post(f"{address}reject/", {"proposal": [str(one.id) for one in waiting(ada)]})
    assert "These are the first 1; there are more." in client.get(address).content.decode()


def test_commands_and_operations_say_that_there_are_more_than_they_list(
    monkeypatch: pytest.MonkeyPatch, world: World, ada: Actor, sven: Actor
) -> None:
    monkeypatch.setattr("clew.cli.series.SHOWN_PER_PAGE", 2)
    monkeypatch.setattr("clew.api.series.PROPOSALS_MAX", 2)
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    for _ in range(2):
        found(world, ada, "NO-1", **CAMERA)
    client = signed_in("ada")

    def said(what: str, command: str) -> tuple[bool, bool]:
        told = clew("series", command, "--as", "ada", "--case", "NO-1").out
        return "There are " in told, client.get(f"/api/series-proposals{what}?case=NO-1").json()["has_more"]

    assert said("", "propose") == (False, False)
    found(world, ada, "NO-1", **CAMERA)
    assert said("", "propose") == (True, True)
    *two, third = [one.id for one in waiting(ada)]
    with acting_as(ada) as session:
        proposing.reject(session, two)
    assert said("/rejected", "rejections") == (False, False)
    with acting_as(ada) as session:
        proposing.reject(session, [third])
    assert said("/rejected", "rejections") == (True, True)


def test_the_page_of_a_series_lists_what_was_rejected_for_it_and_takes_it_back(world: World, ada: Actor, sven: Actor) -> None:
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    world.series(sven, "harbour", [found(world, sven, "SE-2", **MODEL, taken_at="2024-01-01 10:00:00")])
    found(world, ada, "NO-1", **CAMERA)
    found(world, ada, "NO-1", **MODEL, taken_at="2024-01-01 10:00:05")
    world.officer("bo", unit="OTHER")
    names = {name: reference(sven, name) for name in ("green-room", "harbour")}
    propose(ada)
    with acting_as(ada) as session:
        of_series = {series.of(session, [one.series_id])[one.series_id].reference: one for one in waiting_in(session)}
    one, other = of_series[names["green-room"]], of_series[names["harbour"]]
    address, beside = (f"/series/{names[name]}/" for name in ("green-room", "harbour"))
    client = signed_in("ada")
    client.post(f"{address}reject/", {"proposal": str(one.id)})
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address).content.decode()
    assert len(asked) <= QUERIES_MAX
    assert all(words in page for words in ("1 is rejected", "Rejected by", str(one.id)))
    assert str(other.id) not in page
    assert "Rejected by" not in client.get(beside).content.decode()
    (told,) = client.get(f"/api{address[:-1]}").json()["rejected"]
    assert (told["id"], told["rejected_by"]) == (str(one.id), "ada")
    (said,) = json.loads(clew("series", "show", names["green-room"], "--as", "ada", "--json").out)["rejected"]
    assert said["id"] == str(one.id)
    for stranger in ("sven", "bo"):
        outside = signed_in(stranger)
        assert "Rejected by" not in outside.get(address).content.decode()
        assert outside.get(f"/api{address[:-1]}").json()["rejected"] == []
        outside.post(f"{address}reconsider/", {"proposal": str(one.id)})
        assert "Your unit has no such proposal." in outside.get(address).content.decode()
    assert "Rejected by" in client.get(address).content.decode()
    client.post(f"{address}reconsider/", {"proposal": str(one.id)})
    page = client.get(address).content.decode()
    assert "1 waits again." in page
    assert "Rejected by" not in page
    assert {each.id for each in waiting(ada)} == {one.id, other.id}
    client.post(f"{address}reconsider/", {"proposal": str(other.id)})
    assert "Your unit has no such proposal." in client.get(address).content.decode()


def waiting_in(session: Session) -> tuple[Proposal, ...]:
    return proposing.waiting(session, "NO-1")


def pair(one: Proposal) -> tuple[object, ...]:
    return one.series_id, one.medium_id, one.other_id, one.rule


def test_a_rejected_medium_is_not_proposed_for_what_the_series_is_one_with(world: World, ada: Actor, sven: Actor) -> None:
    lying = found(world, sven, "SE-1", **CAMERA)
    world.series(sven, "first", [lying])
    found(world, ada, "NO-1", **CAMERA)
    propose(ada)
    with acting_as(ada) as session:
        proposing.reject(session, [one.id for one in proposing.waiting(session, "NO-1")])
    world.series(sven, "second", [lying])
    typed = reference(sven, "first"), reference(sven, "second")
    assert propose(ada) == {Rule.SAME_CAMERA: 1}
    with acting_as(sven) as session:
        gathering.merge(session, *typed, "The same room.")
    assert propose(ada) == {}


def test_accepted_a_medium_lies_in_the_series_as_the_own_units_assertion(world: World, ada: Actor, sven: Actor) -> None:
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA, document_id="xmp.did:8c0b2c7e55aa")])
    found(world, ada, "NO-1", **CAMERA, document_id="xmp.did:8c0b2c7e55aa")
    typed = reference(sven, "green-room")
    assert propose(ada) == {Rule.SAME_CAMERA: 1, Rule.SAME_DOCUMENT: 1}
    some = waiting(ada)
    assert [one.rule for one in some] == [Rule.SAME_DOCUMENT, Rule.SAME_CAMERA]
    with acting_as(sven) as session, pytest.raises(NotVisible):
        proposing.accept(session, [some[0].id])
    with acting_as(ada) as session:
        assert proposing.accept(session, [one.id for one in some]) == 1
    assert waiting(ada) == ()
    assert propose(ada) == {}
    with acting_as(sven) as session:
        assert {one.member for one in surveying.look(session, typed).contributors} == {"NO", "SE"}


def test_media_in_two_series_propose_that_the_series_are_one(world: World, ada: Actor, sven: Actor) -> None:
    harbour = world.series(sven, "harbour", [found(world, sven, "SE-1", **CAMERA)])
    media = [found(world, ada, "NO-1", **CAMERA) for _ in range(3)]
    green = world.series(ada, "green-room", media)
    assert propose(ada) == {Rule.SAME_CAMERA: 1}
    (one,) = waiting(ada)
    assert ({one.series_id, one.other_id}, one.medium_id, one.media) == ({green, harbour}, None, 3)
    with acting_as(ada) as session:
        proposing.accept(session, [one.id])
    with acting_as(sven) as session:
        assert surveying.look(session, "harbour").together_count == 1
    assert propose(ada) == {}


def test_series_that_were_rejected_as_one_are_not_proposed_again(world: World, ada: Actor, sven: Actor) -> None:
    world.series(sven, "harbour", [found(world, sven, "SE-1", **CAMERA)])
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    propose(ada)
    with acting_as(ada) as session:
        proposing.reject(session, [one.id for one in proposing.waiting(session, "NO-1")])
    assert propose(ada) == {}
    # Sweden did not reject it.
    assert propose(sven, "SE-1") == {Rule.SAME_CAMERA: 1}



def test_what_was_split_is_not_proposed_to_be_one_again_until_the_split_is_undone(world: World, ada: Actor) -> None:
    media = [found(world, ada, "NO-1", content=b"content %d" % number, **CAMERA) for number in range(2)]
    world.series(ada, "green-room", media)
    with acting_as(ada) as session:
        gathering.split(session, "green-room", [hashlib.sha256(b"content 1").digest()], "blue-room", "Another room.")
    assert propose(ada) == {}
    with acting_as(ada) as session:
        (parted,) = surveying.look(session, "green-room").splits
        gathering.undo(session, parted.id)
    with acting_as(ada) as session:
        (again,) = surveying.look(session, "green-room").merges
    assert propose(ada) == {}, "they are one already"
    with acting_as(ada) as session:
        gathering.undo(session, again.id)
    assert propose(ada) == {}, "and that was taken back"


def test_a_merge_that_was_taken_back_is_not_proposed_again_and_waits_for_nobody(
    world: World, ada: Actor, sven: Actor
) -> None:
    world.series(sven, "harbour", [found(world, sven, "SE-1", **CAMERA)])
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    assert propose(ada) == {Rule.SAME_CAMERA: 1}
    harbour = reference(sven, "harbour")
    with acting_as(ada) as session:
        made = gathering.merge(session, "green-room", harbour, "The same camera.")
    assert waiting(ada) == (), "it is decided, by whatever way"
    with acting_as(ada) as session:
        gathering.undo(session, made)
    assert propose(ada) == {}
    assert waiting(ada) == ()
    # Who says again that they are one has thought better of it.
    with acting_as(ada) as session:
        gathering.merge(session, "green-room", harbour, "The same camera after all.")
    with acting_as(sven) as session:
        assert surveying.look(session, "harbour").together_count == 1


def test_a_medium_that_does_not_belong_to_a_series_does_not_speak_for_its_being_one_with_another(
    world: World, ada: Actor, sven: Actor
) -> None:
    """Norway rejects its medium for Sweden's series and puts it into its own; another medium of its own still speaks."""
    world.series(sven, "harbour", [found(world, sven, "SE-1", **CAMERA)])
    found(world, ada, "NO-1", content=b"rejected", **CAMERA)
    propose(ada)
    with acting_as(ada) as session:
        proposing.reject(session, [one.id for one in proposing.waiting(session, "NO-1")])
        series_id = gathering.open_new(session, "green-room", handling(ada)).id
        gathering.add(session, "green-room", media=[hashlib.sha256(b"rejected").digest()])
    assert propose(ada) == {}
    world.series(ada, "green-room", [found(world, ada, "NO-1", content=b"another", **CAMERA)])
    assert propose(ada) == {Rule.SAME_CAMERA: 1}
    (one,) = waiting(ada)
    assert series_id in {one.series_id, one.other_id}
    assert one.media == 1


def test_what_waits_of_a_medium_that_is_taken_out_waits_no_longer(world: World, ada: Actor, sven: Actor) -> None:
    world.series(sven, "harbour", [found(world, sven, "SE-1", **CAMERA)])
    found(world, ada, "NO-1", content=b"a quay", **CAMERA)
    assert propose(ada) == {Rule.SAME_CAMERA: 1}
    harbour, names = reference(sven, "harbour"), [hashlib.sha256(b"a quay").digest()]
    with acting_as(ada) as session:
        gathering.add(session, harbour, media=names)
        gathering.remove(session, harbour, names, "Another camera.")
    assert waiting(ada) == ()
    assert propose(ada) == {}


def test_what_one_run_leaves_the_next_one_keeps(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "PROPOSALS_PER_RUN_MAX", 2)
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    for _ in range(3):
        found(world, ada, "NO-1", **CAMERA)
    runs = []
    for _ in range(3):
        with acting_as(ada) as session:
            done = proposing.propose(session, "NO-1")
            runs.append((done.new, done.is_cut))
    assert runs == [(2, True), (1, False), (0, False)]
    assert len(waiting(ada)) == 3


def test_what_is_kept_of_a_proposal_is_sealed_and_its_units_alone(world: World, ada: Actor, sven: Actor) -> None:
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    found(world, ada, "NO-1", **CAMERA)
    propose(ada)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select measured from series_proposals")
        assert b"4471" not in bytes(cursor.fetchone()[0])
    for other in (sven, world.officer("eva", unit="INTAKE")):
        with acting_as(other) as session, session.cursor() as cursor:
            cursor.execute("select count(*) from series_proposals")
            assert cursor.fetchone() == (0,)


def test_nothing_is_proposed_for_what_is_withdrawn_and_nothing_of_a_case_of_another(
    world: World, ada: Actor, sven: Actor
) -> None:
    from clew.actions import opening
    from clew.domain.series import SeriesState

    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    found(world, ada, "NO-1", **CAMERA)
    with acting_as(sven) as session:
        opening.mark_series(session, "green-room", SeriesState.WITHDRAWN)
    assert propose(ada) == {}
    for case in ("SE-1", "NO-NOT-THERE"):
        with acting_as(ada) as session, pytest.raises(NotVisible):
            proposing.propose(session, case)
