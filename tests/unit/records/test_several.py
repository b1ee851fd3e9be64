"""Several questions in one statement have each its own answer."""

from uuid import UUID

from clew.records.session import Session, acting_as
from clew.records.several import several
from tests.world.world import World


def of_names(session: Session) -> list[tuple[int, str]]:
    with session.cursor() as cursor:
        cursor.execute(
            "select number, said from unnest(%(numbers)s::int[], %(said)s::text[]) as one(number, said) order by number desc",
            {"numbers": [1, 2], "said": ["one", "two"]},
        )
        return [(number, said) for number, said in cursor]


def of_places(session: Session) -> tuple[bytes, UUID, str | None]:
    with session.cursor() as cursor:
        cursor.execute("select %s::bytea, %s::uuid, %s::text", [b"\0\xff", UUID(int=7), None])
        return cursor.fetchone()  # type: ignore[return-value]


def of_nothing_found(session: Session) -> list[tuple[str]]:
    with session.cursor() as cursor:
        cursor.execute("select reference from cases where reference = %(named)s", {"named": "NO-404"})
        return cursor.fetchall()


def without_a_question(session: Session) -> str:
    return session.actor.member


def of_two(session: Session) -> tuple[object, object]:
    with session.cursor() as cursor:
        first = cursor.execute("select 1").fetchone()
        return first, cursor.execute("select 2").fetchone()


def test_each_has_its_own_answer_whether_it_names_its_values_counts_them_or_has_none(world: World) -> None:
    with acting_as(world.officer("ada", member="NO", unit="VICTIM-ID")) as session:
        found = several(session, of_names, without_a_question, of_places, of_nothing_found, of_names)
    named = [(2, "two"), (1, "one")]
    assert found == (named, "NO", (b"\0\xff", UUID(int=7), None), [], named)


def test_one_that_asks_on_has_each_of_its_answers_and_takes_nobody_elses(world: World) -> None:
    with acting_as(world.officer("ada", member="NO", unit="VICTIM-ID")) as session:
        found = several(session, of_two, of_names, lambda one: several(one, of_two, of_nothing_found), of_nothing_found)
    assert found == (((1,), (2,)), [(2, "two"), (1, "one")], (((1,), (2,)), []), [])
