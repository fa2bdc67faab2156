import { describe, expect, it } from 'vitest';
import { count, decimal, duration, figure, gib, money, skew, total, worth } from '../src/lib/format';

describe('format', () => {
  it('tells a span in its largest fitting unit', () => {
    expect([0, 59, 60, 3599, 3600, 48 * 3600 - 1, 48 * 3600].map(duration)).toEqual(['0 s', '59 s', '1 min', '59 min', '1 h', '47 h', '2 d']);
    expect(duration(-90)).toBe('−1 min');
    expect(duration(null)).toBe('–');
  });
  it('keeps decimals exact, however long', () => {
    expect(decimal('12345678901234567890.125')).toBe('12,345,678,901,234,567,890.125');
    expect(decimal('-9310.5', 2)).toBe('−9,310.50');
    expect(decimal('7', 2)).toBe('7.00');
    expect(decimal('1e5')).toBe('1e5');
    expect(decimal('')).toBe('–');
  });
  it('never adds currencies up', () => {
    expect(worth({ GBP: '9310', EUR: '12.5' })).toBe('EUR 12.50, GBP 9,310.00');
    expect(worth({})).toBe('–');
    expect(worth(null)).toBe('–');
    expect(money('3', 'GBP')).toBe('GBP 3.00');
  });
  it('says where counting ended', () => {
    expect(total(10_000, false)).toBe('10,000+');
    expect(total(10_000, true)).toBe('10,000');
    expect(total(null)).toBe('–');
  });
  it('tells nothing of an absent figure but that it is absent', () => {
    for (const text of [count(undefined), gib(null), skew(null), figure(null, 's')]) expect(text).toBe('–');
  });
  it('signs a skew', () => {
    expect([1200, -1200, 0].map(skew)).toEqual(['+1.2 s', '−1.2 s', '0 s']);
  });
});
