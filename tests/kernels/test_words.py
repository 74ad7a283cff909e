"""Words by address: the published vectors, the layout of the address, and whether they look random."""

import numpy as np
import pytest

from risksim.engine.addresses import Purpose, key_of
from risksim.kernels import words
from risksim.kernels.words import LANES, fill_persons, fill_uniforms, philox, philox10, philox_round
from tests.kernels.forms import KEY, both, close_to, key_array, python_of, words_of
from tests.reference import philox as slow

VECTORS = [  # known answers of Random123 for Philox4x32-10 (Salmon et al. 2011)
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
published = pytest.mark.parametrize(("counter", "key", "answer"), VECTORS)


@published
def test_philox_gives_the_published_words(counter, key, answer):
    assert tuple(philox(*counter, *key)) == answer


@published
@pytest.mark.parametrize("run", [words._philox, python_of(words._philox)], ids=["compiled", "python"])
def test_one_call_gives_the_published_words(run, counter, key, answer):
    out = np.empty(4, np.uint64)
    run(*(np.uint64(word) for word in (*counter, *key)), out)
    assert tuple(out) == answer


@published
def test_ten_rounds_in_python_give_the_published_words_without_overflow(counter, key, answer):
    # numpy warns where an unsigned product overflows, and warnings are errors: no product may pass 64 bits
    found = python_of(philox10)(*(np.uint64(word) for word in (*counter, *key)))
    assert tuple(int(word) for word in found) == answer
    largest = [np.uint64(2**64 - 1)] * 4
    assert all(int(word) < 2**64 for word in python_of(philox_round)(*largest, np.uint64(0), np.uint64(0)))


@pytest.mark.parametrize(("seed", "stream"), [(0, 0), (1, 0), (1, 7), (2**64 - 1, 2**32 - 1), (2**32, 0)])
def test_key_of_a_run_is_that_of_the_address_page(seed, stream):
    assert key_of(seed, stream) == slow.key_of(seed, stream)


def test_purposes_have_the_numbers_of_the_address_page():
    assert {purpose.name: int(purpose) for purpose in Purpose} == {
        "STREAM": 0,
        "INPUT": 1,
        "ENROLMENT": 2,
        "DROPOUT": 3,
        "MEASUREMENT": 4,
        "SUCCESS": 5,
        "WORTH": 6,
        "SPELL": 7,
        "ERROR": 8,
        "COMPARISON": 9,
        "COMPARISON_MEASUREMENT": 10,
        "FRAILTY": 11,
        "COHORT": 12,
        "MACRO": 13,
        "RECESSION": 14,
        "GROUP": 15,
        "MOVE": 16,
        "ONSET": 17,
        "TAIL": 18,
        "WAITING": 19,
        "POINTS": 20,
        "COUNT": 21,
        "FATE": 22,
        "ATTRIBUTION": 23,
    }
    named = (
        slow.INPUT, slow.ENROLMENT, slow.DROPOUT, slow.MEASUREMENT, slow.SUCCESS, slow.WORTH, slow.SPELL, slow.ERROR,
        slow.COMPARISON, slow.COMPARISON_MEASUREMENT,
    )  # fmt: skip
    assert named == tuple(Purpose)[1:11]


# The address


ADDRESSES = [
    # first path, purpose, cohort, outcome, first quad
    (0, 3, 0, 0, 0),
    (64, 2, 0, 0, 0),
    (4_672, 5, 1, 0xBA78, 0),
    (128, 4, 0, 0, 31),
    (128, 5, 7, 0xFFFF, 32),
    (2**32 - 64, 5, 2, 1, 3),
    (2**32, 5, 2, 1, 3),
    (0x1234 << 32 | 0x89ABCDC0, 3, 0xFFFE, 0x7FFF, 65_530),
    (2**48 - 64, 5, 0xFFFF, 0xFFFF, 65_533),
]


@both(fill_persons)
@pytest.mark.parametrize(("path", "purpose", "cohort", "outcome", "quad"), ADDRESSES)
def test_fill_persons_reads_the_address_that_the_page_names(run, path, purpose, cohort, outcome, quad):
    out = np.full((16, LANES), 77, np.uint32)
    run(key_array(), path, purpose, cohort, outcome, 0, quad, 3, out)
    assert (out[12:] == 77).all()
    for lane in range(LANES):
        at = path + lane
        for row in range(3):
            counter = (at & slow.MASK, (at >> 32) << 16 | purpose, cohort << 16 | (quad + row), outcome << 16)
            expected = [min(word, 2**32 - 2) for word in slow.philox(counter, KEY)]
            assert out[4 * row : 4 * row + 4, lane].tolist() == expected


def test_fill_persons_gives_each_person_the_word_of_the_slow_twin():
    filled = words_of(Purpose.SUCCESS, 131, path=2**32 + 640, cohort=3, outcome=slow.name_hash("job", 2))
    for lane in (0, 1, 63):
        expected = slow.person_words(KEY, 2**32 + 640 + lane, slow.SUCCESS, 3, 131, "job")
        assert filled[:, lane].tolist() == expected


@both(fill_uniforms)
@pytest.mark.parametrize("path", [0, 4_711, 2**32 - 20, 2**32, 2**47 + 3, 2**48 - 40])
def test_fill_uniforms_reads_the_address_that_the_page_names(run, path):
    name = "cohorts[everybody].dropout"
    out = np.empty(40)
    run(key_array(), path, int(Purpose.INPUT), slow.name_hash(name, 4), out)
    assert out.tolist() == [slow.input_place(KEY, path + i, name) for i in range(40)]


# Each of these addresses was found by running Philox backwards from an answer of 2^32 - 1 in one of its four words.
LAST_WORDS = [
    # path, purpose, cohort, quad, outcome, word
    (0x55CF_D800_312F, 4, 54_451, 52_556, 0x4D40, 0),
    (0xA5C0_A807_4C4D, 3, 48_365, 20_029, 0x3F61, 1),
    (0xC93B_B771_8F7C, 2, 46_360, 26_627, 0x3D55, 2),
    (0x5F9E_A4F9_1896, 2, 35_972, 8_009, 0xA923, 3),
]


@both(fill_persons)
@pytest.mark.parametrize(("path", "purpose", "cohort", "quad", "outcome", "word"), LAST_WORDS)
def test_fill_persons_takes_the_last_word_for_the_one_before_it(run, path, purpose, cohort, quad, outcome, word):
    key = slow.key_of(1)
    counter = (path & slow.MASK, (path >> 32) << 16 | purpose, cohort << 16 | quad, outcome << 16)
    raw = slow.philox(counter, key)
    assert raw[word] == 2**32 - 1
    out = np.empty((4, LANES), np.uint32)
    lane = path % LANES
    run(key_array(key), path - lane, purpose, cohort, outcome, 0, quad, 1, out)
    assert out[:, lane].tolist() == [2**32 - 2 if k == word else raw[k] for k in range(4)]


def test_uniforms_are_the_midpoints_of_2_to_the_52_cells():
    out = np.empty(4_096)
    fill_uniforms(key_array(), 0, int(Purpose.INPUT), 12_345, out)
    cells = out * 2.0**52 - 0.5
    assert (cells == np.floor(cells)).all()
    assert ((out > 0.0) & (out < 1.0)).all()


# Randomness. All seeds are fixed; bounds are four standard errors of a truly random sequence.


def streams() -> dict[str, np.ndarray]:
    """Words of the person-level purposes: uint32[person, path], 128 persons on 1,024 paths."""
    return {
        purpose.name: np.hstack([words_of(purpose, 128, path=64 * tile) for tile in range(16)])
        for purpose in (Purpose.ENROLMENT, Purpose.DROPOUT, Purpose.MEASUREMENT, Purpose.SUCCESS)
    }


def chi_square_is_usual(bins: np.ndarray, n_bins: int) -> bool:
    counts = np.bincount(bins.ravel(), minlength=n_bins)
    expected = bins.size / n_bins
    statistic = ((counts - expected) ** 2 / expected).sum()
    return close_to(n_bins - 1, np.sqrt(2.0 * (n_bins - 1)), statistic)


@pytest.mark.parametrize("purpose", ["ENROLMENT", "DROPOUT", "MEASUREMENT", "SUCCESS"])
@pytest.mark.parametrize("shift", [24, 12, 0], ids=["high bits", "middle bits", "low bits"])
def test_words_of_a_purpose_are_uniform(purpose, shift):
    found = streams()[purpose]
    assert chi_square_is_usual((found >> np.uint32(shift)) & np.uint32(255), 256)


def test_uniforms_of_inputs_are_uniform():
    for address in (0, 1, 2**32 - 1):
        out = np.empty(65_536)
        fill_uniforms(key_array(), 0, int(Purpose.INPUT), address, out)
        assert chi_square_is_usual((out * 256).astype(np.int64), 256)
        assert chi_square_is_usual((out * 2.0**40 % 256).astype(np.int64), 256)


def uncorrelated(first: np.ndarray, second: np.ndarray) -> bool:
    r = np.corrcoef(first.ravel().astype(np.float64), second.ravel().astype(np.float64))[0, 1]
    return abs(r) < 4.0 / np.sqrt(first.size)


def test_purposes_are_uncorrelated():
    found = list(streams().values())
    for k, first in enumerate(found):
        for second in found[k + 1 :]:
            assert uncorrelated(first, second)


def test_neighbouring_paths_and_persons_are_uncorrelated():
    for found in streams().values():
        for step in (1, 2, 3, 4, 64):
            assert uncorrelated(found[:, step:], found[:, :-step])
            assert uncorrelated(found[step:], found[:-step])


def test_cohorts_outcomes_seeds_and_streams_are_uncorrelated():
    here = words_of(Purpose.SUCCESS, 2_000)
    assert uncorrelated(here, words_of(Purpose.SUCCESS, 2_000, cohort=1))
    assert uncorrelated(here, words_of(Purpose.SUCCESS, 2_000, outcome=1))
    for key in (key_of(20_250_102), key_of(20_250_101, 1)):
        other = np.empty((2_000, LANES), np.uint32)
        fill_persons(key_array(key), 0, int(Purpose.SUCCESS), 0, 0, 0, 0, 500, other)
        assert uncorrelated(here, other)


def test_inputs_are_uncorrelated_with_each_other_and_along_paths():
    first, second = np.empty(65_536), np.empty(65_536)
    fill_uniforms(key_array(), 0, int(Purpose.INPUT), 1, first)
    fill_uniforms(key_array(), 0, int(Purpose.INPUT), 2, second)
    assert uncorrelated(first, second)
    assert uncorrelated(first[1:], first[:-1])


def test_runs_above_and_below_the_middle_have_the_usual_number():
    for found in streams().values():
        for order in (found.ravel(), found.T.ravel()):
            above = order >= np.uint32(2**31)
            runs = 1 + int((above[1:] != above[:-1]).sum())
            assert close_to(1 + (above.size - 1) / 2, np.sqrt((above.size - 1) / 4), runs)
