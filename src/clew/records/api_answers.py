"""Answers that programs may hear twice: what was answered to an officer under a key, for a day."""

import hashlib
from datetime import timedelta

from clew.domain.errors import Invalid
from clew.records import sealed
from clew.records.session import Session

KEPT_FOR = timedelta(days=1)
ANSWER = b"api_answers.answer"
ASKED = b"api_answers.asked"
"""Sealed too: a digest of a request tells what was asked to whoever can guess it, and a name can be guessed."""


def begin(session: Session, key: str, asked: bytes) -> str | None:
    """What was answered under this key to the same request; None, and the key is taken, where nothing was.

    A request that is on its way under the same key is waited for.

    Raises:
        Invalid: another request came under the key.
    """
    actor = session.actor
    texts = sealed.of_member(actor.member)
    request = texts.seal(asked, ASKED)
    with session.cursor() as cursor:
        cursor.execute(
            "delete from api_answers where officer = %s and asked_at < clock_timestamp() - %s::interval",
            [actor.officer, KEPT_FOR],
        )
        cursor.execute(
            """
            insert into api_answers (member, unit, officer, key, asked, answer, asked_at)
            values (%s, %s, %s, %s, %s, '', clock_timestamp()) on conflict (member, officer, key) do nothing""",
            [actor.member, actor.unit, actor.officer, _digest(key), request],
        )
        if cursor.rowcount:
            return None
        cursor.execute(
            "select asked, answer from api_answers where officer = %s and key = %s", [actor.officer, _digest(key)]
        )
        before = cursor.fetchone()
    if before is None or bytes(before[0]) != request:
        raise Invalid("Another request came under this idempotency key: take a new one.")
    return texts.unseal(bytes(before[1]), ANSWER).decode()


def keep(session: Session, key: str, answer: str) -> None:
    """What was answered under a key that was taken in this transaction."""
    texts = sealed.of_member(session.actor.member)
    with session.cursor() as cursor:
        cursor.execute(
            "update api_answers set answer = %s where officer = %s and key = %s",
            [texts.seal(answer.encode(), ANSWER), session.actor.officer, _digest(key)],
        )


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
