"""Keys of officers as they are kept: each reads and writes the own row alone."""

import json
from collections.abc import Mapping

from clew.domain.shortcut import DEFAULTS, Keys, Scope
from clew.records.session import Session
from clew.records.visibility import HOME, OFFICER

_ONES_OWN = f"member = {HOME} and officer = {OFFICER}"
RULES: Mapping[str, Mapping[str, str]] = {
    "officer_keys": {
        "select": f"using ({_ONES_OWN})",
        "insert": f"with check ({_ONES_OWN})",
        "update": f"using ({_ONES_OWN}) with check ({_ONES_OWN})",
    },
}
APP_GRANTS = {"officer_keys": "select, insert, update (own, is_off, changed_at)"}


def of_actor(session: Session) -> Keys:
    """The actor's keys; as shipped where nothing else is kept."""
    with session.cursor() as cursor:
        cursor.execute("select own, is_off from officer_keys where officer = %s", [session.actor.officer])
        row = cursor.fetchone()
    return Keys() if row is None else from_words(json.loads(row[0]), is_off=row[1])


def keep(session: Session, keys: Keys) -> None:
    """The actor's keys are these from now on."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into officer_keys (officer, member, own, is_off) values (%s, %s, %s::jsonb, %s)
            on conflict (officer) do update set own = excluded.own, is_off = excluded.is_off, changed_at = now()""",
            [actor.officer, actor.member, json.dumps(dict(keys.own)), keys.is_off],
        )


def from_words(kept: Mapping[str, Mapping[str, str]], *, is_off: bool) -> Keys:
    """Keys as they were kept; what an earlier version kept and this one has no use for is left out."""
    own = {
        scope: {act: key for act, key in kept.get(scope, {}).items() if act in DEFAULTS[scope]}
        for scope in Scope
        if scope in kept
    }
    return Keys(own=own, is_off=is_off)
