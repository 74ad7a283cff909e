import { describe, expect, it } from 'vitest';
import { sourcesOf } from './assist';
import { placeAt } from './place';
import { scalar, SchemaWalker } from './schema';

const SCHEMA = {
  $defs: {
    Cohort: {
      properties: {
        name: { type: 'string', description: 'What it is called.' },
        dropout: { anyOf: [{ type: 'number' }, { $ref: '#/$defs/Law' }], description: 'Who leaves.' },
        inner: { $ref: '#/$defs/Cohort' },
      },
      required: ['name'],
    },
    Law: { oneOf: [{ $ref: '#/$defs/Beta' }, { $ref: '#/$defs/Fixed' }] },
    Beta: { properties: { beta: { type: 'array' }, source: { type: 'string' } }, required: ['beta'] },
    Fixed: { properties: { fixed: { type: 'number' }, source: { type: 'string' } }, required: ['fixed'] },
    Loop: { anyOf: [{ $ref: '#/$defs/Loop' }, { type: 'integer' }] },
  },
  properties: {
    schema: { const: 1 },
    day_count: { enum: ['act/365', 'months/12'], default: 'act/365' },
    cohorts: { type: 'array', items: { $ref: '#/$defs/Cohort' } },
    outcomes: { type: 'object', additionalProperties: { allOf: [{ $ref: '#/$defs/Cohort' }] } },
    loop: { $ref: '#/$defs/Loop' },
    open: { type: 'boolean' },
  },
  required: ['schema'],
};

describe('what may stand at a path', () => {
  const walker = new SchemaWalker(SCHEMA);

  it('follows references, lists and free keys', () => {
    expect(walker.keys(['cohorts', 3]).map((key) => key.name)).toEqual(['name', 'dropout', 'inner']);
    expect(walker.keys(['outcomes', 'job']).map((key) => key.name)).toEqual(['name', 'dropout', 'inner']);
    expect(walker.key(['cohorts', 0], 'name')).toMatchObject({
      required: true,
      description: 'What it is called.',
    });
    expect(walker.keys(['cohorts', 0, 'inner', 'inner'])).toHaveLength(3);
    expect(walker.keys(['nowhere', 0])).toEqual([]);
  });

  it('offers all alternatives, and only those that fit the keys that are there', () => {
    const names = (siblings: string[]): string[] =>
      walker.keys(['cohorts', 0, 'dropout'], siblings).map((key) => key.name);
    expect(names([]).sort()).toEqual(['beta', 'fixed', 'source']);
    expect(names(['fixed']).sort()).toEqual(['fixed', 'source']);
    expect(walker.key(['cohorts', 0, 'dropout'], 'beta')?.required).toBe(false);
  });

  it('lists values and survives what refers to itself', () => {
    expect(walker.values(['day_count'])).toEqual([
      { text: 'act/365', closed: true },
      { text: 'months/12', closed: true },
    ]);
    expect(walker.values(['open']).map((one) => one.text)).toEqual(['true', 'false']);
    expect(walker.values(['loop'])).toEqual([]);
  });

  it('quotes what YAML would take for something else', () => {
    expect(['yes', '1.5', 'a: b', 'plain', '2021-08-01', '6 months'].map(scalar)).toEqual([
      "'yes'",
      "'1.5'",
      "'a: b'",
      'plain',
      '2021-08-01',
      '6 months',
    ]);
  });
});

describe('where somebody writes', () => {
  const at = (marked: string, flow: number | null = null) =>
    placeAt(marked.replace('^', ''), marked.indexOf('^'), flow);

  it('is found in blocks, also half written', () => {
    expect(at('name: x\nco^')).toMatchObject({ path: [], is: 'key', siblings: ['name'] });
    expect(at('cohorts:\n  - name: a\n  - name: b\n    dr^\n    inner: 1\nx: 1')).toMatchObject({
      path: ['cohorts', 1],
      is: 'key',
      siblings: ['name', 'inner'],
    });
    expect(at('cohorts:\n- name: a\n- na^')).toMatchObject({ path: ['cohorts', 1], is: 'key' });
    expect(at('outcomes:\n  job:\n    of: ^')).toMatchObject({
      path: ['outcomes', 'job', 'of'],
      is: 'value',
    });
    expect(at('a:\n  - b:\n      c: 1\n\n  # note\n  - b:\n      d^')).toMatchObject({ path: ['a', 1, 'b'] });
  });

  it('is found in braces', () => {
    expect(at('start: {value: 2021-01-01, so^, note: x}', 7)).toMatchObject({
      path: ['start'],
      is: 'key',
      siblings: ['value', 'note'],
    });
    expect(at('p:\n  - {outcome: a, pri^}', 7)).toMatchObject({ path: ['p', 0], is: 'key' });
    expect(at('x: {y: [1, {z: ^}]}', 3)).toMatchObject({ path: ['x', 'y', 1, 'z'], is: 'value' });
  });

  it('is nowhere in comments and long texts', () => {
    expect(at('a: 1 # co^')).toBeNull();
    expect(at('d: >-\n  long te^')).toBeNull();
  });
});

it('finds the sources that a file names', () => {
  expect(sourcesOf('name: x\nsources:\n  one: >-\n    text: more\n  two-b: y\ncohorts:\n  three: z')).toEqual(
    ['one', 'two-b'],
  );
});
