"""How tests are shared between workers."""

import pytest


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
