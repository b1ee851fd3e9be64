"""For other software: what the API can do, what a token opens, the limits, and an example that runs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clew.domain.token import READS_PER_MINUTE, TERM_MAX, WRITES_PER_MINUTE, TokenScope
from clew.web.words import Words

SCOPES: Mapping[TokenScope, Words] = {
    TokenScope.WHOAMI: gettext_lazy("whose token it is, what it may do, and until when"),
    TokenScope.DIRECTORY: gettext_lazy("all members and units: whom to ask, in which languages, who is good at what"),
    TokenScope.STATISTICS: gettext_lazy("numbers of your member, and of others as far as they are told"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation, as the document says it."""

    method: str
    path: str
    summary: str
    asked: tuple[str, ...]


@cache
def document() -> str:
    """The OpenAPI document of this node."""
    return str(import_string(settings.CLEW_API_DOCUMENT)())


@cache
def operations() -> Mapping[str, tuple[Operation, ...]]:
    """By what they are about, in the order of the document."""
    found: dict[str, list[Operation]] = {}
    for tag, one in _operations(json.loads(document())):
        found.setdefault(tag, []).append(one)
    return {tag: tuple(some) for tag, some in found.items()}


def _operations(told: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            asked = tuple(each["name"] for each in one.get("parameters", ()) if each["in"] == "query")
            made = Operation(method=method.upper(), path=path, summary=one.get("summary", ""), asked=asked)
            yield one["tags"][0], made


def example() -> str:
    """A program that asks as whom it comes: to be copied, and run by a test."""
    return files("clew.web").joinpath("example.txt").read_text("utf-8")


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """What other software can ask, and how."""
    shown = {
        "groups": [(tag, some) for tag, some in operations().items()], "scopes": SCOPES.items(),
        "reads": READS_PER_MINUTE, "writes": WRITES_PER_MINUTE, "days": TERM_MAX.days, "example": example(),
        "is_administrator": getattr(request, "officer_role", "") == "national-administrator",
    }  # fmt: skip
    return render(request, "programs/list.html", shown)


@require_safe
def as_json(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, from which clients are generated."""
    return HttpResponse(document(), content_type="application/json")
