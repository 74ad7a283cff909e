"""Deals: read, changed by a stress, and told apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from risksim.errors import ScenarioError
from risksim.scenario.reader import read_scenario

if TYPE_CHECKING:
    from typing import Any

    from risksim.plan.layout import Plan
    from risksim.scenario.reader import Document
    from risksim.scenario.scenario import Scenario


class Deal(NamedTuple):
    """A scenario that was read and compiled."""

    scenario: Scenario
    document: Document
    plan: Plan


def read(file: str | Path, *, draft: bool = False, funded: bool = False) -> Deal:
    """Read and compile a scenario file.

    Parameters
    ----------
    file : str or Path
        A scenario file; ``-`` reads standard input.
    draft : bool
        Read it to look at, not to run: quicker.
    funded : bool
        Refuse a file without financing, which has no investors and so nothing to show of them.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        With every mistake of the file.
    """
    scenario, document = read_scenario(file)
    if funded:
        _check_funded(scenario, document)
    return _compiled(scenario, document, draft)


def read_text(text: str, name: str = "-", *, draft: bool = False) -> Deal:
    """Read and compile a scenario that stands in no file.

    Parameters
    ----------
    text : str
        YAML.
    name : str
        What messages call it.
    draft : bool
        As in `read`.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        With every mistake of the text.
    """
    from risksim.scenario.reader import read_text as scenario_of

    return _compiled(*scenario_of(text, name), draft)


def _compiled(scenario: Scenario, document: Document, draft: bool) -> Deal:
    from risksim.plan.compile import compile_plan

    return Deal(scenario, document, compile_plan(scenario, document, draft=draft))


def check_funded(deal: Deal) -> None:
    """Refuse a deal without financing, which has no investors and so nothing to show of them.

    Raises
    ------
    ScenarioError
        With the financing that is missing.
    """
    _check_funded(deal.scenario, deal.document)


def _check_funded(scenario: Scenario, document: Document) -> None:
    from risksim.scenario.deal_contradictions import no_financing

    if not scenario.is_funded:
        raise ScenarioError([no_financing(document)])


def funded_plan(deal: Deal | Plan) -> Plan:
    """The plan of a deal that investors finance."""
    if isinstance(deal, Deal):
        check_funded(deal)
    return plan_of(deal)


def plan_of(deal: Deal | Plan) -> Plan:
    """The plan of a deal, or the plan itself."""
    return deal.plan if isinstance(deal, Deal) else deal


def stressed(deal: Deal, stress: str, *, draft: bool = False) -> Deal:
    """The deal that one of its stresses makes of it; everything that the stress leaves alone is drawn as before.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    stress : str
        One of its `stresses`.
    draft : bool
        As in `read`.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        With every mistake that the stress makes.
    """
    from risksim.scenario.reader import read_stressed

    return _compiled(*read_stressed(deal.document, stress), draft)


def changed(deal: Deal, name: str, changes: dict[str, Any], *, keep_stresses: bool = False) -> Deal:
    """The deal that a stress makes of it which stands in no file.

    Parameters
    ----------
    deal : Deal
        A deal that was read.
    name : str
        What messages call the stress.
    changes : dict
        Places and what becomes of them, as under `stresses`.
    keep_stresses : bool
        Whether the stresses of the file may be asked of the changed deal in turn.

    Returns
    -------
    Deal

    Raises
    ------
    ScenarioError
        With every mistake that the stress makes.
    """
    import dataclasses

    found = stressed(_with_stress(deal, name, changes), name)
    own = deal.document.root.get("stresses")
    if not keep_stresses or not own:
        return found
    return found._replace(
        scenario=found.scenario.model_copy(update={"stresses": deal.scenario.stresses}),
        document=dataclasses.replace(found.document, root={**found.document.root, "stresses": own}),
    )


def _with_stress(deal: Deal, name: str, changes: dict[str, Any]) -> Deal:
    """A deal whose file has this stress, and no other."""
    import dataclasses

    root = {**deal.document.root, "stresses": {name: changes}}
    return deal._replace(document=dataclasses.replace(deal.document, root=root))


def check_changed(deal: Deal, name: str, changes: dict[str, Any]) -> None:
    """Refuse a stress that stands in no file where the language refuses it; what only a plan shows is not looked at.

    Parameters
    ----------
    deal, name, changes
        As in `changed`.

    Raises
    ------
    ScenarioError
        With every mistake that the stress makes.
    """
    from risksim.scenario.reader import read_stressed

    read_stressed(_with_stress(deal, name, changes).document, name)


def check_stresses(deal: Deal) -> None:
    """Refuse a deal of which a stress of its file makes a mistake, as reading the file does.

    Parameters
    ----------
    deal : Deal
        From `changed`, which keeps stresses unread.

    Raises
    ------
    ScenarioError
        With every mistake of the first such stress.
    """
    from risksim.scenario.reader import read_stressed

    for stress in deal.scenario.stresses:
        read_stressed(deal.document, stress)


def differences_in_words(first: Deal, second: Deal) -> tuple[str, ...]:
    """What the file of the second deal says otherwise than that of the first, a sentence each."""
    from risksim.scenario.differences import differences

    return tuple(map(str, differences(first.scenario, second.scenario)))


def is_pattern(name: str) -> bool:
    """Whether a name stands for several files: a folder, or a pattern such as ``deals/*.yaml``."""
    import glob

    path = Path(name)
    return path.is_dir() or (glob.has_magic(name) and not path.exists())


def json_schema() -> dict[str, object]:
    """The JSON Schema of scenario files, for completion in an editor."""
    from risksim.scenario.schema import json_schema as schema

    return schema()


def standard_models() -> dict[str, str]:
    """The kinds of deal for which there is a commented standard model, and what each pays for."""
    from risksim.scenario.starter import KINDS

    return dict(KINDS)


def starter_text(kind: str | None = None) -> str:
    """A commented scenario to start from.

    Parameters
    ----------
    kind : str, optional
        One of `standard_models`; left out, a small first deal.

    Returns
    -------
    str
        YAML.
    """
    from risksim.scenario.starter import starter_text as text

    return text() if kind is None else text(kind)
