"""Officers who want it are told by e-mail that something waits, and a mail holds nothing else."""

from datetime import timedelta

import pytest

from clew.actions import corresponding, mailing, opening
from clew.actions.corresponding import About, SubjectKind
from clew.domain.errors import Invalid
from clew.domain.handling import Actor
from clew.records.session import acting_as
from tests.world.world import World

Mails = list[tuple[str, str, str]]


@pytest.fixture
def mails() -> Mails:
    return []


def tell(mails: Mails) -> int:
    return mailing.tell_all(lambda subject, body, address: mails.append((subject, body, address)))


def wants_mail(of: Actor, address: str) -> None:
    with acting_as(of) as session:
        mailing.say_address(session, address)


def ask(world: World, of: Actor, case: str) -> None:
    world.exhibit(of, case)
    with acting_as(of) as session:
        about = About(kind=SubjectKind.CASE, name=case)
        corresponding.ask(session, about, ("SE", "VICTIM-ID"), opening.today() + timedelta(days=3), "A secret word.")


def test_a_mail_says_that_something_waits_once_and_no_word_of_what(
    world: World, ada: Actor, sven: Actor, mails: Mails
) -> None:
    wants_mail(sven, "sven@police.example")
    assert tell(mails) == 0
    ask(world, ada, "NO-1")
    assert tell(mails) == 1
    assert mails == [("Something waits in Clew.", "Something waits in Clew.", "sven@police.example")]
    assert tell(mails) == 0


def test_nobody_is_mailed_who_did_not_ask_or_does_not_want_it_any_more(
    world: World, ada: Actor, sven: Actor, mails: Mails
) -> None:
    ask(world, ada, "NO-1")
    assert tell(mails) == 0
    wants_mail(sven, "sven@police.example")
    wants_mail(sven, "")
    assert tell(mails) == 0
    with pytest.raises(Invalid):
        wants_mail(sven, "sven")


def test_an_address_is_read_by_nobody_else_of_the_unit_and_lies_sealed(world: World, ada: Actor) -> None:
    bo = world.officer("bo")
    wants_mail(ada, "ada@police.example")
    for of, count in ((ada, 1), (bo, 0)):
        with acting_as(of) as session, session.cursor() as cursor:
            cursor.execute("select address from mail_addresses")
            rows = cursor.fetchall()
        assert len(rows) == count
        assert "ada@" not in str(rows)


def test_a_mail_that_cannot_be_sent_stops_no_other(world: World, ada: Actor, sven: Actor, mails: Mails) -> None:
    wants_mail(sven, "sven@police.example")
    wants_mail(world.officer("sylvia", member="SE"), "sylvia@police.example")
    ask(world, ada, "NO-1")

    def send(subject: str, body: str, address: str) -> None:
        if address.startswith("sven"):
            raise OSError
        mails.append((subject, body, address))

    assert mailing.tell_all(send) == 1
    assert [address for _, _, address in mails] == ["sylvia@police.example"]
