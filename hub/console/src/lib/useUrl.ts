// The URL's query as the state of a view, read and changed.
import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { changed, parseQuery, withQuery, type Query } from './query';
import { parseTz, type TzChoice } from './time';

export interface Url {
  path: string;
  query: Record<string, string>;
  /** The same page with this change. A new filter starts at page one. */
  href: (change: Query) => string;
  /** Goes there; `replace` leaves no step behind for the Back button (typing in a field). */
  set: (change: Query, options?: { replace?: boolean }) => void;
  /** Another page, which keeps the choice of time zone. */
  to: (path: string, query?: Query) => string;
  go: (path: string, query?: Query, options?: { replace?: boolean }) => void;
}

export function useUrl(): Url {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const query = useMemo(() => parseQuery(search), [search]);
  const href = useCallback((change: Query) => withQuery(path, changed(query, change)), [path, query]);
  const set = useCallback<Url['set']>((change, options) => navigate(href(change), options), [href, navigate]);
  const to = useCallback<Url['to']>((where, more = {}) => withQuery(where, { tz: query.tz, ...more }), [query.tz]);
  const go = useCallback<Url['go']>((where, more, options) => navigate(to(where, more), options), [navigate, to]);
  return { path, query, href, set, to, go };
}

export function useTz(): TzChoice {
  return parseTz(parseQuery(useSearch()).tz);
}
