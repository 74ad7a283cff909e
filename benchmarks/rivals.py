"""The simple reference deal in NumPy, person by person, as a competent rival would write it.

Two programs. `people_as_stated` says what the model says: two float64 uniforms a person, chunks of paths, buffers
allocated once. `people_tuned` is by somebody who knows where the time goes: raw 32-bit words held against integer
limits, chunks that fit a second-level cache, no floating point per person. It is shown for honesty.

`people_whole_array` is the first of them as a notebook has it: no chunks. `conditioned_binomial` is OpenTURNS by its
own objects, `case_loop` monaco by its loop over cases; both count people by binomial numbers and draw nobody.

All return payments in minor units, one a path, and leave out every metric, as the timed stages of risksim do.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Bits = Callable[[int], np.random.BitGenerator]

CHUNK = 8_192
"""Paths in a chunk of the program as stated. [paths]"""
TUNED_CHUNK = 1_024
"""Paths in a chunk of the tuned program. [paths]"""


class Terms(NamedTuple):
    """The simple reference deal, written out: ``scenarios/examples/simple-reference.yaml`` says the same."""

    people: int = 120
    dropout: tuple[float, float] = (4.0, 16.0)
    """Beta law of the share that leaves."""
    success: tuple[float, float] = (30.0, 10.0)
    """Beta law of the chance of those who stay."""
    price: int = 6_000_000
    """[minor unit/success]"""
    cap: int = 450_000_000
    """[minor unit]"""
    investment: int = 400_000_000
    """[minor unit]"""


TERMS = Terms()


def paid(successes: IntArray, terms: Terms = TERMS) -> IntArray:
    """What the payer pays for so many successes. [minor unit]"""
    return np.minimum(successes * terms.price, terms.cap)


def people_as_stated(
    n_paths: int, seed: int, bits: Bits = np.random.PCG64, chunk: int = CHUNK, terms: Terms = TERMS
) -> IntArray:
    """Two float64 uniforms a person: does the person stay, does the person succeed.

    Parameters
    ----------
    n_paths : int
        Paths. [paths]
    seed : int
        Seed of the generator.
    bits : callable
        Bit generator from a seed; PCG64 is what `numpy.random.default_rng` takes.
    chunk : int
        Paths in a chunk.
    terms : Terms
        The deal.

    Returns
    -------
    int64[path]
        Payments. [minor unit]
    """
    generator = np.random.Generator(bits(seed))
    payments = np.empty(n_paths, dtype=np.int64)
    uniforms = np.empty((chunk, terms.people))
    stays = np.empty((chunk, terms.people), dtype=bool)
    succeeds = np.empty((chunk, terms.people), dtype=bool)
    for start in range(0, n_paths, chunk):
        size = min(chunk, n_paths - start)
        u, stay, success = uniforms[:size], stays[:size], succeeds[:size]
        dropout = generator.beta(*terms.dropout, size)
        rate = generator.beta(*terms.success, size)
        generator.random(out=u)
        np.greater_equal(u, dropout[:, None], out=stay)
        generator.random(out=u)
        np.less(u, rate[:, None], out=success)
        np.logical_and(stay, success, out=success)
        payments[start : start + size] = paid(np.count_nonzero(success, axis=1), terms)
    return payments


def people_tuned(
    n_paths: int, seed: int, bits: Bits = np.random.SFC64, chunk: int = TUNED_CHUNK, terms: Terms = TERMS
) -> IntArray:
    """Two raw 32-bit words a person against integer limits: the same decisions, harder tuned.

    Parameters
    ----------
    n_paths, seed, bits, chunk, terms
        As in `people_as_stated`.

    Returns
    -------
    int64[path]
        Payments. [minor unit]
    """
    generator = np.random.Generator(bits(seed))
    payments = np.empty(n_paths, dtype=np.int64)
    stays = np.empty((chunk, terms.people), dtype=bool)
    succeeds = np.empty((chunk, terms.people), dtype=bool)
    for start in range(0, n_paths, chunk):
        size = min(chunk, n_paths - start)
        stay, success = stays[:size], succeeds[:size]
        leave_limit = _limit(generator.beta(*terms.dropout, size))
        rate_limit = _limit(generator.beta(*terms.success, size))
        # A 64-bit output of the generator is two words: one call serves both decisions of everybody.
        words = generator.bit_generator.random_raw(size * terms.people).view(np.uint32).reshape(2, size, terms.people)
        np.greater_equal(words[0], leave_limit[:, None], out=stay)
        np.less(words[1], rate_limit[:, None], out=success)
        np.logical_and(stay, success, out=success)
        payments[start : start + size] = paid(np.count_nonzero(success, axis=1), terms)
    return payments


def people_whole_array(n_paths: int, seed: int, terms: Terms = TERMS) -> IntArray:
    """Two float64 uniforms a person, all paths at once: 2 kB a path while it runs.

    Parameters
    ----------
    n_paths, seed, terms
        As in `people_as_stated`.

    Returns
    -------
    int64[path]
        Payments. [minor unit]
    """
    generator = np.random.default_rng(seed)
    dropout = generator.beta(*terms.dropout, n_paths)[:, None]
    rate = generator.beta(*terms.success, n_paths)[:, None]
    stays = generator.random((n_paths, terms.people)) >= dropout
    succeeds = generator.random((n_paths, terms.people)) < rate
    return paid((stays & succeeds).sum(axis=1), terms)


def installed(package: str) -> bool:
    """Whether an optional rival is there."""
    return importlib.util.find_spec(package) is not None


def conditioned_binomial(n_paths: int, seed: int, terms: Terms = TERMS) -> IntArray:
    """OpenTURNS: successes are binomial given both shares, which are drawn first.

    Parameters
    ----------
    n_paths, seed, terms
        As in `people_as_stated`.

    Returns
    -------
    int64[path]
        Payments. [minor unit]
    """
    import openturns

    openturns.TBB.SetThreadsNumber(1)
    openturns.RandomGenerator.SetSeed(seed)
    shares = [openturns.Beta(*terms.success, 0.0, 1.0), openturns.Beta(*terms.dropout, 0.0, 1.0)]
    number_and_chance = openturns.SymbolicFunction(["p", "d"], [str(terms.people), "(1 - d) * p"])
    given = openturns.CompositeRandomVector(
        number_and_chance, openturns.RandomVector(openturns.JointDistribution(shares))
    )
    # The class was renamed; only one of the names is there without a warning.
    law = getattr(openturns, "CompoundRandomVector", None) or openturns.DeconditionedRandomVector
    sample = law(openturns.Binomial(terms.people, 0.5), given).getSample(n_paths)
    return paid(np.asarray(sample)[:, 0].astype(np.int64), terms)


def case_loop(n_paths: int, seed: int, terms: Terms = TERMS) -> IntArray:
    """monaco: one case a path in its own loop, each with a generator of its own from the seed that monaco gives it.

    Parameters
    ----------
    n_paths, seed, terms
        As in `people_as_stated`.

    Returns
    -------
    int64[path]
        Payments. [minor unit]
    """
    import monaco
    from scipy.stats import beta

    def before(case: Any) -> tuple[float, float, int]:
        return case.invals["success"].val, case.invals["dropout"].val, case.seed

    def case(success: float, dropout: float, own_seed: int) -> tuple[int]:
        generator = np.random.default_rng(own_seed)
        return (int(generator.binomial(generator.binomial(terms.people, 1.0 - dropout), success)),)

    def after(case: Any, successes: int) -> None:
        case.addOutVal("successes", successes)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        simulation = monaco.Sim(
            name="deal",
            ndraws=n_paths,
            fcns={"preprocess": before, "run": case, "postprocess": after},
            firstcaseismedian=False,
            samplemethod="random",
            seed=seed,
            singlethreaded=True,
            savecasedata=False,
            savesimdata=False,
            verbose=False,
        )
        for name, (a, b) in (("success", terms.success), ("dropout", terms.dropout)):
            simulation.addInVar(name, dist=beta, distkwargs={"a": a, "b": b})
        simulation.runSim()
    return paid(np.asarray(simulation.outvars["successes"].nums, dtype=np.int64), terms)


def _limit(chance: FloatArray) -> npt.NDArray[np.uint32]:
    """The limit below which a 32-bit word means yes."""
    return (chance * 2.0**32).astype(np.uint32)


def exact_law(terms: Terms = TERMS) -> FloatArray:
    """The exact law of the number of successes: float64[successes].

    Those who stay are beta-binomial among the enrolled, those who succeed beta-binomial among those who stay, because
    the two uncertain shares are independent.
    """
    from scipy.stats import betabinom

    leave, keep = terms.dropout
    everybody = np.arange(terms.people + 1)
    stayers = betabinom.pmf(everybody, terms.people, keep, leave)
    law = np.zeros(terms.people + 1)
    for stay, chance in enumerate(stayers):
        law[: stay + 1] += chance * betabinom.pmf(everybody[: stay + 1], stay, *terms.success)
    return law


class Agreement(NamedTuple):
    """How far a program lies from the exact law, in standard errors."""

    mean_payment: float
    p_loss: float

    @property
    def holds(self) -> bool:
        """True if neither is off by four standard errors."""
        return max(abs(self.mean_payment), abs(self.p_loss)) < 4.0


def agreement(payments: IntArray, terms: Terms = TERMS) -> Agreement:
    """Hold the payments of a program against the exact law. [standard errors]"""
    law = exact_law(terms)
    worth = paid(np.arange(law.size), terms).astype(np.float64)
    mean = law @ worth
    spread = np.sqrt(law @ (worth - mean) ** 2)
    p_loss = law[worth < terms.investment].sum()
    root = np.sqrt(payments.size)
    return Agreement(
        float((payments.mean() - mean) / spread * root),
        float(((payments < terms.investment).mean() - p_loss) / np.sqrt(p_loss * (1.0 - p_loss)) * root),
    )
