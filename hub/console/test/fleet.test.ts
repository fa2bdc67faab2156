import { describe, expect, it } from 'vitest';
import type { AgentSample, ConfigKey } from '../src/api/types';
import { isDiskLow, isSkewed, revisionText } from '../src/pages/fleet/judge';
import { sampleChart, stepOf } from '../src/pages/fleet/samples';
import { selectorOf, selectorText, sums } from '../src/pages/rollouts/waves';
import { dayStart } from '../src/pages/settings/days';
import { parseSettings, parseValue, valueText } from '../src/pages/settings/config';

const sample = (at: string, backlog: number | null, online = true): AgentSample => ({ at, backlog, oldest_unsent_s: null, clock_skew_ms: null, disk_free_bytes: null, online });

describe('agents', () => {
  it('marks what needs a look, at the limit not yet', () => {
    expect([5_000, 5_001, -5_001, null].map(isSkewed)).toEqual([false, true, true, false]);
    expect([2 * 1024 ** 3, 2 * 1024 ** 3 - 1, null].map(isDiskLow)).toEqual([false, true, false]);
  });
  it('tells which configuration is wanted', () => {
    expect([revisionText(16, 16), revisionText(16, 17), revisionText(null, 17), revisionText(null, null)]).toEqual(['16', '16 → 17', '– → 17', '–']);
  });
  it('draws samples in order and nothing where there was no line', () => {
    const chart = sampleChart([sample('2026-01-01T00:02:00Z', 3), sample('2026-01-01T00:00:00Z', 1), sample('2026-01-01T00:01:00Z', 2, false), sample('never', 9)], 'backlog', 'Backlog', 'documents', (one) => one.backlog);
    const at = Date.parse('2026-01-01T00:00:00Z') / 1000;
    expect(chart.series[0]?.points).toEqual([[at, 1], [at + 60, null], [at + 120, 3]]);
    expect(chart.step_s).toBe(60);
  });
  it('does not take an outage for the step', () => {
    expect(stepOf([0, 60, 120, 9_000, 9_060])).toBe(60);
    expect(stepOf([])).toBe(60);
  });
});

describe('roll-outs', () => {
  it('adds waves up', () => {
    expect(sums([{ total: 20, done: 12, failed: 3, left: 5 }, { total: 180, done: 0, failed: 0, left: 180 }])).toEqual({ total: 200, done: 12, failed: 3, left: 185 });
    expect(sums([])).toEqual({ total: 0, done: 0, failed: 0, left: 0 });
  });
  it('says whom a wave takes, and sends only what is whole', () => {
    expect([{ group: 'pilot' }, { share_percent: 10 }, { all: true }].map(selectorText)).toEqual(['Group pilot', '10 % of all', 'All agents']);
    expect(selectorOf({ kind: 'group', group: ' ' })).toBeNull();
    expect(selectorOf({ kind: 'group', group: ' pilot ' })).toEqual({ group: 'pilot' });
    expect([0, 1, 100, 101].map((percent) => selectorOf({ kind: 'share', percent }))).toEqual([null, { share_percent: 1 }, { share_percent: 100 }, null]);
    expect(selectorOf({ kind: 'all' })).toEqual({ all: true });
  });
});

describe('configuration', () => {
  const number: ConfigKey = { key: 'n', type: 'integer', unit: 'ms', default: 250, min: 100, max: 1000, values: null, description: '' };
  const choice: ConfigKey = { key: 'level', type: 'string', unit: '', default: 'info', min: null, max: null, values: ['info', 'debug'], description: '' };
  it('keeps values within their bounds', () => {
    expect([parseValue(number, '100'), parseValue(number, ' 1000 '), parseValue(number, '')]).toEqual([100, 1000, undefined]);
    for (const text of ['99', '1001', '1.5', 'ten', '1e99']) expect(() => parseValue(number, text)).toThrow();
    expect(parseValue(choice, 'debug')).toBe('debug');
    expect(() => parseValue(choice, 'loud')).toThrow('info, debug');
  });
  it('tells what is wrong by key, and leaves defaults out', () => {
    expect(parseSettings([number, choice], { n: '5', level: '' })).toEqual({ settings: {}, wrong: { n: '100 to 1000' } });
    expect(parseSettings([number, choice], { n: '500' })).toEqual({ settings: { n: 500 }, wrong: {} });
    expect([valueText(5), valueText('a'), valueText(null)]).toEqual(['5', 'a', '']);
  });
});

describe('audit', () => {
  it('asks for whole days', () => {
    expect(dayStart('2026-12-31', 1)).toBe('2027-01-01T00:00:00Z');
    expect(dayStart(undefined)).toBeUndefined();
  });
});
