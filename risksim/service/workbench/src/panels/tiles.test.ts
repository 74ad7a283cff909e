import { expect, test } from 'vitest';
import { PARTS_OF_ROW, tileWidths } from './tiles';

test('every row of tiles is full', () => {
  for (let count = 1; count <= 24; count += 1) {
    for (const width of [0, 160, 358, 700, 1180, 2000]) {
      const widths = tileWidths(count, width);
      expect(widths).toHaveLength(count);
      let row = 0;
      for (const one of widths) {
        expect(Number.isInteger(one)).toBe(true);
        row += one;
        expect(row).toBeLessThanOrEqual(PARTS_OF_ROW);
        if (row === PARTS_OF_ROW) row = 0;
      }
      expect(row).toBe(0);
    }
  }
});

test('ten tiles stand three, three and four where four have room', () => {
  expect(tileWidths(10, 700).map((one) => PARTS_OF_ROW / one)).toEqual([3, 3, 3, 3, 3, 3, 4, 4, 4, 4]);
  expect(tileWidths(10, 900).map((one) => PARTS_OF_ROW / one)).toEqual(Array(10).fill(5));
});
