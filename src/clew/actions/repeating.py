"""Repeating: a request that a program sends twice is done once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from clew.records import api_answers, audit
from clew.records.session import Session


@dataclass
class Kept:
    """The answer of a request: None until it is done."""

    answer: str | None = None


@contextmanager
def once(session: Session, key: str, asked: bytes) -> Iterator[Kept]:
    """Within one transaction: what was answered to the same request before, or room for the answer that is made within.

    `asked`: SHA-256 of the request.

    Raises:
        Invalid: another request came under the key.
    """
    before = api_answers.begin(session, key, asked)
    if before is not None:
        audit.append(session, "request.repeat", "", owner=session.actor.member)
        yield Kept(answer=before)
        return
    kept = Kept()
    yield kept
    if kept.answer is None:
        raise RuntimeError("a request was done and no answer was given to be kept")
    api_answers.keep(session, key, kept.answer)
