"""Pages of the audit: what was done, as references only; what others did with one's own records; what is unusual."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from clew.actions import auditing, corresponding, exporting, rereading
from clew.actions.auditing import Access, Act, Listed, LogNow, Wanted
from clew.actions.exporting import EVENTS_MAX
from clew.actions.opening import Session
from clew.actions.rereading import Reread
from clew.actions.verifying import Finding, Wrong
from clew.domain.cover import REFERENCE_CHARACTERS_MAX, Purpose
from clew.domain.errors import Invalid
from clew.domain.handling import NODE
from clew.domain.message import SubjectKind
from clew.domain.pattern import PERIOD_DAYS_MAX, SHOWN_MAX
from clew.web import act_words, cover_words, words
from clew.web.acting import as_officer
from clew.web.asked import address_to_ask
from clew.web.posting import TOLD, day, done
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

ASKED = ("member", "officer", "act", "subject", "since", "until", "event")
WORD_CHARACTERS_MAX = 200
FINDINGS_TOLD_MAX = 5
WRONG: Mapping[Wrong, str | Promise] = {
    Wrong.EDITED: gettext_lazy("edited"),
    Wrong.DELETED: gettext_lazy("deleted"),
    Wrong.SWAPPED: gettext_lazy("swapped"),
    Wrong.WITHOUT_LEAF: gettext_lazy("without a place in the log"),
    Wrong.GAP: gettext_lazy("a gap"),
    Wrong.TILE: gettext_lazy("a hash was changed"),
    Wrong.ROOT: gettext_lazy("not what was signed"),
    Wrong.SIGNATURE: gettext_lazy("not signed by this node"),
    Wrong.REWOUND: gettext_lazy("shorter than it was"),
}


@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """What was done, the newest first: everyone's own acts, and for those who audit the others' too."""
    wanted = wanted_of(request.GET)
    with as_officer(request.user.get_username()) as session:
        page = auditing.acts_of(session, wanted)
        log = auditing.log_now(session)
        asks = _to_ask(session, page.items)
    shown = _shown(request, "audit", page.next)
    told = {"told": request.session.pop(TOLD, None), "read": None if log is None else _read(log)}
    return render(
        request, "audits/list.html",
        {**shown, **told, "acts": [(act, asks.get(act.id)) for act in page.items], "log": log,
         "before": request.GET.get("before", ""), "most": EVENTS_MAX, "purposes": cover_words.PURPOSES.items(),
         "usual": Purpose.SUPERVISION, "case_characters_max": REFERENCE_CHARACTERS_MAX},
    )  # fmt: skip


@require_safe
def accesses(request: HttpRequest) -> HttpResponse:
    """What officers of other members did with records of the officer's own member, the newest first."""
    wanted = wanted_of(request.GET)
    with as_officer(request.user.get_username()) as session:
        page = auditing.accesses(session, wanted)
        asks = _to_ask(session, page.items)
    shown = [(access, asks.get(access.id)) for access in page.items]
    return render(request, "audits/accesses.html", {**_shown(request, "accesses", page.next), "accesses": shown})


@require_safe
def patterns(request: HttpRequest) -> HttpResponse:
    """Unusual patterns in a period, each with its reason and limits; to who does not audit there is no such page."""
    since, until = (request.GET.get(name, "").strip() for name in ("since", "until"))
    refused = ""
    with as_officer(request.user.get_username()) as session:
        try:
            found = auditing.unusual(session, day(since) if since else None, day(until) if until else None)
        except Invalid as wrong:
            found, refused = auditing.unusual(session), refusal(wrong)
    shown = {
        "found": found, "refused": refused, "most": SHOWN_MAX, "days": PERIOD_DAYS_MAX,
        "listed": [_listed(one) for one in found.listed],
    }  # fmt: skip
    return render(request, "audits/patterns.html", shown)


@require_POST
def read_again(request: HttpRequest) -> HttpResponse:
    """Read the next part of the log again; how it went is told on the page of the audit."""

    def act(session: Session) -> tuple[str, str]:
        return _said(rereading.go_on(session)), reverse("audit")

    return done(request, act, reverse("audit"))


@require_POST
@needs_fresh_sign_in
def export(request: HttpRequest) -> HttpResponse:
    """The events of the filter as a file that is checked without the node; what goes, and why, is on record first."""
    wanted = wanted_of(request.POST)
    with as_officer(request.user.get_username()) as session:
        chosen = exporting.choose(
            session, wanted, purpose=request.POST.get("purpose", ""), case=request.POST.get("case", "")
        )
    made = exporting.prove(chosen)
    name = f"audit-{made.taken.act.at:%Y-%m-%d-%H%M%S}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(str(made), content_type="application/jsonl", headers=headers)


def address_of_event(event: str, *, is_access: bool = False) -> str:
    """The audit, or what others did with our records, filtered to one event."""
    return f"{reverse('accesses' if is_access else 'audit')}?{urlencode({'event': event})}"


def _to_ask(session: Session, found: Iterable[Act | Access]) -> Mapping[UUID, str]:
    """For each event of another member the form by which its supervisor is asked, where the officer may ask."""
    if not corresponding.may_ask_about_events(session):
        return {}
    return {
        one.id: address_to_ask(SubjectKind.EVENT, str(one.id))
        for one in found if one.member not in (session.actor.member, NODE.member)
    }  # fmt: skip


def _listed(one: Listed) -> dict[str, object]:
    """A pattern with its words, and each case of it with the way to its acts."""
    return {
        "name": one.pattern.value, "title": act_words.PATTERNS[one.pattern], "reason": act_words.reason(one.pattern),
        "counted": act_words.COUNTED[one.pattern], "has_more": one.has_more,
        "rows": [(case, f"{reverse('audit')}?{urlencode(auditing.asked_of(case))}") for case in one.found],
    }  # fmt: skip


def _said(found: Reread) -> str:
    """How reading again went, in one sentence or some."""
    if not found.wrong:
        sentence = ngettext(
            "{count} event was read again, and is as it was signed.",
            "{count} events were read again, and are as they were signed.", found.events,
        )  # fmt: skip
        return sentence.format(count=words.number(found.events))
    few = found.findings[:FINDINGS_TOLD_MAX]
    named = " · ".join(map(_finding, few))
    changed = ngettext(
        "The log was changed: {count} thing is not as it was signed: {named}",
        "The log was changed: {count} things are not as they were signed: {named}", found.wrong,
    )  # fmt: skip
    return changed.format(count=words.number(found.wrong), named=named)


def _finding(one: Finding) -> str:
    where = "" if one.number is None else _("at number {number}").format(number=words.number(one.number))
    which = "" if one.act_id is None else _("event {identifier}").format(identifier=one.act_id)
    return _(", ").join(each for each in (str(WRONG[one.wrong]), where, which) if each)


def _read(log: LogNow) -> dict[str, object] | None:
    """How far the log was read again, and what is left; None where nobody read it."""
    read = log.read
    if read is None:
        return None
    return {
        "count": read.count, "since": read.since, "at": read.at, "failed_at": read.failed_at,
        "newer": max(0, log.size - read.size), "older": read.first,
    }  # fmt: skip


def wanted_of(query: QueryDict) -> Wanted:
    """What the filter asks for; a day that it ends with is still within.

    Raises:
        Invalid: a day or an event is not written as one, or the act is none.
    """
    asked = {name: query.get(name, "").strip()[:WORD_CHARACTERS_MAX] for name in (*ASKED, "before")}
    return auditing.wanted(
        asked["member"].upper() or None, asked["act"] or None, asked["subject"] or None, since=asked["since"],
        until=asked["until"], before=_event(asked["before"]), officer=asked["officer"] or None,
        event=_event(asked["event"]),
    )  # fmt: skip


def _shown(request: HttpRequest, name: str, following: UUID | None) -> dict[str, object]:
    """The filter as it was asked, and the addresses of the first and the next page."""
    asked: Mapping[str, str] = {each: request.GET.get(each, "").strip() for each in ASKED}
    filled = {each: words for each, words in asked.items() if words}
    address = reverse(name)
    return {
        "asked": asked,
        "kinds": act_words.choices(),
        "is_first_page": not request.GET.get("before"),
        "first_page": f"{address}?{urlencode(filled)}",
        "next_page": "" if following is None else f"{address}?{urlencode({**filled, 'before': str(following)})}",
    }


def _event(words: str) -> UUID | None:
    try:
        return UUID(words) if words else None
    except ValueError:
        raise Invalid("An event has an identifier such as 019ac2f4-….") from None
