"""Writes the page of the register of constants from the register itself, each time the pages are built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from risksim.scenario import register

TARGET = Path("reference/generated/register.md")


def page() -> str:
    """The whole page as MyST text."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "# The register of constants"
    yield ""
    yield (
        f"Edition of {register.edition()}. A file names a constant as a number, `{{register: KEY}}`; "
        "{doc}`../evidence` says which act without being named."
    )
    yield ""
    for status, words in register.STATUS.items():
        yield f"- **{status}**: {words}"
    yield ""
    yield "| key | value | unit | status | what it is | source | from | to |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in register.constants().values():
        unit = "" if one.unit == "1" else one.unit
        note = f"; {one.note}" if one.note else ""
        cells = (f"`{one.key}`", one.words, unit, one.status, one.what + note, one.source)
        dates = (str(one.valid_from), str(one.valid_to) if one.valid_to else "")
        yield "| " + " | ".join(cell.replace("|", r"\|") for cell in (*cells, *dates)) + " |"
    yield ""


def write(app: Sphinx) -> None:
    """Write the page, leaving it alone where nothing changed."""
    target = Path(app.srcdir) / TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    text = page()
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the page before the sources are read."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
