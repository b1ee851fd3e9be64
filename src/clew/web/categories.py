"""Categories: what officers observe of the media of a case, what waits for a reviewer, and schemes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from clew.actions import categorising, releasing
from clew.actions.categorising import Categorised, Chosen, Standing
from clew.actions.opening import Session
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.series import REASON_CHARACTERS_MAX
from clew.web.acting import as_officer
from clew.web.category_words import STANDINGS
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal, translated
from clew.web.words import Words, number

TOLD = "clew.told"
MEDIA_PER_PAGE = 50
SCHEME_BYTES_MAX = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A medium on a page: its category in the words of the scheme, and how far that can be relied on."""

    sha256: str
    category: str
    words: str
    standing: Words
    votes: int
    own: str
    is_untold: bool


@require_safe
def of_case(request: HttpRequest, case: str) -> HttpResponse:
    """The media of an own case with their categories by a scheme, and the questions to answer for those ticked."""
    asked = request.GET
    standing = Standing(asked["standing"]) if asked.get("standing") in {*Standing} else None
    exhibit = asked.get("exhibit") or None
    with as_officer(request.user.get_username()) as session:
        every = categorising.every_scheme(session)
        by = _by(session, asked.get("scheme"), every)
        counted, page = categorising.case_page(
            session, case, exhibit, by.scheme, standing=standing, after=asked.get("after"), limit=MEDIA_PER_PAGE
        )
    kept = {"scheme": named(by), "exhibit": exhibit or "", "standing": standing or ""}
    shown = {
        "case": case, "exhibit": exhibit or "", "by": by, "chosen": named(by), "standing": standing,
        "schemes": [(named(one), one) for one in every], "standings": STANDINGS.items(), "counted": counted,
        "counts": [
            (code, by.scheme.categories[code], STANDINGS[of], count)
            for (code, of), count in sorted(counted.by_category.items())
        ],
        "rows": [_row(one, by) for one in page.items], "questions": categorising.fact_list().questions,
        "here": urlencode(kept), "is_first_page": "after" not in asked,
        "first_page": f"{reverse('case-categories', args=[case])}?{urlencode(kept)}",
        "next_page": f"?{urlencode({**kept, 'after': page.next})}" if page.next else "",
        "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "categories/case.html", shown)


@require_POST
@needs_fresh_sign_in
def say(request: HttpRequest, case: str, step: str) -> HttpResponse:
    """Record or take back what the officer observed of the media ticked."""
    if step not in SAID:
        raise NotVisible("There is no such step.")
    with as_officer(request.user.get_username()) as session:
        # Before the form is read: what is wrong with it is said only of a case that is there.
        categorising.check_case(session, case)
    request.session[TOLD] = _told(request, SAID[step])
    return redirect(f"{reverse('case-categories', args=[case])}?{urlencode(_kept(request.GET))}")


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """What is disputed among the own unit's media, and the schemes of all members."""
    asked = request.GET
    with as_officer(request.user.get_username()) as session:
        every = categorising.every_scheme(session)
        by = _by(session, asked.get("scheme"), every)
        page = categorising.disputes(session, by.scheme, after=asked.get("after"), limit=MEDIA_PER_PAGE)
        member = session.actor.member
    shown = {
        "by": by, "chosen": named(by), "schemes": [(named(one), one) for one in every],
        "rows": [(_row(one, by), [_said(word, by, member) for word in one.words]) for one in page.items],
        "questions": categorising.fact_list().questions, "reason_characters_max": REASON_CHARACTERS_MAX,
        "is_first_page": "after" not in asked, "first_page": reverse("categories"),
        "next_page": f"?{urlencode({'scheme': named(by), 'after': page.next})}" if page.next else "",
        "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "categories/all.html", shown)


@require_POST
@needs_fresh_sign_in
def decide(request: HttpRequest, step: str) -> HttpResponse:
    """Decide a dispute, or load a scheme."""
    if step not in DECIDED:
        raise NotVisible("There is no such step.")
    request.session[TOLD] = _told(request, DECIDED[step])
    return redirect("categories")


def _told(request: HttpRequest, act: Callable[[Session, QueryDict], str]) -> str:
    try:
        with as_officer(request.user.get_username()) as session:
            return act(session, request.POST)
    except NotAdmitted:
        raise
    except ClewError as refused:
        return refusal(refused)


def _record(session: Session, given: QueryDict) -> str:
    names = _digests(given)
    count = categorising.record(session, names, _facts(given))
    return ngettext(
        "What you observed is kept for {count} medium.", "What you observed is kept for {count} media.", count
    ).format(count=number(count))


def _withdraw(session: Session, given: QueryDict) -> str:
    count = categorising.withdraw(session, _digests(given))
    return ngettext(
        "Your word on {count} medium is taken back.", "Your word on {count} media is taken back.", count
    ).format(count=number(count))


def _review(session: Session, given: QueryDict) -> str:
    (name,) = _digests(given)[:1]
    categorising.review(session, name, _facts(given), given.get("words", ""))
    return _("It is decided.")


def _load(session: Session, given: QueryDict) -> str:
    content = given.get("scheme", "")
    if len(content) > SCHEME_BYTES_MAX:
        raise Invalid("Load a scheme as large as this at the command line.")
    scheme, changed = categorising.load_scheme(session, content.encode("utf-8", "replace"))
    told = _("{name}, version {version}, is kept.").format(name=scheme.name, version=scheme.version)
    moved = "; ".join(f"{one.was} → {one.becomes}: {number(one.words)}" for one in changed)
    return f"{told} {moved}".strip()


SAID: Mapping[str, Callable[[Session, QueryDict], str]] = {"record": _record, "withdraw": _withdraw}
DECIDED: Mapping[str, Callable[[Session, QueryDict], str]] = {"review": _review, "load": _load}


def _by(session: Session, named: str | None, every: Iterable[Chosen]) -> Chosen:
    """The scheme that is asked for; else the own member's last, or the first that comes with Clew."""
    if named:
        return categorising.chosen(session, named)
    own = (one for one in every if one.member == session.actor.member)
    return next(own, next(one for one in every if one.member is None))


def named(one: Chosen) -> str:
    return one.scheme.name if one.member is None else f"{one.member}/{one.scheme.name}@{one.scheme.version}"


def _row(one: Categorised, by: Chosen) -> Row:
    found = one.found
    return Row(
        sha256=one.sha256, category=found.category or "",
        words=by.scheme.categories[found.category] if found.category is not None else "",
        standing=STANDINGS[found.standing], votes=found.votes,
        own=by.scheme.category_of(one.own.facts) if one.own else "",
        is_untold=found.standing is Standing.INDICATIVE and not one.words,
    )  # fmt: skip


def _said(word: categorising.Observed, by: Chosen, member: str) -> tuple[categorising.Observed, str, str, str | None]:
    facts = " · ".join(
        f"{translated(question.words)} {translated(question.answers.get(word.facts.get(question.code, ''), ''))}"
        for question in categorising.fact_list().questions
    )
    return word, by.scheme.category_of(word.facts), facts, word.shown_by(member)


def _facts(given: QueryDict) -> dict[str, str]:
    codes = (question.code for question in categorising.fact_list().questions)
    return {code: given.get(f"fact-{code}", "") for code in codes}


def _digests(given: QueryDict) -> list[bytes]:
    names = [releasing.digest_of(word) for word in given.getlist("medium")]
    if not names:
        raise Invalid("Tick the media that you mean.")
    return names


def _kept(asked: QueryDict) -> dict[str, str]:
    return {key: asked.get(key, "") for key in ("scheme", "exhibit", "standing")}
