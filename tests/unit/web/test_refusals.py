"""Refusals, headers and static files: what every answer carries."""

import asyncio
import gzip

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import resolve, reverse

from clew.domain.errors import (
    Invalid,
    NotAdmitted,
    NotVisible,
    SecondPersonNeeded,
    StepRefused,
    Unavailable,
    Undecodable,
)
from clew.web import assets, headers, refusals


def ask(path: str = "/", **headers):
    return RequestFactory().get(path, **headers)


def test_hidden_and_absent_are_one_answer_byte_for_byte():
    refusing = refusals.refusals(lambda _request: HttpResponse())
    hidden = refusing.process_exception(ask("/cases/HIDDEN/"), NotVisible("not visible"))
    absent = refusals.absent(ask("/cases/ABSENT/"), Http404())
    assert (hidden.status_code, hidden.content, hidden.headers) == (404, absent.content, absent.headers)
    assert b"ABSENT" not in absent.content


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotVisible, 404), (Invalid, 400), (NotAdmitted, 403), (StepRefused, 409), (SecondPersonNeeded, 409),
        (Unavailable, 503),
    ],
)  # fmt: skip
def test_refusals_become_pages_without_the_sentence_of_the_error(error, status):
    refusing = refusals.refusals(lambda _request: HttpResponse())
    page = refusing.process_exception(ask(), error("a sentence for the log"))
    assert page.status_code == status
    assert b"a sentence" not in page.content


def test_what_no_page_expects_is_not_hidden():
    refusing = refusals.refusals(lambda _request: HttpResponse())
    assert refusing.process_exception(ask(), Undecodable("x")) is None
    assert refusing.process_exception(ask(), KeyError("x")) is None


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (refusals.wrong, 400),
        (refusals.forbidden, 403),
        (refusals.stale, 403),
        (refusals.too_many, 429),
        (refusals.broken, 500),
    ],
)
def test_every_refusal_has_its_page(refusal, status):
    page = refusal(ask())
    assert page.status_code == status
    assert b"<h1>" in page.content


def test_every_answer_is_strict_and_not_kept():
    answer = headers.page_headers(lambda _request: HttpResponse())(ask())
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for closed in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "script-src 'self'"):
        assert closed in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_answers_of_later_are_as_strict():
    async def later(_request):
        return HttpResponse()

    answer = asyncio.run(headers.page_headers(later)(ask()))
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("clew.css", "text/css"),
        ("clew.js", "text/javascript"),
        ("clew.svg", "image/svg+xml"),
        ("vendor/leaflet.js", "text/javascript"),
        ("vendor/countries-110m.json", "application/json"),
    ],
)
def test_static_files_are_kept_and_have_their_type(name, content_type):
    served = headers.page_headers(lambda request: assets.one(request, assets.release(), name))(ask())
    assert served.headers["Content-Type"].startswith(content_type)
    assert served.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert served.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["../apps.py", "vendor/../clew.css", "vendor/vendor.toml", "vendor", "clew.py", ""])
def test_nothing_but_the_table_is_served(name):
    with pytest.raises(Http404):
        assets.one(ask(), assets.release(), name)


def test_a_file_of_another_release_is_not_there():
    with pytest.raises(Http404):
        assets.one(ask(), "0000000000000000", "clew.css")


def test_large_files_are_packed_for_whoever_understands_it():
    plain = assets.one(ask(), assets.release(), "vendor/countries-110m.json")
    packed = assets.one(ask(HTTP_ACCEPT_ENCODING="gzip, br"), assets.release(), "vendor/countries-110m.json")
    assert gzip.decompress(packed.content) == plain.content
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert len(packed.content) * 2 < len(plain.content)


def test_of_the_account_pages_only_sign_in_and_out_exist():
    assert reverse("account_login") == "/account/sign-in/"
    for path in ("signup/", "password/reset/", "email/", "password/change/", "reauthenticate/"):
        with pytest.raises(Http404):
            resolve(f"/account/{path}")


@pytest.mark.parametrize("path", ["/cases/~2f/", "/cases/../", "/cases/~41/", "/cases//", "/cases/a/exhibits/~/"])
def test_a_reference_has_one_address(path):
    with pytest.raises(Http404):
        resolve(path)
