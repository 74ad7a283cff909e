"""How much of a page blocks take, roughly: enough to guess how closely type must be set before it is set."""

from __future__ import annotations

import math
from collections.abc import Sequence

from risksim.report.document import Beside, Block, Bullets, Chart, Heading, Keys, Paragraph, Table
from risksim.report.forms import draw

WIDTH, GAP = 496.0, 14.0
"""Width of the text, and between blocks beside each other. [pt]"""
SIZE = 9.0
"""Of type set as generously as can be. [pt]"""
LETTER = 0.505
"""Width of an average letter. [size of type]"""
LINE = {"plain": 1.36, "lead": 1.35, "note": 1.32, "warning": 1.36}
SCALE = {"plain": 1.0, "lead": 1.25, "note": 0.86, "warning": 1.0}
"""Of a paragraph: its lines and its type. [size of type]"""


def height(blocks: Sequence[Block], width: float = WIDTH) -> float:
    """How high blocks stand below each other.

    Parameters
    ----------
    blocks : sequence of Block
        What is set.
    width : float
        Of the column. [pt]

    Returns
    -------
    float
        [pt]
    """
    return sum(_height(block, width) for block in blocks)


def _height(block: Block, width: float) -> float:
    if isinstance(block, Heading):
        return 0.0 if block.level == 1 else SIZE * (1.54 * _lines(block.text, width, 1.28) + 1.86)
    if isinstance(block, Paragraph):
        scale = SCALE[block.kind]
        return SIZE * (_lines(block.text, width, scale) * scale * LINE[block.kind] + 0.55)
    if isinstance(block, Bullets):
        return SIZE * (sum(_lines(item, width - SIZE, 1.0) * 1.36 + 0.25 for item in block.items) + 0.6)
    if isinstance(block, Table):
        return _table(block, width)
    if isinstance(block, Chart):
        wide, high = (float(block.spec.get(key) or 1.0) for key in ("width", "height"))
        return width * high / wide + SIZE * (1.25 * _lines(draw.heading(block), width, 1.0) + 1.1)
    if isinstance(block, Beside):
        each = (width - GAP * (len(block.blocks) - 1)) / max(len(block.blocks), 1)
        return max((_height(part, each) for part in block.blocks), default=0.0)
    return SIZE * 9.0 if isinstance(block, Keys) else 0.0


def _table(table: Table, width: float) -> float:
    each = width / max(len(table.head), 1)
    head = max((_lines(text, each, 0.86) for text in table.head), default=1)
    caption = 1.8 if table.caption else 0.0
    notes = sum(_lines(note, width, 0.86) * 1.14 + 0.4 for note in table.notes)
    return SIZE * (caption + 1.11 * head + 0.45 + 1.65 * len(table.rows) + 0.7 + notes)


def _lines(text: str, width: float, scale: float) -> int:
    return max(1, math.ceil(len(text) * SIZE * scale * LETTER / width))
