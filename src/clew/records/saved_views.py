"""Saved views as they are kept: each officer reads and writes the own ones alone."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from clew.domain.camera import Camera
from clew.domain.medium import MediumKind
from clew.domain.saved_view import VIEWS_MAX, Filter, SavedView
from clew.domain.triage import Answer
from clew.records import cameras, sealed
from clew.records.session import Session
from clew.records.visibility import HOME, OFFICER

NAME = b"saved_views.name"
CAMERA = b"saved_views.camera"
_ONES_OWN = f"member = {HOME} and officer = {OFFICER}"
RULES: Mapping[str, Mapping[str, str]] = {
    "saved_views": {
        "select": f"using ({_ONES_OWN})", "insert": f"with check ({_ONES_OWN})", "delete": f"using ({_ONES_OWN})",
    },
}  # fmt: skip
APP_GRANTS = {"saved_views": "select, insert, delete"}


_COLUMNS = "id, name, answer, is_every, kind, is_undecided, has_place, is_in_series, has_clue, series, camera"


def of_actor(session: Session) -> tuple[SavedView, ...]:
    """The actor's views, the first kept first."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from saved_views where officer = %s order by kept_at, id limit %s",
            [session.actor.officer, VIEWS_MAX],
        )
        return tuple(_view(session, row) for row in cursor)


def _view(session: Session, row: Sequence) -> SavedView:
    return SavedView(
        id=row[0], name=sealed.words_of_note(session.actor.member, NAME, row[1]),
        filter=Filter(
            answer=Answer(row[2]) if row[2] else None, is_every=row[3], kind=MediumKind(row[4]) if row[4] else None,
            is_undecided=row[5], has_place=row[6], is_in_series=row[7], has_clue=row[8], series=row[9],
            camera=_camera(sealed.words_of_note(session.actor.member, CAMERA, row[10])),
        ),
    )  # fmt: skip


def _camera(words: str) -> Camera | None:
    return cameras.unpacked(words) if words else None


def keep(session: Session, name: str, what: Filter) -> UUID:
    """Keep a filter under a name; its identifier."""
    actor = session.actor
    camera = "" if what.camera is None else cameras.packed(what.camera)
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into saved_views (officer, member, name, answer, is_every, kind, is_undecided, has_place, is_in_series,
                                     has_clue, series, camera)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id""",
            [
                actor.officer, actor.member, sealed.note(actor.member, NAME, name), what.answer or "", what.is_every,
                what.kind or "", what.is_undecided, what.has_place, what.is_in_series, what.has_clue, what.series,
                sealed.note(actor.member, CAMERA, camera),
            ],
        )  # fmt: skip
        return UUID(str(cursor.fetchone()[0]))


def delete(session: Session, view_id: UUID) -> SavedView | None:
    """The view of the actor's that was there and is gone; None where there was none."""
    with session.cursor() as cursor:
        cursor.execute(
            f"delete from saved_views where id = %s and officer = %s returning {_COLUMNS}",
            [view_id, session.actor.officer],
        )
        row = cursor.fetchone()
        return None if row is None else _view(session, row)
