// Correct, side by side: what was submitted, read-only | the correction. Changes are marked, a dry run stands below, and what is saved
// is a new version with a reason. When somebody was faster the hub refuses (412): both are shown, and the reader decides.
import { ActionIcon, Button, Modal, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { send } from '../../api/client';
import { useDeed, usePending } from '../../api/hooks';
import type { Exception, Schema } from '../../api/types';
import type { HubError } from '../../api/problem';
import { balance, buildCorrection, EDITED, isChanged, type Correction, type JournalLine } from '../../lib/correction';
import { decimal } from '../../lib/format';
import { businessDate } from '../../lib/time';
import { t } from '../../strings/en';
import { Json } from '../../ui/Json';
import { Mark } from '../../ui/Status';
import { Answered, Failure } from '../../ui/states';
import { Time } from '../../ui/Time';
import { Journal, type PostingBody } from '../postings/Journal';

type Detail = Schema<'PostingDetail'>;
const REASON_MAX = 1000;
const DRY_RUN_AFTER_MS = 500;
const CHANGES = ['/v1/exceptions', '/v1/exceptions/causes', '/v1/exceptions/{id}', '/v1/postings', '/v1/postings/{id}'];

interface CorrectProps {
  opened: boolean;
  onClose: () => void;
  postingId: string;
  /** By way of its exception, whose version (etag) is what the reader has looked at; without one by way of the posting. */
  exceptionId?: string;
  etag?: string | null;
  onEtag?: (etag: string) => void;
}

export function CorrectDialog(props: CorrectProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t.correct.title} size={1180} centered closeOnClickOutside={false}>
      {props.opened && <CorrectBody {...props} />}
    </Modal>
  );
}

function CorrectBody(props: CorrectProps) {
  // Not live: what a person works on must not move under her hands; the ETag tells when it did.
  const read = usePending<Detail>('/v1/postings/{id}', { path: { id: props.postingId } }, { pollS: false });
  const [version, setVersion] = useState<Detail | null>(null);
  useEffect(() => {
    if (read.data && !version) setVersion(read.data);
  }, [read.data, version]);
  return (
    <Answered read={read} what={t.postings.one} rows={8}>
      {() => version && <CorrectForm {...props} posting={version} newest={read.data ?? version} onNewest={async () => { const fresh = await read.refetch(); if (fresh.data) setVersion(fresh.data); }} />}
    </Answered>
  );
}

interface Clash { current: Exception & { etag?: string } }

function CorrectForm({ posting, onNewest, onClose, postingId, exceptionId, etag }: CorrectProps & { posting: Detail; newest: Detail; onNewest: () => Promise<void> }) {
  const body = posting.posting as unknown as PostingBody;
  const submitted = useMemo(() => (body.journal ?? []).map((line) => ({ ...line })), [posting]);
  const dateBefore = body.posting_date ?? body.business_date ?? '';
  const [lines, setLines] = useState<JournalLine[]>(() => submitted.map((line) => ({ ...line })));
  const [postingDate, setPostingDate] = useState(dateBefore);
  const [reason, setReason] = useState('');
  const [clash, setClash] = useState<Clash | null>(null);
  const [tag, setTag] = useState(etag ?? null);
  const [tagSeen, setTagSeen] = useState(etag ?? null);
  // Whoever looks again after a clash works on the version that he has seen.
  useEffect(() => {
    if (!tagSeen && etag) {
      setTag(etag);
      setTagSeen(etag);
    }
  }, [etag, tagSeen]);

  const correction = useMemo(() => buildCorrection(submitted, lines, { before: dateBefore, now: postingDate }), [submitted, lines, dateBefore, postingDate]);
  const path = exceptionId ? '/v1/exceptions/{id}/correct' : '/v1/postings/{id}/correct';
  const id = exceptionId ?? postingId;

  const [asked, setAsked] = useState<Correction | null>(null);
  const text = JSON.stringify(correction);
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(correction), DRY_RUN_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  const dryRun = useQuery<Schema<'DryRun'>, HubError>({
    queryKey: ['dry run of a correction', id, asked],
    queryFn: () => send<Schema<'DryRun'>>('post', path, { path: { id }, body: { correction: asked, reason: t.correct.dryRunReason, dry_run: true } }),
    enabled: asked !== null,
    retry: false,
    gcTime: 0,
  });
  const save = useDeed((change: { correction: Correction; reason: string }, key) => send('post', path, { path: { id }, body: change, key, ifMatch: tag ?? undefined }), {
    changes: CHANGES, done: t.correct.saved, onDone: onClose, shows: (error) => error.status === 412,
  });
  useEffect(() => {
    const failed = save.error;
    if (failed?.status === 412) setClash({ current: (failed.body as { current: Clash['current'] }).current });
  }, [save.error]);

  const sums = balance(lines);
  const set = (at: number, change: Partial<JournalLine>): void => setLines(lines.map((line, i) => (i === at ? { ...line, ...change } : line)));
  const ready = correction !== null && reason.trim() !== '' && sums.isBalanced && !clash;
  const numberOf = (field: string): boolean => field === 'debit' || field === 'credit';
  return (
    <form className="stack" onSubmit={(event) => { event.preventDefault(); if (ready && correction) save.mutate({ correction, reason: reason.trim() }); }}>
      <div className="row soft">
        <span className="mono">{posting.posting_id}</span><span>{t.postings.kinds[posting.kind] ?? posting.kind}</span><span>{posting.location}</span><span>{businessDate(posting.business_date)}</span>
        <strong>{posting.last_error}</strong>
      </div>
      {clash && (
        <section className="notice attention" aria-label={t.correct.clash} role="alert">
          <div className="grow stack-s">
            <strong>{t.correct.clash}</strong>
            {(clash.current.steps ?? []).slice(-3).map((step) => (
              <div key={step.at}>{t.exceptions.step[step.action] ?? step.action}: {step.who}, <Time at={step.at} />{step.reason ? `. ${step.reason}` : ''}</div>
            ))}
            <Json label={t.correct.yours} value={correction} />
          </div>
          <Button size="compact-sm" variant="default" type="button" onClick={() => { setTag(clash.current.etag ?? null); setClash(null); void onNewest(); }}>{t.correct.keepMine}</Button>
          <Button size="compact-sm" variant="default" type="button" onClick={onClose}>{t.correct.takeTheirs}</Button>
        </section>
      )}
      <div className="plain-frame" tabIndex={0} role="region" aria-label={t.correct.lines}>
        <table className="correct-lines">
          <thead>
            <tr><th colSpan={5} scope="colgroup">{posting.corrections.length > 0 ? t.correct.version(posting.corrections.length) : t.correct.submitted}</th><th colSpan={6} scope="colgroup" className="divide">{t.correct.correction}</th></tr>
            <tr>
              {[...EDITED].map((field) => <th key={field} scope="col" className={numberOf(field) ? 'number' : undefined}>{t.correct.field[field]}</th>)}
              {[...EDITED].map((field) => <th key={`new ${field}`} scope="col" className={field === 'account' ? 'divide' : undefined}>{t.correct.field[field]}</th>)}
              <th scope="col"><span className="hidden">{t.correct.remove}</span></th>
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: Math.max(lines.length, submitted.length) }, (_, i) => {
              const before = submitted[i];
              const line = lines[i];
              return (
                <tr key={i}>
                  {EDITED.map((field) => <td key={field} className={numberOf(field) ? 'number' : field === 'text' ? undefined : 'mono'}>{before ? (numberOf(field) && before[field] ? decimal(before[field] as string, 2) : before[field] ?? '') : ''}</td>)}
                  {line ? EDITED.map((field) => {
                    const changed = isChanged(before, line, field);
                    const label = t.correct.lineField(i + 1, t.correct.field[field]);
                    return (
                      <td key={`new ${field}`} className={[field === 'account' ? 'divide' : '', changed ? 'mark-changed' : ''].join(' ').trim() || undefined}>
                        <TextInput size="xs" w={field === 'text' ? 120 : 84} aria-label={changed ? t.correct.changed(label) : label} value={(line[field] as string | undefined) ?? ''}
                                   onChange={(event) => set(i, { [field]: event.currentTarget.value })} spellCheck={false} autoComplete="off" inputMode={numberOf(field) ? 'decimal' : undefined} />
                      </td>
                    );
                  }) : <td colSpan={5} className="divide mark-changed">{t.correct.removed}</td>}
                  <td>{line && <ActionIcon variant="subtle" aria-label={t.correct.removeLine(i + 1)} onClick={() => setLines(lines.filter((_, at) => at !== i))}><IconTrash size={16} aria-hidden /></ActionIcon>}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setLines([...lines, { account: '' }])}>{t.correct.addLine}</Button>
        <TextInput size="xs" w={150} type="date" label={postingDate === dateBefore ? t.correct.postingDate : t.correct.changed(t.correct.postingDate)} value={postingDate} onChange={(event) => setPostingDate(event.currentTarget.value)} />
        <span className="grow" />
        {sums.isBalanced ? <Mark role="good">{t.correct.balanced}</Mark> : <Mark role="failed">{t.correct.off(decimal(sums.difference, 2))}</Mark>}
        <span className="soft">{t.correct.sums(decimal(sums.debit, 2), decimal(sums.credit, 2))}</span>
        <Button size="compact-sm" variant="subtle" disabled={correction === null} onClick={() => { setLines(submitted.map((line) => ({ ...line }))); setPostingDate(dateBefore); }}>{t.correct.reset}</Button>
      </div>
      <section className="card stack-s" aria-label={t.correct.dryRun}>
        <h3>{t.correct.dryRun}</h3>
        <div role="status">
          {correction === null ? <span className="soft">{t.correct.nothing}</span>
            : dryRun.isFetching ? <span className="soft">{t.correct.running}</span>
            : dryRun.data ? (
              <span className="row">
                {dryRun.data.balanced ? <Mark role="good">{t.correct.balanced}</Mark> : <Mark role="failed">{dryRun.data.balance_problem}</Mark>}
                {dryRun.data.outcome === 'done' ? <Mark role="good">{t.correct.wouldSend}</Mark> : <Mark role="failed">{dryRun.data.detail || dryRun.data.outcome}</Mark>}
              </span>
            ) : null}
        </div>
        {dryRun.isError && <Failure what={t.correct.dryRun} error={dryRun.error} onTry={() => void dryRun.refetch()} />}
        {dryRun.data?.posting ? (
          <>
            <details className="opens"><summary>{t.correct.effective}</summary><div className="stack-s"><Journal body={dryRun.data.posting as unknown as PostingBody} /></div></details>
            {dryRun.data.erp_request ? <Json label={t.correct.erpRequest} value={dryRun.data.erp_request} /> : null}
          </>
        ) : null}
      </section>
      <Textarea label={t.deed.reason} required value={reason} maxLength={REASON_MAX} autosize minRows={2} onChange={(event) => setReason(event.currentTarget.value)} />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" onClick={onClose}>{t.deed.cancel}</Button>
        <Button type="submit" disabled={!ready} loading={save.isPending}>{t.correct.save}</Button>
      </div>
    </form>
  );
}
