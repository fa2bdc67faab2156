import { describe, expect, it } from 'vitest';
import { fromLocalInput, localInput, periodOf } from '../src/lib/period';

const now = Date.parse('2026-11-28T12:01:00Z');

describe('period', () => {
  it('is the last 24 hours unless something else is said, in steps of five minutes', () => {
    expect(periodOf(undefined, undefined, now)).toEqual({ from: '2026-11-27T12:05:00Z', to: '2026-11-28T12:05:00Z', isChosen: false, spanS: 86_400 });
    expect(periodOf(undefined, undefined, now + 30_000)).toEqual(periodOf(undefined, undefined, now));
  });
  it('takes a span to the present, or two instants', () => {
    expect(periodOf('7d', undefined, now).from).toBe('2026-11-21T12:05:00Z');
    expect(periodOf('2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z', now)).toEqual({ from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z', isChosen: true, spanS: 86_400 });
  });
  it('falls back to a day for nonsense, and for an end before its beginning', () => {
    for (const [from, to] of [['0d', undefined], ['soon', 'later'], ['2026-11-02T00:00:00Z', '2026-11-01T00:00:00Z'], ['2026-11-02T00:00:00Z', undefined], ['9999d', undefined]] as const)
      expect(periodOf(from, to, now).spanS).toBe(86_400);
  });
  it('reads the wall clock of a zone, on both sides of a change of its offset', () => {
    for (const zone of ['UTC', 'Europe/London', 'America/New_York', 'Asia/Kathmandu']) {
      for (const at of ['2026-03-29T00:30:00Z', '2026-03-29T03:30:00Z', '2026-07-01T12:00:00Z', '2026-10-25T03:30:00Z', '2026-12-01T12:00:00Z'])
        expect(fromLocalInput(localInput(Date.parse(at), zone), zone)).toBe(Date.parse(at));
    }
    expect(localInput(Date.parse('2026-07-01T12:00:00Z'), 'Europe/London')).toBe('2026-07-01T13:00');
    expect(fromLocalInput('', 'UTC')).toBeNull();
  });
});
