"""The annual report as PDF, for people: the same figures as the JSON, as text that can be read out and copied.

Its words are English, from left to right. The file names title and language; it is not a tagged PDF.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from clew.domain.annual_report import FORMAT, TITLES, WORDS, AnnualReport, Section

PLAIN, BOLD = "Vera", "VeraBd"
"""Fonts that come with the library and are embedded: a report looks the same wherever it is read."""
INK, SOFT, LINE = HexColor("#1c2426"), HexColor("#56646a"), HexColor("#d5dcde")
MARGIN = 18 * mm
WIDTHS = (62 * mm, 20 * mm, 92 * mm)

TEXT = ParagraphStyle("text", fontName=PLAIN, fontSize=8.5, leading=11.5, textColor=INK)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=7.5, leading=10, textColor=SOFT)
TITLE = ParagraphStyle("title", parent=TEXT, fontName=BOLD, fontSize=15, leading=20)
HEADING = ParagraphStyle("heading", parent=TEXT, fontName=BOLD, fontSize=10.5, leading=14, spaceBefore=9)
_NUMBER = ParagraphStyle("number", parent=TEXT, alignment=2)


def as_pdf(report: AnnualReport) -> bytes:
    """The whole report as a PDF file; the same report is the same bytes."""
    for name in (PLAIN, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    written = BytesIO()
    document = SimpleDocTemplate(
        written, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=f"Annual report {report.year} of {report.member}", author=report.member, subject=FORMAT, creator="Clew",
        lang="en", invariant=1, initialFontName=PLAIN,
    )  # fmt: skip

    def foot(canvas: Canvas, _: SimpleDocTemplate) -> None:
        canvas.setFont(PLAIN, 7)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN, 10 * mm, f"{report.member} {report.year} · made {_time(report.made_at)}")
        canvas.drawRightString(A4[0] - MARGIN, 10 * mm, f"page {canvas.getPageNumber()}")

    document.build(list(_parts(report)), onFirstPage=foot, onLaterPages=foot)
    return written.getvalue()


def _parts(report: AnnualReport) -> Iterator[Flowable]:
    yield Paragraph(f"Annual report {report.year}", TITLE)
    yield Paragraph(shown(f"{report.member} {report.member_name}", instead=report.member), TEXT)
    yield Paragraph(
        f"From 1 January to 31 December {report.year}, in UTC; what is said to hold now held when this was made,"
        f" {_time(report.made_at)}. Numbers only: no person and no record is named.", SMALL,
    )  # fmt: skip
    for section in report.sections:
        yield Paragraph(TITLES[section.name], HEADING)
        yield _table(section)
    yield Paragraph("The log of acts", HEADING)
    for line in _log(report):
        yield Paragraph(shown(line), TEXT)
    yield Spacer(1, 4 * mm)


def _table(section: Section) -> Table:
    rows = [
        [
            Paragraph(escape(WORDS[section.name, figure.name]), TEXT),
            Paragraph(str(figure.total), _NUMBER),
            Paragraph(shown(", ".join(f"{of} {number}" for of, number in figure.parts)), SMALL),
        ]
        for figure in section.figures
    ]
    style = TableStyle([
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
    ])  # fmt: skip
    return Table(rows, colWidths=WIDTHS, style=style, hAlign="LEFT")


def _log(report: AnnualReport) -> Iterator[str]:
    log = report.log
    yield f"{log.size} events"
    yield f"root {log.root}"
    yield "never signed" if log.at is None else f"last signed {_time(log.at)}"
    for one in log.witnesses:
        yield f"witness {one.witness} signed {one.size} events {_time(one.at)}"
    if not log.witnesses:
        yield "no witness has signed"


def shown(words: str, *, instead: str = "?") -> str:
    """Words as the library takes them; `instead` where the font has no signs for them."""
    known = pdfmetrics.getFont(PLAIN).face.charToGlyph
    return escape(words if all(ord(sign) in known for sign in words) else instead)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
