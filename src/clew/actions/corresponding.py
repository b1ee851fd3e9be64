"""Corresponding: one unit asks another about a record, by a day; it is answered, passed on, translated and closed."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clew.actions.opening import today
from clew.domain import handling_change
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import NODE
from clew.domain.message import (
    UNITS_MAX,
    Kind,
    NoticeKind,
    Side,
    SubjectKind,
    check_says,
    checked_due,
    checked_language,
    checked_text,
)
from clew.domain.officer import WITHOUT_CONTENT, Role
from clew.records import acts, audit, ends, handlings, members, messages, offenders, places, series, victims
from clew.records.messages import OUTCOMES, Correspondence, Message, Messages, Notice
from clew.records.session import Session, acting_as

__all__ = [
    "OUTCOMES", "Correspondence", "Kind", "Message", "Messages", "Notice", "NoticeKind", "Side", "SubjectKind", "ask",
    "say",
]  # fmt: skip

CORRESPONDENCES_PER_PAGE_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a request is about: an own case or exhibit, a series or medium that one sees, a contact, or an event.

    `name` is its reference, the SHA-256 of a medium, or the identifier of a contact or an event; `within` is the case
    of an exhibit.
    """

    kind: SubjectKind
    name: str
    within: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some correspondences; `next` is where the following page begins, or None."""

    items: tuple[Correspondence, ...]
    next: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """What waits first, and of that leads last; `has_more`: more waits than is shown."""

    items: tuple[Notice, ...]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A correspondence with its latest messages, and who the actor's unit is in it; `has_it`: it answers now.

    `has_earlier`: there are messages before the first of these.
    """

    correspondence: Correspondence
    messages: tuple[Message, ...]
    has_earlier: bool
    side: Side
    has_it: bool


def ask(session: Session, about: About, to: tuple[str, str] | None, due_on: date, words: str) -> UUID:
    """Ask another unit about a record. About an overlap its other side is asked, about an event the supervisor of the
    member whose officer did it, whatever is said.

    The other unit reads the words; what the record is called it sees only where its handling lets it. What is asked
    about an event is read there by those who audit alone.

    Raises:
        NotVisible: the actor's unit has no such record or contact, sees no such series, or may not read such an event.
        StepRefused: the actor sees no records and asks about something else than an event, or nobody supervises there.
        Invalid: the unit asked does not take part or is the own, the day cannot be, or the words are of no use.
    """
    text, due = checked_text(words), checked_due(due_on, today())
    if not (may_ask_about_events(session) if about.kind is SubjectKind.EVENT else may_ask_about_records(session)):
        raise StepRefused("Your role asks about no records; an auditor asks about events of the audit.")
    subject_id, other = _subject(session, about)
    member, unit = other or to or ("", "")
    if (member, unit) not in {(one.member, one.code) for one in members.units(session)}:
        raise Invalid("No such unit takes part: say which member and unit is asked.")
    if (member, unit) == (session.actor.member, session.actor.unit):
        raise Invalid("Another unit is asked than one's own.")
    made = messages.add(session, member, unit, about.kind, subject_id, due)
    messages.write(session, made, Kind.REQUEST, text)
    audit.append(session, "message.ask", str(made), owner=session.actor.member)
    return made


def supervisor_of(session: Session, event: str) -> tuple[str, str]:
    """Member and unit that are asked about an event: where the data-protection officer works of the member whose
    officer did it, else an auditor, else an administrator. Part of a page that is on record, which fills a form in.

    Raises:
        NotVisible: there is none, or the actor may not read it, neither in the audit nor as an access.
        Invalid: the actor's own member did it.
        StepRefused: that member has nobody who supervises it now.
    """
    try:
        member, unit = acts.supervisor_of(session, UUID(event))
    except ValueError:
        raise NotVisible("There is no such event.") from None
    if member == session.actor.member:
        raise Invalid("Your own member did this: it is asked about at home, and not by a message to another.")
    if unit is None:
        raise StepRefused("Nobody there can be asked: no data-protection officer, auditor or administrator is at work.")
    return member, unit


def may_ask_about_records(session: Session) -> bool:
    """Whether the actor sees records at all."""
    return session.actor.role not in WITHOUT_CONTENT


def may_ask_about_events(session: Session) -> bool:
    """Whether the actor may ask about events: whoever sees records, and auditors."""
    return session.actor.role is Role.AUDITOR or may_ask_about_records(session)


def page(
    session: Session, *, limit: int = CORRESPONDENCES_PER_PAGE_MAX, after: UUID | None = None, is_waiting: bool = False
) -> Page:
    """Correspondences of the actor's unit, the latest request first; if asked those alone that wait for its answer."""
    found = messages.page(session, limit + 1, after, is_waiting=is_waiting)
    audit.append(session, "message.list", "", owner=session.actor.member, shown=owners_shown(found[:limit]))
    return Page(items=found[:limit], next=found[limit - 1].id if len(found) > limit else None)


def look(session: Session, correspondence_id: UUID, before: UUID | None = None) -> View:
    """A correspondence of the actor's unit, its latest messages or those `before` another; it is read then.

    Raises:
        NotVisible: the unit has none of that identifier.
    """
    found = messages.get(session, correspondence_id)
    audit.append(session, "message.read", str(found.id), owner=session.actor.member, shown=owners_shown([found]))
    messages.note_read(session, found.id)
    return _view(session, found, before)


def say(session: Session, correspondence_id: UUID, kind: Kind, words: str = "") -> View:
    """Answer, say that nothing is known, or add a remark to one's own request.

    Raises:
        NotVisible: the unit has no such correspondence.
        StepRefused: it is closed, is another unit's to answer now, or that is the other side's to say.
        Invalid: the words are of no use.
    """
    found = messages.get(session, correspondence_id)
    if found.subject_kind is SubjectKind.QUESTION and kind in (Kind.ANSWER, Kind.NOTHING_KNOWN):
        raise StepRefused("A question is answered by its reference, with yes, no, probably or nothing known.")
    side = _checked(session, found, kind)
    text = checked_text(words, is_demanded=kind is not Kind.NOTHING_KNOWN)
    if kind is Kind.PASSED or (side is Side.ASKED and not _has_it(session, found)):
        raise StepRefused("It was passed on: the unit that has it now answers.")
    messages.write(session, found.id, kind, text)
    audit.append(session, f"message.{kind}", str(found.id), owner=session.actor.member)
    return _view(session, found)


def pass_on(session: Session, correspondence_id: UUID, unit: str, words: str = "") -> View:
    """Hand a request over to another unit of the own member; what was said stays with it.

    Raises:
        NotVisible: the unit has no such correspondence.
        StepRefused: it is closed, or another unit has it now.
        Invalid: the member has no such unit, or it had the request before.
    """
    found = hand_over(session, correspondence_id, unit, words)
    audit.append(session, "message.passed", str(found.id), owner=session.actor.member)
    return _view(session, found)


def hand_over(session: Session, correspondence_id: UUID, unit: str, words: str) -> Correspondence:
    """What `pass_on` does, for whoever puts it on record."""
    found = messages.get(session, correspondence_id)
    _checked(session, found, Kind.PASSED)
    text = checked_text(words, is_demanded=False)
    if not _has_it(session, found):
        raise StepRefused("It was passed on: the unit that has it now answers.")
    known = {one.code for one in members.units(session, session.actor.member)}
    if unit not in known - {*found.units} or len(found.units) >= UNITS_MAX:
        raise Invalid("It is passed on to a unit of your member that has not had it.")
    messages.write(session, found.id, Kind.PASSED, text)
    messages.pass_on(session, found, unit)
    with session.cursor() as cursor:
        cursor.execute("select clew_notify_message(%s)", [found.id])
    return messages.get(session, correspondence_id)


def close(session: Session, correspondence_id: UUID) -> None:
    """Close one's own request: nothing more is said in it.

    Raises:
        NotVisible: the unit has no such correspondence.
        StepRefused: another asked, or it is closed already.
    """
    found = messages.get(session, correspondence_id)
    if found.side_of(session.actor.member, session.actor.unit) is not Side.ASKER:
        raise StepRefused("Who asked closes it.")
    messages.close(session, found.id)
    audit.append(session, "message.close", str(found.id), owner=session.actor.member)


def translate(session: Session, correspondence_id: UUID, message_id: UUID, language: str, words: str) -> View:
    """Put a translation beside a message; the original stays, and both sides read both.

    Raises:
        NotVisible: the unit has no such correspondence, or no such message is in it.
        Invalid: the language is none, or the words are of no use.
    """
    found = messages.get(session, correspondence_id)
    kept, text = checked_language(language), checked_text(words)
    if not messages.is_in(session, found.id, message_id):
        raise NotVisible("There is no such message.")
    messages.translate(session, {message_id: found.id}, kept, text)
    audit.append(session, "message.translate", str(found.id), owner=session.actor.member)
    return _view(session, found)


def units(session: Session) -> tuple[tuple[str, str], ...]:
    """(member, unit) of every unit that can be asked."""
    return tuple((one.member, one.code) for one in members.units(session))


def notices(session: Session) -> NoticePage:
    """What waits for the actor's unit, and what was seen before; what else waits comes up once these are seen."""
    found = messages.notices(session, messages.NOTICES_SHOWN_MAX + 1)
    few, more = found[: messages.NOTICES_SHOWN_MAX], found[messages.NOTICES_SHOWN_MAX :]
    audit.append(session, "notice.list", "", owner=session.actor.member, shown=owners_shown(few))
    return NoticePage(items=few, has_more=any(one.seen_at is None for one in more))


def see(session: Session, notice_id: UUID) -> None:
    """One notice is seen.

    Raises:
        NotVisible: none waits.
    """
    messages.see_one(session, notice_id)
    audit.append(session, "notice.see", str(notice_id), owner=session.actor.member)


def owners_shown(some: Iterable[Correspondence | Notice]) -> set[str]:
    """Members whose records these name."""
    return {one.owner for one in some if one.owner is not None}


def look_after() -> None:
    """Remind whoever is to be reminded, and let go what was closed long ago: the node's doing."""
    with acting_as(NODE) as session:
        messages.look_after(session)


def _subject(session: Session, about: About) -> tuple[UUID, tuple[str, str] | None]:
    """The record, and who is asked about it where that is given by it."""
    kinds: dict[SubjectKind, Callable[[], UUID]] = {
        SubjectKind.CASE: lambda: handlings.find(session, handling_change.SubjectKind.CASE, about.name).id,
        SubjectKind.EXHIBIT: lambda: handlings.find(
            session, handling_change.SubjectKind.EXHIBIT, about.name, about.within
        ).id,
        SubjectKind.SERIES: lambda: series.find(session, about.name).id,
        SubjectKind.VICTIM: lambda: victims.find(session, about.name).kept.id,
        SubjectKind.OFFENDER: lambda: offenders.find(session, about.name).kept.id,
        SubjectKind.PLACE: lambda: places.find(session, about.name).kept.id,
        SubjectKind.MEDIUM: lambda: ends.medium(session, about.name).end.id,
    }
    if about.kind is SubjectKind.EVENT:
        asked = supervisor_of(session, about.name)
        return UUID(about.name), asked
    if about.kind not in {*kinds, SubjectKind.OVERLAP}:
        raise Invalid("A question or a referral is sent as one, not by a message about it.")
    if about.kind is not SubjectKind.OVERLAP:
        return kinds[about.kind](), None
    with suppress(ValueError):
        contact_id = UUID(about.name)
        return contact_id, messages.contact(session, contact_id)
    raise NotVisible("Your unit has no such contact.")


def _checked(session: Session, found: Correspondence, kind: Kind) -> Side:
    side = found.side_of(session.actor.member, session.actor.unit)
    check_says(side, kind, is_closed=found.closed_at is not None)
    return side


def _has_it(session: Session, found: Correspondence) -> bool:
    return (session.actor.member, session.actor.unit) == (found.to_member, found.units[-1])


def _view(session: Session, found: Correspondence, before: UUID | None = None) -> View:
    said = messages.of(session, found.id, before)
    return View(
        correspondence=found, messages=said.items, has_earlier=said.has_earlier, has_it=_has_it(session, found),
        side=found.side_of(session.actor.member, session.actor.unit),
    )  # fmt: skip
