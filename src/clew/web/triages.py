"""The triage of a case or of one exhibit, as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from clew.actions import tallying, triaging
from clew.actions.following import LineList
from clew.actions.opening import Session
from clew.domain.intake import Progress
from clew.domain.triage import Answer, Counts, TriagedMedium, grouped
from clew.web import lead_words, words
from clew.web.lead_rows import row as lead_row
from clew.web.verdict_words import SetAsideWords, set_aside

MEDIA_PER_PAGE = 30
PATHS_SHOWN = 3
PATHS_UNFOLDED_MAX = 50
REASONS_SHOWN = 2
REASONS_UNFOLDED_MAX = 20
LEADS_SHOWN_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One of the numbers: sign, word, count and the address of its list."""

    answer: Answer
    count: int | None
    address: str
    is_current: bool
    words: words.AnswerWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A sequence of which a page shows the beginning, unfolds a part and counts the rest."""

    shown: Sequence[object]
    unfolded: Sequence[object]
    left: int

    @property
    def more(self) -> int:
        """How many do not stand open."""
        return len(self.unfolded) + self.left


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One medium with its paths and reasons."""

    medium: TriagedMedium
    paths: Folded
    reasons: Folded
    set_aside: tuple[SetAsideWords, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadRow:
    """A medium, or a file that is none yet (without a `name`), which nobody could look at, and why."""

    paths: Folded
    reason: str
    name: str = ""


def folded(parts: Sequence[object], *, shown: int, unfolded_max: int) -> Folded:
    """`parts` with at most `shown` open and at most `unfolded_max` more to unfold."""
    unfolded = parts[shown : shown + unfolded_max]
    return Folded(shown=parts[:shown], unfolded=unfolded, left=max(0, len(parts) - shown - unfolded_max))


def address_of(case: str, exhibit: str | None, route: str = "", *, unit: str | None = None) -> str:
    """The page of a case or exhibit, of another unit where one is said; `route` "-progress" gives its stream."""
    prefix, units = ("", []) if unit is None else ("unit-", [unit])
    if exhibit is None:
        return reverse(f"{prefix}case{route}", args=[*units, case])
    return reverse(f"{prefix}exhibit{route}", args=[*units, case, exhibit])


def _list_address(page: str, answer: Answer, **more: str) -> str:
    return f"{page}?{urlencode({'answer': answer.value, **more})}#media"


def numbers(counts: Counts | None, page: str, current: Answer | None = None) -> list[Number]:
    """The five numbers in the order in which an investigator asks; without counts they come later."""
    return [
        Number(
            answer=answer,
            count=None if counts is None else getattr(counts, answer.value),
            address=_list_address(page, answer),
            is_current=answer is current,
            words=answer_words,
        )
        for answer, answer_words in words.ANSWERS.items()
    ]


def asked_answer(query: QueryDict) -> Answer | None:
    """The answer whose media are listed, if one is asked for."""
    asked = query.get("answer", "")
    return Answer(asked) if asked in {*Answer} else None


def row(medium: TriagedMedium, names: Mapping[str, str], contacts: Mapping[str, str] = {}) -> Row:
    """`medium` as one row of the list."""
    sign = words.ANSWERS[medium.answer].sign
    return Row(
        medium=medium,
        paths=folded(medium.paths, shown=PATHS_SHOWN, unfolded_max=PATHS_UNFOLDED_MAX),
        reasons=folded(
            [words.reason(reason, names, sign, contacts) for reason in grouped(medium.reasons)],
            shown=REASONS_SHOWN,
            unfolded_max=REASONS_UNFOLDED_MAX,
        ),
        set_aside=tuple(set_aside(medium.set_aside)),
    )


def unread(item: TriagedMedium) -> UnreadRow:
    """`item` as one row of the list of what is undecodable."""
    paths = folded(item.paths, shown=PATHS_SHOWN, unfolded_max=PATHS_UNFOLDED_MAX)
    return UnreadRow(paths=paths, reason=item.verdict_reason, name=item.name or "")


def _listed(opened: tallying.Opened, beside: tallying.Beside) -> dict[str, object]:
    """The rows of one page of the list."""
    if opened.answer is Answer.UNDECODABLE:
        return {"unread": [unread(item) for item in (*opened.items, *opened.files)]}
    return {"rows": [row(medium, beside.names, beside.contacts) for medium in opened.items]}


def _leads(found: LineList, case: str, exhibit: str | None, unit: str | None) -> dict[str, object]:
    """The best leads for which media of the case or exhibit speak, and the way to all where these are not."""
    place = {key: value for key, value in (("case", case), ("exhibit", exhibit), ("unit", unit)) if value}
    return {
        "leads": [(lead_row(line), lead_words.act(line.lead.rule)) for line in found.lines],
        "more_leads": f"{reverse('leads')}?{urlencode(place)}" if found.is_cut else "",
    }


def shown(
    session: Session, request: HttpRequest, case: str, exhibit: str | None, unit: str | None = None, *,
    scope: triaging.Scope | None = None,
) -> dict[str, object]:
    """Everything that the page of a case or exhibit says of its triage; `scope` where it was asked for already.

    Raises:
        NotVisible: the actor may not see it, or there is none.
    """
    scope = scope or triaging.scope(session, case, exhibit, unit)
    beside = tallying.beside(session, scope, leads_max=LEADS_SHOWN_MAX)
    progress: Progress = beside.progress
    after = request.GET.get("after") or None
    wanted = asked_answer(request.GET)
    opened = tallying.opened(
        session, scope, progress, answer=wanted, after=after, limit=MEDIA_PER_PAGE, beside=beside.leads
    )
    page, answer = address_of(case, exhibit, unit=unit), opened.answer
    return {
        **_listed(opened, beside),
        **_leads(beside.leads, case, exhibit, unit),
        "undone": beside.undone,
        "case": case,
        "exhibit": exhibit,
        "unit": unit,
        "case_page": address_of(case, None, unit=unit),
        "numbers": numbers(opened.tally.counts, page, answer),
        "answer": words.ANSWERS[answer],
        "is_first_page": after is None,
        "first_page": _list_address(page, answer),
        "next_page": "" if opened.next is None else _list_address(page, answer, after=opened.next),
        "page": page,
        "progress": progress,
        "is_followed": progress.is_running or not opened.tally.is_fresh,
        "progress_words": words.progress(progress),
        "tally_words": words.tally(opened.tally),
        "progress_stream": address_of(case, exhibit, "-progress", unit=unit),
    }
