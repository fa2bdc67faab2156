// The URL is the state of a view: its query as names and values. Pure.
export type Query = Record<string, string | number | boolean | null | undefined>;

export function parseQuery(search: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) found[name] = value;
  return found;
}

/** Names in order, so that one state has one URL; empty values are left out. No "?" in front. */
export function queryText(query: Query): string {
  const params = new URLSearchParams();
  for (const name of Object.keys(query).sort()) {
    const value = query[name];
    if (value !== null && value !== undefined && value !== '') params.set(name, String(value));
  }
  return params.toString();
}

export function withQuery(path: string, query: Query): string {
  const text = queryText(query);
  return text ? `${path}?${text}` : path;
}

/** Names that say nothing about which rows are listed. */
const BESIDE = new Set(['tz', 'tab', 'op', 'correct', 'at', 'item']);

/** A change of filter begins at page one: `after` belongs to the list that it came from. */
export function changed(query: Record<string, string>, change: Query): Query {
  const next: Query = { ...query, ...change };
  if (!('after' in change) && Object.keys(change).some((name) => !BESIDE.has(name))) delete next.after;
  return next;
}

export function pick(query: Record<string, string>, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = query[name];
    if (value) found[name] = value;
  }
  return found;
}
