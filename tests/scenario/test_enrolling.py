"""An officer asks for an exercise, a worker has it drawn, the password is shown once, and the result comes by itself."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from clew.actions import enrolling, opening, schooling
from clew.actions.enrolling import Academy, Drawn
from clew.domain.errors import ClewError, StepRefused, Unavailable
from clew.domain.exercise import DRAWS_MAX, FAILURES, AskState, Cast, Failure, Part, Result
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.jobs import tasks
from clew.node.connection import ConnectionFacts
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.contexts import app_connection, claim, true_context
from tests.world.world import World, superuser

PASSED = Result(
    points=90, has_passed=True, remarks=("placed.missed",),
    parts={Part.TRIAGE: 30, Part.LINKS: 20, Part.DECONFLICTION: 20, Part.IDENTIFICATION: 20},
)  # fmt: skip
PASSWORD = "drawn-for-a-trial"
"""Of an academy that draws nothing: what becomes of it is looked at here."""


def nothing_to_tell(*_: object) -> dict[UUID, Result]:
    return {}


def academy(
    draw: Callable[[str], Drawn] | None = None, results: Callable[..., Any] = nothing_to_tell, *, is_usable: bool = True
) -> Academy:
    """One that answers as it is told; the real one answers in test_academy.py."""

    def at_once(_: str) -> Drawn:
        return Drawn(exercise=uuid4(), password=PASSWORD)

    return Academy(is_usable=lambda: is_usable, draw=lambda officer, _: (draw or at_once)(officer), results=results)


def never() -> bool:
    return False


@pytest.fixture
def ada(world: World) -> Actor:
    return world.officer("ada")


def ask(by: Actor, of: Academy | None = None) -> UUID:
    """Ask, and have the job wait."""
    with acting_as(by) as session:
        return enrolling.ask(session, of or academy(), lambda actor, made: tasks.add_drawing("here", actor, made)).id


def asked(by: Actor) -> enrolling.Asked | None:
    with acting_as(by) as session:
        return schooling.look(session).asked


def may_ask(by: Actor) -> bool:
    with acting_as(by) as session:
        return schooling.look(session).may_ask


def jobs() -> list[tuple[str, str, str, dict[str, str]]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select task_name, queue_name, lock, args::text from procrastinate_jobs where status = 'todo'")
        return [(*row[:3], json.loads(row[3])) for row in cursor.fetchall()]


def acts(node: ConnectionFacts) -> list[str]:
    query = "select act from acts where act like 'exercise.%' and act <> 'exercise.list' order by at"
    return [row[0] for row in superuser(node).execute(query).fetchall()]


def lay_back(node: ConnectionFacts, what: str) -> None:
    rows = superuser(node)
    rows.execute("update exercise_asks set asked_at = asked_at - %s::interval, ended_at = ended_at - %s::interval", [what, what])
    rows.execute("update exercises set begun_at = begun_at - %s::interval", [what])


def kept_passwords(node: ConnectionFacts) -> list[str]:
    found = superuser(node).execute("select password from exercise_asks where password <> ''").fetchall()
    return [row[0] for row in found]


def test_an_exercise_is_asked_for_drawn_shown_once_handed_in_and_its_result_kept(
    ada: Actor, node: ConnectionFacts
) -> None:
    made = ask(ada)
    lock = tasks.academy_queue_of("here")
    assert jobs() == [("draw_exercise", lock, lock, {"officer": "ada", "ask": str(made)})]
    assert (asked(ada).state, may_ask(ada)) == (AskState.WAITING, False)
    enrolling.draw(academy(), "ada", made, never)
    found = asked(ada)
    assert (found.state, found.account, found.has_password) == (AskState.READY, Cast.of(found.exercise_id, "ada").me, True)
    (sealed,) = kept_passwords(node)
    assert PASSWORD not in sealed
    with acting_as(ada) as session:
        told = enrolling.tell_password(session)
    assert (told.account, told.password) == (found.account, PASSWORD)
    assert PASSWORD not in repr(told)
    assert kept_passwords(node) == []
    with acting_as(ada) as session, pytest.raises(StepRefused, match="shown once"):
        enrolling.tell_password(session)
    assert not asked(ada).has_password
    asked_after: list[str] = []

    def results(accounts: list[str], _: object) -> dict[UUID, Result]:
        asked_after.extend(accounts)
        return {found.exercise_id: PASSED}

    assert enrolling.fetch(academy(results=results), never) == 1
    assert enrolling.fetch(academy(results=results), never) == 0
    assert asked_after == [found.account]
    with acting_as(ada) as session:
        page = schooling.look(session)
    (line,) = page.items
    assert (line.id, line.result.points, line.result.remarks) == (found.exercise_id, 90, ())
    assert (page.asked, page.may_ask) == (None, True)
    assert acts(node) == ["exercise.ask", "exercise.draw", "exercise.begin", "exercise.show_password", "exercise.end"]


def test_one_exercise_at_a_time_is_drawn_or_under_way(ada: Actor, node: ConnectionFacts) -> None:
    made = ask(ada)
    with pytest.raises(StepRefused, match="being drawn for you already"):
        ask(ada)
    enrolling.draw(academy(), "ada", made, never)
    with pytest.raises(StepRefused, match="not handed in"):
        ask(ada)
    assert len(jobs()) == 1
    # What is left alone for a month holds nobody back, and its password goes once there is another one.
    lay_back(node, "31 days")
    again = ask(ada)
    enrolling.draw(academy(), "ada", again, never)
    assert len(kept_passwords(node)) == 1
    assert asked(ada).id == again


def test_what_the_operator_began_holds_back_another_too(ada: Actor) -> None:
    begun = uuid4()
    schooling.begin("ada", begun)
    with pytest.raises(StepRefused, match="not handed in"):
        ask(ada)
    schooling.note("ada", begun, PASSED)
    assert ask(ada)


def test_without_an_academy_the_answer_names_the_command_of_the_operator(ada: Actor) -> None:
    with pytest.raises(StepRefused, match="clew academy open"):
        ask(ada, academy(is_usable=False))
    assert (jobs(), asked(ada)) == ([], None)
    # It was removed between the press and the job, or is on another machine.
    made = ask(ada)
    enrolling.draw(academy(is_usable=False), "ada", made, never)
    assert asked(ada).says_why == FAILURES[Failure.NO_ACADEMY]
    again = ask(ada)
    enrolling.draw(None, "ada", again, never)
    assert (asked(ada).state, may_ask(ada)) == (AskState.FAILED, True)


def test_in_an_academy_nobody_asks_for_one(ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CLEW_IS_ACADEMY", True)
    with pytest.raises(StepRefused, match="not in its academy"):
        ask(ada)


def raising(refusal: Exception) -> Callable[[str], Drawn]:
    def draw(_: str) -> Drawn:
        raise refusal

    return draw


def test_what_the_academy_refuses_has_failed_and_nothing_of_its_sentence_is_told(
    ada: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    made = ask(ada)
    with caplog.at_level(logging.DEBUG):
        enrolling.draw(academy(raising(StepRefused("A path of the machine."))), "ada", made, never)
    assert asked(ada).says_why == FAILURES[Failure.REFUSED]
    assert "refused" in caplog.text
    assert "path" not in caplog.text
    assert ask(ada) != made


def test_what_is_broken_off_is_drawn_anew_so_often_and_then_has_failed(ada: Actor) -> None:
    made = ask(ada)
    gone = academy(raising(Unavailable("The academy does not answer: try again.")))
    for _ in range(DRAWS_MAX - 1):
        with pytest.raises(Unavailable):
            enrolling.draw(gone, "ada", made, never)
        assert asked(ada).state is AskState.WAITING
    enrolling.draw(gone, "ada", made, never)
    assert asked(ada).says_why == FAILURES[Failure.UNFINISHED]


class Killed(BaseException):
    """The worker is gone: nothing more is done in it."""


def test_a_worker_that_is_killed_each_time_does_not_draw_for_ever(ada: Actor) -> None:
    made = ask(ada)
    for _ in range(DRAWS_MAX):
        with suppress(Killed):
            enrolling.draw(academy(raising(Killed())), "ada", made, never)  # type: ignore[arg-type]
    drawn: list[str] = []
    enrolling.draw(academy(drawn.append), "ada", made, never)  # type: ignore[arg-type,return-value]
    assert (drawn, asked(ada).state) == ([], AskState.FAILED)
    # The job comes once more, of what has failed: nothing happens.
    enrolling.draw(academy(), "ada", made, never)
    assert asked(ada).state is AskState.FAILED


def test_what_no_worker_draws_has_failed_after_a_time(ada: Actor, node: ConnectionFacts) -> None:
    made = ask(ada)
    assert enrolling.fetch(academy(), never) == 0
    assert asked(ada).state is AskState.WAITING
    lay_back(node, "3 hours")
    enrolling.fetch(academy(), never)
    assert asked(ada).says_why == FAILURES[Failure.UNFINISHED]
    enrolling.draw(academy(), "ada", made, never)
    assert asked(ada).state is AskState.FAILED


def test_a_password_that_nobody_has_shown_goes_when_the_exercise_is_handed_in_or_left_alone(
    world: World, ada: Actor, node: ConnectionFacts
) -> None:
    for officer in (ada, world.officer("dag")):
        enrolling.draw(academy(), officer.officer, ask(officer), never)
    assert len(kept_passwords(node)) == 2
    schooling.note("ada", asked(ada).exercise_id, PASSED)
    assert len(kept_passwords(node)) == 1
    lay_back(node, "31 days")
    enrolling.fetch(academy(), never)
    assert kept_passwords(node) == []


def test_the_password_is_the_officers_alone(world: World, ada: Actor) -> None:
    enrolling.draw(academy(), "ada", ask(ada), never)
    others = [world.officer("dag"), world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR),
              world.officer("carl", member="SE", role=Role.COORDINATOR)]  # fmt: skip
    for other in others:
        with acting_as(other) as session, pytest.raises(StepRefused, match="shown once"):
            enrolling.tell_password(session)
        assert asked(other) is None
        with app_connection() as app:
            claim(app, true_context(app, other))
            assert app.execute("select count(*) from exercise_asks").fetchone() == (0,)
            assert app.execute("update exercise_asks set password = '', shown_at = now()").rowcount == 0
    for statement in (
        "update exercise_asks set state = 'failed', failure = 'refused', exercise_id = null, password = ''",
        "update exercise_asks set exercise_id = gen_random_uuid(), password = '', shown_at = now()",
        "insert into exercise_asks (member, officer) values ('NO', 'dag')",
        "insert into exercise_asks (member, officer, draws) values ('NO', 'ada', 1)",
        "insert into exercise_asks (member, officer) values ('SE', 'ada')",
        "delete from exercise_asks",
    ):
        with app_connection() as app:
            claim(app, true_context(app, ada))
            with suppress(psycopg.errors.InsufficientPrivilege):
                assert app.execute(statement).rowcount == 0, statement
    assert asked(ada).has_password


def test_a_member_without_an_academy_that_answers_keeps_what_it_has(ada: Actor) -> None:
    enrolling.draw(academy(), "ada", ask(ada), never)

    def silent(*_: object) -> dict[UUID, Result]:
        raise Unavailable("The academy does not answer: try again.")

    with pytest.raises(ClewError):
        enrolling.fetch(academy(results=silent), never)
    assert enrolling.fetch(academy(results=silent, is_usable=False), never) == 0
    assert enrolling.fetch(None, never) == 0
    # It tells of an exercise that nobody here waits for.
    assert enrolling.fetch(academy(results=lambda *_: {uuid4(): PASSED}), never) == 0
    assert asked(ada).state is AskState.READY


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Academy:
    """The node of this process has an academy that answers, and its worker too."""
    made = academy()
    monkeypatch.setattr("clew.node.academy.of_this_node", lambda: made)
    monkeypatch.setattr("clew.node.academy.academy_of", lambda _: made)
    monkeypatch.setattr(tasks, "_workplaces", [SimpleNamespace(academy=made)])
    return made


def work() -> None:
    """Do the jobs that wait."""
    for task, _, _, given in jobs():
        getattr(tasks, task)(**given)
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")


def test_the_page_tells_how_far_it_is_and_shows_the_password_once(
    ada: Actor, answering: Academy, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("ada")
    assert "Have an exercise drawn" in client.get("/academy/").content.decode()
    with caplog.at_level(logging.DEBUG):
        page = client.post("/academy/ask/", follow=True).content.decode()
        assert "Your exercise is being drawn." in page
        assert "Have an exercise drawn" not in page
        assert "being drawn for you already" in client.post("/academy/ask/", follow=True).content.decode()
        work()
        page = client.get("/academy/").content.decode()
        assert "● Ready" in page
        assert "under an address that the operator of the node tells" in page
        monkeypatch.setattr(settings, "CLEW_ACADEMY_URL", "https://academy.example")
        page = client.get("/academy/").content.decode()
        assert '<a href="https://academy.example" rel="noreferrer">' in page
        assert PASSWORD not in page
        shown = client.post("/academy/password/")
        assert PASSWORD in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]
        page = client.post("/academy/password/", follow=True).content.decode()
    assert "each is shown once" in page
    assert "Show the password" not in page
    assert PASSWORD not in page + caplog.text


def test_the_page_says_why_it_could_not_be_drawn(ada: Actor, answering: Academy) -> None:
    enrolling.draw(academy(raising(StepRefused("No."))), "ada", ask(ada), never)
    page = signed_in("ada").get("/academy/").content.decode()
    assert "□ It could not be drawn. The academy could not draw it. Ask again" in page
    assert "Have an exercise drawn" in page


def test_the_page_of_a_node_without_academy_names_the_command_and_has_no_button(ada: Actor) -> None:
    client = signed_in("ada")
    page = client.get("/academy/").content.decode()
    assert "clew academy open --as ada" in page
    assert "academy-ask" not in page
    assert "/academy/ask/" not in page
    assert "clew academy open" in client.post("/academy/ask/", follow=True).content.decode()
    assert jobs() == []


def test_the_commands_ask_tell_how_far_it_is_and_show_the_password_once(ada: Actor, answering: Academy) -> None:
    assert json.loads(clew("academy", "ask", "--as", "ada", "--json").out)["asked"]["state"] == "waiting"
    assert "already" in clew("academy", "ask", "--as", "ada").err
    assert "being drawn" in clew("academy", "list", "--as", "ada").out
    work()
    assert "clew academy password --as ada" in clew("academy", "list", "--as", "ada").out
    told = json.loads(clew("academy", "password", "--as", "ada", "--json").out)
    assert told == {"officer": asked(ada).account, "password": PASSWORD}
    assert "shown once" in clew("academy", "password", "--as", "ada").err
    assert clew("academy", "list", "--as", "ada").out.endswith(f"you are {told['officer']}\n")


def test_the_worker_fetches_what_was_handed_in(ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    enrolling.draw(academy(), "ada", ask(ada), never)
    told = {asked(ada).exercise_id: PASSED}
    monkeypatch.setattr(tasks, "_workplaces", [SimpleNamespace(academy=academy(results=lambda *_: told))])
    tasks.fetch_exercises(0)
    with acting_as(opening.actor_of("ada")) as session:
        assert schooling.look(session).items[0].result.has_passed
