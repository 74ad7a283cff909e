"""Draw the picture of the workbench for the documentation: ``python docs/workbench_picture.py http://127.0.0.1:8000``.

Looks at a service that runs (``risksim serve``), adds a variant in which people succeed less often, and waits until the
page rests. Needs Playwright, Chromium and Pillow, which the program doesn't need.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

PICTURE = Path(__file__).parent / "images" / "workbench.png"
WIDTH, HEIGHT = 1440, 1000
STEPS = 15
"""By which the slider is moved down, a percentage point each."""
PATIENCE = 120_000
"""[ms]"""
RESTS = """() => document.querySelector('[data-panel=compare] table[class], [data-panel=compare] tbody')
    && document.querySelector('[data-panel=stresses]')
    && !document.querySelector('[aria-busy=true]')
    && [...document.querySelectorAll('[data-drawn]')].every((one) => one.dataset.drawn === 'yes')"""


def main(address: str) -> None:
    """Draw the workbench in Danish, with two variants."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(
            locale="da-DK", color_scheme="light", viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce"
        )
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.get_by_role("button", name="Ny variant").click()
        _move(page)
        page.wait_for_function(RESTS)
        drawn = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    drawn.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


def _move(page: Page) -> None:
    """Move the first slider of the second variant, and take the mouse and the focus away from it."""
    slider = page.locator("#inputs input[type=range]").first
    slider.focus()
    for _ in range(STEPS):
        page.keyboard.press("ArrowLeft")
    slider.blur()


if __name__ == "__main__":
    main(sys.argv[1])
