"""A case is counted a few blocks at a time, and what a page lists is what there is, however the blocks fall."""

from dataclasses import replace
from itertools import pairwise

import pytest

from clew.actions import signing_in, tallying, triaging
from clew.domain.errors import NotAdmitted
from clew.domain.handling import Actor, Audience
from clew.domain.intake import Progress
from clew.domain.series import SeriesState
from clew.domain.sign_in import Way
from clew.domain.triage import Answer, Counts
from clew.records.session import acting_as
from clew.web import progress
from tests.world.world import World

BLOCK = 4
MEDIA = 15
SOLVED, PARALLEL = {3, 9}, {2, 10, 14}
UNREAD = 2


@pytest.fixture
def ada(world: World, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Norway with fifteen media and two files that could not be read; two are solved in Sweden, three of an enquiry."""
    monkeypatch.setattr(tallying, "BLOCK_MEDIA", BLOCK)
    tallying._kept.clear()
    world.member("SE", "Sweden")
    ada, sven = world.officer("ada"), world.officer("sven", member="SE")
    world.exhibit(ada)
    for number in range(MEDIA):
        medium = world.medium(ada, content=f"picture {number}".encode())
        world.occurrence(ada, medium, path=f"picture {number}".encode())
    for name, numbers, state in (("found", SOLVED, SeriesState.IDENTIFIED), ("open", PARALLEL, SeriesState.OPEN)):
        copies = [world.medium(sven, Audience.ALL, content=f"picture {number}".encode()) for number in sorted(numbers)]
        world.series(sven, name, copies, state=state)
    for number in range(UNREAD):
        world.occurrence(ada, None, path=f"pipe {number}".encode(), reason="A pipe is not read.")
    return ada


def look(of: Actor, blocks: int = 1, progress: Progress | None = None) -> tallying.Tally:
    with acting_as(of) as session:
        scope = triaging.scope(session, "CASE-1")
        return tallying.look(session, scope, progress or triaging.progress(session, scope), blocks=blocks)


def listed(of: Actor, answer: Answer | None, limit: int) -> list[str]:
    """The paths of all pages of one answer."""
    found: list[str] = []
    after: str | None = None
    for _ in range(4 * MEDIA):
        with acting_as(of) as session:
            scope = triaging.scope(session, "CASE-1")
            progress = triaging.progress(session, scope)
            page = tallying.opened(session, scope, progress, answer=answer, after=after, limit=limit)
        assert len(page.items) + len(page.files) <= limit
        found += [path for item in (*page.items, *page.files) for path in item.paths]
        after = page.next
        if after is None:
            return found
    raise AssertionError("the pages have no end")


WHOLE = Counts(solved_elsewhere=2, parallel_enquiry=3, new=10, undecodable=2)


def test_looks_go_on_where_the_last_one_stopped_until_all_is_counted(ada: Actor) -> None:
    seen = [look(ada) for _ in range(4)]
    assert [(one.media, one.is_whole) for one in seen] == [(4, False), (8, False), (12, False), (15, True)]
    assert all(before.counts.new <= after.counts.new for before, after in pairwise(seen))
    assert seen[-1].counts == WHOLE
    with acting_as(ada) as session:
        assert triaging.counts(session, "CASE-1") == WHOLE


@pytest.mark.parametrize("limit", [1, 3, 4, 50])
@pytest.mark.parametrize("counted", [0, 2, 4])
def test_the_pages_of_each_answer_list_every_medium_once_however_much_is_counted(
    ada: Actor, limit: int, counted: int
) -> None:
    for _ in range(counted):
        look(ada)
    told = {answer: listed(ada, answer, limit) for answer in Answer}
    assert sorted(told[Answer.SOLVED_ELSEWHERE]) == sorted(f"picture {number}" for number in SOLVED)
    assert sorted(told[Answer.PARALLEL_ENQUIRY]) == sorted(f"picture {number}" for number in PARALLEL)
    assert len(told[Answer.NEW]) == len(set(told[Answer.NEW])) == 10
    assert sorted(told[Answer.UNDECODABLE]) == ["pipe 0", "pipe 1"]
    assert told[Answer.KNOWN] == []


def test_a_rare_answer_is_found_without_answering_the_blocks_that_lack_it(
    ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(ada, blocks=10)
    asked: list[int] = []
    blocks = triaging.blocks

    def counted(*given):
        asked.append(1)
        return blocks(*given)

    monkeypatch.setattr(triaging, "blocks", counted)
    monkeypatch.setattr(tallying, "FRESH_FACTOR", 1e9)
    with acting_as(ada) as session:
        scope = triaging.scope(session, "CASE-1")
        progress = triaging.progress(session, scope)
        assert tallying.opened(session, scope, progress, answer=Answer.KNOWN, after=None, limit=5).next is None
        assert asked == []
        first = tallying.opened(session, scope, progress, answer=None, after=None, limit=5)
    assert first.answer is Answer.SOLVED_ELSEWHERE
    assert first.items
    assert len(asked) == 1


def test_what_changes_is_counted_again_and_meanwhile_the_old_count_is_told(
    ada: Actor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look(ada, blocks=10).is_fresh
    monkeypatch.setattr(tallying, "FRESH_FACTOR", 0.0)
    medium = world.medium(ada, content=b"one more")
    world.occurrence(ada, medium, path=b"one more")
    again = look(ada)
    assert (again.counts, again.is_whole, again.is_fresh) == (WHOLE, True, False)
    assert look(ada, blocks=10).counts.new == WHOLE.new + 1


def test_what_is_too_old_is_not_told(ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    look(ada, blocks=10)
    monkeypatch.setattr(tallying, "KEPT_SECONDS", -1.0)
    assert (look(ada).media, look(ada).is_whole) == (4, False)


def test_each_officer_has_a_count_of_their_own(ada: Actor, world: World) -> None:
    look(ada, blocks=10)
    assert look(world.officer("otto")).media == BLOCK


def test_a_medium_moved_into_a_block_that_lacked_the_answer_is_listed_once_it_is_counted_again(
    ada: Actor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(ada, blocks=10)
    sven = world.officer("sven", member="SE")
    copies = [world.medium(sven, Audience.ALL, content=f"picture {number}".encode()) for number in (0, 5, 6, 11)]
    world.series(sven, "also found", copies, state=SeriesState.IDENTIFIED)
    monkeypatch.setattr(tallying, "FRESH_FACTOR", 0.0)
    look(ada, blocks=10)
    assert len(listed(ada, Answer.SOLVED_ELSEWHERE, 50)) == 6


def test_a_stream_looks_on_only_while_its_sign_in_lasts(ada: Actor):
    sign_in = signing_in.begin(ada, Way.PASSKEY, "a browser")
    first = progress._look(ada.officer, "CASE-1", None, None, is_first=True)
    with acting_as(ada) as session:
        seen = signing_in.own(session)
    later = progress._later_look(ada.officer, sign_in, "CASE-1", None, None)
    assert later.seen.progress == first.seen.progress
    with acting_as(ada) as session:
        assert signing_in.own(session) == seen  # to look on makes no sign-in last
        signing_in.end(session, sign_in)
    with pytest.raises(NotAdmitted):
        progress._later_look(ada.officer, sign_in, "CASE-1", None, None)
    with pytest.raises(NotAdmitted):
        progress._later_look(ada.officer, None, "CASE-1", None, None)


def test_what_an_intake_brought_last_is_in_what_is_told_once_it_has_ended(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallying, "FRESH_FACTOR", 1e9)
    running = Progress(files_seen=18, files_done=17, bytes_done=0, is_walking=False, is_running=True)
    ended = replace(running, files_done=18, is_running=False)
    assert look(ada, 10, running).is_fresh
    world.occurrence(ada, world.medium(ada), path=b"the last one")
    assert look(ada, 10, replace(running, files_done=18)).counts == WHOLE, "while it runs a tally may be somewhat old"
    told = look(ada, 2, ended)
    assert not told.is_fresh
    told = look(ada, 10, ended)
    assert told.is_fresh
    assert told.counts == replace(WHOLE, new=WHOLE.new + 1)
