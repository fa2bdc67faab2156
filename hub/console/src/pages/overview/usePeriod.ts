import { useMemo } from 'react';
import { periodOf, type Period } from '../../lib/period';
import { useNow } from '../../lib/useNow';
import { useUrl } from '../../lib/useUrl';

export function useChosenPeriod(): Period {
  const { query } = useUrl();
  const now = useNow();
  const period = periodOf(query.from, query.to, now);
  return useMemo(() => period, [period.from, period.to]);
}
