"""What an uncertain number means as a distribution: its exact inverse, mean, standard deviation and words.

`law_of` turns the grammar of `risksim.scenario.uncertainty` into a `Law`: one or more *pieces* of probability, each
either one value (an atom) or a continuous family. The address page ``docs/reference/randomness.md`` says how a
uniform number picks the piece and its place inside.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, assert_never, overload

import numpy as np
import numpy.typing as npt

from risksim.language import _
from risksim.plan.evidence import P90, graded_factor, learn
from risksim.plan.families import (
    Beta,
    Family,
    Gamma,
    Lognormal,
    Normal,
    OfOdds,
    Triangular,
    Uniform,
    figure,
    pert,
    scaled,
    with_odds,
)
from risksim.plan.fits import OUTSIDE, Fit, FitError, Limits, allowed, fit_quantiles
from risksim.plan.layout import FloatArray
from risksim.scenario import uncertainty as grammar


class Piece(NamedTuple):
    """A stretch of probability on which a law is one value or one continuous family."""

    start: float
    """Probability at which it starts. [1]"""
    width: float
    """Its probability. [1]"""
    atom: float | None
    """The value, where it is one."""
    family: Family | None
    """The continuous family, where it isn't."""

    def mean(self) -> float:
        """Mean inside the piece."""
        return self.family.mean if self.family is not None else float(self.atom or 0.0)

    def variance(self) -> float:
        """Variance inside the piece."""
        return self.family.sd**2 if self.family is not None else 0.0

    def inverse(self, below: FloatArray, above: FloatArray) -> FloatArray:
        """Value at the place inside the piece: two float64[n] that sum to one -> float64[n]."""
        if self.family is not None:
            return self.family.inverse(below, above)
        return np.full_like(below, self.mean())

    def outside(self, low: float, high: float) -> tuple[float, float]:
        """Probability below `low` and above `high`. [1]"""
        if self.family is None:
            return self.width * (self.mean() < low), self.width * (self.mean() > high)
        # Only ask for a probability where the family can go: the usual law stays inside and needs no mathematics.
        lowest, highest = self.family.low, self.family.high
        below = float(self.family.cdf(np.array([low]))[0]) if lowest < low else 0.0
        above = float(self.family.tail(np.array([high]))[0]) if highest > high else 0.0
        return self.width * below, self.width * above


@dataclass(frozen=True)
class Law:
    """The distribution of an uncertain number.

    Attributes
    ----------
    text : str
        In words, as ``Beta(30, 10)``.
    pieces : tuple of Piece
        The law in the order of the file (discrete values in rising order); widths sum to one.
    low, high : float
        Bounds of the number. The up to `OUTSIDE` of probability that a law may leave beyond them is drawn as the
        bound itself.
    fits : tuple of Fit
        How stated quantiles were met, where the law was fitted to some.
    """

    text: str
    pieces: tuple[Piece, ...]
    low: float = -math.inf
    high: float = math.inf
    fits: tuple[Fit, ...] = ()

    @cached_property
    def mean(self) -> float:
        """Exact mean, before what lies beyond the bounds is clamped."""
        if len(self.pieces) == 1:
            return self.pieces[0].mean()
        return math.fsum(piece.width * piece.mean() for piece in self.pieces)

    @cached_property
    def sd(self) -> float:
        """Exact standard deviation, before what lies beyond the bounds is clamped."""
        if len(self.pieces) == 1:
            family = self.pieces[0].family
            return family.sd if family is not None else 0.0
        about = self.mean
        return math.sqrt(math.fsum(p.width * (p.variance() + (p.mean() - about) ** 2) for p in self.pieces))

    @property
    def certain(self) -> bool:
        """True where the number can only be one value."""
        return len({piece.atom for piece in self.pieces}) == 1 and self.pieces[0].family is None

    def inverse(self, u: npt.ArrayLike) -> FloatArray:
        """The value that a uniform number draws.

        Parameters
        ----------
        u : float64[...]
            Uniform numbers in (0, 1). [1]

        Returns
        -------
        float64[...]
            Values, clamped at the bounds of the number. A mixture picks the piece that holds `u` and hands it the place
            of `u` inside; every other law returns its quantile.
        """
        places = np.asarray(u, dtype=np.float64)
        flat = places.ravel()
        which = np.searchsorted(self._starts, flat, side="right") - 1
        out = np.empty_like(flat)
        for index in np.unique(which):
            mine = which == index
            piece = self.pieces[index]
            below = np.minimum((flat[mine] - piece.start) / piece.width, 1.0)
            out[mine] = piece.inverse(below, 1.0 - below)
        return np.clip(out, self.low, self.high).reshape(places.shape)

    @cached_property
    def _starts(self) -> FloatArray:
        return np.array([piece.start for piece in self.pieces])

    def cdf(self, x: npt.ArrayLike) -> FloatArray:
        """Probability of a draw not above `x`: float64[...] -> float64[...]. [1]"""
        at = np.asarray(x, dtype=np.float64)
        total = np.zeros_like(at)
        for piece in self.pieces:
            below = piece.family.cdf(at) if piece.family is not None else at >= piece.mean()
            total = total + piece.width * below
        return np.where(at < self.low, 0.0, np.where(at >= self.high, 1.0, np.minimum(total, 1.0)))

    @overload
    def quantile(self, p: float) -> float: ...
    @overload
    def quantile(self, p: FloatArray) -> FloatArray: ...
    def quantile(self, p: float | FloatArray) -> float | FloatArray:
        """The smallest value whose cumulative probability reaches `p`.

        Parameters
        ----------
        p : float64[...]
            Probabilities in (0, 1). [1]

        Returns
        -------
        float64[...]
            The true quantile; for mixtures solved from `cdf` to the last digits, atoms met exactly.
        """
        if isinstance(p, float):
            return float(self.quantile(np.array([p]))[0])
        if len(self.pieces) == 1:
            return self.inverse(p)
        wanted = np.asarray(p, dtype=np.float64)
        flat = wanted.ravel()
        parts = np.stack([piece.inverse(flat, 1.0 - flat) for piece in self.pieces])
        bracket = np.clip(parts.min(axis=0), self.low, self.high), np.clip(parts.max(axis=0), self.low, self.high)
        return self._bisect(flat * (1.0 - 2e-15), *bracket).reshape(wanted.shape)

    def _bisect(self, wanted: FloatArray, left: FloatArray, right: FloatArray) -> FloatArray:
        right = np.where(self.cdf(left) >= wanted, left, right)
        for _step in range(200):
            middle = 0.5 * (left + right)
            if not ((left < middle) & (middle < right)).any():
                break
            reached = self.cdf(middle) >= wanted
            left, right = np.where(reached, left, middle), np.where(reached, middle, right)
        return right

    def outside(self, low: float, high: float) -> tuple[float, float]:
        """Probability that the unclamped law gives to values below `low` and above `high`. [1]"""
        shares = [piece.outside(low, high) for piece in self.pieces]
        return math.fsum(below for below, _ in shares), math.fsum(above for _, above in shares)


def law_of(number: grammar.UncertainNumber, low: float = -math.inf, high: float = math.inf) -> Law:
    """The law that an uncertain number follows.

    Parameters
    ----------
    number : float or one of the models of `risksim.scenario.uncertainty`
        What the scenario says.
    low, high : float
        Bounds of the number. They choose the families of a fit and clamp the draws; whether the law respects them is
        answered by `bounds_fault`.

    Returns
    -------
    Law
        Its distribution.

    Raises
    ------
    risksim.plan.fits.FitError
        If quantiles cannot be fitted inside the bounds.

    Examples
    --------
    >>> law_of(grammar.Beta(beta=(30.0, 10.0)), 0.0, 1.0).text
    'Beta(30, 10)'
    >>> law_of(20000.0).certain
    True
    """
    match number:
        case int() | float():
            return _certain(float(number), low, high)
        case grammar.Fixed():
            return _certain(number.value, low, high)
        case grammar.FixedLaw():
            return _certain(number.fixed, low, high)
        case grammar.Quantiles() | grammar.Range():
            return _fitted(number, low, high)
        case grammar.Discrete():
            return _discrete(number.discrete, low, high)
        case grammar.Mixture():
            return _mixture([(part.weight, part.of, "") for part in number.mixture], low, high)
        case grammar.Changed():
            return _changed(number.changed, low, high)
        case grammar.Experts():
            return _mixture([(one.weight, one.says, f" ({one.name})") for one in number.experts], low, high)
        case grammar.Evidence():
            return _learnt(number, low, high)
        case grammar.FromRegister():
            return law_of(number.number, low, high)
        case grammar.Pert():
            words = ", ".join(figure(x) for x in number.pert)
            return _continuous(pert(*number.pert), low, high, f"PERT({words})")
        case _:
            return _continuous(_family(number), low, high)


_Plain = (
    grammar.Beta
    | grammar.Graded
    | grammar.Normal
    | grammar.Lognormal
    | grammar.Gamma
    | grammar.Uniform
    | grammar.Triangular
)


def _family(number: _Plain) -> Family:
    """The family that a law names by its parameters."""
    match number:
        case grammar.Beta():
            return Beta(*number.beta)
        case grammar.Graded():
            return _graded(number.graded)
        case grammar.Normal():
            return Normal(number.normal.mean, number.normal.sd)
        case grammar.Lognormal():
            return _lognormal(number.lognormal)
        case grammar.Gamma():
            return _gamma(number.gamma)
        case grammar.Uniform():
            return Uniform(*number.uniform)
        case grammar.Triangular():
            return Triangular(*number.triangular)
        case _:
            assert_never(number)


def _certain(value: float, low: float, high: float) -> Law:
    return Law(figure(value), (Piece(0.0, 1.0, value, None),), low, high)


def _continuous(family: Family, low: float, high: float, text: str | None = None) -> Law:
    return Law(text or family.text(), (Piece(0.0, 1.0, None, family),), low, high)


def _learnt(number: grammar.Evidence, low: float, high: float) -> Law:
    """A beta distribution, or a mixture of some where a weight is uncertain or the evidence may not apply."""
    learnt = learn(number)
    apart = learnt.may_not_apply
    families: list[tuple[float, Family]] = [((1.0 - apart) * p.weight, Beta(p.a, p.b)) for p in learnt.parts]
    words = families[0][1].text() if len(families) == 1 else f"Beta over {len(families)} weights of the evidence"
    if apart > 0.0:
        families.append((apart, Uniform(0.0, 1.0)))
        words = f"{_percent(1.0 - apart)} {words} and {_percent(apart)} {families[-1][1].text()}"
    spans = _starts_and_widths([weight for weight, _ in families])
    pieces = (Piece(start, width, None, family) for (start, width), (_, family) in zip(spans, families, strict=True))
    return Law(words, tuple(piece for piece in pieces if piece.width > 0.0), low, high)


def _graded(shape: grammar.GradedShape) -> Lognormal:
    factor = graded_factor(shape.grade, shape.as_)
    return Lognormal(math.log(shape.value) + factor.mu, factor.sigma)


def _lognormal(shape: grammar.LognormalShape) -> Lognormal:
    if shape.median is not None:
        mu = math.log(shape.median)
        if shape.p90 is not None:
            return Lognormal(mu, (math.log(shape.p90) - mu) / P90)
        assert shape.sigma is not None
        return Lognormal(mu, shape.sigma)
    if shape.mean is not None and shape.sd is not None:
        variance = math.log1p((shape.sd / shape.mean) ** 2)
        return Lognormal(math.log(shape.mean) - 0.5 * variance, math.sqrt(variance))
    assert shape.mu is not None and shape.sigma is not None  # noqa: PT018 - one pair, as the grammar checks
    return Lognormal(shape.mu, shape.sigma)


def _gamma(shape: grammar.GammaShape) -> Gamma:
    if shape.mean is not None and shape.sd is not None:
        return Gamma((shape.mean / shape.sd) ** 2, shape.sd**2 / shape.mean)
    assert shape.shape is not None and shape.scale is not None  # noqa: PT018 - one pair, as the grammar checks
    return Gamma(shape.shape, shape.scale)


def _fitted(number: grammar.Quantiles | grammar.Range, low: float, high: float) -> Law:
    if isinstance(number, grammar.Range):
        points = {0.05: number.p5, 0.95: number.p95}
    else:
        points = {grammar.quantile_probability(key) or math.nan: value for key, value in number.quantiles.items()}
    limits: Limits | None = number.limits
    fit = fit_quantiles(list(points), list(points.values()), number.fit, limits, low, high)
    piece = Piece(0.0, 1.0, None, fit.distribution)
    return Law(f"fitted {fit.distribution.text(3)}", (piece,), low, high, (fit,))


def _starts_and_widths(weights: Sequence[float]) -> list[tuple[float, float]]:
    """Cumulative weight intervals, divided by the sum of the weights."""
    total = math.fsum(weights)
    starts = [cumulated / total for cumulated in itertools.accumulate(weights, initial=0.0)]
    return [(start, weight / total) for start, weight in zip(starts, weights, strict=False)]


def _discrete(chances: Sequence[grammar.Chance], low: float, high: float) -> Law:
    values = sorted({chance.value for chance in chances})
    weights = [math.fsum(chance.weight for chance in chances if chance.value == value) for value in values]
    spans = _starts_and_widths(weights)
    pieces = tuple(Piece(start, width, value, None) for (start, width), value in zip(spans, values, strict=True))
    return Law(_discrete_text(pieces), pieces, low, high)


def _discrete_text(pieces: Sequence[Piece]) -> str:
    if len(pieces) == 1:
        return figure(pieces[0].mean())
    if len(pieces) > 4:
        return f"one of {len(pieces)} values from {figure(pieces[0].mean())} to {figure(pieces[-1].mean())}"
    return _listed([f"{figure(piece.mean())} ({_percent(piece.width)})" for piece in pieces], "or")


def _mixture(parts: Sequence[tuple[float, grammar.UncertainNumber, str]], low: float, high: float) -> Law:
    """One of several laws, by weight; the words of each end in its name, where it has one."""
    laws = [law_of(number, low, high) for _, number, _ in parts]
    spans = _starts_and_widths([weight for weight, _, _ in parts])
    pieces = tuple(
        piece._replace(start=start + width * piece.start, width=width * piece.width)
        for (start, width), law in zip(spans, laws, strict=True)
        for piece in law.pieces
    )
    fits = tuple(fit for law in laws for fit in law.fits)
    return Law(_mixture_text(spans, laws, [name for _, _, name in parts]), pieces, low, high, fits)


def _mixture_text(spans: Sequence[tuple[float, float]], laws: Sequence[Law], names: Sequence[str]) -> str:
    if len(laws) == 1:
        return laws[0].text + names[0]
    words = [law.text if len(law.pieces) == 1 else f"({law.text})" for law in laws]
    said = [f"{_percent(width)} {word}{name}" for (_, width), word, name in zip(spans, words, names, strict=True)]
    return _listed(said, "and")


def _changed(change: grammar.Change, low: float, high: float) -> Law:
    """Piece by piece, so that the same uniform number draws the changed value of what it drew before."""
    if change.odds is not None and (low < 0.0 or high > 1.0):
        raise FitError(_("got a change of odds; only a share has odds."), _("Write times or plus."))
    law = law_of(change.of, low, high)
    pieces = tuple(piece._replace(**_changed_piece(piece, change)) for piece in law.pieces)
    return Law(_changed_text(change, law), pieces, low, high, law.fits)


def _changed_piece(piece: Piece, change: grammar.Change) -> dict[str, Any]:
    if piece.family is None:
        value = piece.mean()
        if change.odds is not None:
            return {"atom": float(with_odds(np.array([value]), change.odds)[0])}
        return {"atom": value * change.times if change.times is not None else value + (change.plus or 0.0)}
    if change.times == 0.0:
        return {"atom": 0.0, "family": None}
    if change.odds is not None:
        return {"family": OfOdds.of(piece.family, change.odds)}
    return {"family": scaled(piece.family, 1.0 if change.times is None else change.times, change.plus or 0.0)}


def mean_at_odds(law: Law, odds: float) -> float:
    """The mean of a share each value of which has its odds multiplied."""
    change = grammar.Change.model_construct(of=0.5, odds=odds)
    pieces = (piece._replace(**_changed_piece(piece, change)) for piece in law.pieces)
    return math.fsum(piece.width * piece.mean() for piece in pieces)


def _changed_text(change: grammar.Change, law: Law) -> str:
    text = law.text if len(law.pieces) == 1 else f"({law.text})"
    if change.times is not None:
        return f"{figure(change.times)} times {text}"
    if change.plus is not None:
        return f"{text} {'+' if change.plus >= 0.0 else '-'} {figure(abs(change.plus))}"
    return f"{text} at {figure(change.odds or 1.0)} times the odds"


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %"


def _listed(words: Sequence[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def bounds_fault(law: Law, low: float, high: float, unit: str) -> tuple[str, str] | None:
    """What is wrong if a law leaves the bounds of its number.

    Parameters
    ----------
    law : Law
        The law.
    low, high : float
        Bounds of the number.
    unit : str
        ``currency``, ``1`` or what else the number counts.

    Returns
    -------
    tuple of str or None
        What was found and is allowed, and a remedy; None if at most `OUTSIDE` of probability lies outside.

    Examples
    --------
    >>> found, remedy = bounds_fault(law_of(1.4), 0.0, 1.0, "1")
    >>> print(found, remedy)
    got 1.4; a share lies between 0 and 1. If 1.4 means percent, write 0.014.
    """
    if not (math.isfinite(law.mean) and math.isfinite(law.sd)):
        return (
            _("got {text}, whose mean or standard deviation is too large to be computed.", text=law.text),
            _("Are the parameters those of the logarithm? Give median and p90, or mean and sd."),
        )
    below, above = law.outside(low, high)
    if below + above <= OUTSIDE:
        return None
    if law.certain:
        return _("got {text}; {allowed}.", text=law.text, allowed=allowed(low, high, unit)), _certain_remedy(
            law.mean, low, high
        )
    sides = [
        (below, _("{share} lies below {figure}", share=_percent(below), figure=figure(low))),
        (above, _("{share} lies above {figure}", share=_percent(above), figure=figure(high))),
    ]
    worth_saying = [words for share, words in sides if share > 0.01 * (below + above)]
    return _(
        "got {text}, of which {names}; {allowed}.",
        text=law.text,
        names=_(" and ").join(worth_saying),
        allowed=allowed(low, high, unit),
    ), _remedy(law, high)


def _certain_remedy(value: float, low: float, high: float) -> str:
    if (low, high) == (0.0, 1.0) and 1.0 < value <= 100.0:
        return _("If {value:g} means percent, write {share:g}.", value=value, share=value / 100.0)
    return (
        _("Write a value of at least {figure}.", figure=figure(low))
        if value < low
        else _("Write a value of at most {figure}.", figure=figure(high))
    )


def _remedy(law: Law, high: float) -> str:
    bounded = all(p.family is None or math.isfinite(p.family.high - p.family.low) for p in law.pieces)
    if bounded:
        return _("Move its values and limits inside the bounds.")
    choices = "beta, pert or quantiles" if math.isfinite(high) else "lognormal, gamma or quantiles"
    return _("Use {choices}, which stay inside the bounds.", choices=choices)
