// One exception: what it means, what to do, who did what; its posting, and what waits behind it. Next and previous stay in the filter.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { send } from '../../api/client';
import { useDeed, usePending, useTagged } from '../../api/hooks';
import type { Exception, Schema } from '../../api/types';
import { count, money } from '../../lib/format';
import { pick } from '../../lib/query';
import { useUrl } from '../../lib/useUrl';
import { useLocationName } from '../../lib/zones';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { ConfirmDeed } from '../../ui/ConfirmDeed';
import { Drawer } from '../../ui/Drawer';
import { Facts } from '../../ui/Facts';
import { PlainTable } from '../../ui/PlainTable';
import { Mark, Status } from '../../ui/Status';
import { Answered } from '../../ui/states';
import { Due, Time } from '../../ui/Time';
import { Journal, type PostingBody } from '../postings/Journal';
import { AssignDialog } from './AssignDialog';
import { CorrectDialog } from './CorrectDialog';
import { KEPT, LIST_FILTERS } from './filters';
import { RunbookText } from './RunbookText';

const CHANGES = ['/v1/exceptions', '/v1/exceptions/causes', '/v1/exceptions/{id}', '/v1/postings', '/v1/postings/{id}', '/v1/traces/{correlation_id}'];
type Asked = 'assign' | 'dismiss' | 'skip' | null;

function placeOf(detail: Exception | undefined): string | null {
  const { position, total, total_is_exact } = detail?.neighbours ?? {};
  return position ? t.drawer.place(count(position), count(total), total_is_exact !== false) : null;
}

export function ExceptionDrawer({ id }: { id: string }) {
  const url = useUrl();
  const kept = pick(url.query, KEPT);
  const read = useTagged<Exception>('/v1/exceptions/{id}', { path: { id }, query: pick(url.query, [...LIST_FILTERS, 'q', 'sort']) });
  const detail = read.data?.data;
  const beside = (to: string | null | undefined): string | null => (to ? url.to(`/exceptions/${to}`, kept) : null);
  return (
    <Drawer title={detail ? <>{detail.title ?? detail.code} <span className="mono">{detail.cause_key}</span></> : t.exceptions.one} closeHref={url.to('/exceptions', { ...kept, view: kept.view ?? 'list' })}
            previousHref={beside(detail?.neighbours?.previous)} nextHref={beside(detail?.neighbours?.next)} place={placeOf(detail)}
            foot={detail && !detail.closed_at ? <Deeds key={id} detail={detail} etag={read.data?.etag ?? null} /> : undefined}>
      <Answered read={read} what={t.exceptions.one}>{({ data }) => <Body detail={data} />}</Answered>
    </Drawer>
  );
}

function usePosting(detail: Exception) {
  const id = detail.subject?.startsWith('p_') ? detail.subject : '';
  return { id, read: usePending<Schema<'PostingDetail'>>('/v1/postings/{id}', { path: { id } }, { enabled: id !== '' }) };
}

function Body({ detail }: { detail: Exception }) {
  const url = useUrl();
  const location = useLocationName(detail.location);
  const { id: postingId, read: posting } = usePosting(detail);
  return (
    <>
      <div className="row"><Status kind="exception" value={detail.status} />{detail.is_overdue && <Mark role="failed">{t.exceptions.isOverdue}</Mark>}</div>
      <div>{detail.detail}</div>
      <section className="stack-s"><h3>{t.exceptions.meaning}</h3><p>{detail.meaning}</p></section>
      <section className="stack-s"><h3>{t.exceptions.remedy}</h3><p>{detail.remedy}</p>{detail.runbook && <RunbookText code={detail.code} />}</section>
      <Facts facts={[
        [t.exceptions.code, <span key="c" className="mono">{detail.code}</span>],
        [t.exceptions.location, `${location}${location === detail.location ? '' : ` (${detail.location})`}`],
        [t.exceptions.about, detail.subject ? <Link key="s" className="mono" href={url.to('/trace', { q: detail.subject })}>{detail.subject}</Link> : t.absent],
        detail.pointer ? [t.exceptions.field, <span key="p" className="mono">{detail.pointer}</span>] : null,
        [t.exceptions.worth, detail.worth ? money(detail.worth.amount, detail.worth.currency) : t.absent],
        [t.exceptions.owner, t.owner[detail.owner] ?? detail.owner],
        [t.exceptions.assignee, detail.assignee || t.absent],
        [t.exceptions.raised, <Time key="r" at={detail.raised_at} location={detail.location} />],
        [t.exceptions.due, detail.closed_at ? <Time key="d" at={detail.due_at} location={detail.location} /> : <Due key="d" at={detail.due_at} location={detail.location} />],
        (detail.count ?? 1) > 1 ? [t.exceptions.times, t.exceptions.timesText(detail.count ?? 1)] : null,
        detail.closed_at ? [t.exceptions.closed, <Time key="e" at={detail.closed_at} location={detail.location} />] : null,
      ]} />
      {postingId && (
        <section className="stack-s">
          <h3>{t.postings.one}</h3>
          <Answered read={posting} what={t.postings.one} rows={3}>
            {(found) => (
              <>
                <div className="row"><Status kind="posting" value={found.status} /><Link className="mono" href={url.to(`/postings/${postingId}`)}>{postingId}</Link><span>{money(found.gross, found.currency)}</span></div>
                {found.last_error && <div className="notice failed">{found.last_error}</div>}
                <details className="opens"><summary>{t.postings.lines}</summary><div className="stack-s"><Journal body={found.posting as unknown as PostingBody} /></div></details>
              </>
            )}
          </Answered>
        </section>
      )}
      {(detail.dependants?.length ?? 0) > 0 && (
        <section className="stack-s">
          <h3>{t.exceptions.dependants(detail.dependants_total ?? detail.dependants?.length ?? 0)}</h3>
          <PlainTable label={t.exceptions.heldBehind} rows={detail.dependants ?? []} keyOf={(row) => row.posting_id} columns={[
            { header: t.postings.one, cell: (row) => <Link className="mono" href={url.to(`/postings/${row.posting_id}`)}>{row.posting_id}</Link> },
            { header: t.postings.kind, cell: (row) => t.postings.kinds[row.kind] ?? row.kind },
            { header: t.statusLabel, cell: (row) => <Status kind="posting" value={row.status} /> },
            { header: t.postings.amount, cell: (row) => money(row.gross, row.currency), number: true },
          ]} />
        </section>
      )}
      <section className="stack-s">
        <h3>{t.exceptions.steps}</h3>
        <PlainTable label={t.exceptions.steps} rows={detail.steps ?? []} keyOf={(step, i) => `${step.at}${i}`} columns={[
          { header: t.exceptions.when, cell: (step) => <Time at={step.at} location={detail.location} /> },
          { header: t.exceptions.what, cell: (step) => t.exceptions.step[step.action] ?? step.action },
          { header: t.exceptions.who, cell: (step) => step.who },
          { header: t.deed.reason, cell: (step) => step.reason || '' },
        ]} />
      </section>
    </>
  );
}

function Deeds({ detail, etag }: { detail: Exception; etag: string | null }) {
  const url = useUrl();
  const mayAct = useMay('operator');
  const mayCorrect = useMay('finance');
  const { id: postingId, read: posting } = usePosting(detail);
  const [asked, setAsked] = useState<Asked>(null);
  const id = detail.exception_id;
  const path = { id };
  const done = (): void => setAsked(null);
  const retry = useDeed((body: object, key) => send('post', '/v1/exceptions/{id}/retry', { path, body, key }), { changes: CHANGES, done: t.exceptions.retried });
  const assign = useDeed((body: object, key) => send('post', '/v1/exceptions/{id}/assign', { path, body, key }), { changes: CHANGES, done: t.exceptions.assignedDone, onDone: done });
  const dismiss = useDeed((body: object, key) => send('post', '/v1/exceptions/{id}/dismiss', { path, body, key }), { changes: CHANGES, done: t.exceptions.dismissedDone, onDone: done });
  const skip = useDeed((body: object, key) => send('post', '/v1/exceptions/{id}/skip', { path, body, key }), { changes: CHANGES, done: t.exceptions.skippedDone, onDone: done });
  if (!mayAct) return null;
  const status = posting.data?.status;
  const canCorrect = mayCorrect && (status === 'refused' || status === 'held');
  const canSend = postingId !== '' && status !== undefined && status !== 'posted' && status !== 'skipped';
  return (
    <>
      {canCorrect && <Button size="compact-sm" onClick={() => url.set({ correct: '1' })}>{t.exceptions.correct}</Button>}
      {canSend && <Button size="compact-sm" variant={canCorrect ? 'default' : 'filled'} onClick={() => retry.mutate({})} loading={retry.isPending}>{t.exceptions.retry}</Button>}
      <Button size="compact-sm" variant="default" onClick={() => setAsked('assign')}>{t.exceptions.assign}</Button>
      <Button size="compact-sm" variant="default" onClick={() => setAsked('dismiss')}>{t.exceptions.dismiss}</Button>
      {canSend && <Button size="compact-sm" variant="default" onClick={() => setAsked('skip')}>{t.exceptions.skip}</Button>}
      <AssignDialog opened={asked === 'assign'} onClose={done} busy={assign.isPending} onAssign={(assignee, reason) => assign.mutate({ assignee, ...(reason ? { reason } : {}) })} />
      <ConfirmDeed opened={asked === 'dismiss'} onClose={done} title={t.exceptions.dismissTitle} deed={t.exceptions.dismissDeed} danger reason="required" busy={dismiss.isPending}
                   onDeed={(reason) => dismiss.mutate({ reason })}>{t.exceptions.dismissText}</ConfirmDeed>
      <ConfirmDeed opened={asked === 'skip'} onClose={done} title={t.exceptions.skipTitle} deed={t.exceptions.skipDeed} danger reason="required" busy={skip.isPending}
                   onDeed={(reason) => skip.mutate({ reason })}>{t.exceptions.skipText((detail.dependants_total ?? 0) > 0 ? count(detail.dependants_total) : null)}</ConfirmDeed>
      {canCorrect && <CorrectDialog opened={url.query.correct === '1'} onClose={() => url.set({ correct: null })} postingId={postingId} exceptionId={id} etag={etag} />}
    </>
  );
}
