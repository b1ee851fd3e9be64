"""Which sentences the pages show: read from the code itself, so that no program of gettext is needed to know them.

Three places hold them: templates and Python of `web/`; sentences of refusals, which `web/told.py` looks up when it
shows them; and data with words, such as the list of facts. What is not a constant cannot be looked up, and is an error
here: a sentence is written whole, with named places.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.template.base import Lexer, Token, TokenType
from django.utils.translation import trim_whitespace

from clew.domain import errors

SOURCE = Path(__file__).parent.parent / "src/clew"
LAYERS = ("domain", "actions", "records", "keys", "media")
"""Whose sentences pages show: refusals, and what is kept and told later."""
NEVER_ON_PAGES = {
    "actions/checking.py", "actions/mailing.py", "actions/proving.py", "actions/sequencing.py", "actions/verifying.py",
    "actions/witnessing.py", "keys/key_command.py", "keys/rotation.py", "domain/likely_country.py",
}  # fmt: skip
"""Only the command line, mail and programs say these; or `web/` says them in words of its own."""
SENTENCE = re.compile(r"[A-Z{“][^\n]* [^\n]*\.")
FAMILIES = {name for name, of in vars(errors).items() if isinstance(of, type) and issubclass(of, errors.ClewError)}
ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
MANY = {"ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
TRANSLATE, BLOCK = {"translate", "trans"}, {"blocktranslate", "blocktrans"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A sentence to be translated; `plural` where it counts, `context` where one word means two things."""

    text: str
    plural: str | None = None
    context: str | None = None


class NotConstant(Exception):
    """A sentence is put together where it stands; it says where."""


def found() -> dict[Message, list[str]]:
    """Every message with the files it stands in: those of pages first, in the order of files and of lines."""
    places: dict[Message, list[str]] = {}
    for file, message in _all():
        at = places.setdefault(message, [])
        name = file.relative_to(SOURCE).as_posix()
        if name not in at:
            at.append(name)
    return places


def _all() -> Iterator[tuple[Path, Message]]:
    web = SOURCE / "web"
    for file in sorted((web / "templates").rglob("*.html")):
        yield from ((file, one) for one in of_template(file.read_text("utf-8"), file.name))
    for file in sorted(web.rglob("*.py")):
        yield from ((file, one) for one in of_python(ast.parse(file.read_text("utf-8")), file.name))
    yield from _refused()


# Templates -------------------------------------------------------------------


def of_template(text: str, name: str) -> Iterator[Message]:
    """Messages of a template, in their order."""
    tokens = iter(Lexer(text).tokenize())
    for token in tokens:
        words = token.split_contents() if token.token_type is TokenType.BLOCK else [""]
        if words[0] in TRANSLATE:
            yield Message(text=_literal(words[1], name).replace("%", "%%"), context=_context(words, name))
        elif words[0] in BLOCK:
            yield _block(tokens, words, name)


def _block(tokens: Iterator[Token], words: list[str], name: str) -> Message:
    """What stands between a `blocktranslate` and its end, as Django looks it up."""
    texts = [""]
    for token in tokens:
        if token.token_type is TokenType.BLOCK:
            if token.contents.startswith("end"):
                break
            texts.append("")  # {% plural %}
        elif token.token_type is TokenType.VAR:
            texts[-1] += f"%({token.contents})s"
        elif token.token_type is TokenType.TEXT:
            texts[-1] += token.contents.replace("%", "%%")
    singular, *plural = [trim_whitespace(text) if "trimmed" in words else text for text in texts]
    return Message(text=singular, plural=plural[0] if plural else None, context=_context(words, name))


def _context(words: list[str], name: str) -> str | None:
    return _literal(words[words.index("context") + 1], name) if "context" in words else None


def _literal(word: str, name: str) -> str:
    if word[:1] not in {'"', "'"} or word[-1] != word[0]:
        raise NotConstant(f"{name}: {word}")
    return word[1:-1]


# Python ----------------------------------------------------------------------


def of_python(tree: ast.Module, name: str) -> Iterator[Message]:
    """Messages that a module of the pages marks, in their order."""
    for node in _calls(tree):
        function = node.func.id if isinstance(node.func, ast.Name) else ""
        if function in ONE:
            yield Message(text=_constant(node.args[0], name))
        elif function in MANY:
            yield Message(text=_constant(node.args[0], name), plural=_constant(node.args[1], name))
        elif function in WITH_CONTEXT:
            yield Message(context=_constant(node.args[0], name), text=_constant(node.args[1], name))


def _calls(tree: ast.AST) -> list[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sorted(calls, key=lambda node: (node.lineno, node.col_offset))


def _constant(node: ast.expr, name: str) -> str:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise NotConstant(f"{name}: {ast.unparse(node)}")
    return node.value


# Sentences of other layers ----------------------------------------------------


def of_layer(tree: ast.Module, name: str) -> Iterator[Message]:
    """Every whole sentence of a module, its documentation apart."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in sorted(_texts(tree), key=lambda one: (one.lineno, one.col_offset)):
        if id(node) not in told and SENTENCE.fullmatch(node.value):
            yield Message(text=node.value)
    for call in _calls(tree):
        if isinstance(call.func, ast.Name) and call.func.id in FAMILIES and call.args:
            _refuse_joined(call.args[0], name)


def _refuse_joined(said: ast.expr, name: str) -> None:
    if isinstance(said, ast.JoinedStr):
        raise NotConstant(f"{name}: {ast.unparse(said)}")


def _texts(tree: ast.Module) -> list[ast.Constant]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _tables(file: Path) -> Iterator[Message]:
    """Words in the tables of a module that are made of words alone."""
    for node in ast.parse(file.read_text("utf-8")).body:
        values = node.value.values if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict) else []
        yield from (Message(text=one.value) for one in values if isinstance(one, ast.Constant))


def _refused() -> Iterator[tuple[Path, Message]]:
    for layer in LAYERS:
        for file in sorted((SOURCE / layer).rglob("*.py")):
            if file.relative_to(SOURCE).as_posix() not in NEVER_ON_PAGES and "migrations" not in file.parts:
                yield from ((file, one) for one in of_layer(ast.parse(file.read_text("utf-8")), file.name))
    report = SOURCE / "domain/annual_report.py"
    yield from ((report, one) for one in _tables(report))
    facts = SOURCE / "formats/schemes/facts.json"
    for question in json.loads(facts.read_text("utf-8"))["questions"]:
        yield from ((facts, Message(text=words)) for words in (question["words"], *question["answers"].values()))
