// One posting: what the ERP is told, what it answered, its versions, and what stands in the same order behind it.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { send } from '../../api/client';
import { useDeed, useGet } from '../../api/hooks';
import type { PostingRow, Schema } from '../../api/types';
import { count, decimal, money } from '../../lib/format';
import { businessDate } from '../../lib/time';
import { useUrl } from '../../lib/useUrl';
import { useLocationName } from '../../lib/zones';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { ConfirmDeed } from '../../ui/ConfirmDeed';
import { Drawer } from '../../ui/Drawer';
import { Facts } from '../../ui/Facts';
import { Json } from '../../ui/Json';
import { PlainTable } from '../../ui/PlainTable';
import { Status } from '../../ui/Status';
import { Answered } from '../../ui/states';
import { Due, Time } from '../../ui/Time';
import { CorrectDialog } from '../exceptions/CorrectDialog';
import { Journal, type PostingBody } from './Journal';

type Detail = Schema<'PostingDetail'>;
const CHANGES = ['/v1/postings', '/v1/postings/{id}', '/v1/exceptions', '/v1/exceptions/causes', '/v1/exceptions/{id}', '/v1/connectors', '/v1/connectors/{name}', '/v1/traces/{correlation_id}'];

export function PostingDrawer({ id, closeHref }: { id: string; closeHref: string }) {
  const read = useGet('/v1/postings/{id}', { path: { id } });
  return (
    <Drawer title={read.data ? <>{t.postings.kinds[read.data.kind] ?? read.data.kind} <span className="mono">{read.data.ordering_key}</span></> : t.postings.one} closeHref={closeHref}
            foot={read.data ? <Deeds key={id} posting={read.data} /> : undefined}>
      <Answered read={read} what={t.postings.one}>{(posting) => <Body posting={posting} />}</Answered>
    </Drawer>
  );
}

function Body({ posting }: { posting: Detail }) {
  const url = useUrl();
  const location = useLocationName(posting.location);
  const body = posting.posting as unknown as PostingBody;
  const behind = useGet('/v1/postings', { query: { key: posting.ordering_key, status: 'held', limit: 50 } });
  const held = (behind.data?.items ?? []).filter((row: PostingRow) => row.posting_id !== posting.posting_id);
  return (
    <>
      <div className="row"><Status kind="posting" value={posting.status} /><strong>{posting.currency ? money(posting.gross, posting.currency) : null}</strong></div>
      {posting.last_error && posting.status !== 'posted' && <div className="notice failed">{posting.last_error}</div>}
      {posting.balance_problem && <div className="notice failed">{posting.balance_problem}</div>}
      <Facts facts={[
        [t.postings.id, <span key="i" className="mono">{posting.posting_id}</span>],
        [t.postings.location, `${location}${location === posting.location ? '' : ` (${posting.location})`}`],
        [t.postings.businessDate, businessDate(posting.business_date)],
        [t.postings.postingDate, businessDate(body.posting_date ?? posting.business_date)],
        [t.postings.tries, count(posting.attempts)],
        [t.postings.nextTry, posting.next_try_at ? <Due key="n" at={posting.next_try_at} location={posting.location} /> : t.absent],
        [t.postings.erpReference, posting.erp_reference ? <span key="e" className="mono">{posting.erp_reference}</span> : t.absent],
        [t.postings.documents, <span key="d">{(body.documents ?? []).slice(0, 5).map((one) => <span key={one}><Link className="mono" href={url.to('/trace', { q: one })}>{one}</Link> </span>)}{(body.documents?.length ?? 0) > 5 ? t.postings.andMore((body.documents?.length ?? 0) - 5) : null}</span>],
        [t.postings.heldBehind, held.length > 0 ? <Link key="h" href={url.to('/postings', { key: posting.ordering_key, status: 'held' })}>{t.postings.heldCount(held.length)}</Link> : count(0)],
        [t.postings.created, <Time key="c" at={posting.created_at} location={posting.location} />],
      ]} />
      <Journal body={body} />
      {posting.corrections.length > 0 && (
        <section className="stack-s">
          <h3>{t.postings.versions}</h3>
          <PlainTable label={t.postings.versions} rows={posting.corrections} keyOf={(row) => row.version} columns={[
            { header: t.postings.version, cell: (row) => decimal(String(row.version)) },
            { header: t.exceptions.when, cell: (row) => <Time at={row.at} location={posting.location} /> },
            { header: t.exceptions.who, cell: (row) => row.who },
            { header: t.deed.reason, cell: (row) => row.reason },
          ]} />
          {posting.corrections.map((row) => <Json key={row.version} label={t.postings.correctionOf(row.version)} value={row.correction} />)}
          <Json label={t.correct.submitted} value={posting.submitted} />
        </section>
      )}
      <section className="stack-s">
        <h3>{t.postings.history}</h3>
        <PlainTable label={t.postings.history} rows={posting.history} keyOf={(row, i) => `${row.at}${i}`} columns={[
          { header: t.exceptions.when, cell: (row) => <Time at={row.at} location={posting.location} /> },
          { header: t.statusLabel, cell: (row) => <Status kind="posting" value={row.status} /> },
          { header: t.exceptions.who, cell: (row) => row.who },
          { header: t.postings.answer, cell: (row) => row.detail },
        ]} />
      </section>
    </>
  );
}

function Deeds({ posting }: { posting: Detail }) {
  const url = useUrl();
  const mayAct = useMay('operator');
  const mayCorrect = useMay('finance');
  const [asked, setAsked] = useState<'skip' | 'replay' | null>(null);
  const path = { id: posting.posting_id };
  const done = (): void => setAsked(null);
  const retry = useDeed((body: object, key) => send('post', '/v1/postings/{id}/retry', { path, body, key }), { changes: CHANGES, done: t.postings.retried });
  const skip = useDeed((body: object, key) => send('post', '/v1/postings/{id}/skip', { path, body, key }), { changes: CHANGES, done: t.postings.skipped, onDone: done });
  const replay = useDeed((body: object, key) => send('post', '/v1/postings/{id}/replay', { path, body, key }), { changes: CHANGES, done: t.postings.replayed, onDone: done });
  if (!mayAct) return null;
  const { status } = posting;
  const canRetry = ['refused', 'retrying', 'unknown', 'queued'].includes(status);
  const canSkip = ['refused', 'held', 'retrying', 'unknown'].includes(status);
  const canReplay = status === 'posted' || status === 'skipped';
  const canCorrect = mayCorrect && (status === 'refused' || status === 'held');
  return (
    <>
      {canRetry && <Button size="compact-sm" onClick={() => retry.mutate({})} loading={retry.isPending}>{t.postings.retry}</Button>}
      {canCorrect && <Button size="compact-sm" variant="default" onClick={() => url.set({ correct: '1' })}>{t.exceptions.correct}</Button>}
      {canSkip && <Button size="compact-sm" variant="default" onClick={() => setAsked('skip')}>{t.postings.skip}</Button>}
      {canReplay && <Button size="compact-sm" variant="default" onClick={() => setAsked('replay')}>{t.postings.replay}</Button>}
      <ConfirmDeed opened={asked === 'skip'} onClose={done} title={t.postings.skipTitle} deed={t.postings.skipDeed} danger reason="required" busy={skip.isPending} onDeed={(reason) => skip.mutate({ reason })}>{t.postings.skipText}</ConfirmDeed>
      <ConfirmDeed opened={asked === 'replay'} onClose={done} title={t.postings.replayTitle} deed={t.postings.replayDeed} danger type={posting.location} reason="required" busy={replay.isPending}
                   onDeed={(reason) => replay.mutate({ reason })}>{t.postings.replayText}</ConfirmDeed>
      {canCorrect && <CorrectDialog opened={url.query.correct === '1'} onClose={() => url.set({ correct: null })} postingId={posting.posting_id} />}
    </>
  );
}
