import { describe, expect, it } from 'vitest';
import { difference, isDecimal, isZero, sum } from '../src/lib/exact';

describe('exact', () => {
  it('adds what a float cannot', () => {
    expect(sum(['0.1', '0.2'])).toBe('0.3');
    expect(sum(['90071992547409.93', '0.01', '-1'])).toBe('90071992547408.94');
    expect(sum([])).toBe('0');
    expect(sum(['12', null, undefined, 'x'])).toBe('12');
    expect(sum(['-0.05'])).toBe('-0.05');
  });
  it('tells no difference to nothing', () => {
    expect(difference('10.00', '10.5')).toBe('-0.50');
    expect(difference(null, '1')).toBeNull();
    expect(difference('1', '')).toBeNull();
  });
  it('knows zero in every dress', () => {
    expect([isZero('0'), isZero('-0.00'), isZero('0.01'), isZero(null)]).toEqual([true, true, false, false]);
    expect([isDecimal('-1.5'), isDecimal('1e3'), isDecimal('')]).toEqual([true, false, false]);
  });
});
