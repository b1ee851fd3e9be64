"""Text out of a seized file, made fit to be kept: one encoding, no control characters, bounded."""

from clew.media.limits import FACT_TEXT_CHARACTERS_MAX

_NOT_KEPT = {code: None for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n"} | {0: " "}
"""Control characters; a NUL parts two texts. JSON in PostgreSQL refuses NUL and lone surrogates."""


def words_of(untrusted: bytes | str, encoding: str = "utf-8") -> str:
    """Readable text of at most 4,000 characters; bytes that are not `encoding` are read as Latin-1."""
    if isinstance(untrusted, bytes):
        untrusted = _decoded(untrusted[: 4 * FACT_TEXT_CHARACTERS_MAX], encoding)
    text = untrusted[:FACT_TEXT_CHARACTERS_MAX].translate(_NOT_KEPT)
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def _decoded(untrusted: bytes, encoding: str) -> str:
    try:
        return untrusted.decode(encoding)
    except UnicodeDecodeError as flaw:
        # cut inside a character by the limit above: not another encoding
        if encoding == "utf-8" and flaw.start >= len(untrusted) - 3:
            return untrusted[: flaw.start].decode("utf-8")
        return untrusted.decode("latin-1" if encoding == "utf-8" else encoding, "replace")
