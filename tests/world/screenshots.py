"""Pictures of pages for the README and the documentation, taken by tests: of drawn media only, few and small."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

BYTES_MAX = 150_000
COLOURS = 64


def keep(page: Page, folder: Path | None, name: str) -> None:
    """What the window shows now, with few colours; nothing where there is no folder."""
    if folder is None:
        return
    page.evaluate("scrollTo(0, 0)")
    wide, high = page.evaluate("[innerWidth, Math.min(innerHeight, document.querySelector('main').getBoundingClientRect().bottom)]")
    shown = page.screenshot(clip={"x": 0, "y": 0, "width": wide, "height": high})
    whole = Image.open(io.BytesIO(shown)).convert("RGB")
    path = folder / f"{name}.png"
    whole.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size <= BYTES_MAX, f"{path.name} is too large"
