"""Pages rendered from values: what stands in them and what must not."""

import re
from html.parser import HTMLParser

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from clew.actions.triaging import of_file
from clew.domain.intake import Progress
from clew.domain.medium import MediumKind
from clew.domain.triage import ASKED, Answer, Counts, Evidence, Reason, ReasonKind, TriagedMedium, first_asked
from clew.web import triages, words

COUNTS = Counts(solved_elsewhere=3912, parallel_enquiry=214, known=67624, new=14670, undecodable=31)
RUNNING = Progress(files_seen=10, files_done=4, bytes_done=1, is_walking=False, is_running=True)
ENDED = Progress(files_seen=10, files_done=10, bytes_done=1, is_walking=False, is_running=False)


class Nobody:
    is_authenticated = False


class Elements(HTMLParser):
    """Names and attributes of all elements, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def medium(*, paths: int = 1, reasons: int = 1, **given: object) -> TriagedMedium:
    usual = {
        "name": "ab" * 32,
        "sha256": "ab" * 32,
        "paths": tuple(f"DCIM/room-{number}.jpg" for number in range(paths)),
        "kind": MediumKind.IMAGE,
        "answer": Answer.KNOWN,
        "reasons": tuple(
            Reason(kind=ReasonKind.DIGEST, evidence=Evidence.HASH_LIST, owner="SE", series=str(number))
            for number in range(reasons)
        ),
    }
    return TriagedMedium(**{**usual, **given})


def exhibit_page(progress: Progress = ENDED, answer: Answer = Answer.KNOWN, **given: object) -> str:
    request = RequestFactory().get("/cases/NO-1/exhibits/PHONE~2F1/")
    request.user = Nobody()
    page = triages.address_of("NO-1", "PHONE/1")
    shown = {
        "case": "NO-1",
        "exhibit": "PHONE/1",
        "case_page": triages.address_of("NO-1", None),
        "numbers": triages.numbers(COUNTS, page, answer),
        "answer": words.ANSWERS[answer],
        "is_first_page": True,
        "progress": progress,
        "progress_words": words.progress(progress),
        "is_followed": progress.is_running,
        "tally_words": "",
        "progress_stream": triages.address_of("NO-1", "PHONE/1", "-progress"),
        "rows": [triages.row(medium(), {"SE": "Sweden"})],
        "unread": None,
    }
    return render_to_string("exhibits/one.html", {**shown, **given}, request)


def test_four_numbers_and_a_fifth_stand_with_sign_and_word():
    text = " ".join(Elements(exhibit_page()).text.split())
    for said in (
        "★ 3,912 Solved elsewhere",
        "⇄ 214 Parallel enquiry",
        "● 14,670 New",
        "✓ 67,624 Known",
        "△ 31 Undecodable",
    ):
        assert said in text


def test_no_page_holds_a_picture_or_anything_inline():
    page = exhibit_page(progress=RUNNING)
    elements = Elements(page)
    assert not {"img", "picture", "video", "audio", "canvas", "iframe", "object", "style"} & set(elements.names)
    assert not [name for name, _ in elements.attributes if name == "style" or name.startswith("on")]
    assert re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL) == [""]


def test_a_running_intake_is_listened_to_and_can_be_refreshed_without_scripts():
    page = exhibit_page(progress=RUNNING)
    assert 'src="/cases/NO-1/exhibits/PHONE~2F1/progress" running' in page
    assert '<progress max="10" value="4"' in page
    assert 'href="/cases/NO-1/exhibits/PHONE~2F1/">Refresh' in page


def test_an_ended_intake_is_not_listened_to():
    page = exhibit_page()
    assert " running>" not in page
    assert "<progress" not in page


def test_paths_are_set_apart_and_escaped():
    page = exhibit_page(rows=[triages.row(medium(), {})])
    assert '<bdi dir="ltr">DCIM/room-0.jpg</bdi>' in page
    hostile = triages.row(medium(reasons=0, paths=0), {})
    hostile = triages.Row(
        medium=hostile.medium,
        paths=triages.folded(["<img src=x onerror=alert(1)>\u202e"], shown=3, unfolded_max=3),
        reasons=hostile.reasons,
    )
    page = exhibit_page(rows=[hostile])
    assert "<img" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize(
    ("count", "shown", "unfolded", "left"),
    [(0, 0, 0, 0), (3, 3, 0, 0), (4, 3, 1, 0), (53, 3, 50, 0), (54, 3, 50, 1)],
)
def test_many_paths_are_folded_and_the_rest_is_counted(count, shown, unfolded, left):
    paths = triages.row(medium(paths=count), {}).paths
    assert (len(paths.shown), len(paths.unfolded), paths.left) == (shown, unfolded, left)
    assert paths.more == unfolded + left


def test_undecodable_files_have_their_reasons():
    page = exhibit_page(
        answer=Answer.UNDECODABLE, rows=None,
        unread=[triages.unread(of_file(b"a.bin", "no kind that is read here"))],
    )
    text = " ".join(Elements(page).text.split())
    assert "a.bin no kind that is read here" in text


def test_the_page_turns_with_the_language():
    with translation.override("ar"):
        assert '<html lang="ar" dir="rtl">' in exhibit_page()
    assert '<html lang="en" dir="ltr">' in exhibit_page()


@pytest.mark.parametrize(
    ("query", "counts", "answer"),
    [
        ("answer=new", COUNTS, Answer.NEW),
        ("answer=undecodable", COUNTS, Answer.UNDECODABLE),
        ("", COUNTS, Answer.SOLVED_ELSEWHERE),
        ("answer=nonsense", COUNTS, Answer.SOLVED_ELSEWHERE),
        ("", Counts(new=1, known=5), Answer.NEW),
        ("", Counts(known=5), Answer.KNOWN),
        ("", Counts(), Answer.SOLVED_ELSEWHERE),
    ],
)
def test_the_list_is_what_was_asked_or_the_first_that_has_media(query, counts, answer):
    assert (triages.asked_answer(QueryDict(query)) or first_asked(counts)) is answer


def test_the_numbers_stand_in_the_order_in_which_they_are_asked_for():
    assert tuple(words.ANSWERS) == ASKED


def test_every_number_leads_to_its_own_list():
    numbers = triages.numbers(COUNTS, "/x/", Answer.NEW)
    assert len({number.address for number in numbers}) == len(Answer)
    assert [number.answer for number in numbers if number.is_current] == [Answer.NEW]
