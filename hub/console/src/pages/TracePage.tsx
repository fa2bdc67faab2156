// Where is it? By any number that somebody has at hand, then its way milestone by milestone.
import { useParams } from 'wouter';
import { useUrl } from '../lib/useUrl';
import { t } from '../strings/en';
import { Page } from '../ui/Page';
import { TraceSearch } from './trace/TraceSearch';
import { TraceHitsView } from './trace/TraceHitsView';
import { TraceView } from './trace/TraceView';

export default function TracePage() {
  const { correlation_id: id } = useParams<{ correlation_id?: string }>();
  const { query } = useUrl();
  return (
    <Page title={t.trace.title}>
      <TraceSearch />
      {id ? <TraceView id={id} /> : query.q ? <TraceHitsView q={query.q} /> : <p className="soft">{t.trace.hint}</p>}
    </Page>
  );
}
