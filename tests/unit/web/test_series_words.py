"""Words of series on the pages are those of the domain, and all of them have some."""

from clew.domain.proposal import SENTENCES, Rule
from clew.domain.series import SeriesState, Step
from clew.web import series_words


def test_the_sentences_of_rules_are_those_of_the_domain() -> None:
    assert {rule: str(words) for rule, words in series_words.RULES.items()} == dict(SENTENCES)


def test_every_state_and_step_has_a_word() -> None:
    assert series_words.STATES.keys() == {*SeriesState}
    assert series_words.STEPS.keys() == {*Step}


def test_words_out_of_files_show_what_has_no_shape() -> None:
    assert "\\u{202e}" in series_words.reason(Rule.FILE_NAMES, {"stem": "kitchen\u202e"})
