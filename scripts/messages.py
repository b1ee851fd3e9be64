"""Bring the catalogues up to what the pages say, and compile them: `make messages`, for whoever translates.

Needs no program of gettext. A message that is gone goes from the catalogues too (the repository remembers it), a new
one comes without a translation, and nothing is ever guessed. A second run changes nothing.
"""

import sys

from scripts import catalogues, extraction

LOCALE = extraction.SOURCE / "web/locale"


def main() -> int:
    found = extraction.found()
    for language in sorted(catalogues.PLURALS):
        text = LOCALE / language / "LC_MESSAGES/django.po"
        said = {one.message: one.texts for one in catalogues.read(text) if not one.is_fuzzy and all(one.texts)}
        catalogues.write(text, language, found, said)
        kept = {message: said[message] for message in found if message in said}
        text.with_suffix(".mo").write_bytes(catalogues.compiled(language, kept))
        name = text.relative_to(extraction.SOURCE.parent.parent)
        sys.stdout.write(f"{name}: {len(kept)} of {len(found)} messages are translated.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
