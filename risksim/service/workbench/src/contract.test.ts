import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FEWEST_PATHS, GROUPS, MOST_PATHS, MOST_TEXT, MOST_VARIANTS, PARTS } from './contract';

const shapes = JSON.parse(readFileSync('../openapi.json', 'utf8')).components.schemas;

test('lists and limits are those that the service describes', () => {
  expect(GROUPS).toEqual(shapes.InputShown.properties.group.enum);
  expect(PARTS).toEqual(shapes.LiveAsked.properties.parts.items.enum);
  expect(FEWEST_PATHS).toBe(shapes.LiveAsked.properties.paths.minimum);
  expect(MOST_PATHS).toBe(shapes.LiveAsked.properties.paths.maximum);
  expect(MOST_TEXT).toBe(shapes.DealAsked.properties.text.anyOf[0].maxLength);
  expect(MOST_VARIANTS).toBe(shapes.CompareAsked.properties.variants.maxItems);
});
