import { describe, expect, it } from 'vitest';
import { HubClock } from '../src/lib/clock';
import { ageS, businessDate, epochMs, instantText, isStale, parseTz, shortText } from '../src/lib/time';

const at = Date.parse('2026-07-01T23:30:05Z');

describe('time', () => {
  it('prints the zone with the instant', () => {
    expect(instantText(at, 'Europe/London', at)).toBe('02 Jul 00:30:05 BST');
    expect(instantText(at, 'UTC', at)).toBe('01 Jul 23:30:05 UTC');
    expect(instantText(at, 'UTC', Date.parse('2027-01-01T00:00:00Z'))).toBe('01 Jul 2026 23:30:05 UTC');
  });
  it('leaves out the day of today only', () => {
    expect(shortText(at, 'UTC', at + 60_000)).toBe('23:30');
    expect(shortText(at, 'UTC', at + 3_600_000)).toBe('01 Jul 23:30');
  });
  it('takes a zone that the browser does not know for UTC', () => {
    expect(instantText(at, 'Mars/Olympus', at)).toBe('01 Jul 23:30:05 UTC');
  });
  it('never converts a business date', () => {
    expect(businessDate('2026-11-27')).toBe('27 Nov 2026');
    expect(businessDate('soon')).toBe('soon');
    expect(businessDate(null)).toBe('–');
  });
  it('greys a figure past twice its period, not at it', () => {
    expect(isStale(0, 30_000, 15)).toBe(false);
    expect(isStale(0, 30_001, 15)).toBe(true);
  });
  it('reads instants and refuses nonsense', () => {
    expect(epochMs('2026-07-01T23:30:05Z')).toBe(at);
    expect(epochMs('yesterday')).toBeNull();
    expect(epochMs(null)).toBeNull();
    expect(ageS(at + 5_000, at)).toBe(0);
    expect(parseTz('utc')).toBe('utc');
    expect(parseTz('mars')).toBe('store');
  });
  it('follows the hub when this PC is wrong, and not the rounding of its seconds', () => {
    const clock = new HubClock();
    clock.saw(1_000_000, 1_001_500);
    expect(clock.now(5)).toBe(5);
    clock.saw(1_000_000, 1_900_000);
    expect(clock.now(1_900_000)).toBe(1_000_000);
    clock.saw(Number.NaN, 0);
    expect(clock.now(1_900_000)).toBe(1_000_000);
  });
});
