"""What every shipped deal gives on a few paths, as hashes: ``python -m tests.engine.fingerprints`` prints JSON.

Run in a process of its own, so that it can be run without a compiler or with every index checked.
"""

import hashlib
import json

from risksim import api
from risksim.engine.engines import conditional_obstacle
from risksim.engine.run import Settings, run
from risksim.plan.layout import PathResults, Plan
from tests.engine.deals import funded_files

PATHS, SEED = 64, 3


def fingerprints() -> dict[str, dict[str, str]]:
    """Hashes of all arrays, by file and engine."""
    found = {}
    for file in funded_files():
        plan = api.read(file).plan
        for engine, result in results_of(plan).items():
            name = f"{file.parent.name}/{file.name} {engine}"
            found[name] = {key: hashlib.sha256(array.tobytes()).hexdigest() for key, array in result._asdict().items()}
    return found


def results_of(plan: Plan) -> dict[str, PathResults]:
    """A few paths by every engine that draws paths."""
    found = {"individual": run(plan, Settings(PATHS, SEED, 1))}
    if conditional_obstacle(plan) is None:
        found["conditional"] = run(plan, Settings(PATHS, SEED, 1, engine="conditional"))
    return found


if __name__ == "__main__":
    print(json.dumps(fingerprints()))
