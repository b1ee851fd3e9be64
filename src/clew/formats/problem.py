"""Refusals as problem documents. Source: RFC 9457."""

from collections.abc import Mapping
from http import HTTPStatus

CONTENT_TYPE = "application/problem+json"


def problem(status: HTTPStatus, detail: str) -> Mapping[str, object]:
    """The document of a refusal: its status, and one sentence."""
    return {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
