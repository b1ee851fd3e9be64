"""Verdicts on matches: an officer's word, for the own unit; undone, heard at home, and nothing of it lost for others."""

from uuid import UUID, uuid4

import pytest

from clew.actions import following, inspecting, judging, proposing, raising, triaging
from clew.domain.errors import Invalid, NotVisible
from clew.domain.fingerprint import Kind
from clew.domain.handling import Actor, Audience
from clew.domain.lead import Rule, State, Step
from clew.domain.triage import Aligned, Answer, TriagedMedium
from clew.domain.verdict import Said, Why
from clew.records import matches, resemblances
from clew.records.matches import Match, MatchKind
from clew.records.session import acting_as
from tests.scenario.test_leads import let_see
from tests.world.clients import signed_in
from tests.world.world import World

RUN = Aligned(seconds_here=(0, 9), seconds_there=(2, 11), frames_matched=9, frames_compared=9)
CONTENT = b"drawn by Norway"
NOT = (Said.NOT_THE_SAME, Why.ONLY_ALIKE)


def near(world: World, by: Actor, medium: UUID, of: Actor, other: UUID, kind: MatchKind = MatchKind.PDQ) -> None:
    """A program finds that the medium matches another."""
    stored = world.fingerprint(of, other, kind=Kind.PDQ_CENTRED if kind is MatchKind.PDQ else Kind.FRAME)
    aligned = None if kind is MatchKind.PDQ else RUN
    with acting_as(by) as session:
        matches.write(session, [Match(medium_id=medium, fingerprint_id=stored, kind=kind, distance_bits=8, radius_bits=31, aligned=aligned)])


def name(of: Actor, medium: UUID) -> bytes:
    with acting_as(of) as session:
        return resemblances.one(session, medium).name


def triaged(by: Actor, case: str) -> TriagedMedium:
    (only,) = triaging.every_medium(by, case)
    return only


class Pair:
    """Norway's medium in NO-1 and Sweden's in SE-1, in Sweden's open series, which match."""

    def __init__(self, world: World, ada: Actor, sven: Actor, kind: MatchKind = MatchKind.PDQ) -> None:
        self.theirs, self.ours = world.medium(sven), world.medium(ada, content=CONTENT)
        world.occurrence(sven, self.theirs, "SE-1")
        world.occurrence(ada, self.ours, "NO-1")
        self.series = world.series(sven, "green-room", [self.theirs])
        near(world, ada, self.ours, sven, self.theirs, kind)
        self.here, self.there = name(ada, self.ours), name(sven, self.theirs)

    def judge(self, by: Actor, said: Said, why: Why | None = None) -> UUID:
        with acting_as(by) as session:
            return judging.judge(session, self.here, self.there, said, why).id


@pytest.fixture
def pair(world: World, ada: Actor, sven: Actor) -> Pair:
    return Pair(world, ada, sven)


def undone(by: Actor, verdict: UUID) -> None:
    with acting_as(by) as session:
        judging.undo(session, verdict)


def test_what_is_not_the_same_counts_no_longer_at_home_and_says_who_set_it_aside(pair: Pair, ada: Actor, sven: Actor) -> None:
    assert triaged(ada, "NO-1").answer is Answer.PARALLEL_ENQUIRY
    assert triaged(sven, "SE-1").answer is Answer.PARALLEL_ENQUIRY
    verdict = pair.judge(ada, *NOT)
    found = triaged(ada, "NO-1")
    assert (found.answer, found.reasons) == (Answer.NEW, ())
    (aside,) = found.set_aside
    assert (aside.verdict.unit, aside.verdict.officer, aside.verdict.why) == (ada.unit, "ada", Why.ONLY_ALIKE)
    assert (aside.reason.owner, aside.reason.matched) == ("SE", pair.there.hex())
    # What Sweden sees of its own case is as it was.
    assert (triaged(sven, "SE-1").answer, triaged(sven, "SE-1").set_aside) == (Answer.PARALLEL_ENQUIRY, ())
    with acting_as(sven) as session:
        (seen,) = judging.verdicts_on(session, pair.there, pair.here)
    assert (seen.said, seen.member, seen.shown_by("SE")) == (Said.NOT_THE_SAME, "NO", None)
    undone(ada, verdict)
    assert (triaged(ada, "NO-1").answer, triaged(ada, "NO-1").set_aside) == (Answer.PARALLEL_ENQUIRY, ())


def test_a_verdict_is_of_the_content_in_whatever_record(world: World, pair: Pair, ada: Actor, sven: Actor) -> None:
    pair.judge(ada, *NOT)
    again = world.medium(ada, Audience.MEMBER, content=CONTENT)
    world.occurrence(ada, again, "NO-2")
    near(world, ada, again, sven, pair.theirs)
    assert triaged(ada, "NO-2").answer is not Answer.PARALLEL_ENQUIRY
    assert len(triaged(ada, "NO-2").set_aside) == 1


def test_the_own_unit_decides_and_until_it_does_the_others_of_its_member_are_heard(
    world: World, pair: Pair, ada: Actor
) -> None:
    nils = world.officer("nils", member="NO", unit="FORENSICS")
    pair.judge(nils, *NOT)
    (aside,) = triaged(ada, "NO-1").set_aside
    assert (aside.verdict.unit, aside.verdict.officer) == ("FORENSICS", "nils")
    mine = pair.judge(ada, Said.SAME)
    assert triaged(ada, "NO-1").answer is Answer.PARALLEL_ENQUIRY
    with acting_as(ada) as session:
        assert [one.said for one in judging.verdicts_on(session, pair.here, pair.there)] == [Said.NOT_THE_SAME, Said.SAME]
    undone(ada, mine)
    assert triaged(ada, "NO-1").answer is Answer.NEW


def test_a_later_word_of_the_unit_holds_and_undone_the_one_before(pair: Pair, ada: Actor) -> None:
    pair.judge(ada, *NOT)
    later = pair.judge(ada, Said.SAME)
    assert triaged(ada, "NO-1").answer is Answer.PARALLEL_ENQUIRY
    undone(ada, later)
    assert triaged(ada, "NO-1").answer is Answer.NEW


def test_nobody_judges_what_is_hidden_or_no_match_or_takes_back_anothers_word(
    world: World, pair: Pair, ada: Actor, sven: Actor
) -> None:
    verdict = pair.judge(ada, *NOT)
    noor = world.officer("noor", member="NO")
    for by, what in ((sven, verdict), (noor, verdict), (ada, uuid4())):
        with acting_as(by) as session, pytest.raises(NotVisible, match="nothing to undo"):
            judging.undo(session, what)
    with acting_as(ada) as session, pytest.raises(Invalid, match="Say why"):
        judging.judge(session, pair.here, pair.there, Said.NOT_THE_SAME)
    alone = world.medium(sven)
    let_see(sven, pair.theirs, Audience.UNIT)
    for there in (pair.there, name(sven, alone), uuid4().bytes):
        with acting_as(ada) as session, pytest.raises(NotVisible, match="There is no such match"):
            judging.judge(session, pair.here, there, Said.SAME)
        with acting_as(ada) as session, pytest.raises(NotVisible, match="There is no such match"):
            judging.verdicts_on(session, pair.here, there)
    # What was said of the match is hidden with it, from who said it too; the medium's owner still reads nothing of Norway's.
    with acting_as(ada) as session, pytest.raises(NotVisible, match="nothing to undo"):
        judging.undo(session, verdict)


def test_what_waited_because_of_the_match_is_dropped_and_not_proposed_until_it_is_undone(pair: Pair, ada: Actor) -> None:
    def proposed() -> int:
        with acting_as(ada) as session:
            proposing.propose(session, "NO-1")
            return len(proposing.waiting(session, "NO-1"))

    assert proposed() == 1
    with acting_as(ada) as session:
        made = judging.judge(session, pair.here, pair.there, *NOT)
        assert made.proposals == 1
        assert proposing.waiting(session, "NO-1") == ()
    assert proposed() == 0
    undone(ada, made.id)
    assert proposed() == 1


def leads_of(by: Actor, *states: State) -> list[tuple[Rule, State]]:
    with acting_as(by) as session:
        found = following.every(session, states=states or (State.RAISED, State.SET_ASIDE)).lines
    return [(line.lead.rule, line.lead.state) for line in found]


def test_a_lead_that_rests_on_the_match_is_set_aside_as_a_step_and_comes_back(world: World, ada: Actor, sven: Actor) -> None:
    pair = Pair(world, ada, sven, MatchKind.VIDEO)
    world.series(ada, "own-room", [pair.ours])
    assert raising.raise_all() == 2
    assert leads_of(ada) == leads_of(sven) == [(Rule.ALIGNED_CLIP, State.RAISED)]
    verdict = pair.judge(ada, *NOT)
    assert leads_of(ada) == [(Rule.ALIGNED_CLIP, State.SET_ASIDE)]
    with acting_as(ada) as session:
        (line,) = following.every(session, states=[State.SET_ASIDE]).lines
        (step,) = following.look(session, line.lead.id).steps
    assert (step.step, step.taken_by, step.reason) == (Step.SET_ASIDE, "ada", judging.NOT_THE_SAME)
    # The other member's lead is as it was, and stays so when all is looked at again.
    assert leads_of(sven) == [(Rule.ALIGNED_CLIP, State.RAISED)]
    undone(ada, verdict)
    assert leads_of(ada) == leads_of(sven) == [(Rule.ALIGNED_CLIP, State.RAISED)]


def test_no_lead_is_lost_that_was_refused_while_the_verdict_held(world: World, ada: Actor, sven: Actor) -> None:
    pair = Pair(world, ada, sven, MatchKind.VIDEO)
    verdict = pair.judge(ada, *NOT)
    world.series(ada, "own-room", [pair.ours])
    raising.raise_all()
    assert (leads_of(ada), leads_of(sven)) == ([], [(Rule.ALIGNED_CLIP, State.RAISED)])
    undone(ada, verdict)
    raising.raise_all()
    assert leads_of(ada) == [(Rule.ALIGNED_CLIP, State.RAISED)]


def test_on_its_page_a_match_is_judged_and_the_word_is_taken_back(pair: Pair, ada: Actor) -> None:
    client, page = signed_in("ada"), f"/media/{pair.ours}/"
    form = {"medium": pair.ours, "with": pair.theirs, "other": pair.there.hex(), "why": "shared-part"}
    address = f"/media/{pair.here.hex()}/verdict"
    assert "Are the two the same?" in client.get(page).content.decode()
    answer = client.post(f"{address}/not-the-same/", form)
    assert (answer.status_code, answer["Location"]) == (302, f"{page}?with={pair.theirs}#match")
    said = client.get(page).content.decode()
    assert "≠ not the same" in said
    assert "They only share a part" in said
    assert "This match does not count in your unit" in said
    assert "A match with 1 medium is set aside" in client.get("/cases/NO-1/?answer=new").content.decode()
    items = {item["id"]: item for item in client.get("/cases/NO-1/media/page?answer=all").json()["items"]}
    told = "≠ A match with 1 medium is set aside: \u2068ada\u2069 of \u2068VICTIM-ID\u2069 says that it is not the same."
    assert items[str(pair.ours)]["aside"] == [told]
    with acting_as(ada) as session:
        chosen = inspecting.look(session, pair.ours).chosen
    assert chosen is not None
    (verdict,) = chosen.verdicts
    client.post(f"{address}/undo/", {**form, "verdict": verdict.id})
    assert "≠ not the same" not in client.get(page).content.decode()
    assert client.post(f"{address}/same/", form).status_code == 302
    assert "= the same" in client.get(page).content.decode()
    absent = client.post(f"{address}/same/", {**form, "other": "00" * 32})
    assert (absent.status_code, absent.content) == (404, client.post(f"{address}/same/", {**form, "other": "x"}).content)
