"""Jobs that survive: a table of runs, workers that claim them, a keeper that watches the workers.

::

    making      a claimed run in, its answer as bytes out
    worker      a process that claims runs, one at a time, and says that it is alive while it works
    keeper      starts workers when something waits, and puts back what dead ones leave
    names       what a worker is called, and whether it still lives
    life        what begins and ends with the server: keeper, warm-up
    metrics     what is counted
    logs        what is logged, and what never is
"""
