"""Words of the pages as template filters and tags."""

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from clew.domain.message import SubjectKind
from clew.domain.shortcut import Scope
from clew.web import (
    asked,
    assets,
    cover_words,
    frame,
    linked,
    request_words,
    shortcut_words,
    shortcuts,
    times,
    verdict_words,
    words,
)  # fmt: skip
from clew.web import tabs as record_tabs
from clew.web.translated import translated

register = template.Library()

register.filter("day", times.day)
register.filter("identifier", words.identifier)
register.filter("kind", words.kind)
register.filter("linked", linked.linked)
register.filter("medium", linked.medium)
register.filter("moment", times.moment)
register.filter("month", times.month)
register.filter("named", linked.named)
register.filter("name", words.name)
register.filter("number", words.number)
register.filter("seconds", words.seconds)
register.filter("size", words.size)
register.filter("visible", words.visible)
register.filter("written", request_words.written)
register.filter("translated", translated)
register.filter("purpose_words", cover_words.purpose)
register.filter("role_words", words.role)
register.filter("standing_words", words.standing)
register.filter("speciality_words", words.speciality)


@register.filter
def short(digest: str) -> SafeString:
    """The beginning of a digest."""
    return words.identifier(digest[: words.DIGEST_SHOWN])


@register.filter
def aside(of: verdict_words.SetAsideWords) -> SafeString:
    """Which matches of a medium were set aside, and by whom."""
    return SafeString(verdict_words.aside(of, words.name))


@register.filter("words")
def words_in(text: str) -> list[str]:
    """The words of a template's own line, for a loop over them."""
    return text.split()


@register.filter
def square_code(svg: str) -> SafeString:
    """A square code that this process drew, as a part of the page: a policy allows no picture made of data."""
    return mark_safe(svg[svg.index("<svg") :])  # noqa: S308 (our own drawing, of our own secret)


@register.simple_tag
def asset(name: str) -> str:
    """The address of a static file of this release, as `clew.css` or `vendor/leaflet.js`."""
    return reverse("asset", args=[assets.release(), assets.name_of(name)])


@register.simple_tag(takes_context=True, name="frame")
def around(context: template.Context) -> frame.Frame:
    """What stands around the page."""
    return frame.around(context["request"])


@register.simple_tag(takes_context=True)
def key(context: template.Context, scope: str, act: str) -> SafeString:
    """The officer's own key for an act, as a key; nothing where it is switched off."""
    shown = shortcut_words.of(shortcuts.of(context["request"]), Scope(scope), act)
    return format_html("<kbd>{}</kbd>", shown) if shown else SafeString("")


@register.inclusion_tag("frame/tabs.html")
def tabs(kind: str, here: str, *names: str, is_own: bool = True) -> dict[str, object]:
    """The pages of a record, in the order of all records."""
    return {"tabs": record_tabs.tabs(kind, names, here, is_own=is_own)}


@register.simple_tag
def to_ask(kind: str, name: str, member: str = "", unit: str = "") -> str:
    """The form by which another unit is asked about a record, filled in."""
    return asked.address_to_ask(SubjectKind(kind), name, member, unit)


@register.simple_tag
def is_academy() -> bool:
    """Whether these are pages of the academy, and so nothing on them is real."""
    return bool(settings.CLEW_IS_ACADEMY)


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """The languages that pages can be read in, by code and by what they call themselves; none where there is one."""
    return list(settings.LANGUAGES) if len(settings.LANGUAGES) > 1 else []
