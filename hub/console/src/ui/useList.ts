// A list of the hub with its state in the URL: filters, q, sort and cursor; rows that are looked at change in place, new ones wait.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { usePending, type Read } from '../api/hooks';
import { pick, queryText, type Query } from '../lib/query';
import { extendTrail, mergeRows, previousCursor } from '../lib/rows';
import { useUrl } from '../lib/useUrl';

export const PAGE_ROWS = 50;

interface Page<Row> { items: Row[]; next: string | null; as_of?: string; total?: number; total_is_exact?: boolean }

export interface ListOptions<Row> {
  /** "/v1/exceptions" */
  path: string;
  params?: Record<string, string>;
  /** Names of the URL's query that are filters of this list; q, sort and after are of every list. */
  filters?: readonly string[];
  /** Sent along and not in the URL. Also a value for a filter that the URL does not name. */
  fixed?: Query;
  idOf: (row: Row) => string;
  pollS?: number;
  livePollS?: number;
  enabled?: boolean;
  /** Rows that the hub no longer names leave at once instead of waiting for "show". */
  goneLeave?: boolean;
  /** For a second list on one page: its own names in the URL, "b.after" for the prefix "b.". */
  prefix?: string;
}

export interface List<Row> {
  read: Read<Page<Row>>;
  rows: Row[];
  idOf: (row: Row) => string;
  waiting: number;
  showWaiting: () => void;
  total: number | null;
  totalIsExact: boolean;
  hasFilters: boolean;
  sort: string;
  sortBy: (key: string) => void;
  next: (() => void) | null;
  previous: (() => void) | null;
  clearFilters: () => void;
  /** What the hub was asked, without the cursor: a bulk freezes the same rows. */
  filter: Record<string, string>;
}

const trails = new Map<string, string[]>();

export function useList<Row>(options: ListOptions<Row>): List<Row> {
  const { path, filters = [], fixed = {}, idOf, prefix = '' } = options;
  const url = useUrl();
  const own = useMemo(() => {
    const names = [...filters, 'q', 'sort', 'after'];
    return Object.fromEntries(names.map((name) => [name, url.query[prefix + name] ?? '']).filter(([, value]) => value !== '')) as Record<string, string>;
  }, [filters.join(), prefix, url.query]);
  const filter = useMemo(() => {
    const { after: _after, sort: _sort, ...rest } = own;
    return { ...(Object.fromEntries(Object.entries(fixed).filter(([, v]) => v != null && v !== '').map(([k, v]) => [k, String(v)])) as Record<string, string>), ...rest };
  }, [own, queryText(fixed)]);
  const query = { ...filter, ...pick(own, ['sort', 'after']), limit: PAGE_ROWS };
  const read = usePending<Page<Row>>(path, { path: options.params, query }, { pollS: options.pollS, livePollS: options.livePollS, enabled: options.enabled, keep: true });

  // What stands on the page belongs to one question; another question shows its answer whole.
  const question = `${path} ${JSON.stringify(options.params ?? {})} ${queryText(query)}`;
  const listKey = `${path} ${JSON.stringify(options.params ?? {})} ${queryText({ ...filter, sort: own.sort })}`;
  const [shown, setShown] = useState<{ question: string; rows: Row[] } | null>(null);
  const fetched = read.isPlaceholderData ? undefined : read.data?.items;
  useEffect(() => {
    if (fetched && (shown?.question !== question || (shown.rows.length === 0 && fetched.length > 0))) setShown({ question, rows: fetched });
  }, [fetched, question, shown]);
  const merged = useMemo(() => {
    if (!fetched) return { rows: shown?.rows ?? read.data?.items ?? [], waiting: 0 };
    if (!shown || shown.question !== question) return { rows: fetched, waiting: 0 };
    const both = mergeRows(shown.rows, fetched, idOf, options.goneLeave);
    return both.rows.length === 0 ? { rows: fetched, waiting: 0 } : both;
  }, [fetched, shown, question, read.data, options.goneLeave]);

  const after = own.after ?? '';
  const trail = useRef(trails);
  useEffect(() => {
    trail.current.set(listKey, extendTrail(trail.current.get(listKey) ?? [], after));
  }, [listKey, after]);

  const set = useCallback((change: Query) => url.set(Object.fromEntries(Object.entries(change).map(([name, value]) => [prefix + name, value]))), [url, prefix]);
  const cursor = read.isPlaceholderData ? null : (read.data?.next ?? null);
  const back = previousCursor(trail.current.get(listKey) ?? [], after);
  return {
    read,
    rows: merged.rows,
    idOf,
    waiting: merged.waiting,
    showWaiting: () => fetched && setShown({ question, rows: fetched }),
    total: read.data?.total ?? null,
    totalIsExact: read.data?.total_is_exact ?? true,
    hasFilters: [...filters, 'q'].some((name) => own[name]),
    sort: own.sort ?? '',
    sortBy: (key) => set({ sort: own.sort === key ? `-${key}` : own.sort === `-${key}` ? null : key, after: null }),
    next: cursor === null ? null : () => set({ after: cursor }),
    previous: back === null ? null : () => set({ after: back }),
    clearFilters: () => set(Object.fromEntries([...filters, 'q', 'after'].map((name) => [name, null]))),
    filter,
  };
}
