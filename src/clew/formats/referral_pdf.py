"""A referral's package as PDF, for people: what the JSON says, as text that can be read out and copied."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from clew.domain.referral import FORMAT, Package, Section
from clew.formats.annual_report_pdf import BOLD, HEADING, MARGIN, PLAIN, SMALL, SOFT, TEXT, TITLE

OBJECT_SIDE = 60 * mm
TITLES: Mapping[Section, str] = {
    Section.NARRATIVE: "Narrative", Section.MEDIA: "Media of the owner, as facts",
    Section.TIMELINE: "When it was taken, by the cameras' clocks", Section.CLUES: "Clues",
    Section.RANKING: "Countries that these clues speak for", Section.PLACES: "Places",
    Section.QUESTIONS: "Questions that are open",
}  # fmt: skip
_SIZE_AT, _SIZE_BYTES = 16, 8


def as_pdf(package: Package, crops: Mapping[str, bytes]) -> bytes:
    """The package as a PDF file; `crops` are PNG of our own making, by file name."""
    for name in (PLAIN, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    written, made = BytesIO(), package.made_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    document = SimpleDocTemplate(
        written, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=f"Referral {package.reference}", author=package.by.member, subject=FORMAT, creator="Clew",
        lang="en", invariant=1, initialFontName=PLAIN,
    )  # fmt: skip

    def foot(canvas: Canvas, _: SimpleDocTemplate) -> None:
        canvas.setFont(PLAIN, 7)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN, 10 * mm, f"{package.reference} · made {made}")
        canvas.drawRightString(A4[0] - MARGIN, 10 * mm, f"page {canvas.getPageNumber()}")

    document.build(list(_parts(package, crops)), onFirstPage=foot, onLaterPages=foot)
    return written.getvalue()


def _parts(package: Package, crops: Mapping[str, bytes]) -> Iterator[Flowable]:
    by = package.by
    yield Paragraph(f"Referral {package.reference} to {package.country}", TITLE)
    yield Paragraph(_readable(f"{by.member} {by.name} · {by.unit}"), TEXT)
    yield Paragraph(_readable(f"Contact: {by.contact_point or 'none was given'}"), TEXT)
    yield Paragraph(
        f"Series {package.series}, {package.series_state}. No medium is in this package, and nobody's identity.", SMALL
    )
    yield Paragraph(_readable(package.words), TEXT)
    for section, lines in package.sections.items():
        yield Paragraph(TITLES[section], HEADING)
        for line in lines:
            yield Paragraph(_readable(_line(line)), TEXT)
        if not lines:
            yield Paragraph("nothing", SMALL)
        if more := package.left_out.get(section):
            yield Paragraph(f"{more} more are not in this package.", SMALL)
    for file, words in package.crops:
        if file in crops:
            yield KeepTogether([Paragraph(_readable(f"{file}: {words}"), HEADING), _picture(crops[file])])
    yield Spacer(1, 4 * mm)


def _picture(png: bytes) -> Image:
    """A piece at one size, whatever its own. Source: PNG (Third Edition), 11.2.2, IHDR."""
    size = png[_SIZE_AT : _SIZE_AT + _SIZE_BYTES]
    width, height = int.from_bytes(size[:4], "big"), int.from_bytes(size[4:], "big")
    scale = OBJECT_SIDE / max(width, height)
    return Image(BytesIO(png), width * scale, height * scale, hAlign="LEFT")


def _line(line: Mapping[str, object]) -> str:
    return " · ".join(f"{name}: {_value(value)}" for name, value in line.items() if value not in ("", None, [], {}))


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(each)}" for name, each in value.items())
    return ", ".join(map(_value, value)) if isinstance(value, list) else str(value)


def _readable(words: str) -> str:
    """Words as the library takes them, with `?` for signs that its font does not have: the JSON beside has them all."""
    known = pdfmetrics.getFont(PLAIN).face.charToGlyph
    return escape("".join(sign if ord(sign) in known else "?" for sign in words.replace("\n", " ")))
