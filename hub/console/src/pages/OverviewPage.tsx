// What needs me? Figures, needs by due time, charts, KPIs.
import { usePending } from '../api/hooks';
import type { Overview } from '../api/types';
import { count, minutes } from '../lib/format';
import { useUrl } from '../lib/useUrl';
import { t } from '../strings/en';
import { Figure, Figures } from '../ui/Figure';
import { Page } from '../ui/Page';
import { Answered } from '../ui/states';
import { Charts } from './overview/Charts';
import { Kpis } from './overview/Kpis';
import { Needs } from './overview/Needs';
import { PeriodBar } from './overview/PeriodBar';

export default function OverviewPage() {
  const url = useUrl();
  const read = usePending<Overview>('/v1/overview');
  return (
    <Page title={t.overview.title}>
      <Answered read={read} what={t.overview.what}>
        {({ figures, needs, needs_total }) => {
          const age = { asOfMs: read.asOfMs };
          return (
            <>
              <Figures>
                <Figure {...age} label={t.overview.online} value={t.overview.of(figures.agents_online, figures.agents_all)} href={url.to('/fleet')} role={figures.agents_online < figures.agents_all ? 'attention' : 'good'} />
                <Figure {...age} label={t.overview.backlog} value={count(figures.backlog)} unit={t.unit.documents} href={url.to('/fleet', { sort: '-backlog' })} />
                <Figure {...age} label={t.overview.oldest} value={minutes(figures.oldest_unsent_s)} href={url.to('/fleet', { sort: '-oldest' })} />
                <Figure {...age} label={t.overview.refused} value={count(figures.refused_postings)} href={url.to('/postings', { status: 'refused' })} role={figures.refused_postings > 0 ? 'failed' : 'good'} />
                <Figure {...age} label={t.overview.overdue} value={count(figures.exceptions_overdue)} href={url.to('/exceptions', { status: 'open', overdue: 'true' })} role={figures.exceptions_overdue > 0 ? 'failed' : 'good'} />
                <Figure {...age} label={t.overview.unclosed} value={count(figures.days_unclosed)} href={url.to('/closes')} role={figures.days_unclosed > 0 ? 'attention' : 'good'} />
              </Figures>
              <Needs needs={needs} total={needs_total} asOfMs={read.asOfMs} />
            </>
          );
        }}
      </Answered>
      <PeriodBar />
      <Charts />
      <Kpis />
    </Page>
  );
}
