import { describe, expect, it } from 'vitest';
import type { FaultFound, ProblemDetails } from '../contract';
import { faultsOf, onPage } from './faults';

const fault = (path: string): FaultFound => ({
  line: 1,
  column: 1,
  path,
  found: 'got 1.',
  remedy: 'Write 2.',
});
const problem = (more: Partial<ProblemDetails>): ProblemDetails => ({
  type: 'faulty-deal',
  title: '',
  status: 422,
  detail: 'no',
  ...more,
});

describe('faultsOf', () => {
  it('finds the input that a fault names', () => {
    const faults = [fault('stresses[moved on the page][payments[0].table[1].from]')];
    const set = { 'payments[0].table[1].from': 1, start: '2027-01-01' };
    expect(faultsOf(problem({ faults }), set)).toEqual({ 'payments[0].table[1].from': 'got 1. Write 2.' });
  });

  it('blames the only input that was moved where none is named', () => {
    expect(faultsOf(problem({ faults: [fault('end')] }), { end: '2027-01-01' })).toEqual({
      end: 'got 1. Write 2.',
    });
  });

  it('blames what was moved last', () => {
    const found = { ...fault('stresses[moved on the page]'), found: 'with this stress, end: got 1.' };
    const set = { start: '2027-01-01', end: '2026-01-01' };
    expect(faultsOf(problem({ faults: [found] }), set, 'end')).toEqual({ end: 'end: got 1. Write 2.' });
    expect(faultsOf(problem({ faults: [found] }), set, 'gone')).toEqual({});
  });

  it.each(['with this stress, ', 'med denne stresstest, '])('leaves "%s" and its line away', (with_) => {
    const found = { ...fault('stresses[moved on the page][end]'), line: 221, found: `${with_}end: got 1.` };
    expect(onPage(found)).toMatchObject({ line: null, found: 'end: got 1.' });
    expect(onPage(fault('stresses[theirs][end]'))).toMatchObject({ line: 1 });
  });

  it('blames nobody where several were moved and none is named', () => {
    expect(faultsOf(problem({ faults: [fault('end')] }), { start: '2027-01-01', a: 1 })).toEqual({});
  });

  it('takes the input that the service names', () => {
    expect(faultsOf(problem({ input: 'b' }), { a: 1, b: 2 })).toEqual({ b: 'no' });
  });

  it('has nothing to say of other problems', () => {
    expect(faultsOf(null, { a: 1 })).toEqual({});
    expect(faultsOf(problem({ status: 503 }), { a: 1 })).toEqual({});
  });
});
