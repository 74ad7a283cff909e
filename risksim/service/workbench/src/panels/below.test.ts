import { describe, expect, it } from 'vitest';
import { below, errorOf, precision, read, sentence, summed } from './below';
import { unitOf } from './numbers';

// Ten futures, by hand: three lose 2 million, one loses half a million, two end at nought, four gain a million.
const ENDS = { values: [-2e6, -5e5, 0, 1e6], weights: [0.3, 0.1, 0.2, 0.4], joined: 0, at: 0 };
/** The same where some that were sent as one had ended near to each other. */
const JOINED = { ...ENDS, joined: 0.0008 };
const unit = unitOf(ENDS.values, 'DKK', 'en');

function said(bound: number, paths = 10_000, engine = 'conditional', language: 'en' | 'da' = 'en'): string {
  const answer = { paths, engine, currency: 'DKK' };
  const found = read(summed(ENDS), bound, ENDS.at, answer);
  return sentence(found, bound, answer, unitOf(ENDS.values, 'DKK', language), language);
}

describe('the probability of ending below a bound', () => {
  it.each([
    [-3e6, 0],
    [-2e6, 0], // strictly below: who ends at the bound isn't below it
    [-1_999_999, 0.3],
    [-5e5, 0.3],
    [-4e5, 0.4],
    [0, 0.4],
    [1, 0.6],
    [1e6, 0.6],
    [2e6, 1],
  ])('below %d', (bound, share) => {
    expect(below(summed(ENDS), bound)).toBeCloseTo(share, 12);
  });

  it('is the same whatever the weights sum to, and stays within 0 and 1', () => {
    const doubled = { ...ENDS, weights: ENDS.weights.map((weight) => 2 * weight) };
    expect(below(summed(doubled), 1)).toBeCloseTo(0.6, 12);
    const many = {
      values: Array.from({ length: 10_000 }, (_none, at) => at),
      weights: Array(10_000).fill(1e-4),
      joined: 0,
    };
    expect(below(summed({ ...many, at: 0 }), 10_000)).toBe(1);
    expect(below(summed({ ...many, at: 0 }), 2_800)).toBeCloseTo(0.28, 14);
  });

  it('errs as that many futures drawn apart', () => {
    expect(errorOf(0.28, 10_000, 'conditional')).toBeCloseTo(Math.sqrt((0.28 * 0.72) / 10_000), 15);
    expect(errorOf(0.28, 10_000, 'exact')).toBe(0);
  });

  it('may be off by what was joined, save at nought and where all or none end below', () => {
    const answer = { paths: 10_000, engine: 'conditional' };
    expect(read(summed(JOINED), -4e5, 0, answer).coarse).toBe(0.0008);
    expect(read(summed(JOINED), 0, 0, answer).coarse).toBe(0);
    expect(read(summed(JOINED), -2e6, 0, answer).coarse).toBe(0);
    expect(read(summed(JOINED), 2e6, 0, answer).coarse).toBe(0);
    const few = { ...JOINED, weights: [0.3, 0.0002, 0.0003, 0.3995] };
    expect(read(summed(few), -4e5, 0, answer).coarse).toBeCloseTo(0.0003, 12);
  });

  it('is off by nothing where no ends were joined', () => {
    expect(read(summed(ENDS), -4e5, 0, { paths: 10_000, engine: 'conditional' }).coarse).toBe(0);
  });
});

describe('the sentence', () => {
  it('says it in both languages', () => {
    expect(said(-4e5)).toBe('In 40 of 100 futures the investors end below DKK −0.4m (± 0.5).');
    expect(said(-4e5, 10_000, 'conditional', 'da')).toBe(
      'I 40 af 100 mulige fremtider ender investorerne under −0,4 mio. kr. (± 0,5).',
    );
    expect(said(0)).toBe('In 40 of 100 futures the investors get back less than they paid in (± 0.5).');
  });

  it('gives no error where nothing was drawn', () => {
    expect(said(-4e5, 10_000, 'exact')).toBe('In 40 of 100 futures the investors end below DKK −0.4m.');
  });

  it('bounds what was not seen, and says never where nothing was drawn', () => {
    expect(said(-3e6)).toContain('In none of the 10,000 futures');
    expect(said(2e6)).toContain('In all of the 10,000 futures');
    expect(said(-3e6, 121, 'exact')).toBe('In no future do the investors end below DKK −3m.');
  });

  it('tells small shares with their error', () => {
    const rare = { values: [-1e6, 1e6], weights: [0.0034, 0.9966], joined: 0, at: 0 };
    const answer = { paths: 10_000, engine: 'conditional', currency: 'DKK' };
    const found = read(summed(rare), 0, 0, answer);
    expect(sentence(found, 0, answer, unit, 'en')).toBe(
      'In fewer than 1 of 100 futures the investors end below DKK 0 (0.34 % ± 0.058 %).', // sqrt(0.0034 0.9966 / 10,000)
    );
  });

  it('says what its error is', () => {
    const answer = { paths: 10_000, engine: 'conditional' };
    expect(precision(read(summed(ENDS), 0, 0, answer), answer, 'en')).toMatch(/^40\.0 % .*± 0\.49 %/);
  });

  it('speaks of futures that are spread evenly only where they are', () => {
    const told = (engine: string): string =>
      precision(read(summed(ENDS), 0, 0, { paths: 10_000, engine }), { engine }, 'en');
    expect(told('conditional')).toContain('spread evenly');
    expect(told('individual')).toBe(
      '40.0 % of all futures lie below the bound, ± 0.49 %, the standard error of the simulation.',
    );
  });
});
