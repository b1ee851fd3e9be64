"""Words and bytes that must not be found: planted in a run, and sought in every file afterwards."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

WORD_LETTERS_MIN = 10


def forms(secret: bytes) -> list[bytes]:
    """How a secret may lie in a file: raw, as hexadecimal in either case, as base64 at any offset."""
    shifted = [base64.b64encode(bytes(shift) + secret)[4 if shift else 0 : -4] for shift in range(3)]
    return [secret, secret.hex().encode(), secret.hex().upper().encode(), *shifted]


def forms_of_word(word: str) -> list[bytes]:
    """The same of text, and as UTF-16 in either order."""
    assert len(word) >= WORD_LETTERS_MIN
    return [form for code in ("utf-8", "utf-16-le", "utf-16-be") for form in forms(word.encode(code))]


def files_below(folders: Iterable[Path]) -> Iterator[Path]:
    """Every file, sockets and links apart; what goes meanwhile is passed by."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def found(sought: Mapping[str, Iterable[bytes]], folders: Iterable[Path]) -> set[tuple[str, str]]:
    """(name of what was sought, file) of everything that lies in a file, or is in its name."""
    hits = set()
    for path in files_below(folders):
        try:
            content = bytes(path) + b"\n" + path.read_bytes()
        except OSError:
            continue
        hits |= {
            (name, str(path)) for name, several in sought.items() if any(form in content for form in several)
        }  # fmt: skip
    return hits
