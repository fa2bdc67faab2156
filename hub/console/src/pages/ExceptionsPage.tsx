// What is due, by whom, until when? By cause first; one by one where somebody filters.
import { useState } from 'react';
import { Link, useParams } from 'wouter';
import { useUrl } from '../lib/useUrl';
import { t } from '../strings/en';
import { FilterBar } from '../ui/FilterBar';
import { Page } from '../ui/Page';
import { CauseHead } from './exceptions/CauseHead';
import { CauseList } from './exceptions/CauseList';
import { ExceptionDrawer } from './exceptions/ExceptionDrawer';
import { ExceptionList } from './exceptions/ExceptionList';
import { useExceptionFilters } from './exceptions/filters';
import { BulkDialog, type BulkWish } from './operations/BulkDialog';
import { OperationStrip } from './operations/OperationStrip';

/** Causes are all that is open; whoever asks for more, or for one, gets them one by one. */
function viewOf(query: Record<string, string>, id: string | undefined): 'causes' | 'list' {
  if (query.view === 'causes' || query.view === 'list') return query.view;
  return id || query.status || query.cause || query.assignee ? 'list' : 'causes';
}

export default function ExceptionsPage() {
  const { id } = useParams<{ id?: string }>();
  const url = useUrl();
  const view = viewOf(url.query, id);
  const filters = useExceptionFilters(view);
  const [wish, setWish] = useState<BulkWish | null>(null);
  const { code, cause, location } = url.query;
  return (
    <Page title={t.exceptions.title} drawer={id ? <ExceptionDrawer id={id} /> : undefined}>
      <nav className="tabs" aria-label={t.exceptions.view}>
        <Link href={url.to('/exceptions', { owner: url.query.owner, location, overdue: url.query.overdue })} aria-current={view === 'causes' ? 'page' : undefined}>{t.exceptions.byCause}</Link>
        <Link href={url.to('/exceptions', { view: 'list', status: 'open', owner: url.query.owner, location, overdue: url.query.overdue })} aria-current={view === 'list' ? 'page' : undefined}>{t.exceptions.single}</Link>
      </nav>
      <FilterBar page="exceptions" filters={filters} />
      <OperationStrip />
      {view === 'causes' ? <CauseList onBulk={setWish} /> : (
        <>
          {code && cause && <CauseHead code={code} cause={cause} location={location} />}
          <ExceptionList currentId={id ?? null} onBulk={setWish} />
        </>
      )}
      <BulkDialog wish={wish} onClose={() => setWish(null)} />
    </Page>
  );
}
