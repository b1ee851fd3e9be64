"""Readiness of members: what the records show of each step, and what an administrator said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from clew.domain.officer import Role
from clew.domain.readiness import KEPT_YEARS, STEPS, Step, Word
from clew.records import sealed
from clew.records.session import Session
from clew.records.visibility import HOME, OFFICER, ROLE

KEPT_BY, BASIS, WORDS = b"readiness_words.kept_by", b"readiness_words.basis", b"readiness_words.words"
OWN_PLACES_MAX, OWN_MEDIA_MAX = 1_000, 10_000
"""So many own media of each own case and list, and of all, are looked at for a first match; who has more, and none of
them matches, is told of none."""

SUPERSEDED = (
    "said_at < (select max(w.said_at) from public.readiness_words w where w.member = readiness_words.member"
    " and w.step = readiness_words.step)"
)
OLD = f"said_at < transaction_timestamp() - interval '{KEPT_YEARS} years'"
IS_ADMINISTRATOR = f"{ROLE} = '{Role.NATIONAL_ADMINISTRATOR}'"
RULES: Mapping[str, Mapping[str, str]] = {
    "readiness_words": {
        "select": f"using (member = {HOME} and ({IS_ADMINISTRATOR} or {ROLE} = '{Role.CALENDAR}'))",
        "insert": f"with check (member = {HOME} and {IS_ADMINISTRATOR} and said_by = {OFFICER})",
        "delete": f"using (member = {HOME} and {ROLE} = '{Role.CALENDAR}' and {OLD})",
    },
}
APP_GRANTS = {"readiness_words": "select, insert, delete"}
BLIND_GRANTS = {
    "member_rules": "select (member, widening_needs_second, exercise_needed)",
    "members": "select (code, legal_basis)",
    "units": "select (member)",
    "readiness_words": "select (member, step, due_on, done_on, said_at)",
}
FUNCTIONS_OF_THE_APP = ("clew_readiness()", "clew_has_ground(text, text)")
OWN_STEPS = ", ".join(f"'{step.value}'" for step, about in STEPS.items() if about.is_own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of one step of one member: done since when as the records show, due and done as was stated."""

    step: Step
    is_shown: bool
    shown_on: date | None
    due_on: date | None
    done_on: date | None


def say(session: Session, step: Step, word: Word) -> None:
    """Keep what the administrator says of a step of the own member; what was said before stays beside it."""
    member = session.actor.member
    with session.cursor() as cursor:
        cursor.execute(
            "insert into readiness_words (member, step, kept_by, due_on, done_on, basis, words, said_by)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                member, step.value, sealed.note(member, KEPT_BY, word.kept_by), word.due_on, word.done_on,
                sealed.note(member, BASIS, word.basis), sealed.note(member, WORDS, word.words), session.actor.officer,
            ],
        )  # fmt: skip


def words(session: Session) -> dict[Step, Word]:
    """What was said last of each step of the own member; nothing to who is no administrator of it."""
    with session.cursor() as cursor:
        cursor.execute(
            "select distinct on (step) step, kept_by, due_on, done_on, basis, words from readiness_words"
            " where member = %s order by step, said_at desc, id",
            [session.actor.member],
        )
        return {Step(row[0]): _word(session.actor.member, row[1:]) for row in cursor}


def told(session: Session) -> dict[str, list[Told]]:
    """By member, what the actor may know of the steps that others may know of: dates, and no words."""
    found: dict[str, list[Told]] = {}
    with session.cursor() as cursor:
        cursor.execute("select member, step, is_shown, shown_on, due_on, done_on from clew_readiness()")
        for member, step, is_shown, shown_on, due_on, done_on in cursor:
            found.setdefault(member, []).append(
                Told(step=Step(step), is_shown=is_shown, shown_on=shown_on, due_on=due_on, done_on=done_on)
            )
    return found


def own(session: Session) -> dict[Step, date | None]:
    """Of the own member's first intake, match and identification: those that the actor's own eyes can see.

    Of a match there is no day: it comes when either of two media does, and the other may be another member's.
    """
    with session.cursor() as cursor:
        cursor.execute(_OWN, {"me": session.actor.member, "each": OWN_PLACES_MAX, "limit": OWN_MEDIA_MAX})
        row = cursor.fetchone()
    uploaded, has_match, has_found = row if row is not None else (None, False, False)
    return {
        **({Step.FIRST_UPLOAD: uploaded} if uploaded is not None else {}),
        **({Step.FIRST_MATCH: None} if has_match else {}),
        **({Step.FIRST_IDENTIFICATION: None} if has_found else {}),
    }


def end_old(session: Session) -> int:
    """As the calendar, let go what was said long ago of steps of which something else was said since; how many."""
    with session.cursor() as cursor:
        cursor.execute(f"delete from readiness_words where {OLD} and {SUPERSEDED}")
        return cursor.rowcount


def _word(member: str, row: tuple[object, ...]) -> Word:
    kept_by, due_on, done_on, basis, said = row
    return Word(
        kept_by=sealed.words_of_note(member, KEPT_BY, str(kept_by)), due_on=due_on, done_on=done_on,
        basis=sealed.words_of_note(member, BASIS, str(basis)), words=sealed.words_of_note(member, WORDS, str(said)),
    )  # fmt: skip


_OWN = """
    with lying as materialized (
        -- By what they lie in: media are found by their content, and not by whose they are.
        (select found.id from cases c cross join lateral (
                select o.medium_id as id from occurrences o
                 where o.case_id = c.id and o.medium_id is not null limit %(each)s) found
          where c.owner_member = %(me)s limit %(limit)s)
        union all
        (select found.id from hash_lists h cross join lateral (
                select l.medium_id as id from listings l where l.list_id = h.id limit %(each)s) found
          where h.owner_member = %(me)s limit %(limit)s)
    ), mine as materialized (
        select m.id, m.sha256 from (select distinct id from lying limit %(limit)s) lying
          join media m on m.id = lying.id and m.owner_member = %(me)s
    )
    select (select min(i.started_at)::date from intakes i where i.owner_member = %(me)s),
           exists (select from mine join matches t on t.a_medium = mine.id)
           or exists (select from mine join matches t on t.b_medium = mine.id)
           -- What a medium with a SHA-256 is named by is that.
           or exists (select from mine join media o on o.name = mine.sha256 and o.owner_member <> %(me)s),
           exists (select from victims v where v.owner_member = %(me)s and v.state in ('identified', 'safeguarded'))"""
