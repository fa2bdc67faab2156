import { describe, expect, it } from 'vitest';
import { align, latest, seriesRole, yRange, type ChartData } from '../src/lib/chart';

const data: ChartData = {
  name: 'backlog', unit: 'documents', step_s: 60, limit: 40,
  series: [{ name: 'now', label: 'Now', role: 'g', points: [[0, 1], [60, 2], [300, 3]] }, { name: 'week', label: 'Last week', points: [[60, 20]] }],
};

describe('chart', () => {
  it('leaves gaps open: a missing step is an empty point', () => {
    expect(align(data)).toEqual([[0, 60, 120, 300], [1, 2, null, 3], [null, 20, null, null]]);
    expect(align({ ...data, series: [] })).toEqual([[]]);
  });
  it('begins at zero and has room for the limit', () => {
    expect(yRange(data, false)).toEqual([0, 44]);
    expect(yRange({ ...data, series: [], limit: null }, false)).toEqual([0, 1]);
  });
  it('spans whole decades where the axis is logarithmic', () => {
    expect(yRange({ ...data, limit: null }, true)).toEqual([1, 100]);
    expect(yRange({ ...data, series: [], limit: null }, true)).toEqual([0.1, 10]);
  });
  it('tells the last figure there is', () => {
    expect(latest({ name: 'a', label: 'a', points: [[0, 4], [1, null]] })).toBe(4);
    expect(latest({ name: 'a', label: 'a', points: [] })).toBeNull();
  });
  it('gives series without a role a colour each', () => {
    expect([0, 1, 2, 3].map((i) => seriesRole({ name: '', label: '', points: [] }, i))).toEqual(['good', 'attention', 'idle', 'failed']);
    expect(seriesRole({ name: '', label: '', role: 'f', points: [] }, 0)).toBe('failed');
  });
});
