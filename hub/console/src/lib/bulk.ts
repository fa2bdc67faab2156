// What a bulk works on. No filter, no bulk: a selection is what the list was asked for, or rows that were ticked; never "everything". Pure.
export type BulkKind = 'retry' | 'dismiss' | 'assign' | 'skip' | 'replay';
export type Selection = Record<string, string | string[]>;

/** Filters of exceptions that a selection may have. The status is not among them: a bulk is of open ones. */
export const SELECTED_BY = ['code', 'cause', 'location', 'owner', 'assignee', 'overdue', 'q'] as const;
/** Ids that one selection names. */
export const IDS_MAX = 1000;

/** null: nothing is filtered, or others than open ones are listed too, so that the list and the bulk would differ. */
export function selectionOf(filter: Readonly<Record<string, string>>): Selection | null {
  if (filter.status !== 'open') return null;
  const chosen = Object.fromEntries(SELECTED_BY.filter((name) => filter[name]).map((name) => [name, filter[name] as string]));
  return Object.keys(chosen).length === 0 ? null : chosen;
}

export function selectionOfIds(ids: ReadonlySet<string>): Selection | null {
  return ids.size === 0 || ids.size > IDS_MAX ? null : { ids: [...ids].sort() };
}

/** Seconds left until it starts, never negative; null where no start is known. */
export function startsInS(startsAtMs: number | null, nowMs: number): number | null {
  return startsAtMs === null ? null : Math.max(0, Math.ceil((startsAtMs - nowMs) / 1000));
}

/** Parts of the whole in percent, for the bar; what came on top of the selection is not drawn beyond it. */
export function shares(done: number, failed: number, selected: number): { done: number; failed: number } {
  if (selected <= 0) return { done: 0, failed: 0 };
  const part = (n: number): number => Math.min(100, (n / selected) * 100);
  const doneShare = part(done);
  return { done: doneShare, failed: Math.min(100 - doneShare, part(failed)) };
}
