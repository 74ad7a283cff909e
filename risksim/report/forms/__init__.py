"""The forms in which a document leaves: HTML, PDF, Word and Excel, and charts as pictures."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from typing import Literal, NamedTuple, get_args
from warnings import catch_warnings, simplefilter

from risksim.errors import RisksimError
from risksim.language import _
from risksim.report.document import Document

FormName = Literal["pdf", "docx", "html", "xlsx"]
"""A form, named as its files end."""
FORMS: tuple[FormName, ...] = get_args(FormName)


class Maker(NamedTuple):
    """What makes a form."""

    module: str
    """Has ``render(document) -> bytes``."""
    packages: tuple[tuple[str, str], ...]
    """Modules that it imports, and the packages they come in."""


_CHARTS = ("vl_convert", "vl-convert-python")
_PAGES = ("jinja2", "jinja2")
_DATES = ("babel", "babel")
MAKERS: Mapping[str, Maker] = {
    "pdf": Maker("risksim.report.forms.pdf", (_DATES, _PAGES, _CHARTS, ("weasyprint", "weasyprint"))),
    "docx": Maker("risksim.report.forms.word", (_DATES, ("docx", "python-docx"), _CHARTS)),
    "html": Maker("risksim.report.forms.html", (_DATES, _PAGES, _CHARTS)),
    "xlsx": Maker("risksim.report.forms.excel", (_DATES, ("xlsxwriter", "xlsxwriter"), _CHARTS)),
}


def missing(form: str) -> str | None:
    """What this machine lacks for a form, and how to install it; None where nothing is missing.

    Parameters
    ----------
    form : str
        One of `FORMS`.

    Returns
    -------
    str or None
    """
    absent = [package for module, package in MAKERS[form].packages if find_spec(module) is None]
    if absent:
        return _(
            "{form} needs {packages}, which {count} not installed.\n"
            'Install with: pip install "risksim-dsi[report]"\n'
            "Or ask for another form with --format.",
            form=form,
            packages=", ".join(absent),
            count=_("is") if len(absent) == 1 else _("are"),
        )
    return _without_pango() if form == "pdf" else None


def render(document: Document, form: str, template: bytes | None = None) -> bytes:
    """A document in a form.

    Parameters
    ----------
    document : Document
        What is written.
    form : str
        One of `FORMS`.
    template : bytes, optional
        A Word file whose styles a Word file takes; other forms have none.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    RisksimError
        If this machine lacks what the form needs; the message says how to install it.
    """
    lack = missing(form)
    if lack:
        raise RisksimError(lack)
    maker = import_module(MAKERS[form].module)
    made: bytes = maker.render(document, template) if form == "docx" and template else maker.render(document)
    return made


def _without_pango() -> str | None:
    """What to install where the libraries that set type are missing, which no Python package brings."""
    try:
        with redirect_stdout(StringIO()), catch_warnings():  # the reason is said below, once
            simplefilter("ignore", DeprecationWarning)  # of a library of the system that it can do without
            import_module("weasyprint")
    except OSError as error:
        return _(
            "pdf needs Pango, a library of the system that sets type ({reason}).\n"
            "Install on Debian or Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0\n"
            "on Fedora: dnf install pango; on macOS: brew install pango; "
            "on Windows, in MSYS2: pacman -S mingw-w64-ucrt-x86_64-pango\n"
            "Or ask for another form with --format.",
            reason=str(error).splitlines()[0],
        )
    return None
