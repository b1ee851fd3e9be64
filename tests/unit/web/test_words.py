"""Answers, reasons and progress in words."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format

from clew.domain.fingerprint import Transform
from clew.domain.intake import Progress
from clew.domain.triage import Aligned, Answer, Evidence, Reason, ReasonKind
from clew.web import words

NAMES = {"SE": "Sweden", "ES": "España <b>"}


def reason(**given: object) -> Reason:
    usual = {"kind": ReasonKind.PDQ, "evidence": Evidence.CASE_OF_ANOTHER_MEMBER, "owner": "SE"}
    return Reason(**{**usual, **given})


def test_every_answer_has_a_sign_of_its_own_and_a_word():
    assert set(words.ANSWERS) == set(Answer)
    assert len({answer.sign for answer in words.ANSWERS.values()}) == len(Answer)
    assert len({str(answer.word) for answer in words.ANSWERS.values()}) == len(Answer)


@pytest.mark.parametrize("evidence", Evidence)
@pytest.mark.parametrize("series", [None, "green-room"])
def test_every_evidence_is_said_with_and_without_a_series(evidence, series):
    said = words.reason(reason(evidence=evidence, series=series), NAMES, "★").known
    assert "{" not in said
    if evidence not in {Evidence.OWN_EARLIER_CASE, Evidence.IDENTIFIED_SERIES_OF_THE_OWN_MEMBER}:
        assert "<bdi>Sweden</bdi>" in said


def test_a_solved_series_names_its_owner_and_state():
    of = reason(evidence=Evidence.IDENTIFIED_SERIES_OF_ANOTHER_MEMBER, series="green-room")
    assert words.reason(of, NAMES, "★").known == (
        "Series <bdi>green-room</bdi> of <bdi>Sweden</bdi>: victim identified"
    )


def test_same_bytes_say_so():
    assert words.how(reason(kind=ReasonKind.DIGEST)) == "Same bytes"


def test_a_picture_says_distance_radius_and_turn():
    of = reason(distance_bits=4, radius_bits=31, transform="flip-horizontal")
    assert words.how(of) == "Picture within 4 of 31 bits, mirrored"


def test_a_picture_at_distance_nought_says_nought():
    assert words.how(reason(distance_bits=0, radius_bits=31)) == "Picture within 0 of 31 bits"


@pytest.mark.parametrize("transform", [transform for transform in Transform if transform is not Transform.NONE])
def test_every_turn_has_words(transform):
    assert words.how(reason(distance_bits=4, radius_bits=31, transform=transform.word)).count(", ") == 1


def test_no_turn_has_no_words():
    assert ", " not in words.how(reason(distance_bits=4, radius_bits=31, transform=Transform.NONE.word))


ALIGNED = Aligned(seconds_here=(12.4, 41.0), seconds_there=(62.0, 3691.9), frames_matched=28, frames_compared=29)


def test_a_video_says_which_seconds_and_how_many_frames():
    assert words.how(reason(kind=ReasonKind.VIDEO, aligned=ALIGNED)) == (
        'Video, <bdi dir="ltr">0:12\N{EN DASH}0:41</bdi> here is '
        '<bdi dir="ltr">1:02\N{EN DASH}1:01:31</bdi> there, 28 of 29 frames'
    )


def test_a_video_found_by_its_sound_says_so_and_counts_no_frames():
    said = words.how(reason(kind=ReasonKind.SOUND, aligned=ALIGNED))
    assert said.startswith("Found by its sound alone, ")
    assert "frames" not in said


def test_what_handling_hides_is_not_said():
    said = words.reason(reason(owner=None, unit=None, matched=None), NAMES, "⇄")
    assert (said.known, said.matched, said.contact) == ("A case of another member", "", "")


def test_a_hub_is_one_reason_and_a_count():
    assert words.reason(reason(series="s", others=211), NAMES, "★").others == "and 211 more of the same series"
    assert words.reason(reason(others=1), NAMES, "★").others == "and 1 more like it"
    assert words.reason(reason(others=0), NAMES, "★").others == ""


def test_names_from_outside_stay_text():
    of = reason(
        evidence=Evidence.OPEN_SERIES_OF_ANOTHER_MEMBER,
        series="<script>{owner}</script>",
        owner="ES",
        unit="<i>",
    )
    shown = render_to_string("triage/reason.html", {"reason": words.reason(of, NAMES, "⇄")})
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "&lt;script&gt;{owner}&lt;/script&gt;" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("DCIM/room.jpg", "DCIM/room.jpg"),
        ("room\u202egpj.exe", "room\\u{202e}gpj.exe"),
        ("a\nb\tc\x7f", "a\\u{a}b\\u{9}c\\u{7f}"),
        ("\udc80", "\\u{dc80}"),
        ("\u2028", "\\u{2028}"),
        ("صور/غرفة.jpg", "صور/غرفة.jpg"),
        ("می\u200cروم", "می\u200cروم"),
    ],
)
def test_what_has_no_shape_is_spelled_out(text, shown):
    assert words.visible(text) == shown


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (9.99, "0:09"), (60, "1:00"), (3599, "59:59"), (3600, "1:00:00")]
)
def test_times_read_like_a_clock(seconds, said):
    assert words.clock(seconds) == said


def progress(**given: object) -> Progress:
    usual = {
        "files_seen": 100_000,
        "files_done": 86_420,
        "bytes_done": 1,
        "is_walking": False,
        "is_running": True,
    }
    return Progress(**{**usual, **given})


def test_progress_says_how_many_of_how_many():
    assert words.progress(progress()) == "86,420 of 100,000 files taken in"


def test_progress_promises_no_total_while_files_are_still_sought():
    assert words.progress(progress(is_walking=True)) == "86,420 files taken in, 100,000 found so far"


def test_progress_ends():
    ended = progress(files_seen=1, files_done=1, is_running=False)
    assert words.progress(ended) == "Intake has ended: 1 file"


@pytest.mark.parametrize(
    ("language", "day", "moment", "count"),
    [
        ("en", "9 March 2026", "9 March 2026, 07:05", "1,234,567"),
        ("fr", "9 mars 2026", "9 mars 2026, 07:05", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"),
        ("es", "9 de marzo de 2026", "9 de marzo de 2026, 07:05", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"),
        ("ar", "9 مارس 2026", "9 مارس 2026\N{ARABIC COMMA} 07:05", "1,234,567"),
    ],
)
def test_dates_and_numbers_are_written_as_people_of_the_language_write_them(language, day, moment, count):
    at = datetime(2026, 3, 9, 7, 5, tzinfo=UTC)
    with translation.override(language):
        assert (date_format(at, "DATE_FORMAT"), date_format(at, "DATETIME_FORMAT")) == (day, moment)
        assert words.number(1_234_567) == count


def test_a_size_and_a_length_stand_apart_from_the_writing_around_them() -> None:
    """In Arabic a picture of 640 by 480 would be read as one of 480 by 640."""

    @dataclass
    class Picture:
        width: int | None
        height: int | None

    assert words.size(Picture(640, 480)) == '<bdi dir="ltr">640 \N{MULTIPLICATION SIGN} 480</bdi>'
    assert words.size(Picture(None, 480)) == ""
    assert words.seconds(1234.4) == '<bdi dir="ltr">1,234 s</bdi>'
