"""The front door: a dozen names, checked."""

import subprocess
import sys

import pytest

import risksim
from risksim import api


def test_every_public_name_is_there():
    assert risksim.__all__ == sorted(risksim.__all__)
    for name in risksim.__all__:
        assert getattr(risksim, name).__doc__


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(AttributeError, match="nothing"):
        getattr(risksim, "nothing")  # noqa: B009 - the plain form reads as a mistake


def test_importing_risksim_imports_nothing_heavy():
    code = "import risksim, sys; print([m for m in ('numpy', 'numba', 'pydantic', 'xarray') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_pipeline_lists_every_name_of_its_front():
    assert len(set(api.__all__)) == len(api.__all__)
    for name in api.__all__:
        found = getattr(api, name)
        assert isinstance(found, int | str) or found.__doc__, name
    offered = {name for name, found in vars(api).items() if callable(found) and not name.startswith("_")}
    assert offered <= set(api.__all__)
