"""Rules of proposals, at their edges."""

import pytest

from clew.domain import proposal
from clew.domain.proposal import SENTENCES, Place, Rule

OSLO = Place(latitude=59.9139, longitude=10.7522, precision_m=20.0)


def near(metres: float, precision_m: float | None = 20.0) -> Place:
    """So far north of Oslo."""
    return Place(latitude=OSLO.latitude + metres / 111_195, longitude=OSLO.longitude, precision_m=precision_m)


def test_every_rule_has_one_sentence() -> None:
    assert SENTENCES.keys() == {*Rule}
    for rule in Rule:
        assert SENTENCES[rule].endswith(".")
        assert SENTENCES[rule].count(". ") == 0


def test_a_picture_is_a_near_copy_up_to_the_radius() -> None:
    assert proposal.near_copy(31, 31) == {"bits": 31, "radius": 31}
    assert proposal.near_copy(32, 31) is None


def test_a_video_runs_alike_where_frames_matched() -> None:
    assert proposal.aligned_video(9, 10, 4_400) == {"matched": 9, "compared": 10, "seconds": 4}
    assert proposal.aligned_video(0, 10, 4_400) is None


@pytest.mark.parametrize("serial", ["", "0", "123", "00000000", "0000-0000", "1111 1111", "   12 "])
def test_what_is_no_serial_number_of_one_camera_tells_nothing(serial: str) -> None:
    assert proposal.same_camera(serial) is None


def test_a_serial_number_is_told_by_its_ending() -> None:
    assert proposal.same_camera(" 0012004471 ") == {"ending": "4471"}


def test_an_empty_template_is_no_document_of_its_own() -> None:
    assert proposal.same_document("xmp.did:00000000-0000-0000-0000-000000000000") is not None
    assert proposal.same_document("00000000-0000-0000-0000-000000000000") is None
    assert proposal.same_document("8c0b2c7e-55aa-4d6f-9a10-0d2f3a4b5c6d") == {}


def test_a_burst_lasts_half_a_minute() -> None:
    assert proposal.burst(-30.0) == {"seconds": 30}
    assert proposal.burst(30.1) is None


def test_a_place_is_shared_within_what_is_known_of_both() -> None:
    assert proposal.shared_place(OSLO, near(39.0)) == {"metres": 39}
    assert proposal.shared_place(OSLO, near(41.0)) is None
    assert proposal.shared_place(OSLO, near(44.0, None)) == {"metres": 44}
    assert proposal.shared_place(OSLO, near(46.0, None)) is None


def test_a_place_that_is_hardly_known_and_one_that_is_none_share_nothing() -> None:
    assert proposal.shared_place(OSLO, near(5.0, 981.0)) is None
    assert proposal.shared_place(OSLO, near(5.0, 979.0)) == {"metres": 5}
    nowhere = Place(latitude=0.0, longitude=0.0, precision_m=5.0)
    assert proposal.shared_place(nowhere, nowhere) is None


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        (b"a/b/kitchen set-0012 (2).jpg", "kitchen set"), (b"Harbour_003.MP4", "harbour"), (b"harbour copy 2.jpg", "harbour"),
        (b"IMG_0012.jpg", None), (b"DSC00012.jpg", None), (b"image (3).png", None), (b"WhatsApp Image 2024-01-02.jpeg", None),
        (b"9f8a7b6c5d4e.jpg", None), (b"a.jpg", None), (b"\xff\xfe.jpg", None), (b"", None),
    ],
)  # fmt: skip
def test_a_stem_is_a_name_that_somebody_gave(path: bytes, stem: str | None) -> None:
    assert proposal.stem_of(path) == stem
