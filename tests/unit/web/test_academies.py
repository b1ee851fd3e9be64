"""The page of an exercise keeps its word: it is an academy's alone, and says what came of the exercise and why."""

from uuid import uuid4

import pytest
from django.conf import settings

from clew.actions import admitting
from clew.domain.exercise import Part, Result
from clew.records import exercises
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.world import World

BRIEFING = "You are ada.\nA telephone was seized."
PARTS = {Part.TRIAGE: 30, Part.LINKS: 0, Part.DECONFLICTION: 20, Part.IDENTIFICATION: 20}


def test_the_exercise_is_a_page_of_an_academy_alone_and_says_what_came_of_it_and_why(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.officer("ada")
    ada = signed_in("ada")
    assert b"is an exercise" not in ada.get("/").content
    assert ada.get("/exercise/").status_code == 404
    monkeypatch.setattr(settings, "CLEW_IS_ACADEMY", True)
    assert ada.get("/academy/").status_code == 404
    begun = uuid4()
    _begin(begun)
    for address in ("/", "/series/", "/exercise/", "/nowhere/"):
        assert b"This is an exercise." in ada.get(address).content
    page = ada.get("/exercise/").content.decode()
    assert "A telephone was seized." in page
    assert "Hand it in" in page
    _end(begun)
    page = ada.get("/exercise/").content.decode()
    assert "□ Not passed · 70 of 100 points" in page
    assert "The series was linked with a place where none of its media were taken." in page
    assert "Hand it in" not in page
    assert "This exercise is handed in" in ada.post("/exercise/day/", follow=True).content.decode()


def _begin(begun: object) -> None:
    with acting_as(admitting.operator_at("NO")) as session:
        exercises.begin(session, begun, "ada", BRIEFING)


def _end(begun: object) -> None:
    result = Result(points=70, has_passed=False, parts=PARTS, remarks=("gathered.wrong", "placed.wrong"))
    with acting_as(admitting.operator_at("NO")) as session:
        exercises.end(session, begun, result)
