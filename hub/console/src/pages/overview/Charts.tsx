import { lazy, Suspense } from 'react';
import { usePending } from '../../api/hooks';
import type { ChartData } from '../../lib/chart';
import { useTz, useUrl } from '../../lib/useUrl';
import { useZone } from '../../lib/zones';
import { t } from '../../strings/en';
import { Answered, Waiting } from '../../ui/states';
import { useChosenPeriod } from './usePeriod';

const Chart = lazy(() => import('../../ui/Chart'));

interface Shown { name: string; kind?: 'line' | 'bars'; log?: boolean; dashed?: string[]; thin?: string[] }
const charts: readonly Shown[] = [
  { name: 'arrivals', thin: ['last_week'] },
  { name: 'backlog', dashed: ['forecast', 'drain'] },
  { name: 'delay', log: true },
  { name: 'postings' },
  { name: 'exceptions' },
  { name: 'balance' },
];

/** Charts move by the minute; nobody reads them by the second. */
const CHART_POLL_S = 60;

function OneChart({ shown }: { shown: Shown }) {
  const url = useUrl();
  const period = useChosenPeriod();
  const zone = useZone(url.query.location);
  const tz = useTz();
  const read = usePending<ChartData>('/v1/charts/{name}', { path: { name: shown.name }, query: { from: period.from, to: period.to, location: url.query.location, tz } },
                                     { pollS: CHART_POLL_S, livePollS: CHART_POLL_S, keep: true });
  const title = t.overview.chart[shown.name] ?? shown.name;
  return (
    <section className="card third" aria-label={title}>
      <Answered read={read} what={title}>
        {(data) => (
          <Suspense fallback={<Waiting what={title} />}>
            <Chart title={title} data={data} zone={zone} kind={shown.kind} log={shown.log} dashed={shown.dashed} thin={shown.thin}
                   onRange={(from, to) => url.set({ from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() })} />
          </Suspense>
        )}
      </Answered>
    </section>
  );
}

export function Charts() {
  return <div className="cards">{charts.map((shown) => <OneChart key={shown.name} shown={shown} />)}</div>;
}
