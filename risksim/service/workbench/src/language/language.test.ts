import { expect, test } from 'vitest';
import { da } from './da';
import { en } from './en';

/** Every text, functions called with numbers and words that show. */
function texts(from: object, path = ''): [string, string][] {
  return Object.entries(from).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'string') return [[path + key, value]];
    if (typeof value === 'function') return [[path + key, String(value(2, 3, 4, 5))]];
    return texts(value as object, `${path}${key}.`);
  });
}

test('both languages say everything, and not the same', () => {
  const [english, danish] = [texts(en), texts(da)];
  expect(danish.map(([key]) => key)).toEqual(english.map(([key]) => key));
  for (const [key, text] of [...english, ...danish]) {
    expect(text.trim(), key).not.toBe('');
    expect(text, key).not.toMatch(/undefined|#/);
  }
});

test('one is one', () => {
  expect(en.movedCount(1)).toBe('1 moved');
  expect(da.faultCount(1)).toBe('1 fejl i teksten');
  expect(da.assumedCount(1, 1)).toBe('1 tal er antaget, 1 har en offentliggjort kilde');
  expect(en.assumedCount(19, 6)).toBe('19 numbers are assumed, 6 have a published source');
});
