"""Writes the page of all shipped scenario files from the files themselves, each time the pages are built.

Names, parties, kinds of payment and the numbers of what is published and assumed are read from the files, so they
cannot fall behind. A folder without a heading here stops the build.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from risksim.scenario import origins
from risksim.scenario.payments import key_of, terms_of
from risksim.scenario.reader import read_scenario
from risksim.scenario.scenario import Scenario

ROOT = Path(__file__).parents[2]
TARGET = Path("reference/generated/deal-list.md")

FOLDERS: dict[str, tuple[str, str]] = {
    "": (
        "The deal of the tutorial",
        "The README and the tutorial use this file; beside it stands a published table.",
    ),
    "danish": (
        "Danish deals",
        "Real deals, with what is published of them; the rest is assumed and says so.",
    ),
    "international": ("Deals abroad", "Real deals with a published schedule of payments."),
    "templates": (
        "Templates",
        "Real deals of which no amount is published; the numbers stand in.",
    ),
    "rules": ("Payment rules", "One small deal for each payment rule; its claims can be checked by hand."),
    "enrolment": (
        "Enrolment",
        "Small deals in which it is uncertain how many come in, when they start, and who waits.",
    ),
    "outcomes": ("Outcomes", "One small deal for each kind of outcome."),
    "evidence": ("Evidence", "One small deal for each way in which evidence becomes a success rate."),
    "time": ("Time", "Small deals in which people leave by a law, move away, and succeed sooner or later."),
    "effects": ("Effects", "Small deals that pay for what a programme adds to what would have happened anyway."),
    "dependence": ("What goes together", "Small deals whose people, cohorts and years are not alone."),
    "sites": ("Many cohorts", "Deals in which one entry stands for many cohorts alike."),
    "ending": ("Ending early", "Small deals that may end before their time."),
    "soem": (
        "Calculations of public economy",
        "Programmes without investors, after published examples of the model SØM: {doc}`/reference/public-cases`.",
    ),
    "faxe": (
        "Strategies of a municipality",
        "Programmes without investors, made to break even when Faxe Kommune says that its strategies do.",
    ),
    "risks": (
        "Risks",
        "One small deal for each risk of real deals, with a stress that switches it: {doc}`/reference/risks`.",
    ),
    "public": (
        "Public money",
        "One small deal for each idea of what public budgets pay and save; its sums can be checked by hand.",
    ),
    "questions": ("Questions", "Small deals to ask questions of, whose answers can be checked by hand."),
    "financing": ("Instruments", "One small deal for each instrument of financing; its ledger can be checked by hand."),
    "examples": ("References", "Deals on which programs are compared; the law of the simple one is known exactly."),
}
"""Folders under ``scenarios`` in the order of the page: heading and a sentence."""

RULES: dict[str, str] = {
    "per_outcome": "price per outcome",
    "per_unit": "price per unit",
    "share_of_savings": "share of savings",
    "deemed": "deemed success",
    "fixed": "fixed amounts",
    "standing": "standing payments",
    "threshold": "threshold",
    "steps": "steps",
    "ladder": "ladder",
    "cap": "cap",
    "floor": "floor",
    "fund": "limited fund",
    "per_person": "most per person",
    "rebase": "re-basing",
    "amend": "amendment",
}
"""Payment rules as the page calls them."""


class Entry(NamedTuple):
    """A shipped scenario file."""

    file: str
    name: str
    shows: str
    parties: str
    kind: str
    command: str
    published: int
    assumed: int


def files() -> list[Path]:
    """All shipped scenario files, in the order of the page."""
    found = sorted(file for file in (ROOT / "scenarios").rglob("*.yaml") if not lists_deals(file))
    return sorted(found, key=lambda file: (list(FOLDERS).index(folder_of(file)), file.name))


def lists_deals(file: Path) -> bool:
    """Whether a file is a portfolio, which lists deals and is none itself."""
    return "\nportfolio:" in file.read_text(encoding="utf-8")


def folder_of(file: Path) -> str:
    """The folder of a file below ``scenarios``.

    Raises
    ------
    ExtensionError
        If the page has no heading for it.
    """
    folder = file.parent.relative_to(ROOT / "scenarios").as_posix().removeprefix(".")
    if folder not in FOLDERS:
        raise ExtensionError(f"scenarios/{folder} has no heading; write one in {__name__}.FOLDERS")
    return folder


def entry(file: Path) -> Entry:
    """What the page says of a file."""
    deal, _ = read_scenario(file)
    return Entry(
        file=file.relative_to(ROOT).as_posix(),
        name=deal.name,
        shows=shows(file),
        parties=parties(deal),
        kind=kind(deal),
        command="run" if is_funded(deal) else "public",
        published=len({place for places in origins.sources_used(deal).values() for place in places}),
        assumed=len(origins.assumptions(deal)),
    )


def shows(file: Path) -> str:
    """The first sentence of the comment that opens a file.

    Raises
    ------
    ExtensionError
        If no comment opens it.
    """
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines[0].startswith("# "):
        raise ExtensionError(f"{file}: opens with no comment; say in one what it shows")
    return re.split(r"(?<=[.])\s", lines[0][2:])[0]


def is_funded(deal: Scenario) -> bool:
    """Whether anybody invests; a file of public budgets alone can do without."""
    return "financing" in deal.model_fields_set


def parties(deal: Scenario) -> str:
    """Who commissions, provides, invests, guarantees and pays."""
    payers = {payer for rule in deal.payments if hasattr(terms_of(rule), "shares") for payer in terms_of(rule).shares()}
    tranches = deal.financing.tranches if is_funded(deal) else []
    said = {
        "authority": deal.authority,
        "provider": deal.provider if "provider" in deal.model_fields_set else None,
        "investors": ", ".join(tranche.name for tranche in tranches),
        "guarantors": ", ".join(guarantee.name for guarantee in deal.financing.guarantees),
        "payers": ", ".join(sorted(payers)),
    }
    return "; ".join(f"{role}: {names}" for role, names in said.items() if names)


def kind(deal: Scenario) -> str:
    """What the deal pays for, and how its capital is ordered."""
    said = list(dict.fromkeys(RULES.get(key_of(rule), key_of(rule).replace("_", " ")) for rule in deal.payments))
    public = ["public budgets"] if deal.public else []
    financing = deal.financing
    marks = {
        "ranked tranches": any(tranche.rank for tranche in financing.tranches),
        "interest": any(tranche.rate for tranche in financing.tranches),
        "loan": any(tranche.loan is not None for tranche in financing.tranches),
        "commitment fee": any(tranche.commitment_fee for tranche in financing.tranches),
        "costs per head": any(cost.per is not None for cost in financing.costs),
        "return cap": financing.return_cap or any(tranche.return_cap for tranche in financing.tranches),
        "return floor": financing.return_floor or any(tranche.return_floor for tranche in financing.tranches),
        "guarantee": financing.guarantees,
        "costs": financing.costs,
        "grant": financing.grants,
        "termination": financing.termination,
        "early end": deal.ends_early,
    }
    return ", ".join([*said, *(word for word, there in marks.items() if there), *public])


def page() -> str:
    """The whole page as MyST text."""
    lines = [
        "# Deals to read and run",
        "",
        "Every scenario file that comes with risksim. *Published* counts the numbers that name a source, *assumed*",
        "those that give a reason because nobody published them. `risksim check FILE` lists both, and what due",
        "diligence still lacks. {doc}`/guides/start-from-a-standard-model` has a model for each kind of deal.",
        "",
    ]
    found: dict[str, list[Entry]] = {}
    for file in files():
        found.setdefault(folder_of(file), []).append(entry(file))
    for folder, entries in found.items():
        heading, sentence = FOLDERS[folder]
        lines += [f"## {heading}", "", sentence, "", "| deal | what it shows | parties | kind | published | assumed |"]
        lines += ["|---|---|---|---|---|---|"]
        for one in entries:
            cells = [
                f"**{one.name}**<br>`risksim {one.command} {one.file}`",
                one.shows,
                one.parties,
                one.kind,
                str(one.published),
                str(one.assumed),
            ]
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


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
