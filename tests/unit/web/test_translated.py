"""Sentences of other layers on pages: in the language of the page, with what differs in its place."""

from django.utils import translation

from clew.domain.errors import ClewError, Invalid, NotVisible
from clew.web.translated import refusal, translated

MEDIA = Invalid("Name 1 to {most} media by their SHA-256.", most=5000)


def test_a_refusal_is_said_in_the_language_of_the_page_with_its_numbers():
    assert str(MEDIA) == refusal(MEDIA) == "Name 1 to 5,000 media by their SHA-256."
    with translation.override("fr"):
        assert refusal(MEDIA) == "Nommez 1 à 5\N{NO-BREAK SPACE}000 médias par leur SHA-256."
        assert refusal(NotVisible("There is no such case.")) == "Il n\N{RIGHT SINGLE QUOTATION MARK}y a pas de tel dossier."
        assert str(MEDIA) == "Name 1 to 5,000 media by their SHA-256."


def test_what_no_catalogue_holds_stays_as_it_is():
    with translation.override("fr"):
        assert translated("") == ""
        assert refusal(ClewError("Nobody wrote {this} down.")) == "Nobody wrote {this} down."
