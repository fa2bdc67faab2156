// The last 24 hours of an agent as charts. Hours in which it was not heard stay gaps.
import { lazy, Suspense } from 'react';
import { usePending } from '../../api/hooks';
import type { AgentSample } from '../../api/types';
import type { ChartData } from '../../lib/chart';
import { useZone } from '../../lib/zones';
import { t } from '../../strings/en';
import { Answered, Waiting } from '../../ui/states';
import { sampleChart } from './samples';

const Chart = lazy(() => import('../../ui/Chart'));

export function AgentSamples({ id, location }: { id: string; location: string }) {
  const zone = useZone(location);
  const read = usePending<{ items: AgentSample[] }>('/v1/agents/{id}/samples', { path: { id }, query: { hours: 24 } }, { pollS: 60, livePollS: 60 });
  return (
    <section className="stack-s" aria-labelledby="last24">
      <h2 id="last24">{t.agent.last24}</h2>
      <Answered read={read} what={t.agent.samples}>
        {({ items }) => {
          const charts: [string, ChartData][] = [
            [t.agent.charts.backlog, sampleChart(items, 'backlog', t.agent.charts.backlog, t.unit.documents, (sample) => sample.backlog)],
            [t.agent.charts.skew, sampleChart(items, 'skew', t.agent.charts.skew, 's', (sample) => (sample.clock_skew_ms === null ? null : Math.abs(sample.clock_skew_ms) / 1000))],
            [t.agent.charts.disk, sampleChart(items, 'disk', t.agent.charts.disk, 'GiB', (sample) => (sample.disk_free_bytes === null ? null : sample.disk_free_bytes / 1024 ** 3))],
          ];
          return (
            <div className="cards">
              {charts.map(([title, data]) => <div key={title} className="card third"><Suspense fallback={<Waiting what={title} />}><Chart title={title} data={data} zone={zone} height={160} /></Suspense></div>)}
            </div>
          );
        }}
      </Answered>
    </section>
  );
}
