"""Uploads as they are kept: an officer's own, with what is to come sealed; gone with the intake or after a day."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.officer import Role
from clew.domain.upload import KEPT_FOR, Promised, State, Upload
from clew.records import sealed
from clew.records.custody import OWN_UNIT
from clew.records.session import Session
from clew.records.visibility import OFFICER, ROLE

PROMISED = b"uploads.promised"
_IS_CALENDAR = f"{ROLE} = '{Role.CALENDAR}'"
RULES: Mapping[str, Mapping[str, str]] = {
    "uploads": {
        "select": f"using ({OWN_UNIT} and (officer = {OFFICER} or {_IS_CALENDAR}))",
        "insert": f"with check ({OWN_UNIT} and officer = {OFFICER})",
        "update": f"using ({OWN_UNIT} and officer = {OFFICER}) with check ({OWN_UNIT} and officer = {OFFICER})",
        "delete": f"using ({OWN_UNIT} and (officer = {OFFICER} or {_IS_CALENDAR}))",
    },
}
APP_GRANTS = {"uploads": "select, insert, delete, update (state, intake_id, ends_at)"}


def begin(session: Session, case: str, exhibit: str, files: Sequence[Promised], host: str) -> Upload:
    """Keep into what it comes, and how much; what files are called lies with them, under a key that goes with the case."""
    told = json.dumps([case, exhibit, len(files), sum(one.size_bytes for one in files)])
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            "insert into uploads (member, unit, officer, host, promised, ends_at) values (%s, %s, %s, %s, %s, now() + %s)"
            " returning id",
            [
                actor.member, actor.unit, actor.officer, host, sealed.of_member(actor.member).seal(told.encode(), PROMISED),
                KEPT_FOR,
            ],
        )  # fmt: skip
        made = cursor.fetchone()[0]
    return get(session, made)


def get(session: Session, upload_id: UUID, *, holds: bool = False) -> Upload:
    """The actor's own upload, held until the transaction ends if asked.

    Raises:
        NotVisible: the actor has none of that identifier.
    """
    found = _rows(session, "id = %(id)s" + (" for update" if holds else ""), {"id": upload_id})
    if not found:
        raise NotVisible("There is no such upload.")
    return found[0]


def own(session: Session) -> tuple[Upload, ...]:
    """The actor's own uploads, the latest first."""
    return _rows(session, "officer = %(officer)s order by begun_at desc, id", {"officer": session.actor.officer})


def count_open(session: Session) -> int:
    """How many of the actor's own are open."""
    with session.cursor() as cursor:
        cursor.execute(
            "select count(*) from uploads where officer = %s and state = %s", [session.actor.officer, State.OPEN.value]
        )
        return int(cursor.fetchone()[0])


def taken_in(session: Session, upload_id: UUID, intake_id: UUID) -> None:
    """Its intake is under way."""
    with session.cursor() as cursor:
        cursor.execute(
            "update uploads set state = %s, intake_id = %s, ends_at = now() + %s where id = %s",
            [State.TAKEN_IN.value, intake_id, KEPT_FOR, upload_id],
        )


def forget(session: Session, upload_id: UUID) -> None:
    """It is no more."""
    with session.cursor() as cursor:
        cursor.execute("delete from uploads where id = %s", [upload_id])


def forget_lapsed(session: Session) -> int:
    """Uploads of the unit whose time is over go; how many."""
    with session.cursor() as cursor:
        cursor.execute("delete from uploads where ends_at < now()")
        return cursor.rowcount


def of_unit(session: Session) -> tuple[Upload, ...]:
    """Uploads of the unit on all machines, for its calendar."""
    return _rows(session, "true", {})


def under_way(session: Session, host: str) -> tuple[Upload, ...]:
    """Uploads of the unit on this machine, for its calendar."""
    return _rows(session, "host = %(host)s", {"host": host})


def _rows(session: Session, condition: str, values: Mapping[str, object]) -> tuple[Upload, ...]:
    texts = sealed.of_member(session.actor.member)
    with session.cursor() as cursor:
        cursor.execute(
            f"select id, promised, state, host, intake_id, begun_at, ends_at from uploads where {condition}", values
        )
        return tuple(_upload(row, json.loads(sealed.words(texts, PROMISED, row[1]))) for row in cursor)


def _upload(row: Sequence, told: Sequence) -> Upload:
    case, exhibit, files, size_bytes = told
    return Upload(
        id=row[0], case=case, exhibit=exhibit, files=files, size_bytes=size_bytes,
        state=State(row[2]), host=row[3], intake_id=row[4], begun_at=row[5], ends_at=row[6],
    )  # fmt: skip
