"""What every answer tells the browser: run nothing foreign, keep nothing, show it nowhere else."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

Answering = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

MEDIA_SECURITY_POLICY = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' blob:; media-src 'self'")
"""Of a page that shows media, by the one template that does: a picture is made of what a script was given."""
BYTES_SECURITY_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'"
"""Of a medium itself: opened as a page of its own it can do nothing."""

SHOWS_MEDIA = "shows_media"
"""What the template of media writes on the request that it is drawn for."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
    "Cache-Control": "no-store",
}


def _with_headers(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """`response` with every header; only a static file keeps its own caching, and a medium its narrower policy."""
    is_bytes = response.headers.get("Content-Security-Policy") == BYTES_SECURITY_POLICY
    for name, value in HEADERS.items():
        if name != "Cache-Control" or not response.headers.get(name, "").startswith("public"):
            response.headers[name] = value
    if is_bytes:
        response.headers["Content-Security-Policy"] = BYTES_SECURITY_POLICY
    elif getattr(request, SHOWS_MEDIA, False):
        response.headers["Content-Security-Policy"] = MEDIA_SECURITY_POLICY
    return response


@sync_and_async_middleware
def page_headers(get_response: Answering) -> Answering:
    """Put the headers on every answer, refusals too; only static files may be kept."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return _with_headers(request, await get_response(request))

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _with_headers(request, get_response(request))

    return answer
