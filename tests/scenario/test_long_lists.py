"""Lists that grow for years: what waits, or is new, is never behind what is old; what is not shown is told, and reached."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from clew.actions import (
    arriving,
    blocking,
    corresponding,
    cropping,
    deconflicting,
    ending,
    following,
    identifying,
    inspecting,
    localising,
    mustering,
    opening,
    questioning,
    raising,
    referring,
    releasing,
    restricting,
    retaining,
    shredding,
    sourcing,
)
from clew.actions.arriving import Waiting
from clew.actions.corresponding import About, Kind, NoticeKind, SubjectKind
from clew.domain import agreement, handling_change
from clew.domain.clue import ClueKind, Said
from clew.domain.errors import Unavailable
from clew.domain.handling import Actor, Audience
from clew.domain.identification import Step
from clew.domain.lead import Rule
from clew.domain.officer import Role
from clew.domain.retention import calendar_of
from clew.domain.task_force import DAYS_MAX
from clew.records import (
    crops,
    decisions,
    handling_changes,
    lead_clues,
    lead_rounds,
    messages,
    releases,
    task_forces,
    tombstones,
)
from clew.records.session import Session, acting_as
from clew.web import identifications as identification_pages
from clew.web import messages as message_pages
from clew.web import officers as officer_pages
from clew.web import overlaps as overlap_pages
from clew.web import questions as question_pages
from clew.web import releases as release_pages
from clew.web import retentions as retention_pages
from tests.scenario.test_asking import put
from tests.scenario.test_identifying import enter, propose
from tests.scenario.test_leads import notices, of
from tests.scenario.test_localising import spot
from tests.scenario.test_proposing import CAMERA, found
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.office import Office, unit_only
from tests.world.world import World, handling, superuser

DUE = opening.today() + timedelta(days=14)


@pytest.fixture
def bo(world: World, ada: Actor) -> Actor:
    return world.officer("bo")


@pytest.fixture
def two_agree(world: World, ada: Actor) -> None:
    """Norway's administrator asks for a second officer where something is widened."""
    with acting_as(world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        restricting.ask_for_second(session, is_asked=True)


def told(world: World, kind: NoticeKind, many: int = 1, days_ago: int = 0) -> None:
    """Norway's unit is told so often that something waits."""
    superuser(world.facts).execute(
        "insert into notices (id, member, unit, kind, subject_id, raised_at)"
        " select gen_random_uuid(), 'NO', 'VICTIM-ID', %s, gen_random_uuid(), now() - make_interval(days => %s)"
        "   from generate_series(1, %s)",
        [kind.value, days_ago, many],
    )


def home(of_whom: Actor) -> arriving.Home:
    with acting_as(of_whom) as session:
        return arriving.arrive(session)


def _reference(of_whom: Actor) -> str:
    with acting_as(of_whom) as session, session.cursor() as cursor:
        cursor.execute("select reference from series")
        return str(cursor.fetchone()[0])


# What waits, on arriving ----------------------------------------------------------------------------------


def test_however_much_is_new_home_tells_of_each_kind_what_waits(world: World, ada: Actor) -> None:
    told(world, NoticeKind.REVIEW, days_ago=9)
    told(world, NoticeKind.SAFEGUARDED, days_ago=8)
    told(world, NoticeKind.LEAD, 60)
    told(world, NoticeKind.TASK_FORCE, 60)
    arrived = home(ada)
    assert {one.kind for one in arrived.notices} == {NoticeKind.REVIEW, NoticeKind.TASK_FORCE}
    assert len(arrived.notices) == 1 + messages.NOTICES_OF_A_KIND_MAX
    assert [one.kind for one in arrived.outcomes] == [NoticeKind.SAFEGUARDED]


def test_of_many_notices_leads_come_last_and_others_come_up_once_these_are_seen(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "NOTICES_SHOWN_MAX", 3)
    told(world, NoticeKind.REVIEW, days_ago=9)
    told(world, NoticeKind.LEAD, 4)
    client, more = signed_in("ada"), "There are more: they come up once these are seen."
    with acting_as(ada) as session:
        first = corresponding.notices(session)
        assert ([one.kind for one in first.items], first.has_more) == (
            [NoticeKind.REVIEW, NoticeKind.LEAD, NoticeKind.LEAD], True,
        )  # fmt: skip
    assert more in client.get("/messages/").content.decode()
    with acting_as(ada) as session:
        for one in first.items:
            corresponding.see(session, one.id)
        rest = corresponding.notices(session)
    assert ([one.seen_at is None for one in rest.items], rest.has_more) == ([True, True, False], False)
    assert more not in client.get("/messages/").content.decode()


def test_home_names_what_waits_for_a_second_officer_and_has_no_list_of_its_own(
    world: World, ada: Actor, bo: Actor, two_agree: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "NAMED_MAX", 1)
    world.exhibit(ada, "NO-1", "PHONE-1", cover=unit_only(ada))
    world.exhibit(ada, "NO-2", "PHONE-2", cover=unit_only(ada))
    child, other = enter(ada), enter(ada)
    for one in (child, other):
        propose(ada, one, Step.LOCATE)
    with acting_as(ada) as session:
        for kind, name, within in ((handling_change.SubjectKind.EXHIBIT, "PHONE-1", "NO-1"), (handling_change.SubjectKind.CASE, "NO-2", None)):
            restricting.change(session, kind, name, within, handling(ada, Audience.ALL), "It may be known.", None)
        shredding.propose(session, "NO-2")
    assert home(ada).named == {}, "it waits for somebody else"
    arrived = home(bo)
    assert {what: [(one.kind.value, one.name, one.within) for one in named] for what, named in arrived.named.items()} == {
        Waiting.VICTIM_STEPS: [("victim", child, None)], Waiting.HANDLINGS: [("exhibit", "PHONE-1", "NO-1")],
        Waiting.ENDS: [("case", "NO-2", None)],
    }  # fmt: skip
    assert (arrived.waiting[Waiting.VICTIM_STEPS], arrived.waiting[Waiting.HANDLINGS]) == (2, 2)
    client = signed_in("bo")
    page = client.get("/").content.decode()
    for address in (f"/victims/{child}/", "/handling/exhibit/NO-1/PHONE-1/", "/cases/NO-2/end/"):
        assert address in re.findall(r'href="([^"#]*)', page)
        assert client.get(address).status_code == 200
    (named,) = [one["named"] for one in client.get("/api/home").json()["waiting"] if one["what"] == "ends"]
    assert named == [{"kind": "case", "name": "NO-2", "within": None}]


def test_what_has_lapsed_waits_for_nobody(world: World, ada: Actor, bo: Actor, two_agree: None) -> None:
    world.exhibit(ada, "NO-1", "PHONE-1", cover=unit_only(ada))
    with acting_as(ada) as session:
        restricting.change(
            session, handling_change.SubjectKind.CASE, "NO-1", None, handling(ada, Audience.ALL), "It may be known.", None
        )
    assert home(bo).waiting[Waiting.HANDLINGS] == 1
    superuser(world.facts).execute(
        "update handling_changes set proposed_at = proposed_at - make_interval(days => %s)", [agreement.PROPOSAL_DAYS_MAX]
    )
    arrived = home(bo)
    assert (arrived.waiting.get(Waiting.HANDLINGS), arrived.named) == (None, {})


# Lists of what waits -----------------------------------------------------------------------------------------


def paged(who: str, address: str, pattern: str, section: str = "") -> list[list[str]]:
    """What stands on each page of a list, from the first to the last; from this section on."""
    client, seen, at = signed_in(who), [], address
    while True:
        page = client.get(at).content.decode().replace("&amp;", "&").partition(section or "<main")[2]
        seen.append(re.findall(pattern, page))
        following = re.search(r'href="([^"]*after=[^"]*)">Next page', page)
        if following is None:
            return seen
        at = following[1]


def test_a_request_that_waits_is_not_behind_those_that_were_answered(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_pages, "SHOWN_PER_PAGE", 1)
    asked = []
    for number in range(4):
        world.exhibit(ada, f"NO-{number}", "PHONE-1")
        with acting_as(ada) as session:
            about = About(kind=SubjectKind.CASE, name=f"NO-{number}")
            asked.append(corresponding.ask(session, about, ("SE", "VICTIM-ID"), DUE, "Is it yours?"))
    for one in asked[2:]:
        with acting_as(sven) as session:
            corresponding.say(session, one, Kind.ANSWER, "It is.")
    with acting_as(sven) as session:
        assert [one.id for one in corresponding.page(session, is_waiting=True).items] == [asked[1], asked[0]]
    with acting_as(ada) as session:
        assert corresponding.page(session, is_waiting=True).items == ()
    line = r'href="/messages/([0-9a-f-]{36})/"'
    assert paged("sven", "/messages/?waiting=1", line, 'id="correspondences"') == [[str(asked[1])], [str(asked[0])]]
    assert len(paged("sven", "/messages/", line, 'id="correspondences"')) == 4
    client = signed_in("sven")
    assert 'href="/messages/?waiting=1#correspondences"' in client.get("/").content.decode()
    assert [one["id"] for one in client.get("/api/messages", {"is_waiting": True}).json()["items"]] == [str(asked[1]), str(asked[0])]
    assert "Nothing waits." in signed_in("ada").get("/messages/?waiting=1").content.decode().split('id="correspondences"')[1]


def test_a_question_that_waits_is_not_behind_those_that_were_answered(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_pages, "SHOWN_PER_PAGE", 1)
    world.series(ada, "Green room")
    series = _reference(ada)
    old, older, new = (put(ada, series, ["SE"]) for _ in range(3))
    with acting_as(sven) as session:
        questioning.answer(session, new, questioning.Answer(said=questioning.Said.NOTHING_KNOWN))
        waiting = questioning.page(session, is_own=False, is_waiting=True).items
    assert [one.reference for one in waiting] == [older, old]
    assert paged("sven", "/questions/?waiting=1", r'href="/questions/(Q-\d+)/"') == [[older], [old]]
    items = signed_in("sven").get("/api/questions", {"is_waiting": True}).json()["items"]
    assert [one["reference"] for one in items] == [older, old]


def test_an_overlap_that_waits_is_not_behind_those_that_were_decided(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlap_pages, "SIDES_PER_PAGE", 1)
    for number in range(3):
        world.exhibit(ada, f"NO-{number}", "PHONE-1")
    superuser(world.facts).execute(
        "insert into overlap_sides (id, subject_kind, subject_id, member, unit, released_at)"
        " select gen_random_uuid(), 'case', id, owner_member, owner_unit,"
        "        now() - make_interval(mins => (10 - row_number() over (order by opened_at, id))::int) from cases"
    )
    with acting_as(ada) as session:
        newest, middle, oldest = (line.side.name for line in deconflicting.sides(session).items)
        deconflicting.say(session, handling_change.SubjectKind.CASE, newest, deconflicting.Step.DECLINE, reason="An operation.")
        waiting = [line.side.name for line in deconflicting.sides(session, is_waiting=True).items]
    assert waiting == [middle, oldest]
    assert paged("ada", "/overlaps/?waiting=1", r'href="/overlaps/case/(NO-\d)/"') == [[middle], [oldest]]
    items = signed_in("ada").get("/api/overlaps", {"is_waiting": True}).json()["items"]
    assert [one["name"] for one in items] == [middle, oldest]


def test_a_longer_end_that_waits_is_found_whenever_it_ends_and_behind_none_that_lapsed(
    world: World, ada: Actor, bo: Actor, two_agree: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_pages, "DUE_SHOWN_MAX", 1)
    later = opening.today().replace(year=opening.today().year + 40)
    for number in range(4):
        world.exhibit(ada, f"NO-{number}", f"PHONE-{number}")
        with acting_as(ada) as session:
            kind, name, within = handling_change.SubjectKind.EXHIBIT, f"PHONE-{number}", f"NO-{number}"
            retaining.extend(session, kind, name, within, later, "An appeal is pending.")
        if number < 2:
            superuser(world.facts).execute(
                "update retention_decisions set proposed_at = now() - make_interval(days => %s)", [agreement.PROPOSAL_DAYS_MAX]
            )
    with acting_as(bo) as session:
        page = retaining.coming_due(session, limit=10, is_waiting=True)
    assert {one.kept.name for one in page.items} == {"PHONE-2", "PHONE-3"}
    assert all(one.proposal is not None for one in page.items)
    assert home(bo).waiting[Waiting.RETENTIONS] == 2
    with acting_as(ada) as session:
        assert retaining.coming_due(session, limit=10, is_waiting=True).items == ()
    shown = paged("bo", "/retention/?waiting=1", r'<th scope="row"><a href="/handling/exhibit/NO-\d/(PHONE-\d)/"')
    assert sorted(shown) == [["PHONE-2"], ["PHONE-3"]]
    assert 'href="/retention/?waiting=1"' in signed_in("bo").get("/").content.decode()
    assert len(signed_in("bo").get("/api/retention", {"is_waiting": True}).json()["items"]) == 2


def test_of_very_many_decisions_the_latest_are_shown_and_what_holds_is_never_left_out(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "DECISIONS_PER_SUBJECT_MAX", 2)
    monkeypatch.setattr(handling_changes, "CHANGES_PER_SUBJECT_MAX", 2)
    world.exhibit(ada, "NO-1", "PHONE-1")
    case = handling_change.SubjectKind.CASE
    for years in (20, 21, 22):
        with acting_as(ada) as session:
            retaining.extend(
                session, case, "NO-1", None, opening.today().replace(year=opening.today().year + years), f"Reason {years}."
            )
    with acting_as(ada) as session:
        _, said = retaining.look(session, case, "NO-1")
    assert [one.reason for one in said] == ["Reason 21.", "Reason 22."]
    closed = handling(ada, Audience.UNIT)
    with acting_as(ada) as session:
        until = opening.today() + timedelta(days=30)
        restricting.change(session, case, "NO-1", None, closed, "An operation.", until)
    for number in range(3):
        with acting_as(ada) as session:
            restricting.change(session, case, "NO-1", None, handling(ada, Audience.ALL), f"Change {number}.", None)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select id from cases")
        (case_id,) = cursor.fetchone()
        kept = handling_changes.of(session, [case_id])[case_id]
    assert [(one.state, one.reason) for one in kept] == [
        (agreement.State.IN_FORCE, "An operation."), (agreement.State.IN_FORCE, "Change 2."),
    ]  # fmt: skip
    assert handling_change.latest(kept, 1) == [kept[1], kept[0]]


def test_the_commands_list_what_waits_alone(world: World, ada: Actor, sven: Actor, bo: Actor, two_agree: None) -> None:
    world.exhibit(ada, "NO-1", "PHONE-1")
    world.series(ada, "Green room")
    put(ada, _reference(ada), ["SE"])
    with acting_as(ada) as session:
        corresponding.ask(session, About(kind=SubjectKind.CASE, name="NO-1"), ("SE", "VICTIM-ID"), DUE, "Is it yours?")
        later = opening.today().replace(year=opening.today().year + 40)
        retaining.extend(session, handling_change.SubjectKind.CASE, "NO-1", None, later, "An appeal is pending.")
    told(world, NoticeKind.LEAD)
    for who, words, waits in (
        ("sven", "message list --waiting", "case"), ("ada", "message list --waiting", "no correspondence"),
        ("sven", "question list --waiting", "Q-"), ("ada", "question list --waiting", "There is no question."),
        ("bo", "retention list --waiting", "a longer end waits"), ("ada", "retention list --waiting", "Nothing waits for you."),
        ("ada", "overlap list --waiting", "no overlap"), ("ada", "crop list --waiting", "no crop"),
        ("ada", "referral list --waiting", "There is no referral."), ("ada", "notice list", "there is a lead"),
        ("ada", "identification due", "Nothing is due."), ("ada", "taskforce list", "no task force"),
        ("ada", "release list", ""), ("ada", "retention blocks", ""),
    ):  # fmt: skip
        said = clew(*words.split(), "--as", who)
        assert (said.code or 0) == 0, (words, said.err)
        assert waits in said.out, (words, said.out)


# Pages of what had none ----------------------------------------------------------------------------------------


def test_every_block_that_lasts_is_reached(world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_pages, "BLOCKS_SHOWN_MAX", 2)
    for number in range(3):
        world.exhibit(ada, f"NO-{number}", "PHONE-1")
        with acting_as(ada) as session:
            blocking.block(session, handling_change.SubjectKind.CASE, f"NO-{number}", None, "A person asked.")
    with acting_as(ada) as session:
        first = blocking.blocked_now(session, limit=2)
        rest = blocking.blocked_now(session, limit=2, after=first.next)
    assert ([one.name for one in (*first.items, *rest.items)], rest.next) == (["NO-2", "NO-1", "NO-0"], None)
    client = signed_in("ada")
    page = client.get("/retention/").content.decode()
    (after,) = re.findall(r'href="(/retention/\?blocks=[0-9a-f-]+)#blocks"', page)
    assert page.count("Lift the block") == 2
    assert client.get(after).content.decode().count("Lift the block") == 1
    got = client.get("/api/retention/blocks", {"limit": 2}).json()
    assert client.get("/api/retention/blocks", {"limit": 2, "after": got["next"]}).json()["items"][0]["name"] == "NO-0"


def test_every_release_is_reached(world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_pages.releasing.given_and_got, "__kwdefaults__", {"limit": 2, "after": None})
    given = []
    for number in range(3):
        medium = world.medium(ada, content=b"%d" % number)
        with acting_as(ada) as session:
            given.append(releases.add(session, medium, "SE", "for case SE-1 only", b"x"))
    shown = paged("ada", "/releases/", r"/releases/([0-9a-f-]{36})/withdraw/")
    assert shown == [[str(given[2]), str(given[1])], [str(given[0])]]
    with acting_as(sven) as session:
        page = releasing.given_and_got(session, limit=3)
    assert ([one.id for one in page.items], page.next) == (given[::-1], None)
    got = signed_in("ada").get("/api/releases", {"limit": 2}).json()
    assert [one["id"] for one in signed_in("ada").get("/api/releases", {"after": got["next"]}).json()["items"]] == [str(given[0])]


def test_a_match_that_is_asked_for_is_shown_however_many_there_are(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspecting, "MATCHES_SHOWN_MAX", 2)
    # Of a match the medium that is less comes first: here two matches are found from either side.
    *below, ours, above, far = sorted(world.medium(ada, content=b"%d" % number) for number in range(5))
    near = [above, *below, far]
    for distance, medium in zip((4, 3, 2, 30), near, strict=True):
        superuser(world.facts).execute(
            "insert into matches (a_medium, b_medium, kind, distance_bits, radius_bits, transform, a_owner_member,"
            " a_owner_unit, a_audience, a_members, a_excluded, b_owner_member, b_owner_unit, b_audience, b_members, b_excluded)"
            " select a.id, b.id, 1, %s, 31, 0, a.owner_member, a.owner_unit, a.audience, '{}', '{}',"
            "        b.owner_member, b.owner_unit, b.audience, '{}', '{}'"
            "   from media a, media b where a.id = %s and b.id = %s",
            [distance, *sorted((ours, medium))],
        )
    with acting_as(ada) as session:
        plain, wanted = inspecting.look(session, ours), inspecting.look(session, ours, near[3])
        named = inspecting.look(session, ours, wanted.chosen.other.name if wanted.chosen else b"")
        whole = inspecting.look(session, near[3])
    assert [one.other.id for one in plain.others] == [near[2], near[1]], "the nearest, from whichever side they were found"
    assert (plain.has_more, whole.has_more) == (True, False)
    for view in (wanted, named):
        assert view.chosen is not None
        assert view.chosen.other.id == near[3]
    client = signed_in("ada")
    assert "These are the surest; there are more." in client.get(f"/media/{ours}/").content.decode()
    assert client.get(f"/api/media/{ours}/facts").json()["has_more"] is True


def test_where_a_series_has_more_clues_than_its_page_counts_it_leads_to_them(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(localising, "SPOTTED_LOOKED_AT_MAX", 2)
    world.series(ada, "green-room", [found(world, ada, "NO-1", content=b"room")])
    reference = _reference(ada)
    client, more = signed_in("ada"), "There are more clues than are shown here"
    for number in range(3):
        assert more not in client.get(f"/series/{reference}/").content.decode()
        spot(ada, b"room", Said(kind=ClueKind.SIGN, value=f"Sign {number}"))
    assert more in client.get(f"/series/{reference}/").content.decode()
    monkeypatch.setattr(localising, "SPOTTED_LOOKED_AT_MAX", 9)
    assert more not in client.get(f"/series/{reference}/").content.decode()
    monkeypatch.setattr(localising, "SPOTTED_MAX", 2)
    assert more in client.get(f"/series/{reference}/").content.decode()


def test_where_a_medium_was_found_in_more_places_than_are_shown_its_chain_says_so(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sourcing, "SHOWN_MAX", 1)
    medium = found(world, ada, "NO-1", content=b"room")
    name, more = hashlib.sha256(b"room").hexdigest(), "Of each kind up to 1 are shown; there are more."
    client = signed_in("ada")
    assert more not in client.get(f"/media/{name}/provenance/").content.decode()
    world.occurrence(ada, medium, "NO-2")
    assert more in client.get(f"/media/{name}/provenance/").content.decode()
    with acting_as(ada) as session:
        chain = sourcing.source(session, name)
    assert (len(chain.found), chain.has_more) == (1, True)


def test_where_task_forces_are_very_many_those_that_go_on_are_shown(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_forces, "LISTED_MAX", 2)
    karin = world.officer("karin", role=Role.COORDINATOR)
    opened = []
    for number in range(3):
        with acting_as(karin) as session:
            ends_at = datetime.now(UTC) + timedelta(days=DAYS_MAX - 1)
            opened.append(mustering.open_one(session, f"Harbour {number}", "A place.", starts_at=None, ends_at=ends_at).reference)
    for reference in opened[1:]:
        with acting_as(karin) as session:
            mustering.close(session, reference)
    with acting_as(karin) as session:
        page = mustering.every_one(session)
    assert ([one.reference for one in page.items], page.has_more) == ([opened[2], opened[0]], True)
    assert "These are the latest 2; there are more." in signed_in("karin").get("/taskforces/").content.decode()


def test_of_very_many_officers_those_of_whom_something_is_to_be_done_come_first_and_all_are_reached(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(officer_pages, "OFFICERS_SHOWN_MAX", 2)
    world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    for name in ("bo", "zoe"):
        world.officer(name)
    now = datetime.now(UTC)
    database = superuser(world.facts)
    database.execute("update officers set last_login = %s where username <> 'zoe'", [now])
    client, line = signed_in("nina"), r'<th scope="row">(?:<bdi[^>]*>)?(\w+)'
    first = client.get("/administration/").content.decode()
    rest = client.get("/administration/?page=1").content.decode()
    assert re.findall(line, first)[0] == "zoe", "who is away"
    assert sorted(re.findall(line, first) + re.findall(line, rest)) == ["ada", "bo", "nina", "zoe"]
    assert "page=1" in first
    assert "Next page" not in rest
    assert client.get("/administration/?page=x").status_code == 200


def test_of_very_many_next_steps_that_are_due_it_is_told_that_there_are_more(
    world: World, ada: Actor, bo: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identifying, "DUE_SHOWN_MAX", 1)
    today = opening.today()
    children = [enter(ada) for _ in range(2)]
    for days, child in enumerate(children):
        with acting_as(ada) as session:
            identifying.propose(
                session, child, Step.LOCATE, basis="A shop sign.", evidence="Picture 3.", next_step="Ask the town.",
                next_on=today + timedelta(days=days + 1),
            )
        with acting_as(bo) as session:
            identifying.confirm(session, child)
    monkeypatch.setattr(identifying, "today", lambda: today + timedelta(days=9))
    with acting_as(ada) as session:
        page = identifying.due(session)
    assert ([name for name, _ in page.items], page.has_more) == (children[:1], True)
    assert identification_pages.identifying is identifying
    assert "These are the first 1; there are more." in signed_in("ada").get("/ledger/").content.decode()


# Leads -----------------------------------------------------------------------------------------------------------


def test_where_not_all_leads_were_looked_at_for_a_device_the_page_says_so(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LOOKED_AT_MAX", 1)
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    world.series(ada, "blue-room", [found(world, ada, "NO-1", document_id="xmp.did:8c0b2c7e55aa")])
    raising.raise_all()
    found(world, ada, "NO-2", **CAMERA)
    raising.raise_all()
    found(world, sven, "SE-1", document_id="xmp.did:8c0b2c7e55aa")
    raising.raise_all()
    newest, older = of(ada)
    assert (newest.rule, older.rule) == (Rule.SAME_DOCUMENT, Rule.SAME_CAMERA)
    client = signed_in("ada")
    page = client.get("/cases/NO-2/exhibits/PHONE-1/").content.decode()
    assert f"/leads/{older.id}/" not in page
    assert "No medium of it speaks for an open lead" not in page
    assert "All leads of this device" in page
    assert f"/leads/{older.id}/" in client.get("/leads/?case=NO-2&exhibit=PHONE-1").content.decode()
    monkeypatch.setattr(following, "RANKED_MAX", 1)
    listed, times = client.get("/leads/?case=NO-2&exhibit=PHONE-1").content.decode(), 1
    while f"/leads/{older.id}/" not in listed:
        assert "Nothing waits." not in listed
        (following_page,) = re.findall(r'href="([^"]*)">Next page', listed)
        listed, times = client.get(following_page.replace("&amp;", "&")).content.decode(), times + 1
    assert times == 2, "the other lead, which another device speaks for, takes a page of its own"
    assert "Next page" not in listed
    assert 'href="/leads/?case=NO-2&amp;exhibit=PHONE-1">First page' in listed


def test_a_slogan_that_many_media_show_leaves_room_for_what_few_show(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_clues, "MEDIA_PER_WORD_MAX", 3)
    monkeypatch.setattr(lead_rounds, "PAIRS_MAX", 4)
    slogan, name = (Said(kind=ClueKind.ACCOUNT, value=value) for value in ("everybody_01", "greenkari_77"))
    for number in range(8):
        found(world, sven, "SE-1", content=b"street %d" % number)
        spot(sven, b"street %d" % number, slogan)
    found(world, sven, "SE-1", content=b"door")
    spot(sven, b"door", name)
    green = world.series(ada, "green-room", [found(world, ada, "NO-1", content=b"room")])
    for said in (slogan, name):
        spot(ada, b"room", said)
    assert raising.raise_all() == 1
    assert notices(ada) == [green]


def test_rounds_that_cannot_be_looked_at_hold_up_none_behind_them(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raising, "REFUSALS_MAX", 1)
    monkeypatch.setattr(raising, "ROUNDS_PER_RUN_MAX", 1)
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    raising.raise_all()
    check, broken = raising.check, []

    def refused(session: Session, round_id: UUID, again: raising.SealedAgain) -> int:
        if session.actor.member == "NO" and (not broken or round_id in broken):
            broken.append(round_id)
            raise Unavailable("Not now.")
        return check(session, round_id, again)

    monkeypatch.setattr(raising, "check", refused)
    found(world, sven, "SE-2", content=b"of no matter")
    raising.raise_all()
    found(world, sven, "SE-1", **CAMERA)
    monkeypatch.setattr(raising.secrets, "randbelow", lambda _most: 1)
    assert raising.raise_all() == 1
    assert len(set(broken)) == 1


# What goes by itself ---------------------------------------------------------------------------------------------


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Makes a step of ending fail for the first subject that comes to it, again and again."""

    def fails(name: str) -> list[str]:
        real, hit = getattr(ending, name), []

        def failing(workplace: object, actor: Actor, stone_id: UUID) -> None:
            if not hit or str(stone_id) in hit:
                hit.append(str(stone_id))
                raise Unavailable("The disk is away.")
            real(workplace, actor, stone_id)

        monkeypatch.setattr(ending, name, failing)
        return hit

    return fails


def test_an_end_that_fails_again_and_again_holds_up_no_other_and_no_review(
    office: Office, world: World, ada: Actor, day: list[date], away: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "SUBJECTS_PER_LOOK_MAX", 1)
    asked = []
    monkeypatch.setattr(retaining, "ask_for_review", lambda calendar: asked.append(calendar.unit))
    for number in range(3):
        world.series(ada, f"room-{number}")
    hit = away("_carry_out")
    day.append(opening.today().replace(year=opening.today().year + 60))
    first = ending.end_all(office.workplace)
    again = ending.end_all(office.workplace)
    assert (first[handling_change.SubjectKind.SERIES], again[handling_change.SubjectKind.SERIES]) == (2, 0)
    assert (len(set(hit)), len(hit)) == (1, 2), "what was begun is tried again"
    assert asked == ["VICTIM-ID", "VICTIM-ID"]
    with acting_as(calendar_of("NO", "VICTIM-ID")) as session:
        assert [str(stone.id) for stone in tombstones.unfinished(session)] == hit[:1]


def test_a_case_that_cannot_be_shredded_holds_up_no_other(
    office: Office, world: World, ada: Actor, bo: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shredding, "SHREDDINGS_PER_LOOK", 1)
    for number in range(3):
        world.exhibit(ada, f"NO-{number}", "PHONE-1")
        with acting_as(ada) as session:
            shredding.propose(session, f"NO-{number}")
        with acting_as(bo) as session:
            shredding.agree(session, f"NO-{number}")
    destroy = shredding._destroy

    def failing(workplace: object, actor: Actor, one: shredding.Shredding) -> None:
        if one.case == "NO-0":
            raise Unavailable("The disk is away.")
        destroy(workplace, actor, one)

    monkeypatch.setattr(shredding, "_destroy", failing)
    assert shredding.go_on(office.workplace) == 2
    monkeypatch.undo()
    assert shredding.go_on(office.workplace) == 1


def test_an_object_that_cannot_go_holds_up_no_other_nor_any_referral(
    office: Office, world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[UUID] = []
    lapsed = [UUID(int=1), UUID(int=2)]
    monkeypatch.setattr(crops, "lapsed", lambda session, *_: lapsed if session.actor.member == "NO" else [])

    def leave(_vault: object, _session: Session, crop_id: UUID, *_: object) -> None:
        tried.append(crop_id)
        if crop_id == lapsed[0]:
            raise Unavailable("The disk is away.")

    monkeypatch.setattr(cropping, "_leave", leave)
    cropping.look_after(office.workplace.vault)
    assert tried == lapsed
    monkeypatch.setattr(referring.referrals, "lapsed", lambda session, *_: [f"R-{session.actor.member}"])
    world.officer("sven", member="SE")
    looked: list[str] = []

    def find(_session: Session, reference: str, **_: object) -> None:
        looked.append(reference)
        raise Unavailable("Not now.")

    monkeypatch.setattr(referring.referrals, "find", find)
    referring.look_after()
    assert looked == ["R-NO", "R-SE"]
