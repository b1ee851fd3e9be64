"""Style sheets, scripts, shapes of countries and icon: a closed table of files, kept by browsers for a year.

Their addresses begin with a digest of all of them, so a new release is seen at once, and modules find one another by
plain names (`import "./reveal.js"`). Nothing outside the table can be asked for. What others wrote lies in
`static/vendor/`, with version, SHA-256 and licence in its manifest (`make vendor`).
"""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

VENDOR = "vendor"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
PACKED_FROM_BYTES = 20_000
"""Smaller files are sent as they are: what packing saves of them is less than a round trip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    content: bytes
    content_type: str


def _found(folder: Traversable, before: str = "") -> Iterator[tuple[str, bytes]]:
    """Name and content of what is served of a folder and of the vendor's below it, in the order of names."""
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.is_dir():
            yield from _found(file, f"{file.name}/") if file.name == VENDOR and not before else ()
        elif file.name[file.name.rfind(".") :] in TYPES:
            yield before + file.name, file.read_bytes()


@cache
def _assets() -> dict[str, Asset]:
    """Every file that is served by its name below `static`."""
    return {
        name: Asset(content=content, content_type=TYPES[name[name.rfind(".") :]])
        for name, content in _found(files("clew.web").joinpath("static"))
    }


@cache
def release() -> str:
    """The beginning of the SHA-256 over all files with their names."""
    digest = hashlib.sha256()
    for name, asset in _assets().items():
        digest.update(f"{name} {len(asset.content)}\n".encode() + asset.content)
    return digest.hexdigest()[:16]


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_assets()[name].content, mtime=0)


def name_of(name: str) -> str:
    """The name of a file, if it is one of those that are served. KeyError: there is no such file."""
    _assets()[name]
    return name


@login_not_required
@require_safe
def one(request: HttpRequest, of_release: str, name: str) -> HttpResponse:
    """One file of this release, kept by the browser for a year; packed where that is worth it and understood."""
    asset = _assets().get(name)
    if asset is None or of_release != release():
        raise Http404
    if len(asset.content) >= PACKED_FROM_BYTES and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(_packed(name), content_type=asset.content_type, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(asset.content, content_type=asset.content_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
