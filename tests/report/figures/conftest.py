"""The Danish phrases of figures, compiled for these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from risksim import language

CATALOGUE = Path(language.__file__).parent / "locale" / "da" / "figures.po"


@pytest.fixture(autouse=True, scope="session")
def _danish(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Phrases of `figures.po` alone."""
    folder = tmp_path_factory.mktemp("locale")
    made = folder / "da" / "LC_MESSAGES"
    made.mkdir(parents=True)
    with CATALOGUE.open("rb") as source, (made / "risksim.mo").open("wb") as target:
        write_mo(target, read_po(source))
    before = language._CATALOGUES
    language._CATALOGUES = folder
    language._catalogue.cache_clear()
    yield
    language._CATALOGUES = before
    language._catalogue.cache_clear()
