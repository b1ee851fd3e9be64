"""The stream of counts while an intake is running."""

import asyncio
import json

import pytest

from clew.actions.tallying import Followed, Tally
from clew.domain.errors import NotVisible
from clew.domain.intake import Progress
from clew.domain.triage import Counts
from clew.web import progress


def look(done: int, *, counts: Counts = Counts(), is_running: bool = True, is_fresh: bool = True) -> progress.Look:  # noqa: B008
    seen = Progress(files_seen=9, files_done=done, bytes_done=done, is_walking=False, is_running=is_running)
    tally = Tally(counts=counts, media=800, is_whole=is_fresh, is_fresh=is_fresh)
    return progress.Look(seen=Followed(progress=seen, tally=tally), cost=0.0)


def told(part: str) -> tuple[str, dict]:
    name, data = part.removesuffix("\n\n").split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def streamed(monkeypatch, looks: list, *, first: progress.Look) -> list:
    """Everything the stream said."""

    def see(_username, _sign_in, _case, _exhibit, _unit):
        seen = looks.pop(0)
        if isinstance(seen, Exception):
            raise seen
        return seen

    async def said() -> list:
        stream = progress.events("ada", "NO-1", None, sign_in=None, first=first, language="en")
        return [told(part) async for part in stream]

    monkeypatch.setattr(progress, "_later_look", see)
    monkeypatch.setattr(progress, "LOOK_SECONDS", 0.0)
    return asyncio.run(said())


def test_an_event_holds_counts_and_words_and_nothing_else():
    counts = Counts(solved_elsewhere=1000, new=2)
    name, fields = told(progress.event(look(4, counts=counts)))
    assert name == "progress"
    assert fields == {
        "done": 4,
        "seen": 9,
        "words": "4 of 9 files taken in",
        "tally": "",
        "solved_elsewhere": "1,000",
        "parallel_enquiry": "0",
        "known": "0",
        "new": "2",
        "undecodable": "0",
    }


def test_a_stream_ends_with_the_intake(monkeypatch):
    ended = look(9, counts=Counts(new=9), is_running=False)
    said = streamed(monkeypatch, [look(5), ended], first=look(1))
    assert [name for name, _ in said] == ["progress", "progress", "ended"]
    assert [fields["done"] for _, fields in said] == [1, 5, 9]
    assert said[-1][1]["new"] == "9"


def test_an_intake_that_has_ended_is_told_once(monkeypatch):
    said = streamed(monkeypatch, [], first=look(9, is_running=False))
    assert [name for name, _ in said] == ["ended"]


def test_a_stream_goes_on_behind_the_intake_until_all_is_counted(monkeypatch):
    looks = [look(9, is_running=False, is_fresh=False), look(9, is_running=False)]
    said = streamed(monkeypatch, looks, first=look(9, is_running=False, is_fresh=False))
    assert [name for name, _ in said] == ["progress", "progress", "ended"]
    assert [fields["tally"] for _, fields in said] == ["Still counting: 800 media so far"] * 2 + [""]


def test_who_may_no_longer_see_hears_nothing_more(monkeypatch):
    said = streamed(monkeypatch, [NotVisible("gone"), look(9)], first=look(1))
    assert len(said) == 1


def test_a_stream_has_an_end_even_if_the_intake_has_none(monkeypatch):
    monkeypatch.setattr(progress, "STREAM_SECONDS_MAX", -1.0)
    said = streamed(monkeypatch, [look(2)], first=look(1))
    assert len(said) == 1


def test_an_officer_opens_only_so_many_streams(monkeypatch):
    async def open_streams() -> list[int]:
        async def never_ending():
            yield "x"
            await asyncio.sleep(60)

        streams = [progress._counted("ada", never_ending()) for _ in range(3)]
        for stream in streams:
            await anext(stream)
        during = progress._streams["ada"]
        for stream in streams:
            await stream.aclose()
        return [during, progress._streams["ada"]]

    assert asyncio.run(open_streams()) == [3, 0]


@pytest.fixture(autouse=True)
def no_stream_is_left_open():
    yield
    assert not +progress._streams
