import { describe, expect, it } from 'vitest';
import { isSkewed, openException, spanS } from '../src/lib/trace';

const step = (name: string, hub: string | null, ref: { kind: string; id: string } | null = null, pos: string | null = null) => ({ name, hub_time: hub, pos_time: pos, ref });

describe('a trace', () => {
  it('takes from its first milestone to its newest', () => {
    expect(spanS([step('sold', null, null, '2026-11-28T08:00:00Z'), step('at_hub', '2026-11-28T08:00:05Z'), step('posted', '2026-11-28T08:00:07.5Z')])).toBe(7.5);
    expect(spanS([])).toBeNull();
    expect(spanS([step('sold', null, null, '2026-11-28T09:00:00Z'), step('at_hub', '2026-11-28T08:00:00Z')])).toBe(0);
  });
  it('names the exception that is still open', () => {
    const x = { kind: 'exception', id: 'x_1' };
    expect(openException([step('exception_raised', null, x)])).toBe('x_1');
    expect(openException([step('exception_raised', null, x), step('exception_resolved', null, x)])).toBeNull();
    expect(openException([step('exception_raised', null, x), step('exception_dismissed', null, x), step('exception_raised', null, { kind: 'exception', id: 'x_2' })])).toBe('x_2');
    expect(openException([step('posted', null, { kind: 'posting', id: 'p' })])).toBeNull();
  });
  it('marks a clock that is off in either direction', () => {
    expect([isSkewed(1.9), isSkewed(2), isSkewed(-75)]).toEqual([false, true, true]);
  });
});
