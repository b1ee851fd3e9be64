"""Style sheet, script and icon: a closed table of files, each named by its content.

A name carries the beginning of the file's SHA-256, so browsers may keep a file for ever and a
new release is seen at once; nothing outside the table can be asked for.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    name: str
    content: bytes
    content_type: str


@cache
def _assets() -> dict[str, Asset]:
    """Every file of the package's `static` folder by its plain name."""
    found = {}
    for file in files("clew.web").joinpath("static").iterdir():
        stem, dot, ending = file.name.rpartition(".")
        content = file.read_bytes()
        found[file.name] = Asset(
            name=f"{stem}.{hashlib.sha256(content).hexdigest()[:16]}{dot}{ending}",
            content=content,
            content_type=TYPES[dot + ending],
        )
    return found


@cache
def _assets_by_name() -> dict[str, Asset]:
    return {asset.name: asset for asset in _assets().values()}


def name_of(plain_name: str) -> str:
    """The name under which the file is served now. KeyError: there is no such file."""
    return _assets()[plain_name].name


@login_not_required
@require_safe
def one(_request: HttpRequest, name: str) -> HttpResponse:
    """One static file, kept by the browser for a year."""
    asset = _assets_by_name().get(name)
    if asset is None:
        raise Http404
    response = HttpResponse(asset.content, content_type=asset.content_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
