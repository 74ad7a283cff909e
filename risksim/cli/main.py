"""The command line: parse, call the pipeline, print. Results to stdout, talk and progress to stderr.

Exit codes: 0 done, 1 a limit asked for was breached, 2 wrong usage or input, 130 interrupted. Nothing heavy is
imported before a command needs it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from risksim.cli import garbage
from risksim.cli.help import Command, Group
from risksim.cli.people import people
from risksim.cli.tongue import asked, of_environment, of_words
from risksim.errors import RisksimError
from risksim.language import _, speak, spoken


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends a command with a word and the exit code of an interruption."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(_("\nInterrupted; nothing was saved."), err=True)
        raise typer.Exit(130) from None
    except typer.Abort:
        typer.echo(_("Aborted!"), err=True)
        raise typer.Exit(1) from None


class _Commands(Group):
    """The commands, each of which may be interrupted at any moment, while it loads as well."""

    def invoke(self, ctx: Any) -> Any:
        with _interruptible():
            return super().invoke(ctx)


app = typer.Typer(
    name="risksim",
    cls=_Commands,
    help="Monte Carlo risk simulation for investors in social-outcome deals.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ScenarioFile = Annotated[
    str, typer.Argument(metavar="FILE", help="Scenario file; - reads standard input.", show_default=False)
]
DealsFile = Annotated[
    str, typer.Argument(metavar="FILE", help="Scenario or portfolio file; - reads a scenario.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON under documented keys instead of a table.")]
Engine = Annotated[
    str,
    typer.Option(
        "--engine", help="exact, conditional or individual; auto takes the most exact one that can run the deal."
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed: the same seed gives the same digits everywhere.")]
OutJson = Annotated[Path | None, typer.Option("--out", help="Write to a file: .json (all).", show_default=False)]
OutTable = Annotated[
    Path | None,
    typer.Option("--out", help="Write to a file: .csv (its table) or .json (all).", show_default=False),
]
Chart = Annotated[
    Path | None,
    typer.Option("--chart", help="Write the charts to a file: Vega-Lite, .json.", show_default=False),
]
OneStress = Annotated[
    str | None, typer.Option("--stress", help="Ask of the deal with a stress of its file.", show_default=False)
]
Threads = Annotated[int, typer.Option("--threads", help="Threads; 0 takes every core. Never changes a result.")]
Points = Annotated[
    int | None,
    typer.Option("--paths", help="Futures to simulate.", show_default="100000, of quasi-random points 65536"),
]
Resume = Annotated[
    Path | None,
    typer.Option(
        "--resume",
        help="Folder that keeps finished rows; those already there are not computed again.",
        show_default=False,
    ),
]
Lang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="da|en",
        callback=asked,
        help="Language of what is to be read: da or en; JSON keeps its own.",
        show_default="RISKSIM_LANG, else the locale",
    ),
]
HiddenLang = Annotated[str | None, typer.Option("--lang", metavar="da|en", callback=asked, hidden=True)]
"""``--lang`` before a command, or of the help of all commands."""
OldLang = Annotated[str | None, typer.Option("--language", metavar="da|en", callback=asked, hidden=True)]
"""What ``--lang`` was called before."""
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
Dask = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Compute on workers: tcp://HOST:PORT of a scheduler, local, or local:4. Never changes a result.",
        show_default=False,
    ),
]
FailIf = Annotated[
    str | None,
    typer.Option(
        "--fail-if",
        metavar="LIMITS",
        help='End with exit code 1 if this holds, as "p_loss>0.2,irr<0.03".',
        show_default=False,
    ),
]


Forms = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORM,...", help="pdf, docx, html or xlsx; several by commas.", show_default="pdf"
    ),
]
Template = Annotated[
    Path | None,
    typer.Option("--template", metavar="BOARD.docx", help="Word in the styles of this template.", show_default=False),
]
LossLimit = Annotated[
    float,
    typer.Option("--p-loss", min=0.0, max=1.0, help="Probability of a loss for which the memo solves for terms."),
]
QuickMemo = Annotated[bool, typer.Option("--quick", help="Fewer futures behind all but the run itself.")]


def _show_version(wanted: bool) -> None:
    if wanted:
        from risksim.cli.version import version_text

        typer.echo(version_text())
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show versions and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    _lang: HiddenLang = None,
) -> None:
    if debug:
        os.environ["RISKSIM_DEBUG"] = "1"


@app.command(cls=Command)
def check(file: DealsFile, as_json: Json = False, _lang: Lang = None) -> None:
    """Read a scenario and say what it assumes.

    Example: risksim check scenarios/broendby-tuba.yaml
    """
    from risksim.cli.check import check as of_deal
    from risksim.cli.files import lists_deals

    if lists_deals(file):
        from risksim.cli.portfolio import check as of_portfolio

        of_portfolio(file, as_json)
    else:
        of_deal(file, as_json)


@app.command(cls=Command)
def describe(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Scenario file; - reads standard input.", show_default=False)
    ] = None,
    register: Annotated[
        bool, typer.Option("--register", help="List the constants that ship with the program instead.")
    ] = False,
    deal: Annotated[str | None, typer.Option("--deal", help="Which deal of a portfolio.", show_default=False)] = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Say instead where the deal lies among past deals.")
    ] = False,
    usd: Annotated[
        float | None, typer.Option("--usd", help="With --reference: US dollars for one unit of the deal's currency.")
    ] = None,
    as_json: Json = False,
    _lang: Lang = None,
) -> None:
    """Say of every uncertain number where it comes from, its form and what was done to get there.

    Example: risksim describe scenarios/evidence/how-much-we-know.yaml
    """
    if reference and file is not None:
        from risksim.analysis.reference import PATHS
        from risksim.cli.reference import reference as among_past_deals

        among_past_deals(file, usd, PATHS, 1, 0, as_json)
        return
    from risksim.cli.describe import describe as command

    command(file, register, as_json, deal)


@app.command(cls=Command)
def run(
    file: DealsFile,
    paths: Annotated[
        int | None,
        typer.Option(
            "--paths",
            help="Futures to simulate; with --tolerance at most (then 10,000,000).",
            show_default="100000, of quasi-random points 65536",
        ),
    ] = None,
    seed: Seed = 1,
    threads: Threads = 0,
    as_json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Save every path: .nc (all, labelled), .csv (one row a path) or .json (statistics)."
        ),
    ] = None,
    ledger: Annotated[
        bool, typer.Option("--ledger", help="Add who pays whom, when and why: mean amounts by budget year.")
    ] = False,
    dask: Dask = None,
    fail_if: FailIf = None,
    engine: Engine = "auto",
    tolerance: Annotated[
        str | None,
        typer.Option(
            "--tolerance",
            metavar="NAME=ERROR,...",
            help="Run until these statistics have these standard errors, as p_loss=0.002,npv=1%.",
        ),
    ] = None,
    exact: Annotated[
        bool,
        typer.Option("--exact", help="Exact quantiles of any number of paths: draw them twice instead of counting."),
    ] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", help="Folder for what is finished; the same command goes on from there."),
    ] = None,
    keep_values: Annotated[
        int | None,
        typer.Option("--keep-values", help="Paths up to which values are kept.", show_default="1000000"),
    ] = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Simulate a deal and answer: what comes back, how likely is a loss, what is repaid when.

    Example: risksim run scenarios/broendby-tuba.yaml --paths 100000
    """
    from risksim.analysis.answer import Wishes
    from risksim.cli.files import lists_deals
    from risksim.cli.portfolio import run as of_portfolio
    from risksim.cli.run import run as of_deal

    wishes = Wishes(tolerance, exact, checkpoint, keep_values, engine)
    if lists_deals(file):
        streams = wishes != Wishes()
        code = of_portfolio(file, paths, seed, threads, as_json, out, ledger, quiet, streams, dask, fail_if)
    else:
        code = of_deal(file, paths, seed, threads, as_json, out, ledger, quiet, wishes, dask, fail_if)
    if code:
        raise typer.Exit(code)


@app.command(cls=Command)
def explain(
    file: DealsFile,
    path: Annotated[int, typer.Option("--path", help="Which path, counted from 0.")],
    seed: Seed = 1,
    deal: Annotated[
        str | None, typer.Option("--deal", help="Which deal of a portfolio, by its name.", show_default=False)
    ] = None,
    engine: Annotated[
        Literal["individual", "conditional"],
        typer.Option("--engine", help="Engine of the run whose path it is."),
    ] = "individual",
    as_json: Json = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write to a file instead of stdout.")] = None,
    _lang: Lang = None,
) -> None:
    """Tell one path as a story: who enrolled, left and succeeded, and every payment with its reason.

    Of a deal with a public block it ends with what public budgets save and pay on the same path.

    Example: risksim explain scenarios/broendby-tuba.yaml --path 4711
    """
    from risksim.cli.explain import explain as command

    command(file, path, seed, deal, engine, as_json, out)


@app.command(cls=Command)
def stress(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Scenario file; several, folders or patterns with --standard.", show_default=False
        ),
    ],
    paths: Annotated[int, typer.Option("--paths", help="Futures to simulate, for each stress.")] = 100_000,
    seed: Seed = 1,
    threads: Threads = 0,
    as_json: Json = False,
    out: OutTable = None,
    standard: Annotated[
        bool, typer.Option("--standard", help="Instead: a standard set of stresses, made from what the deal has.")
    ] = False,
    own: Annotated[bool, typer.Option("--own", help="With --standard: the stresses of the file too.")] = False,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--grid",
            metavar="PLACE=VALUES",
            help='Instead: one or two numbers over a grid, as "payments[0].price=15000:25000:5"; once or twice.',
            show_default=False,
        ),
    ] = None,
    shown: Annotated[
        str | None,
        typer.Option("--show", help="With --grid: npv, p_loss, irr_p50 or repayment.", show_default="npv"),
    ] = None,
    chart: Annotated[
        Path | None,
        typer.Option("--chart", help="With --standard or --grid: write the charts to a file: Vega-Lite, .json."),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            "--resume", help="With --standard and several files: folder that keeps finished rows.", show_default=False
        ),
    ] = None,
    tipping: Annotated[
        bool,
        typer.Option("--tipping", help="Instead: what if those who fail are harder to measure than those who succeed?"),
    ] = False,
    outcome: Annotated[str | None, typer.Option("--outcome", help="With --tipping: which outcome is failed.")] = None,
    dask: Dask = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Ask what if: run a deal with each of its `stresses`, met by the same people, and say what changes.

    Example: risksim stress scenarios/risks/development-cost.yaml
    """
    from risksim.cli.stress import Wishes
    from risksim.cli.stress import stress as command

    wishes = Wishes(standard, own, tuple(grid or ()), shown, chart, resume)
    command(files, paths, seed, threads, as_json, out, tipping, outcome, quiet, dask, wishes)


@app.command(cls=Command)
def compare(
    files: Annotated[
        list[str], typer.Argument(metavar="A B [C D]", help="Scenario files, up to four.", show_default=False)
    ],
    stresses: Annotated[
        list[str] | None,
        typer.Option(
            "--stress", help="A stress of the file, as a side of its own; may be repeated.", show_default=False
        ),
    ] = None,
    named_before: Annotated[list[str] | None, typer.Option("--with", hidden=True)] = None,
    paths: Annotated[int, typer.Option("--paths", help="Futures to simulate, for each side.")] = 100_000,
    seed: Seed = 1,
    threads: Threads = 0,
    engine: Annotated[
        str, typer.Option("--engine", help="individual (auto), or conditional where all sides share its points.")
    ] = "auto",
    as_json: Json = False,
    out: OutTable = None,
    chart: Chart = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Compare deals, or a deal and its stresses, met by the same people: what one leaves more than another.

    Example: risksim compare scenarios/risks/development-cost.yaml --stress "no cost of development"
    """
    from risksim.cli.compare import compare as command

    asked = [*(stresses or []), *(named_before or [])]
    command(files, asked, paths, seed, threads, engine, as_json, out, chart, quiet)


@app.command(cls=Command)
def decompose(
    file: ScenarioFile,
    paths: Annotated[
        int, typer.Option("--paths", help="Futures of a plain run; all runs together take eight times as many.")
    ] = 100_000,
    seed: Seed = 1,
    threads: Threads = 0,
    as_json: Json = False,
    out: OutTable = None,
    chart: Chart = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Ask where the uncertainty comes from: success rates, enrolment, dropout, terms, or the luck of small numbers.

    Example: risksim decompose scenarios/broendby-tuba.yaml
    """
    from risksim.cli.decompose import decompose as command

    command(file, paths, seed, threads, as_json, out, chart, quiet)


@app.command(cls=Command)
def sensitivity(
    file: ScenarioFile,
    paths: Annotated[int, typer.Option("--paths", help="Futures of the plain run.")] = 100_000,
    seed: Seed = 1,
    threads: Threads = 0,
    given_data: Annotated[
        bool, typer.Option("--given-data", help="From the plain run alone: no tornado, no further runs.")
    ] = False,
    sobol: Annotated[
        bool, typer.Option("--sobol", help="Add indices of what is expected given the inputs, luck taken out.")
    ] = False,
    as_json: Json = False,
    out: OutTable = None,
    chart: Chart = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Ask which uncertain numbers the answer hangs on, where losses lie, and which guess matters most.

    Example: risksim sensitivity scenarios/broendby-tuba.yaml --sobol
    """
    from risksim.cli.sensitivity import sensitivity as command

    command(file, paths, seed, threads, given_data, sobol, as_json, out, chart, quiet)


@app.command(cls=Command)
def reverse(
    file: ScenarioFile,
    limit: Annotated[
        str, typer.Option("--limit", metavar="LIMIT", help='What must not be, as "p_loss>0.3" or "irr<0".')
    ] = "npv<0",
    paths: Annotated[int, typer.Option("--paths", help="Futures of every run.")] = 4_096,
    seed: Seed = 1,
    threads: Threads = 0,
    as_json: Json = False,
    out: OutJson = None,
    chart: Chart = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Ask what would have to happen for a limit to break: one number alone, and the most plausible joint change.

    Example: risksim reverse scenarios/questions/pilot.yaml --limit "p_loss>0.6"
    """
    from risksim.cli.reverse import reverse as command

    command(file, limit, paths, seed, threads, as_json, out, chart, quiet)


@app.command(cls=Command)
def tail(
    file: ScenarioFile,
    paths: Annotated[int, typer.Option("--paths", help="Futures to simulate, weighted and plain each.")] = 100_000,
    seed: Seed = 1,
    threads: Threads = 0,
    level: Annotated[
        float, typer.Option("--level", help="How far out to look: 0.99 is the worst hundredth of all futures.")
    ] = 0.99,
    stress: OneStress = None,
    as_json: Json = False,
    out: OutTable = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Ask how bad it can get: rare losses far more exactly than a plain run of as many paths.

    Example: risksim tail scenarios/broendby-tuba.yaml --level 0.99
    """
    from risksim.cli.tail import tail as command

    command(file, paths, seed, threads, level, stress, as_json, out, quiet)


@app.command(cls=Command)
def price(
    file: ScenarioFile,
    change: Annotated[
        list[str],
        typer.Option(
            "--change",
            metavar="PLACE",
            help="What is solved for, as payments[0].price; once or twice.",
            show_default=False,
        ),
    ],
    investor: Annotated[
        list[str] | None,
        typer.Option("--investor", metavar="LIMIT", help='As "p_loss<=0.10" or "irr_p50>=0.04"; may be repeated.'),
    ] = None,
    payer: Annotated[
        list[str] | None,
        typer.Option("--payer", metavar="LIMIT", help='As "mean<=900000" or "p_over(1000000)<=0.05"; may be repeated.'),
    ] = None,
    budget: Annotated[
        list[str] | None,
        typer.Option("--budget", metavar="LIMIT", help='A year, as "2027<=500000" or "2027<=500000@0.95".'),
    ] = None,
    public: Annotated[
        list[str] | None,
        typer.Option("--public", metavar="LIMIT", help='As "municipality.p_negative<=0.2"; may be repeated.'),
    ] = None,
    low: Annotated[
        list[float] | None,
        typer.Option("--from", help="Where the search begins.", show_default="a fourth of what stands there"),
    ] = None,
    high: Annotated[
        list[float] | None, typer.Option("--to", help="Where it ends.", show_default="four times as much")
    ] = None,
    minimise: Annotated[
        str | None,
        typer.Option("--minimise", metavar="PAYER", help="Whose mean cost is to be least.", show_default="all payers"),
    ] = None,
    margin: Annotated[
        float, typer.Option("--margin", help="Standard errors of the simulation by which limits must hold.")
    ] = 2.0,
    paths: Annotated[int, typer.Option("--paths", help="Futures on which terms are solved and checked.")] = 65_536,
    seed: Seed = 1,
    threads: Threads = 0,
    engine: Engine = "auto",
    as_json: Json = False,
    out: OutTable = None,
    chart: Chart = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Solve for terms: the cheapest for the payer under which limits of investors and payers hold.

    Example: risksim price scenarios/questions/terms.yaml --change payments[0].price --investor "p_loss<=0.10"
    """
    from risksim.analysis.price import Asked
    from risksim.cli.price import price as command

    limits = investor or (), payer or (), budget or (), public or ()
    asked = Asked(change, *limits, low or (), high or (), minimise, margin)
    command(file, asked, paths, seed, threads, engine, as_json, out, chart, quiet)


@app.command(cls=Command)
def value(
    file: ScenarioFile,
    decide: Annotated[
        Literal["investor", "payer", "both"],
        typer.Option("--decide", help="Whose decision, and whose payoff."),
    ] = "investor",
    stress: Annotated[
        list[str] | None,
        typer.Option("--stress", help="A stress of the file as a further alternative; may be repeated."),
    ] = None,
    terms: Annotated[list[str] | None, typer.Option("--terms", hidden=True)] = None,
    hurdle: Annotated[
        float | None,
        typer.Option("--hurdle", help="Rate of present values, as 0.04.", show_default="the last of the file"),
    ] = None,
    pilot: Annotated[int | None, typer.Option("--pilot", help="People of a pilot that may be made first.")] = None,
    outcome: Annotated[str | None, typer.Option("--for", help="Which outcome the pilot counts.")] = None,
    cost: Annotated[float, typer.Option("--cost", help="What the pilot costs.")] = 0.0,
    serves: Annotated[float, typer.Option("--serves", help="Deals of this size that it decides.")] = 1.0,
    delay: Annotated[float, typer.Option("--delay", help="Months until it is done.")] = 0.0,
    lapse: Annotated[float, typer.Option("--lapse", help="Probability that the deal is gone by then.")] = 0.0,
    paths: Points = None,
    seed: Seed = 1,
    threads: Threads = 0,
    as_json: Json = False,
    out: OutJson = None,
    chart: Chart = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Ask what it is worth to know more before deciding: everything, one number, or what a pilot tells.

    Example: risksim value scenarios/questions/pilot.yaml --pilot 25 --cost 20000
    """
    from risksim.cli.value import Wishes
    from risksim.cli.value import value as command

    wishes = Wishes(decide, (*(stress or ()), *(terms or ())), hurdle, pilot, outcome, cost, serves, delay, lapse)
    command(file, wishes, paths, seed, threads, as_json, out, chart, quiet)


@app.command(cls=Command)
def robust(
    file: DealsFile,
    eta: Annotated[
        float | None,
        typer.Option("--eta", help="Relative entropy by which the model may be off.", show_default="0.05"),
    ] = None,
    epsilon: Annotated[float, typer.Option("--epsilon", help="Probability with which anything may hold.")] = 0.05,
    between: Annotated[
        tuple[float, float] | None,
        typer.Option("--between", help="Instead of --eta: two success rates, with --people.", show_default=False),
    ] = None,
    people: Annotated[
        int | None, typer.Option("--people", help="With --between: how many people.", show_default=False)
    ] = None,
    stress: OneStress = None,
    paths: Points = None,
    seed: Seed = 1,
    threads: Threads = 0,
    as_json: Json = False,
    out: OutJson = None,
    chart: Chart = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Ask how wrong the model may be: the worst that any law near it can say, and which futures that fears.

    Example: risksim robust scenarios/questions/pilot.yaml --between 0.6 0.7 --people 40
    """
    from risksim.cli.robust import robust as command

    command(file, eta, epsilon, between, people, stress, paths, seed, threads, as_json, out, chart, quiet)


@app.command(cls=Command)
def public(
    file: DealsFile,
    paths: Points = None,
    seed: Seed = 1,
    threads: Threads = 0,
    engine: Annotated[
        str,
        typer.Option("--engine", help="conditional or individual; auto takes the conditional one where it can."),
    ] = "auto",
    as_json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write to a file: .csv (one row a path) or .json (all).")
    ] = None,
    stress: Annotated[
        list[str] | None,
        typer.Option(
            "--stress", help="Add the key figures with a stress of the file; may be repeated; all takes every one."
        ),
    ] = None,
    tornado: Annotated[
        bool, typer.Option("--tornado", help="Add what each number changes if it alone is moved.")
    ] = False,
    path: Annotated[
        int | None, typer.Option("--path", help="Instead: tell the public side of one path, counted from 0.")
    ] = None,
    fail_if: Annotated[
        str | None,
        typer.Option(
            "--fail-if",
            metavar="LIMITS",
            help='End with exit code 1 if this holds, as "municipality.p_negative>0.3".',
            show_default=False,
        ),
    ] = None,
    _language: OldLang = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Ask what a deal leaves to municipality, region and state: who saves, who pays, and from which year on.

    Example: risksim public scenarios/public/repays-before-it-saves.yaml --lang da
    """
    from risksim.cli.public import Wishes
    from risksim.cli.public import public as command

    wishes = Wishes(tuple(stress or ()), tornado, path, fail_if, spoken())
    code = command(file, paths, seed, threads, engine, as_json, out, quiet, wishes)
    if code:
        raise typer.Exit(code)


@app.command(cls=Command)
def memo(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE...",
            help="Scenario or portfolio file; several scenario files make a comparison.",
            show_default=False,
        ),
    ] = None,
    forms: Forms = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="PATH",
            help="A folder, or a file whose ending names its form.",
            show_default="NAME-memo.pdf in this folder",
        ),
    ] = None,
    paths: Points = None,
    seed: Seed = 1,
    threads: Threads = 0,
    p_loss: LossLimit = 0.1,
    date: Annotated[
        str | None,
        typer.Option("--date", help="Printed on the memo, as 2026-11-22.", show_default="none, so that bytes repeat"),
    ] = None,
    quick: QuickMemo = False,
    template: Template = None,
    new_template: Annotated[
        Path | None,
        typer.Option(
            "--write-template",
            metavar="NEW.docx",
            help="Instead: write the Word template of memos, to be restyled.",
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Write what a board reads of a deal: two pages and annexes, as PDF, Word, HTML or Excel, in Danish or English.

    Example: risksim memo scenarios/broendby-tuba.yaml --lang da --format pdf,docx
    """
    from risksim.analysis.facts import How
    from risksim.cli.memo import Wishes, write_template
    from risksim.cli.memo import memo as command

    if new_template is not None:
        write_template(new_template)
        return
    how = How(paths, seed, threads, p_loss=p_loss, quick=quick)
    command(files or [], Wishes(spoken(), forms, out, date, template), how, quiet)


@app.command(cls=Command)
def batch(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES...", help="Scenario files, portfolios, folders and patterns.", show_default=False
        ),
    ],
    stresses: Annotated[bool, typer.Option("--stresses", help="Add a row for each stress of each file.")] = False,
    ranking: Annotated[
        bool, typer.Option("--table", help="Compare by measures that do not grow with the size of a deal.")
    ] = False,
    by: Annotated[
        str | None, typer.Option("--by", metavar="MEASURE", help="As --table, the best of this measure first.")
    ] = None,
    reference: Annotated[bool, typer.Option("--reference", help="Add where each deal lies among past deals.")] = False,
    usd: Annotated[
        float | None, typer.Option("--usd", help="With --reference: US dollars for one unit of the currency.")
    ] = None,
    engine: Engine = "auto",
    paths: Annotated[int, typer.Option("--paths", help="Futures to simulate, for each row.")] = 100_000,
    seed: Seed = 1,
    threads: Threads = 0,
    dask: Dask = None,
    as_json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Write to a file: .csv (its table) or .json (all); with --memo a folder.",
            show_default=False,
        ),
    ] = None,
    fail_if: FailIf = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going/--no-keep-going", help="Go on after a file that cannot be run.")
    ] = True,
    resume: Resume = None,
    memo: Annotated[
        bool, typer.Option("--memo", help="Instead: write a memo for each file, and a page that lists them.")
    ] = False,
    forms: Forms = None,
    p_loss: LossLimit = 0.1,
    quick: QuickMemo = False,
    template: Template = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Run many scenario files and put them in one table: what comes back, how likely is a loss.

    Example: risksim batch scenarios/financing --stresses --out financing.csv
    Then: risksim batch scenarios/financing --memo --lang da --out memos
    """
    from risksim.cli.batch import batch as command

    if memo:
        from risksim.analysis.facts import How
        from risksim.cli.memo import Wishes, refuse_beside_memos
        from risksim.cli.memo_batch import memos

        refuse_beside_memos(
            {
                "--stresses": stresses,
                "--reference": reference,
                "--json": as_json,
                "--fail-if": fail_if is not None,
                "--resume": resume is not None,
                "--dask": dask is not None,
            }
        )
        how = How(paths, seed, threads, engine, p_loss, quick)
        memos(files, Wishes(spoken(), forms, out, None, template), how, by, keep_going=keep_going, quiet=quiet)
        return
    settings = (stresses, paths, seed, threads, dask, as_json, out, fail_if, keep_going, resume, quiet, engine)
    command(files, *settings, ranking, by, reference, usd)


@app.command(cls=Command)
def pool(
    file: DealsFile,
    sites: Annotated[
        str | None,
        typer.Option("--sites", metavar="J,...", help="Numbers of municipalities.", show_default="1,2,4,8"),
    ] = None,
    site_sd: Annotated[
        float | None,
        typer.Option("--site-sd", help="How far sites differ: standard deviation of their log odds of success."),
    ] = None,
    icc: Annotated[
        float | None, typer.Option("--icc", help="How far sites differ: correlation of successes within one.")
    ] = None,
    same_total: Annotated[
        bool, typer.Option("--same-total", help="Split people and money between the sites, instead of copying them.")
    ] = False,
    outcome: Annotated[
        str | None, typer.Option("--outcome", help="Whose success share is shown.", show_default="the first")
    ] = None,
    paths: Annotated[int, typer.Option("--paths", help="Futures to simulate, for each site.")] = 100_000,
    seed: Seed = 1,
    threads: Threads = 0,
    as_json: Json = False,
    out: OutJson = None,
    chart: Chart = None,
    quiet: Quiet = False,
    _lang: Lang = None,
) -> None:
    """Ask what joining municipalities does to the risk; of a portfolio, what each deal adds to that of the fund.

    Example: risksim pool scenarios/questions/pooled.yaml --sites 1,2,4,8
    """
    from risksim.cli.pool import pool as command

    command(file, sites, site_sd, icc, same_total, outcome, paths, seed, threads, as_json, out, chart, quiet)


@app.command(cls=Command)
def reference(
    file: ScenarioFile,
    usd: Annotated[
        float | None,
        typer.Option("--usd", help="US dollars for one unit of the deal's currency, to compare its capital."),
    ] = None,
    paths: Annotated[int, typer.Option("--paths", help="Futures to simulate.")] = 20_000,
    seed: Seed = 1,
    threads: Threads = 0,
    as_json: Json = False,
    _lang: Lang = None,
) -> None:
    """Ask where a deal lies among past deals: its size, what it may pay, whom and what it counts on.

    Example: risksim reference scenarios/broendby-tuba.yaml --usd 0.15
    """
    from risksim.cli.reference import reference as command

    command(file, usd, paths, seed, threads, as_json)


@app.command(cls=Command)
def settle(
    file: ScenarioFile,
    observed: Annotated[
        str | None,
        typer.Option("--observed", help="What was measured: a CSV, JSON or YAML file; - reads standard input."),
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print or write a file to fill in, instead of settling one.")
    ] = False,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            help="Settle up to this date, as 2027-01-31; left out, the last follow-up with anything observed.",
        ),
    ] = None,
    as_json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write to a file: .json (all) or .csv (invoice); a template also .yaml."),
    ] = None,
    _lang: Lang = None,
) -> None:
    """Settle a real half-year: from what was measured to invoices, the investors' return so far and what is open.

    Example: risksim settle scenarios/broendby-tuba.yaml --template --out observed.csv
    Then: risksim settle scenarios/broendby-tuba.yaml --observed observed.csv
    """
    from risksim.cli.settle import settle as command

    command(file, observed, template, until, as_json, out)


@app.command("import", cls=Command)
def import_(
    book: Annotated[
        str | None,
        typer.Argument(metavar="[BOOK]", help="Excel file, as book.xlsx.", show_default=False),
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping", help="YAML file that says where everything stands in the book.", show_default="the template"
        ),
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Write a workbook to fill in, instead of reading one.")
    ] = False,
    _language: OldLang = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Scenario to write (.yaml), or with --template the workbook (.xlsx)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    as_json: Json = False,
    _lang: Lang = None,
) -> None:
    """Read a scenario from an Excel workbook: every value with its cell, nothing guessed.

    Example: risksim import --template --lang da --out template.xlsx
    Then: risksim import template.xlsx --out scenario.yaml
    """
    from risksim.cli.exchange import command

    code = command(book, mapping, template, spoken(), out, force, as_json)
    if code:
        raise typer.Exit(code)


@app.command(cls=Command)
def init(
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="File to write.", show_default=True)] = Path(
        "deal.yaml"
    ),
    kind: Annotated[
        str | None, typer.Option("--type", help="Kind of deal; --list shows them.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    list_them: Annotated[bool, typer.Option("--list", help="List the kinds of deal, and write nothing.")] = False,
    _lang: Lang = None,
) -> None:
    """Write a commented scenario to start from, and its JSON Schema beside it.

    Example: risksim init --type rate-card my-deal.yaml
    """
    from risksim.cli.files import init as command
    from risksim.cli.files import list_kinds

    if list_them:
        list_kinds()
    else:
        command(file, kind, force)


@app.command(cls=Command)
def schema(
    out: Annotated[Path | None, typer.Option("--out", help="Write to a file instead of stdout.")] = None,
    _lang: Lang = None,
) -> None:
    """Print the JSON Schema of scenario files, for completion in an editor.

    Example: risksim schema --out risksim.schema.json
    """
    from risksim.cli.files import schema as command

    command(out)


ServiceFolder = Annotated[
    Path | None,
    typer.Option("--folder", help="Where deals and results lie.", show_default="the folder for data of programs"),
]


@app.command(cls=Command)
def backup(
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write.", show_default="risksim-backup-MOMENT.tar.gz")
    ] = None,
    folder: ServiceFolder = None,
    _lang: Lang = None,
) -> None:
    """Save all that the service keeps in one file, while it goes on working.

    Example: risksim backup --out monday.tar.gz
    """
    from risksim.cli.backup import backup as command

    command(out, folder)


@app.command(cls=Command)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.", show_default=False)],
    folder: ServiceFolder = None,
    _lang: Lang = None,
) -> None:
    """Bring a backup back into an empty folder, and an empty database if you use one.

    Example: risksim restore monday.tar.gz --folder restored
    """
    from risksim.cli.backup import restore as command

    command(file, folder)


@app.command(cls=Command)
def serve(
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65_535, help="Port; 0 takes a free one.", show_default="8000"),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            "--host",
            help="Address to listen on; others than this machine's need accounts and HTTPS.",
            show_default="127.0.0.1",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Where deals and results lie.", show_default="the folder for data of programs"),
    ] = None,
    opens: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    worker: Annotated[
        bool, typer.Option("--worker", help="Instead: work on the jobs of a service that runs elsewhere.")
    ] = False,
    _lang: Lang = None,
) -> None:
    """Open a page on which deals are stressed live, and an HTTP API; further settings are environment variables.

    Example: risksim serve --open
    """
    from risksim.cli.serve import Wishes
    from risksim.cli.serve import serve as command

    raise typer.Exit(command(Wishes(host, port, folder), opens, worker))


app.add_typer(people)


def main() -> None:
    """Run the command line; errors made on purpose become a message and exit code 2."""
    garbage.loads()
    # The plug-ins of a package that checks values are looked for in every installed package. None is wanted here,
    # unless somebody sets the variable to something else.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        surroundings = of_environment(os.environ)
        speak(of_words(sys.argv[1:]) or surroundings)
        app()
    except RisksimError as error:
        if os.environ.get("RISKSIM_DEBUG"):
            raise
        typer.echo(str(error), err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Point stdout nowhere, so that Python doesn't complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
