import { usePending } from '../../api/hooks';
import type { Kpi } from '../../api/types';
import { figure } from '../../lib/format';
import { t } from '../../strings/en';
import { AsOf } from '../../ui/Figure';
import { Answered } from '../../ui/states';
import { Mark } from '../../ui/Status';
import { useChosenPeriod } from './usePeriod';

const KPI_POLL_S = 60;

export function Kpis() {
  const period = useChosenPeriod();
  const read = usePending<{ items: Kpi[] }>('/v1/kpis', { query: { from: period.from, to: period.to } }, { pollS: KPI_POLL_S, livePollS: KPI_POLL_S, keep: true });
  return (
    <section className="card" aria-labelledby="kpis">
      <div className="row"><h2 id="kpis" className="grow">{t.overview.kpis}</h2><AsOf ms={read.asOfMs} /></div>
      <Answered read={read} what={t.overview.kpis}>
        {({ items }) => (
          <table className="plain">
            <thead><tr><th scope="col">{t.overview.kpi}</th><th scope="col" className="number">{t.overview.value}</th><th scope="col" className="number">{t.overview.previous}</th><th scope="col" className="number">{t.overview.goal}</th></tr></thead>
            <tbody>
              {items.map((kpi) => (
                <tr key={kpi.name}>
                  <td>{kpi.title}</td><td className="number"><Value kpi={kpi} /></td><td className="number">{figure(kpi.previous, kpi.unit)}</td><td className="number">{figure(kpi.goal, kpi.unit)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Answered>
    </section>
  );
}

/** A figure that misses its goal is marked; one without a goal, or without a value, is neither good nor bad. */
function Value({ kpi }: { kpi: Kpi }) {
  const text = figure(kpi.value, kpi.unit);
  if (kpi.value === null || kpi.goal === null || !kpi.better) return <strong>{text}</strong>;
  const isMet = kpi.better === 'lower' ? kpi.value <= kpi.goal : kpi.value >= kpi.goal;
  return <Mark role={isMet ? 'good' : 'attention'}>{text}</Mark>;
}
