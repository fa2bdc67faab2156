// Which time zone a location lives in. The first 200 come at once, others when they are first shown; kept for the whole visit.
import { useQuery } from '@tanstack/react-query';
import { read } from '../api/client';
import type { Answer, Schema } from '../api/types';
import { useTz } from './useUrl';

const NEVER = { staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY, retry: false };
const here = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** The zone of most of these; where the reader is when none is known. */
export function commonZone(zones: readonly (string | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const zone of zones) if (zone) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  let best = here;
  let most = 0;
  for (const [zone, n] of counts) if (n > most) [best, most] = [zone, n];
  return best;
}

function useFirstLocations() {
  return useQuery({ queryKey: ['locations of zones'], queryFn: async () => (await read<Answer<'/v1/locations'>>('/v1/locations', { query: { limit: 200 } })).data.items, ...NEVER });
}

/** The zone to show an instant in: UTC where chosen, the location's own, or for none that of most stores. */
export function useZone(location?: string | null): string {
  const tz = useTz();
  const first = useFirstLocations();
  const known = location ? first.data?.find((one) => one.id === location) : undefined;
  const wanted = tz === 'store' && !!location && first.isSuccess && !known;
  const one = useQuery({
    queryKey: ['zone of', location],
    queryFn: async () => (await read<Schema<'Location'>>('/v1/locations/{id}', { path: { id: location ?? '' } })).data,
    enabled: wanted,
    ...NEVER,
  });
  if (tz === 'utc') return 'UTC';
  return known?.time_zone || one.data?.time_zone || commonZone(first.data?.map((each) => each.time_zone) ?? []);
}

/** Names of locations for people; the id where there is none. */
export function useLocationName(location: string | null | undefined): string {
  const first = useFirstLocations();
  if (!location) return '';
  return first.data?.find((one) => one.id === location)?.name || location;
}
