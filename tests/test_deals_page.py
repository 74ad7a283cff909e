"""The page of shipped deals: every file stands on it, with the command that runs it."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytest.importorskip("sphinx", reason="the page is built with the documentation")
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import deal_index  # noqa: E402  after the path to it

from tests.engine.deals import funded_files, shipped_files  # noqa: E402

FILES = shipped_files()
FUNDED = set(funded_files())


@pytest.fixture(scope="module")
def page():
    return deal_index.page()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_shipped_file_stands_on_the_page_once(page, file):
    name = file.relative_to(ROOT).as_posix()
    command = "run" if file in FUNDED else "public"
    (row,) = [line for line in page.splitlines() if f"`risksim {command} {name}`" in line]
    cells = [cell.strip() for cell in row.strip("|").split(" | ")]
    assert len(cells) == 6
    assert all(cells)


def test_a_row_counts_what_is_published_and_assumed():
    entry = deal_index.entry(ROOT / "scenarios" / "broendby-tuba.yaml")
    # start, end, follow_up, participants, window and commitment name a source. Twelve numbers of the contract are
    # assumed, and seven of its public side: price level, two shares anyway, two consequences, and their two prices.
    assert (entry.published, entry.assumed) == (6, 12 + 7)
    assert entry.parties == "provider: TUBA; investors: DSI; payers: municipality"
    assert entry.kind == "price per outcome, public budgets"
    assert entry.shows == "Therapy for young people from families with substance abuse, Brøndby, 2021-2028."


def test_a_folder_without_a_heading_stops_the_build():
    from sphinx.errors import ExtensionError

    with pytest.raises(ExtensionError, match="no heading"):
        deal_index.folder_of(ROOT / "scenarios" / "new" / "deal.yaml")


def test_a_file_without_an_opening_comment_stops_the_build(tmp_path):
    from sphinx.errors import ExtensionError

    file = tmp_path / "deal.yaml"
    file.write_text("schema: 1\n", encoding="utf-8")
    with pytest.raises(ExtensionError, match="opens with no comment"):
        deal_index.shows(file)
