"""The page on result files names every key, column, variable and attribute that a run writes, and no others."""

import csv
import itertools
import json
import re
from pathlib import Path

import pytest
import xarray as xr
from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.kernels.cashflow import STATUS_NAMES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reference" / "results.md").read_text(encoding="utf-8")
SCENARIOS = [
    ROOT / "scenarios" / "examples" / "simple-reference.yaml",
    ROOT / "scenarios" / "financing" / "senior-junior.yaml",
    ROOT / "scenarios" / "effects" / "effect-against-comparison.yaml",
    ROOT / "scenarios" / "effects" / "gross-and-net.yaml",
    ROOT / "scenarios" / "ending" / "five-people.yaml",
    ROOT / "scenarios" / "risks" / "small-cohort.yaml",
    ROOT / "scenarios" / "evidence" / "how-much-we-know.yaml",
]
ESTIMATE = {"value", "standard_error", "low", "high"}
NAMED = {
    "tranches": "TRANCHE",
    "npv": "HURDLE",
    "payers": "PAYER",
    "years": "YEAR",
    "outcomes": "OUTCOME",
    "clauses": "CLAUSE",
}
QUANTILES = ["p05", "p25", "p50", "p75", "p95"]
SHORT = {
    "SPREAD": ["mean", "sd", *QUANTILES],
    "QUANTILE": QUANTILES,
    "STATUS": [name.lower() for name in STATUS_NAMES],
}


def section(title):
    """The text under a heading, down to the next heading of the same rank or above."""
    rank = re.search(rf"^(#+) {title}$", PAGE, re.MULTILINE)
    text = PAGE[rank.end() :]
    following = re.search(rf"^#{{1,{len(rank[1])}}} ", text, re.MULTILINE)
    return text[: following.start()] if following else text


def rows(text):
    """First cells of all table rows, with the cell beside each."""
    return re.findall(r"^\| `([^`]+)` \| ?([^|]*?) ?\|", text, re.MULTILINE)


def documented(title):
    """Keys of a section, with SPREAD and the like written out."""
    found = set()
    for key, _ in rows(section(title)):
        word = key.rpartition(".")[2]
        found |= {key.removesuffix(word) + choice for choice in SHORT.get(word, [word])}
    return found


def keys(node, path=""):
    """Key paths of JSON, names of the scenario in capitals; an estimate and a list of plain values are leaves."""
    if isinstance(node, dict) and not node.keys() >= ESTIMATE:
        for name, child in node.items():
            under = path.rpartition(".")[2]
            named = path.startswith("statistics.") and under in NAMED
            step = f"[{NAMED[under]}]" if named else f".{name}"
            yield from keys(child, f"{path}{step}".lstrip("."))
    elif isinstance(node, list):
        if not any(isinstance(child, dict) for child in node):
            if node:
                yield f"{path}[]"
            return
        for child in node:
            yield from keys(child, f"{path}[]")
    else:
        yield path


def risksim(*args):
    done = CliRunner().invoke(app, [str(arg) for arg in args])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    made = []
    for file in SCENARIOS:
        out = {ending: folder / f"{file.stem}.{ending}" for ending in ("nc", "csv", "json")}
        for target in out.values():
            risksim("run", file, "--paths", 200, "--quiet", "--out", target)
        with xr.open_dataset(out["nc"], engine="h5netcdf") as dataset:
            made.append(
                {
                    "json": json.loads(out["json"].read_text(encoding="utf-8")),
                    "csv": next(csv.reader(out["csv"].read_text(encoding="utf-8").splitlines())),
                    "nc": dataset.load(),
                }
            )
    return made


def test_page_names_every_key_of_the_json_of_a_run_and_no_other(runs):
    emitted = {key for run in runs for key in keys(run["json"])}
    assert emitted == documented("JSON of a run")


def test_printed_json_is_the_saved_json(runs):
    printed = json.loads(risksim("run", SCENARIOS[0], "--paths", 200, "--quiet", "--json"))
    assert printed == runs[0]["json"]


def test_page_names_the_numbers_of_an_estimate():
    assert documented("An estimate") == ESTIMATE


def test_page_names_every_key_of_the_json_of_a_check():
    emitted = {key for file in SCENARIOS for key in keys(json.loads(risksim("check", file, "--json")))}
    assert emitted <= documented("JSON of a check")
    assert documented("JSON of a check") - emitted <= {"sources[]", "unstated[]", "remarks[]"}  # empty in good files


def test_page_names_every_key_of_the_json_of_a_description():
    files = [*SCENARIOS, ROOT / "scenarios" / "broendby-tuba.yaml", ROOT / "scenarios" / "rules" / "rebase.yaml"]
    files.append(ROOT / "scenarios" / "dependence" / "what-people-share.yaml")
    emitted = {key for file in files for key in keys(json.loads(risksim("describe", file, "--json")))}
    assert emitted <= documented("JSON of a description")
    assert documented("JSON of a description") - emitted <= {"unstated[]"} | {  # no shipped number is fitted alone
        key for key in documented("JSON of a description") if key.startswith("numbers[].candidates")
    }
    listed = {key for key in keys(json.loads(risksim("describe", "--register", "--json"))) if "." in key}
    assert listed <= documented("JSON of a description")


def test_page_names_every_key_of_the_json_of_one_path():
    sharing = [
        ROOT / "scenarios" / name
        for name in ("dependence/what-people-share.yaml", "dependence/recession.yaml", "evidence/sites.yaml")
    ]
    told = (json.loads(risksim("explain", file, "--path", 3, "--json")) for file in [*SCENARIOS, *sharing])
    assert {key for story in told for key in keys(story)} == documented("JSON of one path")


def test_page_names_every_column_of_a_table_of_paths_and_no_other(runs):
    patterns = [key for key, _ in rows(section("CSV of a run"))]
    used = set()
    for run in runs:
        names = {
            word: [str(name) for name in run["nc"][dim].to_numpy()]
            for word, dim in (("TRANCHE", "tranche"), ("PAYER", "payer"), ("COHORT", "cohort"), ("YEAR", "year"))
        }
        names["OUTCOME"] = [str(name) for name in run["nc"]["outcome"].to_numpy()]
        names["HURDLE"] = [f"{rate:g}" for rate in run["nc"]["hurdle"].to_numpy()]
        names["INPUT"] = [str(name) for name in run["nc"]["input"].to_numpy()]
        columns = {}
        for pattern in patterns:
            words = [word for word in names if word in pattern]
            for chosen in itertools.product(*(names[word] for word in words)):
                column = pattern
                for word, name in zip(words, chosen, strict=True):
                    column = column.replace(word, name)
                columns[column] = pattern
        assert [column for column in run["csv"] if column not in columns] == []
        used |= {columns[column] for column in run["csv"]}
    assert used == set(patterns)


@pytest.mark.parametrize(("title", "part"), [("Variables", "data_vars"), ("Coordinates", "coords")])
def test_page_names_every_array_of_a_netcdf_file_with_its_dimensions(runs, title, part):
    said = {name: tuple(dims.split(", ")) for name, dims in rows(section(title))}
    assert {name: array.dims for run in runs for name, array in getattr(run["nc"], part).items()} == said


def test_page_names_every_dimension_of_a_netcdf_file(runs):
    assert {dim for run in runs for dim in run["nc"].sizes} == documented("Dimensions")


def test_page_names_every_attribute_of_a_netcdf_file(runs):
    of_file = {name for run in runs for name in run["nc"].attrs}
    of_arrays = {name for run in runs for array in run["nc"].variables.values() for name in array.attrs}
    assert of_file | of_arrays == documented("Attributes")


def test_page_says_what_the_codes_of_a_status_mean():
    said = re.findall(r"^\| (\d) \| `(\w+)` \|", section("Status of an IRR"), re.MULTILINE)
    assert said == [(str(code), name.lower()) for code, name in enumerate(STATUS_NAMES)]
