import { describe, expect, it } from 'vitest';
import { balance, buildCorrection, isChanged, type JournalLine } from '../src/lib/correction';

const lines: JournalLine[] = [
  { account: '1010', debit: '12.00', tender: 'card' },
  { account: '4000', credit: '10.00', tax_base: 'S' },
  { account: '2200', credit: '2.00', tax_code: 'S' },
];
const date = { before: '2026-11-27', now: '2026-11-27' };
const edit = (at: number, change: Partial<JournalLine>): JournalLine[] => lines.map((line, i) => (i === at ? { ...line, ...change } : { ...line }));

describe('buildCorrection', () => {
  it('is nothing when nothing is changed, not even by blanks', () => {
    expect(buildCorrection(lines, edit(1, { account: ' 4000 ' }), date)).toBeNull();
  });
  it('makes maps of names', () => {
    expect(buildCorrection(lines, edit(1, { account: '4010' }), date)).toEqual({ accounts: { 4000: '4010' } });
    expect(buildCorrection(lines, edit(2, { tax_code: 'S20' }), date)).toEqual({ tax_codes: { S: 'S20' } });
  });
  it('adds lines behind the others', () => {
    expect(buildCorrection(lines, [...lines, { account: '4000', credit: '1.00', debit: '' }], date)).toEqual({ added_lines: [{ account: '4000', credit: '1.00' }] });
  });
  it('replaces the journal where amounts change, lines go or names do not map', () => {
    expect(buildCorrection(lines, edit(0, { debit: '13.00' }), date)?.journal).toHaveLength(3);
    expect(buildCorrection(lines, lines.slice(1), date)?.journal).toHaveLength(2);
    const twice: JournalLine[] = [{ account: 'a', debit: '1' }, { account: 'a', debit: '1' }];
    expect(buildCorrection(twice, [{ account: 'b', debit: '1' }, { account: 'a', debit: '1' }], date)?.journal).toHaveLength(2);
    expect(buildCorrection(lines, edit(0, { tax_code: 'S' }), date)?.journal?.[0]?.tender).toBe('card');
  });
  it('takes another date alone', () => {
    expect(buildCorrection(lines, lines, { before: '2026-11-27', now: '2026-11-28' })).toEqual({ posting_date: '2026-11-28' });
  });
  it('marks what is changed', () => {
    expect(isChanged(lines[0], { ...lines[0], account: '1011' } as JournalLine, 'account')).toBe(true);
    expect(isChanged(undefined, { account: '' }, 'account')).toBe(false);
  });
});

describe('balance', () => {
  it('is exact', () => {
    expect(balance(lines)).toEqual({ debit: '12.00', credit: '12.00', difference: '0.00', isBalanced: true });
    expect(balance(edit(0, { debit: '12.01' })).isBalanced).toBe(false);
  });
});
