"""The audit: every action appends what was done, by whom, on what."""

import json
from collections.abc import Mapping

from clew.records.session import Session


def append(session: Session, act: str, subject: str, counts: Mapping[str, int] | None = None) -> None:
    """Record an act of the session's actor in the same transaction as the act itself.

    `subject` is an identifier; names, paths and digests do not belong here.
    """
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            "insert into acts (officer, member, unit, act, subject, counts) values (%s, %s, %s, %s, %s, %s::jsonb)",
            [actor.officer, actor.member, actor.unit, act, subject, json.dumps(dict(counts or {}))],
        )
