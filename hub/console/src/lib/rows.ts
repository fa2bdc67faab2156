// How a list that is looked at changes: known rows in place, new ones wait behind "12 new, show". Pure.
export interface LiveRows<Row> { rows: Row[]; waiting: number }

/**
 * shown: what stands on the page, in its order. fetched: the same page read again. Rows known to both take their new content in
 * their old place; a row that is no longer on the page stays until the reader asks for the new ones, but leaves at once where
 * `goneLeave`: there a row is an offer to act, which must not outlive what it is about.
 */
export function mergeRows<Row>(shown: readonly Row[], fetched: readonly Row[], idOf: (row: Row) => string, goneLeave = false): LiveRows<Row> {
  const fresh = new Map(fetched.map((row) => [idOf(row), row]));
  const known = new Set(shown.map(idOf));
  return {
    rows: (goneLeave ? shown.filter((row) => fresh.has(idOf(row))) : shown).map((row) => fresh.get(idOf(row)) ?? row),
    waiting: fetched.reduce((n, row) => n + (known.has(idOf(row)) ? 0 : 1), 0),
  };
}

/** Takes changed fields into a row's copy; rows of other ids are the same objects as before. */
export function patchRows<Row extends object>(rows: readonly Row[], patches: ReadonlyMap<string, Partial<Row>>, idOf: (row: Row) => string): Row[] {
  return rows.map((row) => {
    const patch = patches.get(idOf(row));
    return patch ? { ...row, ...patch } : row;
  });
}

/** Where "previous page" leads: a trail of cursors, since a cursor only knows its next. "" is the first page. */
export function previousCursor(trail: readonly string[], current: string): string | null {
  if (current === '') return null;
  const at = trail.indexOf(current);
  return at > 0 ? (trail[at - 1] ?? '') : '';
}

export function extendTrail(trail: readonly string[], current: string): string[] {
  if (current === '') return [''];
  if (trail.includes(current)) return [...trail];
  return [...(trail.length ? trail : ['']), current];
}
