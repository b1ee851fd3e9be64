"""What may be shown of a medium, and what a browser is given as it lies."""

import pytest

from clew.domain.errors import Invalid, StepRefused
from clew.domain.look import LOOKS, Look, check_shown, content_type_of
from clew.domain.medium import MediumKind, Verdict

HEADS = {
    b"\xff\xd8\xff\xe0": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF89a": "image/gif",
    b"RIFF\0\0\0\0WEBPVP8 ": "image/webp", b"\0\0\0\x18ftypavif\0\0\0\0avifmif1": "image/avif",
    b"\0\0\0\x18ftypisom\0\0\0\0isommp41": "video/mp4", b"\x1a\x45\xdf\xa3....webm": "video/webm",
}  # fmt: skip
NOT_GIVEN = [
    b"", b"<svg xmlns=", b"<!doctype html>", b"%PDF-1.7", b"II*\0", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"\x1a\x45\xdf\xa3....matroska",
    b"RIFF\0\0\0\0AVI ", b"BM", b"ftyp", b"\0\0\0\x10ftyp",
]  # fmt: skip


@pytest.mark.parametrize("head", HEADS, ids=HEADS.values())
def test_a_browser_is_given_a_medium_by_what_its_own_bytes_say(head: bytes) -> None:
    kind = MediumKind(HEADS[head].partition("/")[0])
    other = MediumKind.VIDEO if kind is MediumKind.IMAGE else MediumKind.IMAGE
    assert content_type_of(head.ljust(64, b"\0"), kind) == HEADS[head]
    assert content_type_of(head.ljust(64, b"\0"), other) is None


@pytest.mark.parametrize("head", NOT_GIVEN, ids=range(len(NOT_GIVEN)))
def test_what_is_of_no_such_kind_is_not_given_as_it_lies(head: bytes) -> None:
    assert content_type_of(head, MediumKind.IMAGE) is None


@pytest.mark.parametrize("verdict", Verdict)
def test_only_what_the_sandbox_read_is_shown(verdict: Verdict) -> None:
    if verdict in {Verdict.DECODED, Verdict.DAMAGED_READ}:
        for kind, looks in LOOKS.items():
            for look in looks:
                check_shown(look, kind, verdict)
        with pytest.raises(Invalid):
            check_shown(Look.SOUND, MediumKind.IMAGE, verdict)
        with pytest.raises(StepRefused):
            check_shown(Look.CLEAR, MediumKind.OTHER, verdict)
    else:
        with pytest.raises(StepRefused):
            check_shown(Look.CLEAR, MediumKind.IMAGE, verdict)
