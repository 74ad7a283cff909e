from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from risksim.errors import ResultError
from risksim.results.dataset import balances, to_dataset
from risksim.results.provenance import RESULT_SCHEMA, version_of
from risksim.results.store import open_result, save
from tests.results import deals


@pytest.fixture
def labelled() -> xr.Dataset:
    return to_dataset(deals.plan(), deals.paths(), seed=2**64 - 1)


def test_saved_result_comes_back_exactly(labelled, tmp_path):
    save(labelled, tmp_path / "prøve.nc")
    opened = open_result(tmp_path / "prøve.nc")
    xr.testing.assert_identical(opened, labelled)
    for name, variable in labelled.variables.items():
        assert opened[name].dtype.kind == variable.dtype.kind, name
        assert opened[name].dtype == variable.dtype or variable.dtype.kind == "U", name
    assert np.isnan(opened["irr"][0, 0])
    assert opened["claim"].dtype == np.int64
    assert int(opened.attrs["seed"]) == 2**64 - 1
    assert list(opened.attrs) == list(labelled.attrs)


def test_names_and_scenario_keep_their_danish_letters(labelled, tmp_path):
    save(labelled, tmp_path / "result.nc")
    opened = open_result(tmp_path / "result.nc")
    assert opened["payer"].to_numpy().tolist() == ["Brøndby Kommune", "staten"]
    assert opened.attrs["scenario_text"] == deals.TEXT
    assert opened["input_origin"].to_numpy().tolist()[1] == "assumption: gæt"


def test_opened_result_can_be_worked_with_and_saved_again(labelled, tmp_path):
    save(labelled, tmp_path / "one.nc")
    opened = open_result(tmp_path / "one.nc")
    xr.testing.assert_identical(balances(opened), balances(labelled))
    save(opened, tmp_path / "two.nc")
    xr.testing.assert_identical(open_result(tmp_path / "two.nc"), labelled)


def test_two_saves_have_the_same_bytes(tmp_path):
    for name in ("one.nc", "two.nc"):
        save(to_dataset(deals.plan(), deals.paths(), seed=1), tmp_path / name)
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()


def test_another_process_saves_the_same_bytes(tmp_path):
    save(to_dataset(deals.plan(), deals.paths(), seed=1), tmp_path / "one.nc")
    program = (
        "import sys; from risksim.results.dataset import to_dataset; from risksim.results.store import save;"
        "from tests.results import deals; save(to_dataset(deals.plan(), deals.paths(), seed=1), sys.argv[1])"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "two.nc")], check=True, cwd=root)
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()


def test_long_scenario_and_no_uncertain_inputs_come_back(tmp_path):
    labels = deals.LABELS._replace(inputs=())
    plan = deals.plan(scenario_text="# ø\n" * 50_000, labels=labels)
    paths = deals.paths()
    labelled = to_dataset(plan, paths._replace(inputs=paths.inputs[:, :0]), seed=1)
    save(labelled, tmp_path / "result.nc")
    opened = open_result(tmp_path / "result.nc")
    assert opened.attrs["scenario_text"] == plan.scenario_text
    assert opened["inputs"].shape == (4, 0)
    xr.testing.assert_identical(opened, labelled)


def test_saving_replaces_the_file_whole_and_leaves_nothing_else(labelled, tmp_path):
    (tmp_path / "result.nc").write_text("old")
    save(labelled, tmp_path / "result.nc")
    assert [file.name for file in tmp_path.iterdir()] == ["result.nc"]


def test_failed_save_leaves_the_old_file_alone(labelled, tmp_path, monkeypatch):
    (tmp_path / "result.nc").write_text("old")

    def full(self: xr.Dataset, path: Path, **_: object) -> None:
        Path(path).write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", full)
    with pytest.raises(ResultError, match="No space left on device"):
        save(labelled, tmp_path / "result.nc")
    assert [file.name for file in tmp_path.iterdir()] == ["result.nc"]
    assert (tmp_path / "result.nc").read_text() == "old"


def test_saving_into_a_missing_folder_says_so(labelled, tmp_path):
    with pytest.raises(ResultError, match="there is no folder"):
        save(labelled, tmp_path / "nowhere" / "result.nc")


def test_saving_onto_a_folder_is_a_result_error(labelled, tmp_path):
    (tmp_path / "result.nc").mkdir()
    with pytest.raises(ResultError, match="cannot save there"):
        save(labelled, tmp_path / "result.nc")


def test_missing_file_says_what_to_try(tmp_path):
    with pytest.raises(ResultError, match=r"there is no such file(.|\n)*risksim run SCENARIO"):
        open_result(tmp_path / "nowhere.nc")
    with pytest.raises(ResultError, match="this is a folder"):
        open_result(tmp_path)


@pytest.mark.parametrize("content", [b"", b"name: a scenario\n", b"CDF\x01" + bytes(40)])
def test_file_that_is_no_netcdf_4_says_so(tmp_path, content):
    (tmp_path / "file.nc").write_bytes(content)
    with pytest.raises(ResultError, match="no netCDF-4 file"):
        open_result(tmp_path / "file.nc")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_cut_off_file_is_a_result_error(labelled, tmp_path, share):
    save(labelled, tmp_path / "whole.nc")
    whole = (tmp_path / "whole.nc").read_bytes()
    (tmp_path / "cut.nc").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ResultError):
        open_result(tmp_path / "cut.nc")


def test_netcdf_of_another_programme_says_so(tmp_path):
    xr.Dataset({"rain": ("day", [1.0, 2.0])}).to_netcdf(tmp_path / "rain.nc", engine="h5netcdf")
    with pytest.raises(ResultError, match="netCDF file of another programme"):
        open_result(tmp_path / "rain.nc")


def test_result_of_a_later_schema_asks_for_an_update(labelled, tmp_path):
    save(labelled.assign_attrs(result_schema=RESULT_SCHEMA + 1, risksim_version="9.9"), tmp_path / "later.nc")
    with pytest.raises(ResultError, match=r"later risksim \(9\.9\)(.|\n)*Update risksim"):
        open_result(tmp_path / "later.nc")


def test_software_that_is_not_installed_is_named_so():
    assert version_of("no-such-distribution-of-risksim") == "not installed"
