"""What goes together: words of persons made alike without moving the chance of anything.

A uniform of a person is put on the normal scale, mixed with what the person, the cohort and the year bring, and put
back: it is uniform again, so that every rule that holds it against a limit or a table keeps its law. Low is what
happens: a success, leaving, not being measured.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.jit import kernel
from risksim.kernels.normal import ROOT_HALF, normal_of, uniform_of
from risksim.kernels.words import LANES

NEVER = 32_767
WORDS = 4294967296.0  # 2**32
LAST_WORD = 4294967294.0
SMALLEST, LARGEST = 2.0**-53, 1.0 - 2.0**-53
ROOT_TWO_PI = 2.5066282746310002


@kernel
def below(z):
    """The standard normal distribution."""
    return 0.5 * math.erfc(-z * ROOT_HALF)


@kernel
def student_below(t, degrees):
    """The t distribution with whole degrees of freedom, in finite sums (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(degrees))
    sine, cosine = math.sin(angle), math.cos(angle)
    square, term, total = cosine * cosine, 1.0, 0.0
    if degrees % 2 == 0:
        for k in range(degrees // 2):
            total += term
            term *= square * (2 * k + 1) / (2 * k + 2)
        return 0.5 + 0.5 * sine * total
    term = cosine
    for k in range((degrees - 1) // 2):
        total += term
        term *= square * (2 * k + 2) / (2 * k + 3)
    return 0.5 + (angle + sine * total) / math.pi


@kernel
def normals_of_words(words, out):
    """The normal of every word: uint32[person, lane] -> out float64[person, lane]."""
    for j in range(words.shape[0]):
        for i in range(LANES):
            out[j, i] = normal_of(uniform_of(words[j, i]))


@kernel
def keep_or_renew(words, alike, first, uniforms):
    """A person's own uniform at one measurement: that of the measurement before with chance `alike`, else a new one.

    words uint32[person, lane]; first: 1 where there is no measurement before -> uniforms float64[person, lane], those
    of the measurement before on the way in. Kept or renewed, it is uniform, so that each measurement keeps its chance.
    """
    for j in range(words.shape[0]):
        for i in range(LANES):
            u = uniform_of(words[j, i])
            if first:
                uniforms[j, i] = u
            elif u >= alike:
                uniforms[j, i] = (u - alike) / (1.0 - alike)


@kernel
def tie(uniforms, own, person, placed, shift, degrees, scale, enrolled_at, out):
    """Tie uniforms of persons to how well they are placed and to what they share.

    uniforms, placed float64[person, lane]; own, person floats, the loadings of chance and of the person; shift
    float64[month of the window, lane], what cohort and year bring; degrees of the t-copula, 0 for the normal one, with
    scale float64[lane]; enrolled_at int16[person, lane] -> out float64[person, lane], uniform again.
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            month = enrolled_at[j, i]
            if month == NEVER:
                out[j, i] = uniforms[j, i]
                continue
            z = own * normal_of(uniforms[j, i]) - person * placed[j, i] - shift[month, i]
            u = student_below(z / math.sqrt(scale[i]), degrees) if degrees > 0 else below(z)
            out[j, i] = min(max(u, SMALLEST), LARGEST)


@kernel
def tie_normals(normals, own, person, placed, shift, degrees, scale, enrolled_at, out):
    """Normals of persons, high where more is better: as `tie`, on the normal scale.

    normals, placed float64[person, lane], shift float64[month of the window, lane], scale float64[lane]
    -> out float64[person, lane], normal again.
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            month = enrolled_at[j, i]
            if month != NEVER:
                z = own * normals[j, i] + person * placed[j, i] + shift[month, i]
                if degrees > 0:
                    u = student_below(z / math.sqrt(scale[i]), degrees)
                    z = normal_of(min(max(u, SMALLEST), LARGEST))
                out[j, i] = z


@kernel
def tie_words(words, person, placed, out):
    """Tie words of persons to how well they are placed: low words are bad luck (leaving, not being measured).

    words uint32[person, lane]; person float, the loading; placed float64[person, lane] -> out uint32[person, lane].
    """
    own = math.sqrt(1.0 - person * person)
    for j in range(words.shape[0]):
        for i in range(LANES):
            u = below(own * normal_of(uniform_of(words[j, i])) + person * placed[j, i])
            out[j, i] = np.uint32(min(u * WORDS, LAST_WORD))


@kernel
def mix_pairs(root, member, normals, out):
    """One member of a vector of normals that go together: root float64[member, member], normals float64[member,
    person, lane] -> out float64[person, lane], the uniform of its member.
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            z = 0.0
            for k in range(member + 1):
                z += root[member, k] * normals[k, j, i]
            out[j, i] = min(max(below(z), SMALLEST), LARGEST)


@kernel
def words_of_uniforms(uniforms, out):
    """Words again: float64[person, lane] -> out uint32[person, lane]."""
    for j in range(uniforms.shape[0]):
        for i in range(LANES):
            out[j, i] = np.uint32(min(uniforms[j, i] * WORDS, LAST_WORD))


@kernel
def happens_below(uniforms, chance, harder_chance, harder, able, worth):
    """Whether something happens: uniforms float64[person, lane] below the chance float64[lane] of the person's group
    (harder uint8[person, lane]); able uint8[person, lane] -> worth float64[person, lane].
    """
    for j in range(worth.shape[0]):
        for i in range(LANES):
            bar = harder_chance[i] if harder[j, i] else chance[i]
            worth[j, i] = (1.0 if uniforms[j, i] < bar else 0.0) if able[j, i] else np.nan


@kernel
def happens_at_nodes(chance, person, nodes, out):
    """The chance that something happens to a person at each node of how well persons are placed.

    chance float64[lane]; person float, the loading; nodes float64[node, lane] -> out float64[node, lane].
    """
    own = math.sqrt(1.0 - person * person)
    for i in range(LANES):
        p = chance[i]
        if p <= 0.0 or p >= 1.0:
            out[:, i] = p
            continue
        mark = normal_of(p)
        for q in range(nodes.shape[0]):
            out[q, i] = below((mark + person * nodes[q, i]) / own)


@kernel
def chances_given_cohort(chance, cohort, words, out):
    """The chance in a cohort that decides a part of it.

    chance float64[path]; cohort float, the loading; words uint32[path] of the cohort -> out float64[path], whose mean
    over cohorts is the chance. [1]
    """
    own = math.sqrt(1.0 - cohort * cohort)
    for i in range(out.size):
        if 0.0 < chance[i] < 1.0:
            out[i] = below((normal_of(chance[i]) + cohort * normal_of(uniform_of(words[i]))) / own)
        else:
            out[i] = chance[i]


@kernel
def calibrate(chance, person, nodes, weight, out):
    """The chance that the tied uniform must stay below, so that those selected meet an outcome as often as is said.

    chance float64[lane], that of those selected; person float, the loading; nodes and weight float64[node, lane],
    weight the part of each node that is selected -> out float64[lane].

    Notes
    -----
    Newton's method with bisection on the mark of the normal scale, to the last digits: the sum rises with it.
    """
    own = math.sqrt(1.0 - person * person)
    for i in range(LANES):
        p, whole = chance[i], 0.0
        for q in range(nodes.shape[0]):
            whole += weight[q, i]
        if p <= 0.0 or p >= 1.0 or whole <= 0.0:
            out[i] = p
            continue
        low, high = -40.0, 40.0
        mark = normal_of(p)
        for _ in range(100):
            total, slope = -p * whole, 0.0
            for q in range(nodes.shape[0]):
                z = (mark + person * nodes[q, i]) / own
                total += weight[q, i] * below(z)
                slope += weight[q, i] * math.exp(-0.5 * z * z) / (ROOT_TWO_PI * own)
            if total > 0.0:
                high = mark
            else:
                low = mark
            step = total / slope if slope > 0.0 else 0.0
            after = mark - step
            if not low < after < high:
                after = 0.5 * (low + high)
            if abs(after - mark) <= 1e-14 * (1.0 + abs(mark)):
                break
            mark = after
        out[i] = below(mark)


@kernel
def chances_of_harder(chance, log_odds, out):
    """The chance of a harder group: the log odds lie lower. chance, log_odds float64[lane] -> out float64[lane]."""
    for i in range(LANES):
        odds = math.exp(-log_odds[i])
        out[i] = chance[i] * odds / (1.0 - chance[i] + chance[i] * odds)


@kernel
def belongs(words, limit, out):
    """Who belongs to the harder group: words uint32[person, lane], limit uint32[lane] -> out uint8[person, lane]."""
    for j in range(words.shape[0]):
        for i in range(LANES):
            out[j, i] = words[j, i] < limit[i]


@kernel
def stretch_words(words, harder, chance, harder_chance, out):
    """Words by which a harder group leaves more often, and at the same months: chances float64[lane].

    words uint32[person, lane], harder uint8[person, lane] -> out uint32[person, lane], below the limit of `chance` as
    often as `harder_chance` says where the person belongs to the group.
    """
    for j in range(words.shape[0]):
        for i in range(LANES):
            out[j, i] = words[j, i]
            p, q = chance[i], harder_chance[i]
            if harder[j, i] and 0.0 < p < 1.0:
                u = uniform_of(words[j, i])
                u = u * p / q if u < q else p + (u - q) * (1.0 - p) / (1.0 - q)
                out[j, i] = np.uint32(min(u * WORDS, LAST_WORD))


@kernel
def unmeasured_odds(share, failures, leavers, cells, out):
    """The odds of being unmeasured of those who stay and succeed, so that the share of all is as said.

    share, failures, leavers float64[lane]; cells float64[4, lane], the parts of all that stay and succeed, stay and
    fail, leave and succeed, leave and fail -> out float64[lane].
    """
    for i in range(LANES):
        if share[i] <= 0.0 or share[i] >= 1.0:
            out[i] = 0.0 if share[i] <= 0.0 else np.inf
            continue
        low, high = -60.0, 60.0
        for _ in range(200):
            middle = 0.5 * (low + high)
            odds, total = math.exp(middle), 0.0
            for cell in range(4):
                ratio = (failures[i] if cell % 2 == 1 else 1.0) * (leavers[i] if cell >= 2 else 1.0)
                total += cells[cell, i] * (odds * ratio / (1.0 + odds * ratio))
            if total < share[i]:
                low = middle
            else:
                high = middle
            if high - low < 1e-15 * (1.0 + abs(middle)):
                break
        out[i] = math.exp(0.5 * (low + high))


@kernel
def seen_by_worth(words, odds, failures, leavers, worth, enrolled_at, left_at, out):
    """Who can be measured, where that goes with what became of them.

    words uint32[person, lane]; odds, failures, leavers float64[lane]; worth float64[person, lane] of the outcome looked
    at; enrolled_at, left_at int16[person, lane] -> out uint8[person, lane].
    """
    for j in range(out.shape[0]):
        for i in range(LANES):
            if enrolled_at[j, i] == NEVER:
                out[j, i] = 0
                continue
            mine = odds[i]
            if worth[j, i] != 1.0:
                mine *= failures[i]
            if left_at[j, i] != NEVER:
                mine *= leavers[i]
            hidden = 1.0 if mine == np.inf else mine / (1.0 + mine)
            out[j, i] = uniform_of(words[j, i]) >= hidden


@kernel
def follow_economy(innovations, persistence, out):
    """The economy year by year: an autoregression that has run for ever.

    innovations float64[year, path], standard normal -> out float64[year, path], standard normal each year.
    """
    rest = math.sqrt(1.0 - persistence * persistence)
    for y in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[y, i] = innovations[0, i] if y == 0 else persistence * out[y - 1, i] + rest * innovations[y, i]


@kernel
def normals_of_uniforms(uniforms, out):
    """The normal of each uniform: float64[n] -> out float64[n]."""
    for i in range(uniforms.size):
        out[i] = normal_of(uniforms[i])
