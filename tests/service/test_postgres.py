"""Every test of the service on PostgreSQL as well."""

from __future__ import annotations

import pytest

from tests.service.conftest import TEST_DATABASE
from tests.service.postgres import binaries, run_tests


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(binaries() is None, reason="no PostgreSQL on this machine")
@pytest.mark.skipif(TEST_DATABASE is not None, reason="runs on it already")
def test_every_test_of_the_service_holds_on_postgresql():
    assert run_tests() == 0
