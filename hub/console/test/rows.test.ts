import { describe, expect, it } from 'vitest';
import { extendTrail, mergeRows, patchRows, previousCursor } from '../src/lib/rows';

interface Row { id: string; n: number }
const id = (row: Row): string => row.id;

describe('rows', () => {
  it('changes rows in place and lets new ones wait', () => {
    const shown = [{ id: 'a', n: 1 }, { id: 'b', n: 1 }];
    const { rows, waiting } = mergeRows(shown, [{ id: 'new', n: 1 }, { id: 'b', n: 2 }], id);
    expect(rows).toEqual([{ id: 'a', n: 1 }, { id: 'b', n: 2 }]);
    expect(waiting).toBe(1);
  });
  it('lets a row that is gone leave at once where it is asked to', () => {
    const shown = [{ id: 'a', n: 1 }, { id: 'b', n: 1 }];
    expect(mergeRows(shown, [{ id: 'b', n: 2 }], id).rows).toEqual([{ id: 'a', n: 1 }, { id: 'b', n: 2 }]);
    expect(mergeRows(shown, [{ id: 'b', n: 2 }], id, true).rows).toEqual([{ id: 'b', n: 2 }]);
    expect(mergeRows(shown, [], id, true)).toEqual({ rows: [], waiting: 0 });
  });
  it('patches only the rows that are named', () => {
    const rows = [{ id: 'a', n: 1 }, { id: 'b', n: 1 }];
    const patched = patchRows(rows, new Map([['b', { n: 5 }], ['gone', { n: 9 }]]), id);
    expect(patched).toEqual([{ id: 'a', n: 1 }, { id: 'b', n: 5 }]);
    expect(patched[0]).toBe(rows[0]);
  });
  it('finds the page before, also for a URL that was sent by a colleague', () => {
    let trail = extendTrail([], '');
    trail = extendTrail(trail, '50');
    trail = extendTrail(trail, '100');
    expect(previousCursor(trail, '100')).toBe('50');
    expect(previousCursor(trail, '50')).toBe('');
    expect(previousCursor(trail, '')).toBeNull();
    expect(previousCursor(extendTrail([], '700'), '700')).toBe('');
    expect(extendTrail(trail, '50')).toEqual(['', '50', '100']);
  });
});
