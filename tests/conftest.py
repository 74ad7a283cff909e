"""How tests are shared between workers, and that hypothesis tries the same cases on every machine."""

import pytest
from hypothesis import HealthCheck, settings

# The same cases each time, however slow the machine is: a case found by chance would fail a check that says nothing
# about what was changed. More of them are tried by the tests that are marked slow.
settings.register_profile(
    "same", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Half of the suite to each of two workers, who take from each other in the end.

    Shared in turns, both would start on the same files, and each would compile the same kernels into a cold cache and
    make the same fixtures of a module.
    """
    if config.getoption("dist") != "load":  # somebody asked for another way
        return None
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)
