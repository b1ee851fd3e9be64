"""What pages say: every sentence can be looked up, and a language that is offered says all of them."""

import gettext
import io
import re
from collections import Counter
from pathlib import Path

import pytest

from clew.web import framework
from scripts import catalogues, extraction
from scripts.messages import LOCALE

OFFERED = [code for code, _name in framework.SETTINGS["LANGUAGES"] if code != "en"]
WEB = extraction.SOURCE / "web"
PHYSICAL = re.compile(r"(?<![\w-])(?:left|right)(?![\w-])|-(?:left|right)(?=[-\s:,;)])")
"""Words of style sheets that name a side of the screen and not of the writing."""


@pytest.fixture(scope="module")
def found() -> dict[extraction.Message, list[str]]:
    return extraction.found()


def text_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES/django.po"


def test_every_sentence_of_the_pages_is_a_constant_with_named_places(found):
    assert {"web", "domain", "actions", "records", "media"} <= {place.split("/")[0] for at in found.values() for place in at}
    unnamed = [one.text for one in found if one.text.count("{}") > 1 or "%s" in one.text.replace("%%", "")]
    assert unnamed == []


def test_a_refusal_is_shown_in_the_language_of_the_page_and_never_as_it_is():
    shown = re.compile(r"str\((?:refused|refusal|error|failed)\)")
    assert [file.name for file in WEB.rglob("*.py") if shown.search(file.read_text("utf-8"))] == []


def test_a_sentence_put_together_is_refused_where_it_stands():
    with pytest.raises(extraction.NotConstant, match=r"one\.py: .*most"):
        list(extraction.of_layer(extraction.ast.parse("raise Invalid(f'Name {most} media.')"), "one.py"))
    with pytest.raises(extraction.NotConstant, match=r"two\.py"):
        list(extraction.of_python(extraction.ast.parse("_('One ' + two)"), "two.py"))


def test_no_style_sheet_names_a_side_of_the_screen():
    for sheet in sorted(WEB.joinpath("static").glob("*.css")):
        rules = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        assert PHYSICAL.findall(rules) == [], sheet.name


def test_no_template_writes_the_parts_of_a_day_in_an_order_of_its_own():
    ordered = re.compile(r"date:[\"'](?!\w+_FORMAT|[cU][\"']|H:i|Y-m)[^\"']*[\"']")
    found = {file.name: ordered.findall(file.read_text("utf-8")) for file in WEB.joinpath("templates").rglob("*.html")}
    assert {name: each for name, each in found.items() if each} == {}


def test_a_catalogue_comes_back_as_it_was_written(tmp_path, found):
    odd = extraction.Message(text='Say “%(what)s”\nor "C:\\{name}"\t%%.', context="a path")
    many = extraction.Message(text="{count} lead", plural="{count} leads")
    said = {odd: ('Dites « %(what)s »\nou "C:\\{name}"\t%%.',), many: ("{count} piste", "{count} pistes")}
    catalogues.write(tmp_path / "django.po", "fr", {odd: ["a.html"], many: ["b.py"]}, said)
    assert {one.message: one.texts for one in catalogues.read(tmp_path / "django.po")} == said
    made = gettext.GNUTranslations(io.BytesIO(catalogues.compiled("fr", said)))
    assert made.pgettext("a path", odd.text) == said[odd][0]
    assert [made.ngettext(many.text, str(many.plural), number) for number in (0, 1, 2)] == [
        "{count} piste", "{count} piste", "{count} pistes",
    ]  # fmt: skip


@pytest.mark.parametrize("language", OFFERED)
def test_a_language_that_is_offered_says_everything_once_and_nothing_else(language, found):
    entries = catalogues.read(text_of(language))
    assert [one.message.text for one in entries if one.is_fuzzy] == []
    assert [one.message.text for one in entries if not all(one.texts)] == []
    assert Counter(one.message for one in entries) == Counter(list(found))


@pytest.mark.parametrize("language", OFFERED)
def test_a_translation_has_the_places_and_the_forms_of_its_message(language):
    for entry in catalogues.read(text_of(language)):
        said = entry.message
        assert len(entry.texts) == (1 if said.plural is None else catalogues.forms(language)), said.text
        wanted = catalogues.places(said.plural or said.text)
        for text in entry.texts:
            # “One lead” and “two leads” may do without the number; the form for many may not.
            assert catalogues.places(text) == wanted or (said.plural and set(catalogues.places(text)) < set(wanted)), text
            assert (text[:1].isspace(), text[-1:].isspace()) == (said.text[:1].isspace(), said.text[-1:].isspace()), text
        assert catalogues.places(entry.texts[-1]) == wanted, said.text


@pytest.mark.parametrize("language", OFFERED)
def test_what_is_compiled_is_what_is_written(language):
    said = {one.message: one.texts for one in catalogues.read(text_of(language))}
    assert text_of(language).with_suffix(".mo").read_bytes() == catalogues.compiled(language, said)


@pytest.mark.parametrize("language", OFFERED)
def test_signs_stay_with_their_words(language):
    signs = re.compile("[○◐◑●★✓✗✕△▲□◇◆◌]")
    for entry in catalogues.read(text_of(language)):
        for text in entry.texts:
            assert signs.findall(text) == signs.findall(entry.message.text), (entry.message.text, text)
