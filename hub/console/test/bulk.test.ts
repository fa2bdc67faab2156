import { describe, expect, it } from 'vitest';
import { IDS_MAX, selectionOf, selectionOfIds, shares, startsInS } from '../src/lib/bulk';

describe('a bulk', () => {
  it('needs a filter', () => {
    expect(selectionOf({})).toBeNull();
    expect(selectionOf({ status: 'open' })).toBeNull();
    expect(selectionOf({ status: 'open', code: 'posting.unknown_item', sort: 'due_at' })).toEqual({ code: 'posting.unknown_item' });
  });
  it('is never offered over a list of others than it would take', () => {
    expect(selectionOf({ status: 'resolved', code: 'gap' })).toBeNull();
    expect(selectionOf({ code: 'gap' })).toBeNull();
  });
  it('takes ticked rows up to the limit', () => {
    expect(selectionOfIds(new Set())).toBeNull();
    expect(selectionOfIds(new Set(['b', 'a']))).toEqual({ ids: ['a', 'b'] });
    const ids = (n: number): Set<string> => new Set(Array.from({ length: n }, (_, i) => `x_${i}`));
    expect(selectionOfIds(ids(IDS_MAX))).not.toBeNull();
    expect(selectionOfIds(ids(IDS_MAX + 1))).toBeNull();
  });
  it('counts down and draws no more than all', () => {
    expect(startsInS(10_500, 1_000)).toBe(10);
    expect(startsInS(1_000, 5_000)).toBe(0);
    expect(startsInS(null, 0)).toBeNull();
    expect(shares(50, 25, 100)).toEqual({ done: 50, failed: 25 });
    expect(shares(90, 30, 100)).toEqual({ done: 90, failed: 10 });
    expect(shares(1, 0, 0)).toEqual({ done: 0, failed: 0 });
  });
});
