"""Logs of the pages hold no reference."""

import logging

from django.test import RequestFactory
from django.urls import resolve

from clew.web.logs import WithoutAddress


def logged(path: str, *, is_page: bool) -> str:
    request = RequestFactory().get(path)
    if is_page:
        request.resolver_match = resolve(path)
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", ("Not Found", path), None)
    record.request, record.status_code = request, 404
    assert WithoutAddress().filter(record)
    return record.getMessage()


def test_a_refused_page_is_logged_by_its_pattern():
    assert logged("/cases/NO-2026-17/", is_page=True) == "answered 404 on cases/<reference:case>/"


def test_an_unknown_address_is_not_logged_at_all():
    assert logged("/cases/NO-2026-17/x/y", is_page=False) == "answered 404 on no page"


def test_other_lines_stay_as_they_are():
    record = logging.LogRecord("clew", logging.INFO, "", 0, "%s files", (3,), None)
    assert WithoutAddress().filter(record)
    assert record.getMessage() == "3 files"
