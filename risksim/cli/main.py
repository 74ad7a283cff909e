"""The command line: parse, call the pipeline, print. Results to stdout, talk and progress to stderr.

Exit codes: 0 done, 1 a limit asked for was breached, 2 wrong usage or input, 130 interrupted. Nothing heavy is
imported before a command needs it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from risksim.errors import RisksimError

app = typer.Typer(
    name="risksim",
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
) -> None:
    if debug:
        os.environ["RISKSIM_DEBUG"] = "1"


@app.command()
def check(file: DealsFile, as_json: Json = False) -> None:
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


@app.command()
def describe(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Scenario file; - reads standard input.", show_default=False)
    ] = None,
    register: Annotated[
        bool, typer.Option("--register", help="List the constants that ship with the program instead.")
    ] = False,
    deal: Annotated[str | None, typer.Option("--deal", help="Which deal of a portfolio.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Say of every uncertain number where it comes from, its form and what was done to get there.

    Example: risksim describe scenarios/evidence/how-much-we-know.yaml
    """
    from risksim.cli.describe import describe as command

    command(file, register, as_json, deal)


@app.command()
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
    threads: Annotated[int, typer.Option("--threads", help="Threads; 0 takes every core. Never changes a result.")] = 0,
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
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False,
) -> None:
    """Simulate a deal and answer: what comes back, how likely is a loss, what is repaid when.

    Example: risksim run scenarios/broendby-tuba.yaml --paths 100000
    """
    try:
        from risksim.cli.files import lists_deals
        from risksim.cli.portfolio import run as of_portfolio
        from risksim.cli.run import Wishes
        from risksim.cli.run import run as of_deal

        wishes = Wishes(tolerance, exact, checkpoint, keep_values, engine)
        if lists_deals(file):
            streams = wishes != Wishes()
            code = of_portfolio(file, paths, seed, threads, as_json, out, ledger, quiet, streams, dask, fail_if)
        else:
            code = of_deal(file, paths, seed, threads, as_json, out, ledger, quiet, wishes, dask, fail_if)
    except KeyboardInterrupt:
        typer.echo("\nInterrupted; nothing was saved.", err=True)
        raise typer.Exit(130) from None
    if code:
        raise typer.Exit(code)


@app.command()
def stress(
    file: ScenarioFile,
    paths: Annotated[int, typer.Option("--paths", help="Futures to simulate, for each stress.")] = 100_000,
    seed: Seed = 1,
    threads: Annotated[int, typer.Option("--threads", help="Threads; 0 takes every core. Never changes a result.")] = 0,
    as_json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write to a file: .csv (one row a line) or .json (all).")
    ] = None,
    tipping: Annotated[
        bool,
        typer.Option("--tipping", help="Instead: what if those who fail are harder to measure than those who succeed?"),
    ] = False,
    outcome: Annotated[str | None, typer.Option("--outcome", help="With --tipping: which outcome is failed.")] = None,
    dask: Dask = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False,
) -> None:
    """Ask what if: run a deal with each of its `stresses`, met by the same people, and say what changes.

    Example: risksim stress scenarios/risks/development-cost.yaml
    """
    from risksim.cli.stress import stress as command

    try:
        command(file, paths, seed, threads, as_json, out, tipping, outcome, quiet, dask)
    except KeyboardInterrupt:
        typer.echo("\nInterrupted; nothing was saved.", err=True)
        raise typer.Exit(130) from None


@app.command()
def batch(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES...", help="Scenario files, portfolios, folders and patterns.", show_default=False
        ),
    ],
    stresses: Annotated[bool, typer.Option("--stresses", help="Add a row for each stress of each file.")] = False,
    engine: Engine = "auto",
    paths: Annotated[int, typer.Option("--paths", help="Futures to simulate, for each row.")] = 100_000,
    seed: Seed = 1,
    threads: Annotated[int, typer.Option("--threads", help="Threads; 0 takes every core. Never changes a result.")] = 0,
    dask: Dask = None,
    as_json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write to a file: .csv (one row a line) or .json (all).")
    ] = None,
    fail_if: FailIf = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going/--no-keep-going", help="Go on after a file that cannot be run.")
    ] = True,
    resume: Annotated[
        Path | None,
        typer.Option(
            "--resume",
            help="Folder that keeps finished rows; those already there are not computed again.",
            show_default=False,
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False,
) -> None:
    """Run many scenario files and put them in one table: what comes back, how likely is a loss.

    Example: risksim batch scenarios/financing --stresses --out financing.csv
    """
    from risksim.cli.batch import batch as command

    try:
        command(files, stresses, paths, seed, threads, dask, as_json, out, fail_if, keep_going, resume, quiet, engine)
    except KeyboardInterrupt:
        typer.echo("\nInterrupted; nothing was saved.", err=True)
        raise typer.Exit(130) from None


@app.command()
def tail(
    file: ScenarioFile,
    paths: Annotated[int, typer.Option("--paths", help="Futures to simulate, weighted and plain each.")] = 100_000,
    seed: Seed = 1,
    threads: Annotated[int, typer.Option("--threads", help="Threads; 0 takes every core. Never changes a result.")] = 0,
    level: Annotated[
        float, typer.Option("--level", help="How far out to look: 0.99 is the worst hundredth of all futures.")
    ] = 0.99,
    as_json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write to a file: .csv (one row a figure) or .json (all).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False,
) -> None:
    """Ask how bad it can get: rare losses far more exactly than a plain run of as many paths.

    Example: risksim tail scenarios/broendby-tuba.yaml --level 0.99
    """
    from risksim.cli.tail import tail as command

    try:
        command(file, paths, seed, threads, level, as_json, out, quiet)
    except KeyboardInterrupt:
        typer.echo("\nInterrupted; nothing was saved.", err=True)
        raise typer.Exit(130) from None


@app.command()
def public(
    file: DealsFile,
    paths: Annotated[
        int | None,
        typer.Option("--paths", help="Futures to simulate.", show_default="100000, of quasi-random points 65536"),
    ] = None,
    seed: Seed = 1,
    threads: Annotated[int, typer.Option("--threads", help="Threads; 0 takes every core. Never changes a result.")] = 0,
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
    language: Annotated[
        Literal["en", "da"], typer.Option("--language", help="Language of the page: English or Danish (dansk).")
    ] = "en",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False,
) -> None:
    """Ask what a deal leaves to municipality, region and state: who saves, who pays, and from which year on.

    Example: risksim public scenarios/public/repays-before-it-saves.yaml --language da
    """
    from risksim.cli.public import Wishes
    from risksim.cli.public import public as command

    try:
        wishes = Wishes(tuple(stress or ()), tornado, path, fail_if, language)
        code = command(file, paths, seed, threads, engine, as_json, out, quiet, wishes)
    except KeyboardInterrupt:
        typer.echo("\nInterrupted; nothing was saved.", err=True)
        raise typer.Exit(130) from None
    if code:
        raise typer.Exit(code)


@app.command()
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
) -> None:
    """Tell one path as a story: who enrolled, left and succeeded, and every payment with its reason.

    Of a deal with a public block it ends with what public budgets save and pay on the same path.

    Example: risksim explain scenarios/broendby-tuba.yaml --path 4711
    """
    from risksim.cli.explain import explain as command

    command(file, path, seed, deal, engine, as_json, out)


@app.command()
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
) -> None:
    """Settle a real half-year: from what was measured to invoices, the investors' return so far and what is open.

    Example: risksim settle scenarios/broendby-tuba.yaml --template --out observed.csv
    Then: risksim settle scenarios/broendby-tuba.yaml --observed observed.csv
    """
    from risksim.cli.settle import settle as command

    command(file, observed, template, until, as_json, out)


@app.command("import")
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
    language: Annotated[
        Literal["en", "da"], typer.Option("--language", help="With --template: the language of its labels.")
    ] = "en",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Scenario to write (.yaml), or with --template the workbook (.xlsx)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Read a scenario from an Excel workbook: every value with its cell, nothing guessed.

    Example: risksim import --template --language da --out template.xlsx
    Then: risksim import template.xlsx --out scenario.yaml
    """
    from risksim.cli.exchange import command

    code = command(book, mapping, template, language, out, force, as_json)
    if code:
        raise typer.Exit(code)


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option("--out", help="Write to a file instead of stdout.")] = None,
) -> None:
    """Print the JSON Schema of scenario files, for completion in an editor.

    Example: risksim schema --out risksim.schema.json
    """
    from risksim.cli.files import schema as command

    command(out)


@app.command()
def init(
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="File to write.", show_default=True)] = Path(
        "deal.yaml"
    ),
    kind: Annotated[
        str | None, typer.Option("--type", help="Kind of deal; --list shows them.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    list_them: Annotated[bool, typer.Option("--list", help="List the kinds of deal, and write nothing.")] = False,
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


def main() -> None:
    """Run the command line; errors made on purpose become a message and exit code 2."""
    try:
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
