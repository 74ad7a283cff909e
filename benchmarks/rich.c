/* The rich reference deal in C: fates of persons from one word each, money, net present values, internal rates.

   What `benchmarks/rich.py` does in NumPy, written for a compiler that vectorises: inner loops run over persons or over
   the paths of a block, exponentials are polynomials, nothing in them branches. The terms of the deal come from Python. */

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { PEOPLE = 128, BLOCK = 64, FATES = 14, CLASSES = 7, NODES = 12, PERIODS = 14, YEARS = 7, HURDLES = 2 };
enum { OK_UNIQUE, TOTAL_LOSS, NO_INVESTMENT, ALL_POSITIVE, MULTIPLE, NO_ROOT };

typedef struct {
    double mark_by_factor, person, rest, unmeasured; /* loadings on the latent scale; share that cannot be measured */
    double node[NODES], weight[NODES];
    int32_t class_limit[CLASSES];
    int32_t period[3][CLASSES]; /* of well-being, of work at both measurements */
    int64_t price[2], cap;      /* minor units */
    int64_t drawn[PERIODS];     /* minor units, in each period */
    double years[PERIODS], discount[HURDLES][PERIODS];
    int32_t places;
} Terms;

/* Polynomials in place of the mathematical library: they vectorise. */

static inline double exponential(double x)
{
    const double magic = 0x1.8p52;
    double shifted = x * 1.4426950408889634 + magic, k = shifted - magic;
    double r = fma(-k, 1.90821492927058770e-10, fma(-k, 6.93147180369123816e-01, x));
    double p = 1.0 / 479001600.0;
    p = fma(p, r, 1.0 / 39916800.0), p = fma(p, r, 1.0 / 3628800.0), p = fma(p, r, 1.0 / 362880.0);
    p = fma(p, r, 1.0 / 40320.0), p = fma(p, r, 1.0 / 5040.0), p = fma(p, r, 1.0 / 720.0), p = fma(p, r, 1.0 / 120.0);
    p = fma(p, r, 1.0 / 24.0), p = fma(p, r, 1.0 / 6.0), p = fma(p, r, 0.5), p = fma(p, r, 1.0), p = fma(p, r, 1.0);
    int64_t bits;
    double scale;
    memcpy(&bits, &shifted, 8);
    bits = (bits + 1023) << 52;
    memcpy(&scale, &bits, 8);
    return p * scale;
}

/* The normal distribution to 7.5e-8: Abramowitz and Stegun 26.2.17. */
static inline double below(double x)
{
    double size = fabs(x), t = 1.0 / (1.0 + 0.2316419 * size);
    double tail = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    tail *= 0.3989422804014327 * exponential(-0.5 * size * size);
    return x > 0.0 ? 1.0 - tail : tail;
}

/* Lives */

static inline void philox(uint32_t *c0, uint32_t *c1, uint32_t *c2, uint32_t *c3, uint32_t key0, uint32_t key1)
{
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xD2511F53u * *c0, b = (uint64_t)0xCD9E8D57u * *c2;
        uint32_t n0 = (uint32_t)(b >> 32) ^ *c1 ^ key0, n2 = (uint32_t)(a >> 32) ^ *c3 ^ key1;
        *c1 = (uint32_t)b, *c3 = (uint32_t)a, *c0 = n0, *c2 = n2;
        key0 += 0x9E3779B9u, key1 += 0xBB67AE85u;
    }
}

/* Fates of somebody who enrolled, in the order of the limits: among those who can be measured, stayers by well-being and
   work at both measurements, leavers by work; then unmeasured stayers and leavers. */
static void fate_limits(const Terms *terms, const double *dropout, const double *mark_a, const double *mark_b,
                        const double *factor, int32_t limit[FATES][BLOCK])
{
    double w[5][BLOCK] = {{0}}; /* chances: A, B, AB, BB, ABB */
    const double by_factor = terms->mark_by_factor, by_rest = 1.0 / terms->rest;
    for (int q = 0; q < NODES; q++) {
        const double placed = terms->person * terms->node[q], weight = terms->weight[q];
        for (int i = 0; i < BLOCK; i++) {
            double shared = placed + by_factor * factor[i];
            double a = below((mark_a[i] + shared) * by_rest), b = below((mark_b[i] + shared) * by_rest);
            w[0][i] += weight * a, w[1][i] += weight * b, w[2][i] += weight * a * b;
            w[3][i] += weight * b * b, w[4][i] += weight * a * b * b;
        }
    }
    for (int i = 0; i < BLOCK; i++) {
        double a = w[0][i], b = w[1][i], ab = w[2][i], bb = w[3][i], abb = w[4][i], seen = 1.0 - terms->unmeasured;
        double stay = seen * (1.0 - dropout[i]), leave = seen * dropout[i], total = 0.0;
        double chance[FATES] = {
            stay * abb, stay * (ab - abb), stay * (ab - abb), stay * (a - 2.0 * ab + abb),
            stay * (bb - abb), stay * (b - bb - ab + abb), stay * (b - bb - ab + abb),
            stay * (1.0 - a - 2.0 * b + bb + 2.0 * ab - abb),
            leave * bb, leave * (b - bb), leave * (b - bb), leave * (1.0 - 2.0 * b + bb),
            terms->unmeasured * (1.0 - dropout[i]), 0.0,
        };
        for (int k = 0; k < FATES; k++) {
            total += chance[k];
            limit[k][i] = (int32_t)fmin(total * 2147483648.0, 2147483647.0);
        }
    }
}

/* What one person adds: stayed, unmeasured, well-being, work first, work again, in fields of 12 bits. */
#define ADDS(stayed, unmeasured, a, b1, b2)                                                                            \
    ((int64_t)(stayed) | (int64_t)(unmeasured) << 12 | (int64_t)(a) << 24 | (int64_t)(b1) << 36 | (int64_t)(b2) << 48)

void lives(const Terms *terms, int64_t n_paths, uint64_t seed, const int32_t *n_enrolled, const double *dropout,
           const double *mark_a, const double *mark_b, const double *factor, int32_t *verified, int32_t *heads)
{
    static const int64_t adds[FATES] = {
        ADDS(1, 0, 1, 1, 1), ADDS(1, 0, 1, 1, 0), ADDS(1, 0, 1, 0, 1), ADDS(1, 0, 1, 0, 0), ADDS(1, 0, 0, 1, 1),
        ADDS(1, 0, 0, 1, 0), ADDS(1, 0, 0, 0, 1), ADDS(1, 0, 0, 0, 0), ADDS(0, 0, 0, 1, 1), ADDS(0, 0, 0, 1, 0),
        ADDS(0, 0, 0, 0, 1), ADDS(0, 0, 0, 0, 0), ADDS(1, 1, 0, 0, 0), ADDS(0, 1, 0, 0, 0),
    };
    int32_t limit[FATES][BLOCK], class_word[PEOPLE], fate_word[PEOPLE], class_of[PEOPLE], fate_of[PEOPLE];
    double block[4][BLOCK];
    memset(block, 0, sizeof block);
    for (int64_t start = 0; start < n_paths; start += BLOCK) {
        int n = n_paths - start < BLOCK ? (int)(n_paths - start) : BLOCK;
        memcpy(block[0], dropout + start, 8 * n), memcpy(block[1], mark_a + start, 8 * n);
        memcpy(block[2], mark_b + start, 8 * n), memcpy(block[3], factor + start, 8 * n);
        fate_limits(terms, block[0], block[1], block[2], block[3], limit);
        for (int i = 0; i < n; i++) {
            uint64_t path = (uint64_t)(start + i);
            int people = n_enrolled[start + i], half = ((people + 1) / 2 + 15) / 16 * 16;
            for (int j = 0; j < half; j++) {
                uint32_t c0 = (uint32_t)j, c1 = 0, c2 = (uint32_t)path, c3 = (uint32_t)(path >> 32);
                philox(&c0, &c1, &c2, &c3, (uint32_t)seed, (uint32_t)(seed >> 32));
                class_word[j] = (int32_t)(c0 >> 1), fate_word[j] = (int32_t)(c1 >> 1);
                class_word[half + j] = (int32_t)(c2 >> 1), fate_word[half + j] = (int32_t)(c3 >> 1);
            }
            int32_t bound[FATES - 1];
            for (int k = 0; k < FATES - 1; k++)
                bound[k] = limit[k][i];
            for (int j = 0; j < 2 * half; j++) {
                int32_t found = 0;
                for (int k = 0; k < CLASSES - 1; k++)
                    found += class_word[j] >= terms->class_limit[k];
                class_of[j] = found;
            }
            for (int j = 0; j < 2 * half; j++) {
                int32_t found = 0;
                for (int k = 0; k < FATES - 1; k++)
                    found += fate_word[j] >= bound[k];
                fate_of[j] = found;
            }
            int64_t total[CLASSES] = {0};
            for (int j = 0; j < people; j++)
                total[class_of[j]] += adds[fate_of[j]];
            int32_t *paid = verified + (start + i) * 2 * PERIODS, *head = heads + (start + i) * 2;
            memset(paid, 0, 4 * 2 * PERIODS);
            head[0] = head[1] = 0;
            for (int c = 0; c < CLASSES; c++) {
                head[0] += total[c] & 4095, head[1] += total[c] >> 12 & 4095;
                paid[terms->period[0][c]] += total[c] >> 24 & 4095;
                paid[PERIODS + terms->period[1][c]] += total[c] >> 36 & 4095;
                paid[PERIODS + terms->period[2][c]] += total[c] >> 48 & 4095;
            }
        }
    }
}

/* Money */

static double value_at(const double *flow, const double *years, double x, double *slope)
{
    double value = 0.0, down = 0.0, origin = x >= 0.0 ? years[0] : years[PERIODS - 1];
    for (int t = 0; t < PERIODS; t++) {
        double time = years[t] - origin, term = flow[t] * exp(-time * x);
        value += term, down -= time * term;
    }
    *slope = down;
    return value;
}

static double root_between(const double *flow, const double *years, double low, double high, double x)
{
    double slope, at_low = value_at(flow, years, low, &slope);
    if (!(low < x && x < high))
        x = 0.5 * (low + high);
    for (int step = 0; step < 200; step++) {
        double f = value_at(flow, years, x, &slope);
        if (f == 0.0)
            break;
        if ((f > 0.0) == (at_low > 0.0))
            low = x;
        else
            high = x;
        double next = x - f / slope;
        if (!(low < next && next < high))
            next = 0.5 * (low + high);
        int done = fabs(next - x) <= 1e-15 * fmax(1.0, fabs(x));
        x = next;
        if (done)
            break;
    }
    return x;
}

/* The rate of one path where the fast lane gives none: a grid from -99.99 % to 1000 %. */
static double scan(const double *flow, const double *years, double guess, int8_t *status)
{
    const double lowest = -9.210340371976182, highest = 2.3978952727983707, step = (highest - lowest) / 512;
    double slope, before = value_at(flow, years, lowest, &slope), left = 0.0;
    int roots = 0;
    for (int k = 1; k <= 512; k++) {
        double here = value_at(flow, years, lowest + k * step, &slope);
        if ((before > 0.0) != (here > 0.0))
            roots++, left = lowest + (k - 1) * step;
        before = here;
    }
    *status = roots == 1 ? OK_UNIQUE : roots > 1 ? MULTIPLE : NO_ROOT;
    return roots == 1 ? expm1(root_between(flow, years, left, left + step, guess)) : NAN;
}

static int changes_once_from_the_end(const double *flow)
{
    double total = 0.0;
    int changes = 0, sign = 0;
    for (int t = PERIODS - 1; t >= 0; t--) {
        total += flow[t];
        int here = (total > 0.0) - (total < 0.0);
        if (here && !sign && here < 0)
            return 0;
        if (here && sign && here != sign)
            changes++;
        if (here)
            sign = here;
    }
    return changes == 1;
}

static void halley(const double *years, const double flow[PERIODS][BLOCK], double *x, double *step)
{
    double value[BLOCK] = {0}, slope[BLOCK] = {0}, bend[BLOCK] = {0};
    for (int t = 0; t < PERIODS; t++) {
        const double time = years[t];
        for (int i = 0; i < BLOCK; i++) {
            double term = flow[t][i] * exponential(-time * x[i]);
            value[i] += term, slope[i] -= time * term, bend[i] += time * time * term;
        }
    }
    for (int i = 0; i < BLOCK; i++) {
        double by = 2.0 * value[i] * slope[i] / (2.0 * slope[i] * slope[i] - value[i] * bend[i]), next = x[i] - by;
        next = next < 2.3 ? next : 2.3;
        step[i] = by, x[i] = next > -9.0 ? next : -9.0;
    }
}

void settle(const Terms *terms, int64_t n_paths, const int32_t *verified, int64_t *received, int64_t *repaid, double *npv,
            double *irr, int8_t *status)
{
    static _Thread_local double flow[PERIODS][BLOCK], x[BLOCK], step[BLOCK];
    for (int64_t start = 0; start < n_paths; start += BLOCK) {
        int n = n_paths - start < BLOCK ? (int)(n_paths - start) : BLOCK;
        int64_t so_far[BLOCK] = {0};
        double in[BLOCK] = {0}, out[BLOCK] = {0}, in_time[BLOCK] = {0}, out_time[BLOCK] = {0};
        memset(repaid + start * YEARS, 0, 8 * YEARS * n);
        for (int t = 0; t < PERIODS; t++)
            for (int i = 0; i < n; i++) {
                const int32_t *paid = verified + (start + i) * 2 * PERIODS;
                int64_t claim = paid[t] * terms->price[0] + paid[PERIODS + t] * terms->price[1];
                int64_t now = so_far[i] + claim < terms->cap ? so_far[i] + claim : terms->cap;
                int64_t pay = now - so_far[i];
                double net = (double)(pay - terms->drawn[t]) / 100.0, more = fmax(net, 0.0), less = fmax(-net, 0.0);
                so_far[i] = now, repaid[(start + i) * YEARS + t / 2] += pay, flow[t][i] = net;
                in[i] += more, out[i] += less, in_time[i] += more * terms->years[t], out_time[i] += less * terms->years[t];
            }
        for (int h = 0; h < HURDLES; h++)
            for (int i = 0; i < n; i++) {
                double value = 0.0;
                for (int t = 0; t < PERIODS; t++)
                    value += flow[t][i] * terms->discount[h][t];
                npv[(start + i) * HURDLES + h] = value;
            }
        for (int i = 0; i < n; i++) {
            double gap = in_time[i] / in[i] - out_time[i] / out[i], guess = gap > 1e-6 ? log(in[i] / out[i]) / gap : 0.0;
            received[start + i] = so_far[i];
            x[i] = guess > -9.0 && guess < 2.3 ? guess : 0.0;
        }
        for (int turn = 0; turn < 4; turn++)
            halley(terms->years, flow, x, step);
        for (int i = 0; i < n; i++) {
            double one[PERIODS], total = 0.0;
            int changes = 0, running = 0, sign = 0, running_sign = 0, first = 0;
            if (received[start + i] <= 0) {
                irr[start + i] = -1.0, status[start + i] = TOTAL_LOSS;
                continue;
            }
            for (int t = 0; t < PERIODS; t++) {
                one[t] = flow[t][i], total += one[t];
                int here = (one[t] > 0.0) - (one[t] < 0.0), sum = (total > 0.0) - (total < 0.0);
                first = first ? first : here;
                changes += here && sign && here != sign, sign = here ? here : sign;
                running += sum && running_sign && sum != running_sign, running_sign = sum ? sum : running_sign;
            }
            int above = running == 1 && total > 0.0;
            int beneath = running == 0 && total < 0.0 && changes > 1 && changes_once_from_the_end(one);
            int settled = fabs(step[i]) <= 1e-12 && (x[i] >= 0.0) == (total >= 0.0);
            if (first > 0 && changes <= 1) {
                irr[start + i] = NAN, status[start + i] = ALL_POSITIVE;
            } else if (changes == 0) {
                irr[start + i] = NAN, status[start + i] = NO_ROOT;
            } else if (first < 0 && settled && (changes == 1 || above || beneath)) {
                irr[start + i] = expm1(x[i]), status[start + i] = OK_UNIQUE;
            } else if (first < 0 && (changes == 1 || above || beneath)) {
                double low = total >= 0.0 ? 0.0 : -40.0, high = total >= 0.0 ? 40.0 : 0.0;
                irr[start + i] = expm1(root_between(one, terms->years, low, high, x[i])), status[start + i] = OK_UNIQUE;
            } else {
                irr[start + i] = scan(one, terms->years, x[i], &status[start + i]);
            }
        }
    }
}
