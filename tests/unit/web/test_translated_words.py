"""Words that other layers say stand on pages in the language of the page: facts, answers and purposes."""

from django.template import engines
from django.utils import translation

from clew.actions import categorising
from clew.domain.cover import Purpose


def shown(template: str, **context: object) -> str:
    return engines["django"].from_string("{% load clew %}" + template).render(context)


def test_the_list_of_facts_is_asked_in_the_language_of_the_page() -> None:
    question = categorising.fact_list().questions[0]
    with translation.override("ar"):
        assert shown("{{ words|translated }}", words=question.words) == "كيف صُنعت؟"
    with translation.override("en"):
        assert shown("{{ words|translated }}", words=question.words) == question.words


def test_a_purpose_is_said_in_words_and_not_by_its_code() -> None:
    told = [shown("{{ one|purpose_words }}", one=one.value) for one in Purpose]
    assert len({*told}) == len(Purpose)
    assert not {*told} & {one.value for one in Purpose if "-" in one.value}
