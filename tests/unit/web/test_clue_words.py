"""Words of clues on the pages are those of the domain, and all of them have some."""

from clew.domain.clue import ClueKind, Field
from clew.domain.likely_country import CAUTIONS, RARITIES
from clew.web import clue_words


def test_every_kind_and_field_has_a_word() -> None:
    assert clue_words.KINDS.keys() == {*ClueKind}
    assert clue_words.FIELDS.keys() == {*Field}


def test_what_makes_a_ranking_doubtful_is_said_as_the_domain_says_it() -> None:
    assert {caution: str(words) for caution, words in clue_words.CAUTIONS.items()} == dict(CAUTIONS)
    assert {weight: str(words) for weight, words in clue_words.RARITIES.items()} == dict(RARITIES)
