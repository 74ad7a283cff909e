"""The scenarios that `risksim init` writes: a first deal, and a standard model for each kind of deal.

They are files in the folder ``models``, with a comment beside each choice.
"""

from __future__ import annotations

from importlib import resources

KINDS: dict[str, str] = {
    "rate-card": "a price for each person who reaches a goal, up to a cap",
    "threshold": "one sum if enough people succeed, and nothing if they don't",
    "graded-return": "a yearly return that follows the result",
    "retention-chain": "payments for those who are still there, step by step, and for the final goal",
    "loan": "a lender, a borrower who may fail, a share of its revenue, and a milestone",
    "pooled-municipalities": "several municipalities in one deal, judged together",
    "outcome-fund": "a fund that pays a part for the state, until its money runs out",
}
"""The kinds of deal for which there is a standard model, and what each pays for."""


def starter_text(kind: str = "starter") -> str:
    """The text of the starter scenario or of a standard model, which `risksim check` accepts as it stands.

    Parameters
    ----------
    kind : str
        A key of `KINDS`; left out, the starter.

    Returns
    -------
    str
        YAML; its first line points editors to the schema that `risksim schema` writes.
    """
    return resources.files(__package__).joinpath("models", f"{kind}.yaml").read_text(encoding="utf-8")
