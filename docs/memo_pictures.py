"""Draw the picture of a board memo for the documentation: ``python docs/memo_pictures.py MEMO.pdf``.

Puts the two pages that a board reads beside each other. Needs pypdfium2 and Pillow, which the program doesn't need.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

PICTURE = Path(__file__).parent / "images" / "board-memo.png"
WIDTH = 800
"""Of a page. [pixel]"""
GAP = 24
GREY = "#c6ccd2"


def main(memo: str) -> None:
    """Draw the first two pages of a memo."""
    document = pypdfium2.PdfDocument(memo)
    pages = [document[at] for at in range(min(2, len(document)))]
    drawn = [ImageOps.expand(page.render(scale=WIDTH / page.get_width()).to_pil(), 1, GREY) for page in pages]
    wide = sum(page.width for page in drawn) + GAP * (len(drawn) - 1)
    picture = Image.new("RGB", (wide, drawn[0].height), "white")
    for at, page in enumerate(drawn):
        picture.paste(page, (at * (page.width + GAP), 0))
    picture.quantize(64, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
