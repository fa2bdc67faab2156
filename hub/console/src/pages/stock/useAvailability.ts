// What can be promised of the rows in sight: one question for all of them.
import { useMemo } from 'react';
import { usePending } from '../../api/hooks';
import type { Schema } from '../../api/types';

type Availability = Schema<'Availability'>;
export type PlaceOf = Availability['items'][number]['locations'][number];

/** What one question may name; the hub refuses more. */
const SKUS_MAX = 100;

export function useAvailability(rows: readonly { sku: string; location: string }[]): ReadonlyMap<string, PlaceOf> {
  const skus = useMemo(() => [...new Set(rows.map((row) => row.sku))].sort().slice(0, SKUS_MAX), [rows]);
  const locations = useMemo(() => [...new Set(rows.map((row) => row.location))].sort(), [rows]);
  const read = usePending<Availability>('/v1/availability', { query: { sku: skus, location: locations } }, { enabled: skus.length > 0, livePollS: 15, keep: true });
  return useMemo(() => {
    const found = new Map<string, PlaceOf>();
    for (const item of read.data?.items ?? []) for (const place of item.locations) found.set(`${place.location}|${item.sku}`, place);
    return found;
  }, [read.data]);
}
