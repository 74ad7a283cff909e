"""What was counted before is taken again only where nothing has changed that it is counted from."""

import numpy as np
import pytest

from risksim import api
from risksim.engine.recall import Recall
from risksim.kernels import collapse
from tests.engine.deals import SHIPPED

PATHS = 4_900  # several parts, the last of them no whole tile
RATE = {"outcomes.wellbeing.success_rate": {"beta": [28, 12]}}
MOVES = [
    RATE,
    {"outcomes.wellbeing.success_rate": 0.61},
    {"cohorts[0].dropout": 0.33},
    {"cohorts[0].participants": 90},
    RATE | {"cohorts[0].unmeasured": 0.2},
]


def same_draws(one, other):
    for name in ("inputs", "measured", "headcount", "weight", "replicate"):
        np.testing.assert_array_equal(getattr(one.drawn, name), getattr(other.drawn, name), err_msg=name)


@pytest.fixture(scope="module")
def deal():
    return api.read(SHIPPED / "broendby-tuba.yaml")


@pytest.fixture
def counted(monkeypatch):
    """The names of the kernels that were asked to count."""
    asked = []
    for name in ("chain", "split_by_class"):
        kernel = getattr(collapse, name)
        monkeypatch.setattr(collapse, name, lambda *all_of, n=name, k=kernel: (asked.append(n), k(*all_of)))
    return asked


@pytest.mark.parametrize("changes", MOVES, ids=lambda changes: " and ".join(changes))
def test_draws_with_a_memory_have_the_bits_of_draws_without(deal, changes):
    recall, other = api.new_recall(), api.changed(deal, "moved", changes)
    fresh = api.draw_once(other, PATHS, 5, 1, "conditional")
    api.draw_once(deal, PATHS, 5, 1, "conditional", recall)
    for threads in (1, 2):
        same_draws(api.draw_once(other, PATHS, 5, threads, "conditional", recall), fresh)
    back = api.draw_once(deal, PATHS, 5, 1, "conditional", recall)
    same_draws(back, api.draw_once(deal, PATHS, 5, 1, "conditional"))


@pytest.mark.parametrize("changed", ["seed", "paths"])
def test_other_luck_is_drawn_anew(deal, changed):
    recall, settings = api.new_recall(), {"seed": (6, 640), "paths": (5, 600)}[changed]
    api.draw_once(deal, 640, 5, 1, "conditional", recall)
    again = api.draw_once(deal, settings[1], settings[0], 1, "conditional", recall)
    same_draws(again, api.draw_once(deal, settings[1], settings[0], 1, "conditional"))


def test_only_what_hangs_on_the_moved_number_is_counted_again(deal, counted):
    recall = api.new_recall()
    api.draw_once(deal, 640, 5, 1, "conditional", recall)
    whole = len(counted)
    api.draw_once(deal, 640, 5, 1, "conditional", recall)
    assert len(counted) == whole  # the same deal: nothing
    api.draw_once(api.changed(deal, "moved", RATE), 640, 5, 1, "conditional", recall)
    again = counted[whole:]
    assert sorted(again) == ["chain", "chain", "split_by_class"]  # of those seen and those not; when they enrolled
    assert whole > 3 * len(again)


# The memory itself


def test_it_fills_what_was_written_only_for_the_same_bits():
    recall, read, written = Recall(), (np.array([1.0, 0.0]),), (np.array([7, 8]),)
    into = (np.zeros(2, dtype=np.int64),)
    assert not recall.take("here", read, into)
    recall.keep("here", read, written)
    written[0][:] = 0  # it has copies
    for other in (np.array([1.0, 2.0]), np.array([1.0, -0.0]), np.array([1, 0]), np.array([1.0, 0.0, 0.0])):
        assert not recall.take("here", (other,), into)
    assert not recall.take("there", read, into)
    assert into[0].tolist() == [0, 0]
    assert recall.take("here", read, into)
    assert into[0].tolist() == [7, 8]


def test_what_was_not_asked_longest_goes_when_there_is_no_room():
    recall, read, into = Recall(largest=3 * 16), (np.zeros(1),), (np.zeros(1),)
    for place in "abc":
        recall.keep(place, read, (np.ones(1),))
    assert recall.take("a", read, into)
    recall.keep("c", read, (np.ones(1),))  # takes its own place
    recall.keep("d", read, (np.ones(1),))
    assert [recall.take(place, read, into) for place in "abcd"] == [True, False, True, True]
