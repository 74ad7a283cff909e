"""The workbench as a person meets it: what is on it, what may be moved, and what the service told it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Download, Locator, Page, Request, Response, expect

PATIENCE = 60_000
"""How long an answer may take on a busy machine. [ms]"""
LIVE = "/api/v1/live"
SCALES = {"m": 1e6, "bn": 1e9, "mio.": 1e6, "mia.": 1e9}


class Words(NamedTuple):
    """What the page says, where a test must find it by what people read."""

    skip: str
    choose: str
    undo: str
    redo: str
    share: str
    download: str
    edit: str
    add: str
    side_by_side: str
    relative: str
    bound: str
    moved: str
    scenario: str
    memo: str
    data: str
    cut_off: str
    again: str
    reset: str
    apply: str
    save: str
    deal_name: str
    other: str
    wellbeing: str
    price: str
    places: str
    sentence: str
    loss: str
    below: str
    history: str
    close: str


WORDS = {
    "en": Words(
        skip="Skip to the content",
        choose="Choose deal",
        undo="Undo",
        redo="Redo",
        share="Share",
        download="Download",
        edit="Edit file",
        add="Add variant",
        side_by_side="Side by side",
        relative="difference in per cent",
        bound="Loss bound",
        moved="1 moved",
        scenario="Scenario file with the moved inputs",
        memo="Memo",
        data="Data",
        cut_off="No connection to the service",
        again="Try now",
        reset="Reset",
        apply="Reckon this text",
        save="Save as a deal",
        deal_name="Name of the deal",
        other="Dansk",
        wellbeing="Success rate: Better well-being, by CORE-34 or WHO-5",
        price="Price: Better well-being, by CORE-34 or WHO-5",
        places="Places",
        sentence=r"^In (\d+) of 100 futures the investor gets the capital back; in the worst twentieth, .+ average\.$",
        loss=r"^In (\d+) of 100 futures the investors get back less than they paid in \(± [\d.]+\)\.$",
        below=r"^In (\d+) of 100 futures the investors end below (.+?) \(± [\d.]+\)\.$",
        history="What was done",
        close="Close",
    ),
    "da": Words(
        skip="Gå til indholdet",
        choose="Vælg aftale",
        undo="Fortryd",
        redo="Gentag",
        share="Del",
        download="Hent",
        edit="Ret filen",
        add="Ny variant",
        side_by_side="Side om side",
        relative="forskel i procent",
        bound="Tabsgrænse",
        moved="1 flyttet",
        scenario="Scenariefil med det, du har flyttet",
        memo="Notat",
        data="Data",
        cut_off="Ingen forbindelse til tjenesten",
        again="Prøv nu",
        reset="Nulstil",
        apply="Regn på teksten",
        save="Gem som aftale",
        deal_name="Aftalens navn",
        other="English",
        wellbeing="Succesrate: bedre trivsel, målt med CORE-34 eller WHO-5",
        price="Pris: bedre trivsel, målt med CORE-34 eller WHO-5",
        places="Pladser",
        sentence=r"^I (\d+) af 100 mulige fremtider får investoren kapitalen tilbage; i den værste tyvendedel .+\.$",
        loss=r"^I (\d+) af 100 mulige fremtider får investorerne mindre tilbage, end de betalte ind \(± [\d,]+\)\.$",
        below=r"^I (\d+) af 100 mulige fremtider .+ under (.+?) \(± [\d,]+\)\.$",
        history="Det, du har gjort",
        close="Luk",
    ),
}


class Bench:
    """One page with the workbench."""

    def __init__(self, page: Page, language: str, allowed: list[str] | None = None) -> None:
        self.page, self.language, self.words = page, language, WORDS[language]
        self.allowed: list[str] = [] if allowed is None else allowed
        """Parts of faults that a test provokes, as `Watched.allowed`."""
        self.came: list[tuple[dict[str, Any], Response]] = []
        page.on("response", self._heard)

    def _heard(self, response: Response) -> None:
        if response.url.endswith(LIVE) and response.status == 200:
            self.came.append((_asked(response.request), response))

    def open(self, path: str = "/") -> Bench:
        """Go to a workbench and wait until nothing is missing."""
        self.page.goto(path)
        self.settled()
        return self

    def settled(self) -> None:
        """Wait until every number belongs to where the inputs stand."""
        expect(self.page.locator("[data-panel=stresses]").first).to_be_visible(timeout=PATIENCE)
        expect(self.page.locator("[data-panel][aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
        expect(self.page.locator("[data-chart][data-drawn=no]")).to_have_count(0, timeout=PATIENCE)

    def answer(self) -> dict[str, Any]:
        """What the service told last, its parts laid over each other as on the page."""
        found: dict[str, Any] = {}
        for part in ("stresses", "answer"):
            came = (response.json() for _asked, response in reversed(self.came))
            said = next(answer for answer in came if part in answer["parts"])
            for key in ("charts", "tables"):
                said[key] = {**found.get(key, {}), **said[key]}
            said["notes"] = list(dict.fromkeys([*said["notes"], *found.get("notes", [])]))
            found = {**found, **said}
        return found

    def panel(self, name: str) -> Locator:
        """A panel by its key, which is the same in every language."""
        return self.page.locator(f"[data-panel={name}]")

    def sentence(self) -> str:
        """The answer in one sentence."""
        return plain(self.panel("headline").locator("p").first.inner_text())

    def slider(self, title: str) -> Locator:
        """The slider of an input."""
        said = {"en": "Slider", "da": "Skyder"}[self.language]
        return self.page.get_by_role("slider", name=f"{said}: {title}", exact=True)

    def field(self, title: str) -> Locator:
        """The field of an input."""
        return self.page.get_by_label(title, exact=True).and_(self.page.locator("input[type=text]"))

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def said_of(self, title: str) -> Locator:
        """What stands below a field: a question, a refusal, or how it was read."""
        described = self.field(title).get_attribute("aria-describedby")
        return self.page.locator(f"#{described}")

    def write(self, title: str, text: str) -> None:
        """Write into a field and leave it."""
        field = self.field(title)
        field.fill(text)
        field.press("Enter")

    def tables(self) -> Iterator[tuple[str, list[list[str]]]]:
        """Every table that can be seen: its caption and its rows."""
        found = self.page.evaluate(
            """() => [...document.querySelectorAll('[data-panel] table')].map((table) => [table.caption.textContent,
            [...table.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))])"""
        )
        for caption, rows in found:
            yield plain(caption), [[plain(cell) for cell in row] for row in rows]

    def take(self, what: str) -> Download:
        """Take something away."""
        menu = self.page.get_by_role("button", name=self.words.download, exact=True)
        if menu.get_attribute("aria-expanded") != "true":
            menu.click()
        with self.page.expect_download(timeout=PATIENCE) as found:
            self.press(what)
        return found.value


def _asked(request: Request) -> dict[str, Any]:
    return json.loads(request.post_data or "{}")  # type: ignore[no-any-return]


def plain(text: str) -> str:
    """A text with spaces as one types them."""
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ")).strip()


def number_of(text: str, language: str) -> tuple[float, float]:
    """The number that a reader reads, and half of its last decimal."""
    found = re.search(r"([−-]?)(\d[\d.,]*)\s?(%|mio\.|mia\.|m\b|bn\b)?", plain(text))
    assert found is not None, text
    group, decimal = (".", ",") if language == "da" else (",", ".")
    digits = found[2].rstrip(".,").replace(group, "").replace(decimal, ".")
    scale = 0.01 if found[3] == "%" else SCALES.get(found[3] or "", 1.0)
    places = len(digits.partition(".")[2])
    return (-1.0 if found[1] else 1.0) * float(digits) * scale, 0.5 * 10.0**-places * scale


def at(statistics: dict[str, Any], key: str) -> Any:
    """What stands at ``tranches[DSI].npv[0.035].mean`` of statistics."""
    found: Any = statistics
    for inside, name in re.findall(r"\[([^\]]+)\]|([^.\[\]]+)", key):
        found = found[inside or name]
    return found


def command_line(*words: str | Path) -> dict[str, Any]:
    """What the command line prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "risksim", *map(str, words), "--json", "--quiet"],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE / 1000,
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def texts_of(table: dict[str, Any]) -> list[list[str]]:
    """The cells of a table as the service told them."""
    return [[plain(cell["text"]) for cell in row] for row in table["rows"]]


def values_of(table: dict[str, Any]) -> dict[str, Sequence[Any]]:
    """The numbers of a table by the first cell of each row."""
    return {plain(row[0]["text"]): [cell["value"] for cell in row[1:]] for row in table["rows"]}
