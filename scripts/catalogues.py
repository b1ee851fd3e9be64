"""Catalogues of translations: read, written and compiled in one fixed form, so that a diff shows what somebody wrote.

Source: GNU gettext manual, "The Format of PO Files" and "The Format of GNU MO Files" (all of it but hash tables, which
readers do not need).
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.extraction import Message

PLURALS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;",
}
"""How many forms a noun has beside a number, and which is for which. Source: Unicode CLDR, plural rules."""
PLACE = re.compile(r"\{\w*\}|%\(\w+\)[a-z]|%%")
"""What stands in a message for something else, and so must stand in its translation."""
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
_READ = {escaped: sign for sign, escaped in _ESCAPES.items()}

Translations = Mapping[Message, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message in a file; `is_fuzzy`: a program guessed the translation, or somebody doubts it."""

    message: Message
    texts: tuple[str, ...]
    is_fuzzy: bool = False


def forms(language: str) -> int:
    """How many forms the language has."""
    return int(PLURALS[language].partition(";")[0].removeprefix("nplurals="))


def places(text: str) -> list[str]:
    """The places of a message that are filled in, in one order."""
    return sorted(PLACE.findall(text))


# Text ------------------------------------------------------------------------


def read(path: Path) -> list[Entry]:
    """The entries of a catalogue, without its header."""
    blocks = path.read_text("utf-8").split("\n\n") if path.exists() else []
    return [entry for block in blocks if block.strip() and (entry := _entry(block)).message.text]


def _entry(block: str) -> Entry:
    """One entry. ValueError: a line is none of a catalogue, or is obsolete."""
    fields: dict[str, str] = {}
    name, is_fuzzy = "", False
    for line in block.strip().splitlines():
        if line.startswith("#"):
            if line.startswith("#~"):
                raise ValueError(line)
            is_fuzzy = is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        head, quote, rest = line.partition('"')
        name = head.strip() or name
        if not quote or not rest.endswith('"') or not name:
            raise ValueError(line)
        fields[name] = fields.get(name, "") + re.sub(r"\\.", lambda found: _READ[found.group()], rest[:-1])
    message = Message(text=fields["msgid"], plural=fields.get("msgid_plural"), context=fields.get("msgctxt"))
    return Entry(message=message, texts=tuple(_said(fields)), is_fuzzy=is_fuzzy)


def _said(fields: dict[str, str]) -> Iterator[str]:
    if "msgstr" in fields:
        yield fields["msgstr"]
    number = 0
    while f"msgstr[{number}]" in fields:
        yield fields[f"msgstr[{number}]"]
        number += 1


def header(language: str) -> str:
    """What a catalogue says of itself: no dates and no names, which would make diffs of nothing."""
    return (
        f"Language: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
        f"Content-Transfer-Encoding: 8bit\nPlural-Forms: {PLURALS[language]}\n"
    )


def write(path: Path, language: str, found: Mapping[Message, list[str]], said: Translations) -> None:
    """Write a catalogue: the messages in the order of `found`, without what is no longer there."""
    blocks = [f'msgid ""\nmsgstr ""\n{_quoted(header(language))}']
    for message, files in found.items():
        lines = [f"#: {file}" for file in files]
        lines += [f"msgctxt {_quoted(message.context)}"] if message.context else []
        lines.append(f"msgid {_quoted(message.text)}")
        texts = said.get(message) or ("",) * (1 if message.plural is None else forms(language))
        if message.plural is None:
            lines.append(f"msgstr {_quoted(texts[0])}")
        else:
            lines.append(f"msgid_plural {_quoted(message.plural)}")
            lines += [f"msgstr[{number}] {_quoted(text)}" for number, text in enumerate(texts)]
        blocks.append("\n".join(lines))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(blocks) + "\n", "utf-8")


def _quoted(text: str) -> str:
    lines = text.splitlines(keepends=True) if text.count("\n") > 1 else [text]
    return "\n".join('"' + "".join(_ESCAPES.get(sign, sign) for sign in line) + '"' for line in lines)


# Compiled --------------------------------------------------------------------


def compiled(language: str, said: Translations) -> bytes:
    """What gettext reads: the same translations are the same bytes. What is not translated is left out."""
    pairs = {b"": header(language).encode()}
    for message, texts in said.items():
        if all(texts):
            key = f"{message.context}\x04{message.text}" if message.context else message.text
            key += "" if message.plural is None else f"\0{message.plural}"
            pairs[key.encode()] = "\0".join(texts).encode()
    keys = sorted(pairs)
    tables, strings = 28, 28 + 16 * len(keys)
    texts_of = [keys, [pairs[key] for key in keys]]
    index, blob = b"", b""
    for column in texts_of:
        for text in column:
            index += struct.pack("<II", len(text), strings + len(blob))
            blob += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), tables, tables + 8 * len(keys), 0, 0)
    return head + index + blob
