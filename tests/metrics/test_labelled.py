from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from risksim.metrics import array, labelled, precision
from risksim.metrics.sample import Sample


@pytest.fixture
def losses() -> xr.DataArray:
    rng = np.random.default_rng(1)
    weight = rng.random(40)
    return xr.DataArray(
        rng.normal(size=(2, 40, 3)),
        {
            "tranche": ["senior", "første tab"],
            "hurdle": [0.0, 0.035, 0.05],
            "weight": ("path", weight / weight.sum()),
            "replicate": ("path", np.zeros(40, np.int16)),
        },
        ("tranche", "path", "hurdle"),
        "loss",
        {"units": "DKK", "long_name": "loss"},
    )


CASES = {
    "mean": (),
    "sd": (),
    "quantile": (0.3,),
    "value_at_risk": (0.9,),
    "expected_shortfall": (0.9,),
    "expected_loss_given_loss": (),
}


@pytest.mark.parametrize("name", CASES)
def test_labelled_statistic_equals_the_plain_one_of_each_label(name, losses):
    found = getattr(labelled, name)(losses, *CASES[name])
    sample = Sample(losses["weight"].to_numpy(), losses["replicate"].to_numpy())
    assert found.dims == ("tranche", "hurdle")
    assert found.attrs == losses.attrs
    for place, tranche in enumerate(losses["tranche"].to_numpy()):
        plain = getattr(array, name)(losses.to_numpy()[place], sample, *CASES[name])
        assert (found.sel(tranche=tranche).to_numpy() == plain).all()


def test_probability_is_a_pure_number(losses):
    found = labelled.probability(losses > 0)
    assert found.attrs == {"units": "1"}
    assert found.dims == ("tranche", "hurdle")


def test_ratio_of_means_matches_dimensions_by_name(losses):
    found = labelled.ratio_of_means(losses, losses.isel(hurdle=0, drop=True) + 5.0)
    assert found.sizes == {"tranche": 2, "hurdle": 3}


def test_paths_without_weights_weigh_the_same(losses):
    plain = losses.drop_vars(["weight", "replicate"])
    np.testing.assert_allclose(labelled.mean(plain), losses.to_numpy().mean(axis=1))


def test_estimate_adds_the_parts_of_an_estimate_as_a_dimension(losses):
    found = labelled.estimate(precision.expected_shortfall, losses, 0.9)
    assert found.dims == ("tranche", "hurdle", "figure")
    one = losses.sel(tranche="senior", hurdle=0.05)
    plain = precision.expected_shortfall(one.to_numpy(), labelled.sample_of(one), 0.9)
    chosen = found.sel(tranche="senior", hurdle=0.05)
    assert chosen.sel(figure="standard_error") == plain.standard_error
    assert chosen.to_numpy().tolist() == list(plain)


def test_estimate_of_one_array_of_paths_has_the_figures_alone(losses):
    found = labelled.estimate(precision.mean, losses.sel(tranche="senior", hurdle=0.05))
    assert found.dims == ("figure",)
