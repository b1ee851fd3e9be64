"""Categorising: officers say once what they observe of a medium, and every scheme makes its category of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.actions.releasing import digest_of
from clew.domain.category import Assessed, FactList, Facts, Scheme, Standing, assessed, check_facts, is_told
from clew.domain.errors import NOWHERE, Invalid, NotVisible, StepRefused
from clew.domain.officer import Role
from clew.domain.series import checked_words
from clew.formats import scheme as scheme_format
from clew.records import audit, case_stacks, cases, exhibits, observations, schemes
from clew.records.observations import Observed
from clew.records.schemes import SchemeRow
from clew.records.session import Session
from clew.records.several import several

MEDIA_NAMED_MAX = 1_000
"""How many media one act names."""
SCHEMES_SHOWN_MAX = 200
WAYS_COMPARED_MAX = 10_000
PAGES_COUNTED_MAX = 200
PAGE = 5_000
"""Contents that are looked at in one statement; a case of a million is counted in 200 of them."""
PAGE_COUNTED_MAX = 3_000
"""How many files of a case its page counts; commands and the API count all."""

__all__ = ["Categorised", "Changed", "Chosen", "Counted", "Observed", "Page", "Standing", "chosen", "fact_list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A scheme and whose it is; without a member it came with Clew."""

    member: str | None
    scheme: Scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """How many words of the own member make another category by a new version: from one to another."""

    was: str
    becomes: str
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Categorised:
    """A content with its category; `words` is empty as long as the officer is not told what others observed."""

    sha256: str
    found: Assessed
    words: tuple[Observed, ...]
    own: Observed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some contents; `next` is where the following page begins, or None."""

    items: tuple[Categorised, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Contents, with all of the stacks in which some of them lie; how many stacks these are."""

    names: tuple[bytes, ...]
    stacks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Of a case: how many contents there are of each category and standing.

    `unspoken` counts those of which nobody spoke, or nobody that the officer is told of yet. `is_whole` is False
    where the case has more than one count looks at.
    """

    contents: int
    by_category: Mapping[tuple[str, Standing], int]
    disputed: int
    unspoken: int
    is_whole: bool


def fact_list() -> FactList:
    """The questions that are asked of every medium."""
    return scheme_format.fact_list()


def load_scheme(session: Session, untrusted: bytes) -> tuple[Scheme, tuple[Changed, ...]]:
    """Keep a version of a scheme of the own member; what it changes against the latest one that is kept.

    Raises:
        Invalid: it is no scheme, this version is kept, or a later one is.
        StepRefused: the officer is no administrator of the member.
    """
    if session.actor.role != Role.NATIONAL_ADMINISTRATOR:
        raise StepRefused("A scheme is loaded by an administrator of the member.")
    scheme = scheme_format.parse(untrusted)
    if scheme.name.startswith(scheme_format.TEMPLATE_PREFIX):
        raise Invalid(
            "Give the scheme a name of your own: {prefix}… are those of Clew.", prefix=scheme_format.TEMPLATE_PREFIX
        )
    before = schemes.named(session, session.actor.member, scheme.name, None)
    if before is not None and before.version > scheme.version:
        raise Invalid("Your member has a later version of this scheme: give this one a higher number.")
    scheme_id = schemes.add(session, scheme.name, scheme.version, scheme_format.written(scheme))
    audit.append(session, "scheme.load", str(scheme_id), {"version": scheme.version})
    return scheme, () if before is None else _changed(session, _parsed(before).scheme, scheme)


def _changed(session: Session, old: Scheme, new: Scheme) -> tuple[Changed, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for way, words in observations.ways_observed(session, WAYS_COMPARED_MAX).items():
        was, becomes = old.category_of(dict(way)), new.category_of(dict(way))
        if was != becomes:
            counts[was, becomes] += words
    return tuple(Changed(was=was, becomes=becomes, words=count) for (was, becomes), count in sorted(counts.items()))


def every_scheme(session: Session) -> tuple[Chosen, ...]:
    """The latest version of each scheme: the own member's, those of others, and those that come with Clew."""
    audit.append(session, "scheme.list", "")
    loaded = (_parsed(row) for row in schemes.latest(session, SCHEMES_SHOWN_MAX))
    return (*loaded, *(Chosen(member=None, scheme=one) for one in scheme_format.templates().values()))


def chosen(session: Session, named: str | None) -> Chosen:
    """The scheme that somebody names: `NAME`, `NAME@VERSION`, `MEMBER/NAME`; without a name the own member's last.

    Raises:
        NotVisible: there is none.
        Invalid: none is named and the member has none, or the version is no number.
    """
    if named is None:
        own = [row for row in schemes.latest(session, SCHEMES_SHOWN_MAX) if row.member == session.actor.member]
        if not own:
            names = ", ".join(scheme_format.templates())
            raise Invalid(
                "Your member has loaded no scheme: name one, of another member or one of {names}.", names=names
            )
        return _parsed(own[0])
    if not named.isprintable():
        raise NotVisible("There is no such scheme.")
    whose, _, rest = named.rpartition("/")
    name, _, untrusted_version = rest.partition("@")
    if not whose and not untrusted_version and name in scheme_format.templates():
        return Chosen(member=None, scheme=scheme_format.templates()[name])
    row = schemes.named(session, whose or session.actor.member, name, _version(untrusted_version))
    if row is None:
        raise NotVisible("There is no such scheme.")
    return _parsed(row)


def record(session: Session, names: Sequence[bytes], facts: Facts) -> int:
    """Say what was observed of media (their SHA-256), once for every scheme; what the officer said before ends.

    Gives of how many media it is said.

    Raises:
        Invalid: a question is not answered, or too many media are named.
        NotVisible: the actor sees no such medium.
    """
    media = _media(session, names)
    check_facts(facts, fact_list())
    observations.take_back(session, list(media))
    observations.add(session, list(media.values()), facts, fact_list().version, review_reason=None)
    audit.append(session, "category.record", _subject(media), {"media": len(media)})
    return len(media)


def own_scheme(session: Session) -> Scheme | None:
    """The scheme that the own member loaded last; None where it has none."""
    rows = schemes.latest(session, SCHEMES_SHOWN_MAX)
    return next((_parsed(row).scheme for row in rows if row.member == session.actor.member), None)


def whole_stacks(
    session: Session, case: str, names: Sequence[bytes], exhibit: str | None = None, *, unit: str | None = None
) -> Whole:
    """Media of a case (or exhibit) with everything that lies in their stacks there, as far as the actor sees it.

    What is under examination is left out: nothing is said of it.

    Raises:
        NotVisible: there is no such case or exhibit.
        Invalid: too many are named, or lie in the stacks; or none is named.
    """
    case_id = cases.find(session, case, unit)
    exhibit_id = None if exhibit is None else exhibits.find(session, case_id, exhibit)
    _check_count(names)
    of = case_stacks.named(session, case_id, names)
    lying = case_stacks.members(session, case_id, exhibit_id, of, MEDIA_NAMED_MAX + 1)
    whole = tuple(dict.fromkeys([*names, *observations.contents_among(session, list(lying))]))
    _check_count(whole)
    return Whole(names=whole, stacks=len({*lying.values()}))


def record_as(
    session: Session, names: Sequence[bytes], facts: Facts, by: Scheme, category: str
) -> tuple[tuple[Facts, tuple[bytes, ...]], ...]:
    """The same, where the officer means a category of a scheme: refused where the answers make another one.

    Gives what the officer had said of some of the media before, so that it can be said again.

    Raises as `record`, and:
        Invalid: the answers make another category.
    """
    check_facts(facts, fact_list())
    if by.category_of(facts) != category:
        raise Invalid("These answers make another category of your scheme: look at them once more.")
    before: dict[tuple[tuple[str, str], ...], list[bytes]] = {}
    for name, words in observations.of_contents(session, names).items():
        own = _own(session, words)
        if own is not None:
            before.setdefault(tuple(sorted(own.facts.items())), []).append(name)
    record(session, names, facts)
    return tuple((dict(said), tuple(of)) for said, of in before.items())


def review(session: Session, name: bytes, facts: Facts, reason: str) -> None:
    """Decide what holds of a medium on which officers differ: for the own member, until somebody contradicts.

    Raises:
        StepRefused: the officer is no analyst, or is one of those who spoke.
        NotVisible: the actor sees no such medium.
        Invalid: there is no reason, or a question is not answered.
    """
    if session.actor.role != Role.ANALYST:
        raise StepRefused("A dispute is decided by an analyst.")
    kept = checked_words(reason, is_demanded=True)
    media = _media(session, [name])
    check_facts(facts, fact_list())
    words = observations.of_contents(session, [name]).get(name, ())
    if observations.has_spoken(session, name):
        raise StepRefused("You said yourself what you observe of this medium: another analyst decides.")
    if len({tuple(sorted(word.facts.items())) for word in words}) < 2:
        raise StepRefused("Nobody differs on this medium: there is nothing to decide.")
    observations.take_back(session, [name])
    observations.add(session, list(media.values()), facts, fact_list().version, review_reason=kept)
    audit.append(session, "category.review", _subject(media))


def withdraw(session: Session, names: Sequence[bytes]) -> int:
    """Take back what the officer said of media (their SHA-256); of how many they had.

    Raises:
        NotVisible: the officer has said nothing of any of them.
    """
    _check_count(names)
    count = observations.take_back(session, names)
    if not count:
        raise NotVisible("You have said nothing of these media.")
    audit.append(session, "category.withdraw", "", {"media": count})
    return count


def look(session: Session, name: bytes, by: Scheme) -> Categorised:
    """The category of a medium (its SHA-256), and who observed what as far as the officer is told.

    Raises:
        NotVisible: the actor sees no such medium.
    """
    media = _media(session, [name])
    words = observations.of_contents(session, [name])
    audit.append(session, "category.read", _subject(media), shown={one.member for one in words.get(name, ())})
    return _categorised(session, name, words.get(name, ()), by)


def check_case(session: Session, case: str) -> None:
    """See that a case is there.

    Raises:
        NotVisible: there is no such case.
    """
    audit.append(session, "case.read", str(cases.find(session, case)))


def of_case(
    session: Session, case: str, exhibit: str | None, by: Scheme, *,
    standing: Standing | None = None, after: str | None = None, limit: int,
) -> Page:  # fmt: skip
    """A page of the contents of a case with their categories, or only those of one standing.

    A page is shorter than `limit` where few of those looked at have the standing; `next` goes on behind them.

    Raises:
        NotVisible: there is no such case or exhibit.
    """
    case_id, exhibit_id = _place(session, case, exhibit)
    is_observed = standing not in (None, Standing.NONE)
    names = observations.contents_of(session, case_id, exhibit_id, _after(after), limit + 1, is_observed=is_observed)
    page = _page(session, names, by, limit, None if standing is None else {standing})
    audit.append(session, "category.list", str(case_id), {"media": len(page.items)}, shown=_members(page.items))
    return page


def count(session: Session, case: str, exhibit: str | None, by: Scheme) -> Counted:
    """How many contents of a case there are of each category.

    Raises:
        NotVisible: there is no such case or exhibit.
    """
    return _count(session, _place(session, case, exhibit), by, PAGES_COUNTED_MAX)


def case_page(
    session: Session, case: str, exhibit: str | None, by: Scheme, *,
    standing: Standing | None = None, after: str | None = None, limit: int,
) -> tuple[Counted, Page]:  # fmt: skip
    """Both in few statements: of more than `PAGE_COUNTED_MAX` files not all are counted. Raises as `of_case`."""
    place = _place(session, case, exhibit)
    is_observed = standing not in (None, Standing.NONE)
    contents, spoken_of, names = several(
        session,
        lambda asking: observations.count_contents(asking, *place, PAGE_COUNTED_MAX + 1),
        lambda asking: observations.contents_of(asking, *place, b"", PAGE + 1, is_observed=True),
        lambda asking: observations.contents_of(asking, *place, _after(after), limit + 1, is_observed=is_observed),
    )
    words = observations.of_contents(session, [*spoken_of[:PAGE], *names[:limit]])
    tally = _tally(session, spoken_of[:PAGE], words, by)
    audit.append(session, "category.count", str(place[0]), {"media": min(contents, PAGE_COUNTED_MAX)})
    page = _shown(session, names, words, by, limit, None if standing is None else {standing})
    audit.append(session, "category.list", str(place[0]), {"media": len(page.items)}, shown=_members(page.items))
    is_whole = contents <= PAGE_COUNTED_MAX and len(spoken_of) <= PAGE
    return _counted(tally, min(contents, PAGE_COUNTED_MAX), is_whole=is_whole), page


def _count(session: Session, place: tuple[UUID, UUID | None], by: Scheme, pages: int) -> Counted:
    """Only contents on which somebody spoke are looked at one by one, in so many pages at most."""
    tally = _Tally()
    contents = observations.count_contents(session, *place, pages * PAGE + 1)
    after, is_whole = b"", contents <= pages * PAGE
    for _ in range(pages):
        names = observations.contents_of(session, *place, after, PAGE, is_observed=True)
        tally += _tally(session, names, observations.of_contents(session, names), by)
        if len(names) < PAGE:
            break
        after = names[-1]
    else:
        is_whole = False
    contents = min(contents, pages * PAGE)
    audit.append(session, "category.count", str(place[0]), {"media": contents})
    return _counted(tally, contents, is_whole=is_whole)


_Tally = Counter[tuple[str | None, Standing]]


def _tally(session: Session, names: Sequence[bytes], words: Mapping[bytes, tuple[Observed, ...]], by: Scheme) -> _Tally:
    """How many of these contents there are of each category and standing, as the officer is told."""
    found = (_categorised(session, name, words.get(name, ()), by).found for name in names)
    return Counter((one.category, one.standing) for one in found)


def _counted(tally: _Tally, contents: int, *, is_whole: bool) -> Counted:
    by_category = {(category, standing): count for (category, standing), count in tally.items() if category is not None}
    disputed = sum(count for (_, standing), count in tally.items() if standing is Standing.DISPUTED)
    spoken = sum(
        count for (category, standing), count in tally.items()
        if category is not None or standing is Standing.DISPUTED
    )  # fmt: skip
    return Counted(
        contents=contents, by_category=by_category, disputed=disputed, unspoken=max(0, contents - spoken),
        is_whole=is_whole,
    )  # fmt: skip


def disputes(session: Session, by: Scheme, *, after: str | None = None, limit: int) -> Page:
    """Contents of the own unit whose category is disputed by a scheme: what waits for a reviewer."""
    names = observations.contested(session, _after(after), limit + 1)
    page = _page(session, names, by, limit, {Standing.DISPUTED})
    audit.append(session, "category.disputes", "", {"media": len(page.items)}, shown=_members(page.items))
    return page


def _page(session: Session, names: list[bytes], by: Scheme, limit: int, wanted: set[Standing] | None) -> Page:
    return _shown(session, names, observations.of_contents(session, names[:limit]), by, limit, wanted)


def _shown(
    session: Session, names: Sequence[bytes], words: Mapping[bytes, tuple[Observed, ...]], by: Scheme, limit: int,
    wanted: set[Standing] | None,
) -> Page:  # fmt: skip
    items = (_categorised(session, name, words.get(name, ()), by) for name in names[:limit])
    return Page(
        items=tuple(one for one in items if wanted is None or one.found.standing in wanted),
        next=names[limit - 1].hex() if len(names) > limit else None,
    )


def _categorised(session: Session, name: bytes, words: Sequence[Observed], by: Scheme) -> Categorised:
    actor = session.actor
    votes = [one.vote for one in words]
    found, own = assessed(votes, by, actor.member), _own(session, words)
    is_open = is_told(found, votes, actor.member, actor.officer)
    return Categorised(
        sha256=name.hex(), found=found if is_open else _untold(found), words=tuple(words) if is_open else (), own=own
    )


def _untold(found: Assessed) -> Assessed:
    """What is left of a category that the officer is not told yet: how many spoke."""
    return Assessed(category=None, standing=found.standing, votes=found.votes)


def _own(session: Session, words: Iterable[Observed]) -> Observed | None:
    actor = session.actor
    return next((one for one in words if (one.member, one.officer) == (actor.member, actor.officer)), None)


def _members(items: Iterable[Categorised]) -> set[str]:
    return {word.member for one in items for word in one.words}


def _media(session: Session, names: Sequence[bytes]) -> dict[bytes, UUID]:
    _check_count(names)
    media = observations.media_of(session, names)
    if media.keys() != {*names}:
        raise NotVisible("There is no such medium.")
    return media


def _check_count(names: Sequence[bytes]) -> None:
    if not 0 < len(names) <= MEDIA_NAMED_MAX:
        raise Invalid("Name 1 to {most} media by their SHA-256.", most=MEDIA_NAMED_MAX)


def _subject(media: Mapping[bytes, UUID]) -> str:
    return str(next(iter(media.values()))) if len(media) == 1 else ""


def _place(session: Session, case: str, exhibit: str | None) -> tuple[UUID, UUID | None]:
    case_id = cases.find(session, case)
    return case_id, None if exhibit is None else exhibits.find(session, case_id, exhibit)


def _after(marker: str | None) -> bytes:
    try:
        return b"" if marker is None else digest_of(marker)
    except Invalid:
        raise Invalid(NOWHERE) from None


def _version(untrusted_words: str) -> int | None:
    if not untrusted_words:
        return None
    if not untrusted_words.isdecimal() or len(untrusted_words) > 7:
        raise Invalid("A version of a scheme is a number, as in NAME@2.")
    return int(untrusted_words)


def _parsed(row: SchemeRow) -> Chosen:
    return Chosen(member=row.member, scheme=scheme_format.kept(row.document))
