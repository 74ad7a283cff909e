"""Fates: the chances of patterns, with how well a person is placed integrated out, and people counted by fate.

How well a person is placed is taken at a few places on the normal scale (*nodes*); given it, the decisions of a person
are independent, and the chance of a pattern is a product along a tree of decisions.
"""

from __future__ import annotations

import math

import numpy as np

from risksim.kernels.chances import limit_of
from risksim.kernels.dependence import ROOT_TWO_PI
from risksim.kernels.elementary import normal_and_bell, normal_below
from risksim.kernels.jit import kernel
from risksim.kernels.normal import normal_of
from risksim.kernels.words import LANES, LAST_WORD, philox10

MASK = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
LAST_LIMIT = np.uint32(0xFFFFFFFF)
MOST_TALLIES = 1 << 18
"""Counts of a tile of paths that are held at a time, 1 MB."""
ENROLMENT_PURPOSE, FATE_PURPOSE = np.int64(2), np.int64(22)


@kernel
def marks_of_chances(chances, out):
    """The mark on the normal scale below which something of a chance lies: float64[n] -> out float64[n], infinite at
    chances of 0 and 1.
    """
    for i in range(out.size):
        p = chances[i]
        out[i] = -np.inf if p <= 0.0 else np.inf if p >= 1.0 else normal_of(p)


@kernel
def chances_of_marks(marks, out):
    """The normal distribution: float64[n] -> out float64[n]."""
    for i in range(out.size):
        out[i] = normal_below(marks[i])


@kernel
def chances_at_nodes(chance, person, nodes, out):
    """As `risksim.kernels.dependence.happens_at_nodes`, to 1e-15, over lanes."""
    own = math.sqrt(1.0 - person * person)
    mark = np.empty(chance.size)
    marks_of_chances(chance, mark)
    for q in range(nodes.shape[0]):
        row, place = out[q], nodes[q]
        for i in range(LANES):
            row[i] = normal_below((mark[i] + person * place[i]) / own)


@kernel
def calibrate_together(chance, person, nodes, weight, out):
    """As `risksim.kernels.dependence.calibrate`, to 1e-13, over lanes: one that has arrived stands still.

    chance float64[lane], nodes and weight float64[node, lane] -> out float64[lane].
    """
    own = math.sqrt(1.0 - person * person)
    per_slope = 1.0 / (ROOT_TWO_PI * own)
    mark, low, high = np.empty(LANES), np.full(LANES, -40.0), np.full(LANES, 40.0)
    whole, goal, total, slope = np.zeros(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    astray = np.empty(LANES)
    for q in range(nodes.shape[0]):
        part = weight[q]
        for i in range(LANES):
            whole[i] += part[i]
    left = False
    for i in range(LANES):
        inside = 0.0 < chance[i] < 1.0 and whole[i] > 0.0
        mark[i] = normal_of(chance[i]) if inside else 0.0
        astray[i] = 1.0 if inside else 0.0
        goal[i] = chance[i] * whole[i]
        left = left or inside
    for _ in range(100):
        if not left:
            break
        for i in range(LANES):
            total[i], slope[i] = -goal[i], 0.0
        for q in range(nodes.shape[0]):
            place, part = nodes[q], weight[q]
            for i in range(LANES):
                below, bell = normal_and_bell((mark[i] + person * place[i]) / own)
                total[i] += part[i] * below
                slope[i] += part[i] * bell
        left = False
        for i in range(LANES):
            if astray[i] == 0.0:
                continue
            if total[i] > 0.0:
                high[i] = mark[i]
            else:
                low[i] = mark[i]
            rises = slope[i] * per_slope
            step = total[i] / rises if rises > 0.0 else 0.0
            if rises > 0.0 and abs(step) <= 1e-14 * (1.0 + abs(mark[i])):
                astray[i] = 0.0
                continue
            after = mark[i] - step
            if not low[i] < after < high[i]:
                after = 0.5 * (low[i] + high[i])
            mark[i] = after
            left = True
    for i in range(LANES):
        inside = 0.0 < chance[i] < 1.0 and whole[i] > 0.0
        out[i] = normal_below(mark[i]) if inside else chance[i]


@kernel
def patterns_at_nodes(nodes, tied, slope, level, base, plus, times, less, turned, parent, factor, pattern, weight, out):
    """The chances of the patterns of one component, added up over nodes.

    nodes float64[node]; tied uint8[base], 1 where a chance moves with the node: it is then the normal distribution at
    level + slope * node, else the level itself; slope float64[base], level float64[base, path]. A factor is
    (plus + times * p) / (1 - less * p) of the chance p of its base (all float64[factor], base int64[factor]), or one
    less that where turned (uint8[factor]). Steps of the tree: parent, factor, pattern int64[step] as `Component`.
    weight float64[pool, node, path], or float64[pool, node, 1] where all paths are alike -> out float64[pool, pattern,
    path], a multiple of 64 paths, added to.
    """
    n_steps = parent.size
    chance = np.empty((level.shape[0], LANES))
    side = np.empty((base.size, LANES))
    along = np.empty((n_steps, LANES))
    alike = weight.shape[2] == 1
    for at in range(0, level.shape[1], LANES):
        for q in range(nodes.size):
            for b in range(level.shape[0]):
                own, here = chance[b], level[b, at : at + LANES]
                if tied[b]:
                    move = slope[b] * nodes[q]
                    for i in range(LANES):
                        own[i] = normal_below(here[i] + move)
                elif q == 0:
                    for i in range(LANES):
                        own[i] = here[i]
            for f in range(base.size):
                own, p = side[f], chance[base[f]]
                a, b, c = plus[f], times[f], less[f]
                if c != 0.0:
                    for i in range(LANES):
                        rest = 1.0 - c * p[i]
                        own[i] = (a + b * p[i]) / rest if rest > 0.0 else 0.0
                else:
                    for i in range(LANES):
                        own[i] = a + b * p[i]
                if turned[f]:
                    for i in range(LANES):
                        own[i] = 1.0 - own[i]
            for s in range(n_steps):
                own, last = along[s], side[factor[s]]
                if parent[s] < 0:
                    for i in range(LANES):
                        own[i] = last[i]
                else:
                    before = along[parent[s]]
                    for i in range(LANES):
                        own[i] = before[i] * last[i]
                if pattern[s] < 0:
                    continue
                for pool in range(weight.shape[0]):
                    whole = out[pool, pattern[s], at : at + LANES]
                    if alike:
                        share = weight[pool, q, 0]
                        for i in range(LANES):
                            whole[i] += own[i] * share
                    else:
                        part = weight[pool, q, at : at + LANES]
                        for i in range(LANES):
                            whole[i] += own[i] * part[i]


@kernel
def share_out_patterns(found, first, out):
    """Chances of the patterns of one component, given the pool: found float64[pool, pattern, path], a multiple of 64
    paths, those that pool and pattern meet -> out float64[path, pattern, pool], patterns from `first` on.
    """
    n_pools, n_patterns, n_paths = found.shape
    whole = np.empty(LANES)
    for at in range(0, n_paths, LANES):
        for pool in range(n_pools):
            for i in range(LANES):
                whole[i] = 0.0
            for b in range(n_patterns):
                own = found[pool, b, at : at + LANES]
                for i in range(LANES):
                    whole[i] += own[i]
            for b in range(n_patterns):
                own = found[pool, b, at : at + LANES]
                for i in range(LANES):
                    out[at + i, first + b, pool] = own[i] / whole[i]


@kernel
def words_of_people(key, path, purpose, cohort, occasion, n_quads, out):
    """Words of one decision for the people of one path: key uint64[2] -> out uint32[4, quad], below 2**32 - 1.

    Person ``4 * q + r`` stands in row r, column q; the address is that of `risksim.kernels.words.fill_persons`.
    """
    k0, k1 = key[0], key[1]
    c0 = np.uint64(path) & MASK
    c1 = ((np.uint64(path) >> SHIFT) << np.uint64(16)) | np.uint64(purpose)
    c2, c3 = np.uint64(cohort) << np.uint64(16), np.uint64(occasion)
    row0, row1, row2, row3 = out[0], out[1], out[2], out[3]
    for q in range(n_quads):
        w0, w1, w2, w3 = philox10(c0, c1, c2 | np.uint64(q), c3, k0, k1)
        row0[q] = min(np.uint32(w0), LAST_WORD)
        row1[q] = min(np.uint32(w1), LAST_WORD)
        row2[q] = min(np.uint32(w2), LAST_WORD)
        row3[q] = min(np.uint32(w3), LAST_WORD)


@kernel
def codes_of_words(words, limits, n, codes):
    """How many limits each word has reached: words uint32[word], limits uint32[limit], rising, a multiple of four of
    them, the last ones `LAST_LIMIT`, which no word reaches; the first n words -> codes uint32[word].
    """
    for j in range(n):
        codes[j] = 0
    for k in range(0, limits.size, 4):
        a, b, c, d = limits[k], limits[k + 1], limits[k + 2], limits[k + 3]
        for j in range(n):
            word = words[j]
            first, second = np.uint32(word >= a) + np.uint32(word >= b), np.uint32(word >= c) + np.uint32(word >= d)
            codes[j] += np.uint32(first + second)


@kernel
def spread_tally(tally, n_here, cells, add, head, measured, headcount):
    """People by fate and class to what is measured and counted: tally int32[line, class, lane], the lines of pools not
    filled yet; the first n_here lanes are paths -> measured float64[path, place], headcount int32[path, place], added
    to. The rest as `count_fates`.
    """
    n_classes, n_lanes = tally.shape[1], tally.shape[2]
    n_cells = cells.shape[0]
    for cell in range(n_cells):
        for c in range(n_classes):
            own, whole = tally[cell, c], tally[n_cells + cells[cell, 0], c]
            for i in range(n_lanes):
                whole[i] += own[i]
    found = np.zeros((measured.shape[1], n_lanes), np.int32)
    for k in range(add.shape[0]):
        own, total = tally[add[k, 0], add[k, 1]], found[add[k, 2]]
        for i in range(n_lanes):
            total[i] += own[i]
    for place in range(measured.shape[1]):
        total = found[place]
        for i in range(n_here):
            measured[i, place] += np.float64(total[i])
    heads = np.zeros((headcount.shape[1], n_lanes), np.int32)
    for k in range(head.shape[0]):
        first, last = (0, n_classes) if head[k, 1] < 0 else (head[k, 1], head[k, 1] + 1)
        total = heads[head[k, 2]]
        for c in range(first, last):
            own = tally[head[k, 0], c]
            for i in range(n_lanes):
                total[i] += own[i]
    for place in range(headcount.shape[1]):
        total = heads[place]
        for i in range(n_here):
            headcount[i, place] += total[i]


@kernel
def count_fates(
    key,
    first_path,
    cohort,
    n_enrolled,
    pool,
    pattern,
    class_limit,
    cells,
    parts,
    add,
    head,
    measured,
    headcount,
):
    """Draw the people of one cohort and count them by fate.

    key uint64[2]; n_enrolled int64[path]; pool float64[path, pool]; pattern float64[path, pattern, pool] as `Chances`;
    class_limit uint32[class - 1]; cells int64[cell, 2], pool and pattern of what the first word decides; parts
    int64[part, 2], first pattern and patterns of the components that have a word of their own; add int64[add, 3] and
    head int64[head, 3], line, class (-1 for all) and place -> measured float64[path, place], headcount int32[path,
    place], added to. Lines are the cells, then the pools, then of each part pool by pool its patterns. [people]
    """
    n_classes, n_cells, n_pools = class_limit.size + 1, cells.shape[0], pool.shape[1]
    n_lines = n_cells + n_pools
    most_patterns = 1
    for part in range(parts.shape[0]):
        n_lines += n_pools * parts[part, 1]
        most_patterns = max(most_patterns, parts[part, 1])
    most = 4 * ((n_enrolled.max() + 3) // 4)
    flat, classes, codes = np.empty(most, np.uint32), np.zeros(most, np.uint32), np.empty(most, np.uint32)
    slots = np.empty(most, np.uint32)
    class_limits = np.full((n_classes + 2) // 4 * 4, LAST_LIMIT, np.uint32)
    class_limits[: n_classes - 1] = class_limit
    limits = np.full((n_cells + 2) // 4 * 4, LAST_LIMIT, np.uint32)
    bars = np.empty((n_pools, most_patterns), np.uint32)
    # Lanes are paths where sums are spread; the last line takes nobody.
    n_lanes = max(1, min(LANES, MOST_TALLIES // (n_lines * n_classes)))
    tally = np.empty((n_lines + 1, n_classes, n_lanes), np.int32)
    counts = tally.reshape(tally.size)
    nobody = np.uint32(n_lines * n_classes * n_lanes)
    for at in range(0, n_enrolled.size, n_lanes):
        n_here = min(n_lanes, n_enrolled.size - at)
        counts[:] = 0
        for lane in range(n_here):
            i = at + lane
            n, path = n_enrolled[i], np.int64(first_path + i)
            n_quads = (n + 3) // 4
            n_slots = 4 * n_quads
            # The quads of a path are packed, so that its words stand side by side.
            here = flat[:n_slots].reshape(4, n_quads)
            if n_classes > 1:
                words_of_people(key, path, ENROLMENT_PURPOSE, cohort, np.int64(0), n_quads, here)
                codes_of_words(flat, class_limits, n_slots, classes)
            total = 0.0
            for cell in range(n_cells - 1):
                total += pool[i, cells[cell, 0]] * pattern[i, cells[cell, 1], cells[cell, 0]]
                limits[cell] = limit_of(total)
            words_of_people(key, path, FATE_PURPOSE, cohort, np.int64(0), n_quads, here)
            codes_of_words(flat, limits, n_slots, codes)
            step, width, own = np.uint32(n_classes * n_lanes), np.uint32(n_lanes), np.uint32(lane)
            for j in range(n_slots):
                slots[j] = codes[j] * step + classes[j] * width + own
            for row in range(n - n_slots + 4, 4):
                slots[(row + 1) * n_quads - 1] = nobody
            for j in range(n_slots):
                counts[slots[j]] += 1
            line = n_cells + n_pools
            for part in range(parts.shape[0]):
                first, n_patterns = parts[part, 0], parts[part, 1]
                for a in range(n_pools):
                    total = 0.0
                    for b in range(n_patterns - 1):
                        total += pattern[i, first + b, a]
                        bars[a, b] = limit_of(total)
                words_of_people(key, path, FATE_PURPOSE, cohort, np.int64(part + 1), n_quads, here)
                for row in range(4):
                    for q in range(min(n_quads, (n - row + 3) // 4)):
                        j = np.uint32(row * n_quads + q)
                        a = np.uint32(cells[codes[j], 0])
                        # Halving the patterns that are left: the limits rise.
                        low, high = 0, n_patterns - 1
                        while low < high:
                            middle = (low + high) // 2
                            if flat[j] >= bars[a, np.uint32(middle)]:
                                low = middle + 1
                            else:
                                high = middle
                        tally[np.uint32(line + np.int64(a) * n_patterns + low), classes[j], np.uint32(lane)] += 1
                line += n_pools * n_patterns
        here_too = slice(at, at + n_here)
        spread_tally(tally, n_here, cells, add, head, measured[here_too], headcount[here_too])
