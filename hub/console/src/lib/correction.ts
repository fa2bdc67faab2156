// What a person lays over a refused posting: lines as submitted beside lines as corrected become the smallest correction that the
// hub takes. Names alone become maps, lines behind the others are added, anything else replaces the journal. Pure.
import { difference, isZero, sum } from './exact';

export interface JournalLine {
  account: string;
  debit?: string;
  credit?: string;
  tax_code?: string;
  tender?: string;
  text?: string;
  [more: string]: unknown;
}
export interface Correction {
  posting_date?: string;
  accounts?: Record<string, string>;
  tax_codes?: Record<string, string>;
  journal?: JournalLine[];
  added_lines?: JournalLine[];
}

export const EDITED = ['account', 'debit', 'credit', 'tax_code', 'text'] as const;
export type EditedField = (typeof EDITED)[number];

/** Empty members are left out: an empty amount is no amount of zero. */
export function cleanLine(line: JournalLine): JournalLine {
  return Object.fromEntries(Object.entries(line).map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value])
    .filter(([, value]) => value !== '' && value !== undefined)) as JournalLine;
}

export function isChanged(submitted: JournalLine | undefined, edited: JournalLine, field: EditedField): boolean {
  return (submitted?.[field] ?? '') !== ((edited[field] ?? '') as string).trim();
}

/** Old name → new one, where each old one goes to one new one only; null where lines disagree. */
function mapping(pairs: readonly (readonly [string, string])[]): Record<string, string> | null {
  const all = new Map<string, string>();
  for (const [from, to] of pairs) {
    if (from === '' && to === '') continue;
    if (from === '' || to === '' || (all.has(from) && all.get(from) !== to)) return null;
    all.set(from, to);
  }
  return Object.fromEntries([...all].filter(([from, to]) => from !== to));
}

/** null: nothing is changed. */
export function buildCorrection(submitted: readonly JournalLine[], edited: readonly JournalLine[], postingDate: { before: string; now: string }): Correction | null {
  const correction: Correction = {};
  if (postingDate.now && postingDate.now !== postingDate.before) correction.posting_date = postingDate.now;
  const cleaned = edited.map(cleanLine);
  const head = cleaned.slice(0, submitted.length);
  const same = (fields: readonly EditedField[]): boolean => cleaned.length >= submitted.length && head.every((line, i) => fields.every((field) => !isChanged(submitted[i], line, field)));
  if (same(EDITED)) {
    if (cleaned.length > submitted.length) correction.added_lines = cleaned.slice(submitted.length);
  } else {
    const names = (field: 'account' | 'tax_code'): Record<string, string> | null => mapping(head.map((line, i) => [(submitted[i]?.[field] ?? ''), (line[field] ?? '')] as const));
    const accounts = names('account');
    const taxCodes = names('tax_code');
    if (cleaned.length === submitted.length && same(['debit', 'credit', 'text']) && accounts && taxCodes) {
      if (Object.keys(accounts).length > 0) correction.accounts = accounts;
      if (Object.keys(taxCodes).length > 0) correction.tax_codes = taxCodes;
    } else {
      correction.journal = cleaned;
    }
  }
  return Object.keys(correction).length === 0 ? null : correction;
}

export interface Balance { debit: string; credit: string; difference: string; isBalanced: boolean }
export function balance(lines: readonly JournalLine[]): Balance {
  const debit = sum(lines.map((line) => line.debit));
  const credit = sum(lines.map((line) => line.credit));
  const off = difference(debit, credit) ?? '0';
  return { debit, credit, difference: off, isBalanced: isZero(off) };
}
