"""The walls between the rooms: who may import whom, what the front loads, and the arrays that pass between kernels.

The table is that of the house style, section 1. A wall that nothing checks is a wish.
"""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from risksim.engine.inputs import draw_inputs
from risksim.engine.lives import live_tile
from risksim.engine.replay import replay
from risksim.engine.run import Settings, draw_block, run
from risksim.plan.layout import LANES, LEAF
from tests.engine.deals import bent_plan

PACKAGE = Path(__file__).parents[1] / "risksim"
SIMPLE = Path(__file__).parents[1] / "scenarios" / "examples" / "simple-reference.yaml"

# The table


class Room(NamedTuple):
    """What a room may import from risksim, besides itself, and what it never imports."""

    may: set[str] = set()  # noqa: RUF012 - a NamedTuple's default, never changed
    never: set[str] = set()  # noqa: RUF012


FILES = {"io", "os", "pathlib", "shutil", "tempfile"}
RANDOMNESS = {"random", "secrets", "numpy.random", "uuid"}
ABOVE = {"kernels", "scenario", "plan", "engine", "results", "metrics", "jobs", "report", "language", "errors"}
ROOMS = {
    "errors": Room(never={"pydantic", "xarray"}),
    "language": Room(never={"pydantic", "xarray", "numpy", "numba"}),
    "kernels": Room(never={"pydantic", "xarray", "scipy", "typer"}),
    "scenario": Room(may={"language", "errors"}, never={"numba", "xarray"}),
    "plan": Room(may={"scenario", "language", "errors"}, never={"numba", "xarray"} | FILES | RANDOMNESS),
    "engine": Room(may={"plan.layout", "kernels", "language", "errors"}, never={"pydantic", "xarray"}),
    "results": Room(may={"plan.layout", "language", "errors"}, never={"numba"}),
    "metrics": Room(may={"kernels", "errors"}),
    "jobs": Room(
        may={"plan.layout", "engine", "metrics", "results", "language", "errors"}, never={"pydantic", "xarray"}
    ),
    "report": Room(may={"analysis", "results", "metrics", "language", "errors"}),
    "api": Room(may=ABOVE),
    "analysis": Room(may={"api", "metrics", "results", "language", "errors"}, never={"numba"}),
    "exchange": Room(may={"scenario", "language", "errors"}, never={"numba", "xarray"}),
    "replies": Room(may={"api", "analysis", "report", "results", "metrics", "language", "errors"}, never={"numba"}),
    "service": Room(
        may={"api", "analysis", "exchange", "report", "replies", "language", "errors"}, never={"numba", "typer"}
    ),
    "cli": Room(may={"api", "analysis", "exchange", "report", "replies", "language", "errors"}),
    "": Room(may={"api", "errors", "cli"}),  # the package itself: the front door and python -m
}

EXCEPTIONS = {
    ("cli/run.py", "risksim.metrics.summary"): "a type that the api returns, named for the type checker alone",
    ("service/live/answer.py", "risksim.metrics.precision"): "types that the api returns, for the type checker alone",
    ("service/live/answer.py", "risksim.metrics.summary"): "types that the api returns, for the type checker alone",
    ("cli/people.py", "risksim.service.access.accounts"): "makes accounts on the machine itself; inside its commands",
    ("cli/people.py", "risksim.service.access.audit"): "makes accounts on the machine itself; inside its commands",
    ("cli/people.py", "risksim.service.access.principal"): "makes accounts on the machine itself; inside its commands",
    ("cli/people.py", "risksim.service.store.database"): "makes accounts on the machine itself; inside its commands",
    ("cli/people.py", "risksim.service.store.tables"): "makes accounts on the machine itself; inside its commands",
    ("cli/people.py", "risksim.service.store.upkeep"): "makes accounts on the machine itself; inside its commands",
    ("cli/backup.py", "risksim.service.settings"): "saves what the service keeps; loaded inside the command",
    ("cli/backup.py", "risksim.service.store.backup"): "saves what the service keeps; loaded inside the command",
    ("cli/serve.py", "risksim.service.context"): "starts the service; loaded inside the command",
    ("cli/serve.py", "risksim.service.serving"): "starts the service; loaded inside the command",
    ("cli/serve.py", "risksim.service.settings"): "starts the service; loaded inside the command",
    ("cli/serve.py", "risksim.service.store.database"): "starts the service; loaded inside the command",
    ("cli/serve.py", "risksim.service.store.files"): "starts the service; loaded inside the command",
    ("cli/serve.py", "risksim.service.store.place"): "starts the service; loaded inside the command",
    ("cli/serve.py", "risksim.service.store.upkeep"): "starts the service; loaded inside the command",
    ("cli/serve.py", "risksim.service.work.keeper"): "starts the service; loaded inside the command",
    ("cli/serve.py", "risksim.service.work.logs"): "starts the service; loaded inside the command",
}
"""Imports that the table does not allow, by file and module, each with its reason."""


class Import(NamedTuple):
    """One import, whether at the top, inside a function or for types only."""

    file: str
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


@functools.cache
def imports() -> list[Import]:
    return list(each_import())


def each_import() -> Iterator[Import]:
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (Import(file, node.lineno, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}:{node.lineno}: imports are absolute"
                for name in node.names:
                    yield Import(file, node.lineno, module_of(node.module or "", name.name))


def module_of(module: str, name: str) -> str:
    """``from risksim.plan import layout`` names the module risksim.plan.layout; ``from x import f`` names x."""
    inside = PACKAGE.parent.joinpath(*module.split("."), name)
    is_module = inside.with_suffix(".py").exists() or (inside / "__init__.py").exists()
    return f"{module}.{name}" if is_module or f"{module}.{name}" in RANDOMNESS else module


def room_of(file: str) -> str:
    first = file.split("/")[0].removesuffix(".py")
    return "" if first in ("__init__", "__main__") else first


def within(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def crosses(found: Import) -> bool:
    """Whether an import goes through a wall."""
    home = room_of(found.file)
    room = ROOMS[home]
    if not within(found.module, {"risksim"}):
        return within(found.module, room.never)
    inside = found.module.removeprefix("risksim").lstrip(".")
    return inside != "" and not within(inside, room.may | ({home} if home else set()))


def test_every_room_stands_in_the_table():
    assert {room_of(path.relative_to(PACKAGE).as_posix()) for path in PACKAGE.rglob("*.py")} <= set(ROOMS)


def test_imports_stay_inside_the_walls():
    through = [found for found in imports() if crosses(found) and (found.file, found.module) not in EXCEPTIONS]
    assert not through, "\n".join(map(str, through))


def test_command_line_loads_the_service_inside_its_commands_only():
    for path in (PACKAGE / "cli").rglob("*.py"):
        module = ast.parse(path.read_text(encoding="utf-8"))
        for node in loaded_at_once(module):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            assert not any(within(name, {"risksim.service"}) for name in names), f"{path}:{node.lineno}"


def loaded_at_once(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Imports that run when a module is loaded: outside functions, and not for types alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and getattr(child.test, "id", "") == "TYPE_CHECKING":
            continue
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from loaded_at_once(child)


def test_others_take_the_pipeline_from_its_front():
    inner = [found for found in imports() if room_of(found.file) != "api" and found.module.startswith("risksim.api.")]
    assert not inner, "\n".join(map(str, inner))


def test_exceptions_are_still_needed():
    crossing = {(found.file, found.module) for found in imports() if crosses(found)}
    assert set(EXCEPTIONS) <= crossing


@pytest.mark.parametrize(
    ("file", "module", "through"),
    [
        ("plan/compile.py", "numba", True),
        ("plan/compile.py", "numpy.random", True),
        ("plan/compile.py", "risksim.kernels.words", True),
        ("plan/compile.py", "risksim.scenario.base", False),
        ("engine/run.py", "risksim.plan.layout", False),
        ("engine/run.py", "risksim.plan.compile", True),
        ("engine/run.py", "risksim.scenario", True),
        ("kernels/words.py", "scipy.special", True),
        ("kernels/words.py", "risksim.errors", True),
        ("metrics/array.py", "risksim.engine.run", True),
        ("report/table.py", "risksim.metrics.summary", False),
        ("cli/run.py", "risksim.kernels.jit", True),
        ("__main__.py", "risksim.cli.main", False),
        ("__init__.py", "risksim.engine.run", True),
    ],
)
def test_walls_are_where_the_table_says(file, module, through):
    assert crosses(Import(file, 1, module)) == through


def test_plan_opens_no_file_and_draws_nothing():
    for path in (PACKAGE / "plan").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "attr", getattr(node, "id", ""))
            assert name not in {"open", "read_text", "write_text", "default_rng", "rvs"}, f"{path}: {name}"


def test_only_words_draw():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "attr", getattr(node, "id", ""))
            assert name not in {"default_rng", "RandomState", "rvs", "random"}, (
                f"{path} draws otherwise than by address"
            )


# What the front loads


def modules_after(code: str) -> set[str]:
    """Top-level modules that a fresh Python has loaded after some code."""
    ask = f"{code}\nimport sys\nprint('loaded', *{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_command_line_loads_nothing_heavy_before_a_command_needs_it():
    heavy = {"numpy", "pydantic", "numba", "scipy", "xarray", "rich", "ruamel"}
    assert not heavy & modules_after("import risksim.cli.main")


def test_front_door_loads_nothing_heavy():
    assert not {"numpy", "pydantic", "numba", "scipy", "xarray"} & modules_after("import risksim")


def test_reading_a_file_loads_no_compiler_and_no_labels():
    loaded = modules_after(f"from risksim import api\napi.read({str(SIMPLE)!r})")
    assert "pydantic" in loaded
    assert not {"numba", "xarray", "matplotlib", "pandas"} & loaded


def test_checking_a_file_loads_no_compiler_and_no_labels():
    code = f"from risksim.cli.main import app\napp(['check', {str(SIMPLE)!r}], standalone_mode=False)"
    assert not {"numba", "xarray", "pandas"} & modules_after(code)


# The arrays between the kernels (design, section 8)

N_PATHS = 300


@pytest.fixture(scope="module")
def plan():
    return bent_plan()


@pytest.fixture(scope="module")
def size(plan):
    """Length of every axis by its name."""
    return {
        "path": N_PATHS,
        "input": plan.inputs.address.size,
        "cohort": plan.cohorts.places.size,
        "measure": plan.measures.outcome.size,
        "period": plan.calendar.years.size,
        "rule": plan.payments.kind.size,
        "line": plan.ledger.from_party.size,
        "tranche": len(plan.labels.tranches),
        "group": len(plan.labels.groups),
        "hurdle": plan.hurdles.size,
        "payer": len(plan.labels.payers),
        "year": len(plan.labels.years),
        "count": 4 + 2 * plan.outcomes.address.size,
        "outcome": plan.outcomes.address.size,
        "lane": LANES,
    }


KEPT = {
    "weight": (np.float64, ("path",)),
    "replicate": (np.int16, ("path",)),
    "inputs": (np.float64, ("path", "input")),
    "headcount": (np.int32, ("path", "cohort", "count")),
    "claim": (np.int64, ("path", "rule", "period")),
    "flow": (np.int64, ("path", "line", "period")),
    "irr": (np.float64, ("path", "tranche")),
    "irr_status": (np.int8, ("path", "tranche")),
    "npv": (np.float64, ("path", "tranche", "hurdle")),
    "drawn": (np.int64, ("path", "tranche")),
    "received": (np.int64, ("path", "tranche")),
    "repayment": (np.int64, ("path", "payer", "year")),
    "group_irr": (np.float64, ("path", "group")),
    "group_irr_status": (np.int8, ("path", "group")),
    "group_npv": (np.float64, ("path", "group", "hurdle")),
    "stop_month": (np.int16, ("path",)),
    "ended_by": (np.int16, ("path",)),
}


def test_run_keeps_arrays_of_the_stated_type_and_axes(plan, size):
    found = run(plan, Settings(N_PATHS, threads=1))
    assert set(found._fields) == set(KEPT)
    for name, (dtype, axes) in KEPT.items():
        array = getattr(found, name)
        assert array.dtype == dtype, name
        assert array.shape == tuple(size[axis] for axis in axes), name
        assert array.flags.c_contiguous, name


def test_axes_of_the_table_tell_each_other_apart(size):
    shapes = [tuple(size[axis] for axis in axes) for _, axes in KEPT.values() if len(axes) == 3]
    assert len(set(shapes)) == len(shapes)


def test_history_is_float64_by_path_cohort_measure_and_period(plan, size):
    inputs, measured, heads = draw_block(plan, Settings(), 0, N_PATHS)
    assert (measured.dtype, inputs.dtype, heads.dtype) == (np.float64, np.float64, np.int32)
    assert measured.shape == tuple(size[axis] for axis in ("path", "cohort", "measure", "period"))
    assert replay(plan, 1, 5).measured.shape == (1, *measured.shape[1:])


def test_tile_is_by_person_and_lane(plan, size):
    key = np.array([1, 2], dtype=np.uint64)
    inputs = draw_inputs(plan.inputs, key, 0, LANES)
    assert (inputs.dtype, inputs.shape) == (np.float64, (LANES, size["input"]))
    tile = live_tile(plan, key, 0, 0, inputs)
    people = tile.enrolled_at.shape[0]
    assert people >= tile.n_enrolled.max()
    assert tile.enrolled_at.dtype == tile.left_at.dtype == np.int16
    assert (tile.seen.dtype, tile.n_enrolled.dtype) == (np.uint8, np.int32)
    assert tile.enrolled_at.shape == tile.left_at.shape == tile.seen.shape == (people, LANES)
    assert tile.worth.dtype == np.float64
    assert tile.worth.shape == (size["outcome"], people, LANES)  # each outcome of this plan is measured once


def test_blocks_are_whole_leaves_and_leaves_whole_tiles():
    assert (LEAF, LANES) == (256, 64)
