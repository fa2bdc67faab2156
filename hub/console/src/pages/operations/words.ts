// What a bulk is called. "Retry 412 postings": the deed and what it is done to.
import type { Operation } from '../../api/types';
import type { BulkKind, Selection } from '../../lib/bulk';
import { t } from '../../strings/en';

export type Noun = 'postings' | 'exceptions';

/** Ids tell by their first letter what they are of; a range is one of postings. */
export function nounOf(kind: BulkKind | 'correct', selection: Selection | undefined): Noun {
  if (kind === 'replay') return 'postings';
  const ids = selection?.ids;
  if (Array.isArray(ids)) return ids[0]?.startsWith('p_') ? 'postings' : 'exceptions';
  return kind === 'retry' || kind === 'skip' ? 'postings' : 'exceptions';
}

export function deedOf(operation: Operation): string {
  const kind = operation.kind ?? 'retry';
  return t.operations.deed(kind, operation.selected, nounOf(kind, operation.selection));
}

/** "code posting.unknown_item, cause sku:85123A" or "12 ticked rows". */
export function selectionText(selection: Selection | undefined): string {
  if (!selection || Object.keys(selection).length === 0) return t.absent;
  const { ids } = selection;
  if (Array.isArray(ids)) return t.operations.ticked(ids.length);
  return Object.entries(selection).map(([name, value]) => `${t.operations.part[name] ?? name} ${String(value)}`).join(', ');
}
