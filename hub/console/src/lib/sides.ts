// POS, hub and ERP side by side, one row for each figure, with what each is apart from the hub. Pure.
import { difference, isZero } from './exact';

export interface Figures {
  documents: number;
  net: string;
  tax: string;
  gross: string;
  rounding: string;
  taxes: readonly { code: string; amount: string }[];
  tenders: readonly { type: string; amount: string }[];
}
export interface Side3 { pos: Figures | null; hub: Figures; erp: Figures; differing: readonly string[] }

export interface SideRow {
  /** "documents", "net", "tax:S", "tender:card" as in `differing`. */
  name: string;
  unit: 'documents' | 'units' | 'money';
  pos: string | null;
  hub: string | null;
  erp: string | null;
  /** POS − hub and ERP − hub; null where a side says nothing. */
  posOff: string | null;
  erpOff: string | null;
  differs: boolean;
}

function row(name: string, unit: SideRow['unit'], pos: string | null, hub: string | null, erp: string | null, differing: readonly string[]): SideRow {
  return { name, unit, pos, hub, erp, posOff: difference(pos, hub), erpOff: difference(erp, hub), differs: differing.includes(name) };
}

const part = (list: readonly { amount: string }[] | undefined, name: string, label: 'code' | 'type'): string | null =>
  list?.find((one) => (one as unknown as Record<string, string>)[label] === name)?.amount ?? null;

export function sideRows(sides: Side3, units: { hub: string; erp: string } | null): SideRow[] {
  const { pos, hub, erp, differing } = sides;
  const rows: SideRow[] = [row('documents', 'documents', pos ? String(pos.documents) : null, String(hub.documents), String(erp.documents), differing)];
  if (units) {
    const off = difference(units.erp, units.hub);
    rows.push(row('units', 'units', null, units.hub, units.erp, off !== null && !isZero(off) ? ['units'] : []));
  }
  for (const name of ['net', 'tax', 'gross', 'rounding'] as const) rows.push(row(name, 'money', pos?.[name] ?? null, hub[name], erp[name], differing));
  const names = (pick: (figures: Figures) => readonly string[]): string[] => [...new Set([pos, hub, erp].flatMap((one) => (one ? pick(one) : [])))].sort();
  for (const code of names((one) => one.taxes.map((tax) => tax.code))) {
    rows.push(row(`tax:${code}`, 'money', part(pos?.taxes, code, 'code'), part(hub.taxes, code, 'code'), part(erp.taxes, code, 'code'), differing));
  }
  for (const type of names((one) => one.tenders.map((tender) => tender.type))) {
    rows.push(row(`tender:${type}`, 'money', part(pos?.tenders, type, 'type'), part(hub.tenders, type, 'type'), part(erp.tenders, type, 'type'), differing));
  }
  return rows;
}

/** Numbers that are missing, as a till's book has them: [[12,14],[20,20]] → "12–14, 20". */
export function ranges(missing: readonly (readonly number[])[], most = 8): string {
  const shown = missing.slice(0, most).map(([first, last]) => (last === undefined || first === last ? String(first) : `${first}–${last}`));
  return shown.join(', ') + (missing.length > most ? ' …' : '');
}

/** The day before or behind a business date, which has no time zone. */
export function dayBeside(date: string, by: 1 | -1): string {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(ms) ? date : new Date(ms + by * 86_400_000).toISOString().slice(0, 10);
}

/** The business date that finance asks for in the morning. */
export function yesterday(nowMs: number): string {
  return new Date(nowMs - 86_400_000).toISOString().slice(0, 10);
}
