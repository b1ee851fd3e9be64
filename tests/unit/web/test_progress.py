"""The stream of counts while an intake is running."""

import asyncio
import json

import pytest

from clew.domain.errors import NotVisible
from clew.domain.intake import Progress
from clew.domain.triage import Counts
from clew.web import progress


def look(done: int, *, counts: Counts | None = None, is_running: bool = True, cost: float = 0.0) -> progress.Look:
    seen = Progress(files_seen=9, files_done=done, bytes_done=done, is_walking=False, is_running=is_running)
    return progress.Look(progress=seen, counts=counts, cost=cost)


def told(part: str) -> tuple[str, dict]:
    name, data = part.removesuffix("\n\n").split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def streamed(monkeypatch, looks: list, *, first: progress.Look) -> tuple[list, list[bool]]:
    """Everything the stream said, and which looks were asked to count."""
    asked = []

    def see(_username, _case, _exhibit, _unit, *, is_counting):
        asked.append(is_counting)
        seen = looks.pop(0)
        if isinstance(seen, Exception):
            raise seen
        return seen

    async def said() -> list:
        stream = progress.events("ada", "NO-1", None, first=first, language="en")
        return [told(part) async for part in stream]

    monkeypatch.setattr(progress, "_look", see)
    monkeypatch.setattr(progress, "LOOK_SECONDS", 0.0)
    return asyncio.run(said()), asked


def test_an_event_holds_counts_and_words_and_nothing_else():
    counts = Counts(solved_elsewhere=1000, new=2)
    name, fields = told(progress.event(look(4, counts=counts)))
    assert name == "progress"
    assert fields == {
        "done": 4,
        "seen": 9,
        "words": "4 of 9 files taken in",
        "solved_elsewhere": "1,000",
        "parallel_enquiry": "0",
        "known": "0",
        "new": "2",
        "undecodable": "0",
    }


def test_a_stream_ends_with_the_intake(monkeypatch):
    ended = look(9, counts=Counts(new=9), is_running=False)
    said, _ = streamed(monkeypatch, [look(5), ended], first=look(1, counts=Counts()))
    assert [name for name, _ in said] == ["progress", "progress", "ended"]
    assert [fields["done"] for _, fields in said] == [1, 5, 9]
    assert said[-1][1]["new"] == "9"


def test_an_intake_that_has_ended_is_told_once(monkeypatch):
    said, asked = streamed(monkeypatch, [], first=look(9, counts=Counts(), is_running=False))
    assert [name for name, _ in said] == ["ended"]
    assert asked == []


def test_costly_counting_is_put_off_while_progress_goes_on(monkeypatch):
    looks = [look(2), look(3), look(9, counts=Counts(), is_running=False)]
    _, asked = streamed(monkeypatch, looks, first=look(1, counts=Counts(), cost=60.0))
    assert asked == [False, False, False]


def test_cheap_counting_happens_at_every_look(monkeypatch):
    looks = [look(2, counts=Counts()), look(9, counts=Counts(), is_running=False)]
    _, asked = streamed(monkeypatch, looks, first=look(1, counts=Counts()))
    assert asked == [True, True]


def test_who_may_no_longer_see_hears_nothing_more(monkeypatch):
    said, _ = streamed(monkeypatch, [NotVisible("gone"), look(9)], first=look(1, counts=Counts()))
    assert len(said) == 1


def test_a_stream_has_an_end_even_if_the_intake_has_none(monkeypatch):
    monkeypatch.setattr(progress, "STREAM_SECONDS_MAX", -1.0)
    said, _ = streamed(monkeypatch, [look(2)], first=look(1, counts=Counts()))
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
