import { describe, expect, it } from 'vitest';
import { dayBeside, ranges, sideRows, type Figures } from '../src/lib/sides';

const figures = (gross: string, card: string | null): Figures => ({
  documents: 3, net: '10.00', tax: '2.00', gross, rounding: '0.00', taxes: [{ code: 'S', amount: '2.00' }], tenders: card === null ? [] : [{ type: 'card', amount: card }],
});

describe('three sides', () => {
  it('stand beside each other with what they are apart', () => {
    const rows = sideRows({ pos: figures('12.00', '12.00'), hub: figures('12.00', '12.00'), erp: figures('11.50', null), differing: ['gross', 'tender:card'] }, { hub: '-3', erp: '-4' });
    const by = (name: string) => rows.find((row) => row.name === name);
    expect(by('gross')).toMatchObject({ posOff: '0.00', erpOff: '-0.50', differs: true });
    expect(by('net')?.differs).toBe(false);
    expect(by('tender:card')).toMatchObject({ erp: null, erpOff: null, differs: true });
    expect(by('units')).toMatchObject({ pos: null, erpOff: '-1', differs: true });
  });
  it('have no POS before a close came', () => {
    const rows = sideRows({ pos: null, hub: figures('12.00', '1'), erp: figures('12.00', '1'), differing: [] }, null);
    expect(rows.every((row) => row.pos === null && row.posOff === null)).toBe(true);
  });
});

describe('ranges and dates', () => {
  it('are written as people do', () => {
    expect(ranges([[12, 14], [20, 20]])).toBe('12–14, 20');
    expect(ranges([[1, 1], [3, 3]], 1)).toBe('1 …');
    expect(dayBeside('2026-03-01', -1)).toBe('2026-02-28');
    expect(dayBeside('2026-12-31', 1)).toBe('2027-01-01');
    expect(dayBeside('nonsense', 1)).toBe('nonsense');
  });
});
