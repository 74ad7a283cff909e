"""Forms of what rooms below say in English of terms, pilots, sites, past deals and workbooks, for `said_below`."""

from __future__ import annotations

from risksim.language import N_

FORMS = (
    # How a question was answered
    N_("Exact engine, no simulation error"),
    N_("Solved exactly, no simulation error"),
    N_("{points} points, seed {seed}, conditional engine"),
    N_("exact engine"),
    N_("conditional engine"),
    N_("individual engine"),
    N_("{paths} paths, seed {seed}, exact engine"),
    # Terms that were solved for
    N_("all payers"),
    N_("What the payer pays does not depend on these terms: of those that keep all limits, one at a limit."),
    N_("Searched on grids, each finer than the one before: cheaper terms between their points may be missed."),
    N_("{place} ends where the search ends; look further with --from and --to."),
    N_(
        "For each of many values of {place}, {wide} apart and in the end {near} around the best, {key} was "
        "found by bisection: pairs between these values may be a little cheaper."
    ),
    N_(
        "{limit} holds on these paths, but by less than {errors} standard errors; with more paths, or a larger "
        "--margin, it is safer."
    ),
    N_("{limit} does not hold with other people; take more --paths, or a larger --margin."),
    N_("{limit}: the check with other people differs by more than {errors} standard errors."),
    # What knowing more is worth
    N_("leave the deal"),
    N_("take the deal as it stands"),
    N_("take it with '{name}'"),
    N_("the net present value of all investors together"),
    N_("what public budgets save and avoid, less their own costs and what they repay, as a present value"),
    N_("the net present value of all investors plus the net benefit of public budgets"),
    N_("The people of the pilot are taken to be like those of the deal, each with luck of their own, all counted."),
    N_("People of this deal share luck; if those of the pilot do, it tells less than is said here."),
    N_("Investors' money is discounted at the hurdle, that of public budgets at their own rate."),
    # What inputs are about
    N_("success rates"),
    N_("measurement"),
    N_("payment terms"),
    N_("financing and costs"),
    N_("early ends"),
    N_("shared shocks"),
    N_("other inputs"),
    N_("public budgets"),
    # What may fail together
    N_("a cohort has fewer than {share} of the successes that it has on average"),
    N_("less comes back than was paid in"),
    # Why sites are not settled together
    N_("the deal may end early, and what ends several sites together is not in the file"),
    N_("a rule '{name}' has no amounts that are known to grow with the number of sites"),
    N_("the fewest measured people of '{name}' are those of one site"),
    N_("'{name}' is a result of the programme as a whole, which no number of sites multiplies"),
    N_("a loan to one provider is not shared by several sites"),
    # What a deal has not among others
    N_("has no `financing`, and so no investors whose risk could be ranked"),
    N_("the file has no investors"),
    N_("no rate of {name} to US dollars was given (--usd)"),
    N_("the deal has no participants"),
    N_("payers pay nothing for outcomes"),
    N_("no outcome has a success rate"),
    # What became of a workbook
    N_("{key}: the cell is empty"),
    N_("{key}, {name}: the cell is empty"),
    N_("{key}: the comment on an empty cell"),
    N_("{name} is an example"),
    N_("the column {name} is not read"),
    N_("it stands in a column without a header"),
    N_("the book has no such sheet"),
    N_("the book has no such name"),
    N_("nothing on this sheet is read"),
    N_("below the empty row {row}: a table ends there"),
    N_("the comment on a year; write it under Source or Assumption"),
    N_("the unit: what is counted isn't said, so it is called `units`"),
    N_("its comment, which no note of the scenario holds"),
    N_("sheet {name}"),
    N_("row {row} of {name}"),
    N_("column {column} of {name}"),
    N_("{what} is hidden and holds values that are read."),
    N_("{place} links to another workbook; its value is as it was last calculated."),
    N_("{place} holds {name} and is read in per cent: a very small share."),
    N_("{place} is shown in thousands and holds {name}, which is what is read."),
    N_("{file}: no number was changed, so this is the scenario as it was."),
    N_("The book links to {books} other workbook; links are not followed, values stand as they were last calculated."),
    N_("The book links to {books} other workbooks; links are not followed, values stand as they were last calculated."),
    # Kinds of deal for which there is a standard model
    N_("a price for each person who reaches a goal, up to a cap"),
    N_("one sum if enough people succeed, and nothing if they don't"),
    N_("a yearly return that follows the result"),
    N_("payments for those who are still there, step by step, and for the final goal"),
    N_("a lender, a borrower who may fail, a share of its revenue, and a milestone"),
    N_("several municipalities in one deal, judged together"),
    N_("a fund that pays a part for the state, until its money runs out"),
)
"""What may be said below, with what is filled in."""
