// Before a bulk: what it would take (count, stores, worth, samples, a dry run), then the button that names the deed. The hub freezes
// the rows when it is asked; it starts 10 s later, so that it can be undone.
import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { send } from '../../api/client';
import { useDeed } from '../../api/hooks';
import type { Operation, Preview } from '../../api/types';
import type { HubError } from '../../api/problem';
import type { BulkKind, Selection } from '../../lib/bulk';
import { count, worth } from '../../lib/format';
import { useUrl } from '../../lib/useUrl';
import { useSession } from '../../shell/session';
import { t } from '../../strings/en';
import { Facts } from '../../ui/Facts';
import { PlainTable } from '../../ui/PlainTable';
import { Mark } from '../../ui/Status';
import { Failure, Waiting } from '../../ui/states';
import { nounOf } from './words';

export interface BulkWish { kind: BulkKind; selection: Selection; about: string }

interface BulkDialogProps {
  /** null: closed. */
  wish: BulkWish | null;
  /** What has to be typed first, for the gravest ones. */
  type?: string;
  onClose: () => void;
}

const START_IN_S = 10;
const TEXT_MAX = 1000;

export function BulkDialog({ wish, type, onClose }: BulkDialogProps) {
  return (
    <Modal opened={wish !== null} onClose={onClose} title={wish ? t.operations.title1[wish.kind] : ''} size="lg" centered>
      {wish && <BulkForm key={JSON.stringify(wish)} wish={wish} type={type} onClose={onClose} />}
    </Modal>
  );
}

function BulkForm({ wish, type, onClose }: { wish: BulkWish; type?: string; onClose: () => void }) {
  const { kind, selection, about } = wish;
  const { session } = useSession();
  const url = useUrl();
  const [reason, setReason] = useState('');
  const [assignee, setAssignee] = useState(kind === 'assign' ? session.name : '');
  const [typed, setTyped] = useState('');
  const preview = useQuery<Preview, HubError>({
    queryKey: ['bulk preview', kind, selection],
    queryFn: () => send<Preview>('post', '/v1/operations', { body: { kind, selection, reason: t.operations.previewReason, arguments: kind === 'assign' ? { assignee: session.name } : {}, dry_run: true } }),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const start = useDeed((body: Record<string, unknown>, key) => send<Operation>('post', '/v1/operations', { body, key }), {
    changes: ['/v1/operations'],
    onDone: (operation) => {
      onClose();
      url.set({ op: operation.operation_id });
    },
  });
  const reasonNeeded = kind !== 'retry' && kind !== 'assign';
  const found = preview.data?.count ?? 0;
  const deed = t.operations.deed(kind, found, nounOf(kind, selection));
  const ready = found > 0 && (!reasonNeeded || reason.trim() !== '') && (kind !== 'assign' || assignee.trim() !== '') && (!type || typed.trim() === type);
  useEffect(() => () => start.reset(), []);
  return (
    <form className="stack" onSubmit={(event) => {
      event.preventDefault();
      if (!ready) return;
      start.mutate({ kind, selection, reason: reason.trim(), arguments: kind === 'assign' ? { assignee: assignee.trim() } : {}, start_in_s: START_IN_S });
    }}>
      <div>{t.operations.explain[kind]}</div>
      {preview.isError && <Failure what={t.operations.preview} error={preview.error} onTry={() => void preview.refetch()} />}
      {preview.isPending && <Waiting what={t.operations.preview} rows={4} />}
      {preview.data && (
        <>
          <Facts facts={[
            [t.operations.selection, about],
            [t.operations.found, <strong key="n">{count(preview.data.count)}</strong>],
            [t.operations.stores, count(preview.data.stores)],
            [t.operations.worth, worth(preview.data.worth)],
          ]} />
          {preview.data.count === 0 && <div className="notice attention">{t.operations.nothing}</div>}
          {preview.data.samples.length > 0 && (
            <section className="stack-s">
              <h3>{t.operations.samples}</h3>
              <PlainTable label={t.operations.samples} rows={preview.data.samples} keyOf={(row, i) => row.exception_id ?? row.posting_id ?? i} columns={[
                { header: t.operations.row, cell: (row) => <span className="mono">{row.subject || row.posting_id || row.exception_id}</span> },
                { header: t.operations.location, cell: (row) => row.location ?? t.absent },
                { header: t.operations.outcome, cell: (row) => <Outcome outcome={row.outcome} detail={row.detail} isPreview /> },
              ]} />
            </section>
          )}
          {preview.data.dry_run && preview.data.dry_run.posting !== null && (
            <div>{t.operations.dryRun} {preview.data.dry_run.balanced
              ? <Mark role="good">{t.correct.balanced}</Mark> : <Mark role="failed">{preview.data.dry_run.balance_problem}</Mark>}</div>
          )}
        </>
      )}
      {kind === 'assign' && <TextInput label={t.exceptions.assignee} required maxLength={TEXT_MAX} value={assignee} onChange={(event) => setAssignee(event.currentTarget.value)} data-autofocus />}
      {type && <TextInput label={t.deed.type(type)} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" spellCheck={false} />}
      <Textarea label={reasonNeeded ? t.deed.reason : t.deed.reasonOptional} required={reasonNeeded} value={reason} maxLength={TEXT_MAX} autosize minRows={2}
                onChange={(event) => setReason(event.currentTarget.value)} data-autofocus={kind === 'assign' ? undefined : true} />
      <div className="soft small">{t.operations.frozen(START_IN_S)}</div>
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" onClick={onClose}>{t.deed.cancel}</Button>
        <Button type="submit" color={kind === 'retry' || kind === 'assign' ? undefined : 'fail'} disabled={!ready} loading={start.isPending}>{deed}</Button>
      </div>
    </form>
  );
}

/** What would become, or became, of one row. */
export function Outcome({ outcome, detail, isPreview }: { outcome: string; detail?: string; isPreview?: boolean }) {
  if (outcome === 'done') return <Mark role="good">{isPreview ? t.operations.wouldBeDone : t.operations.done}</Mark>;
  return <span><Mark role="attention">{outcome.replaceAll('_', ' ')}</Mark>{detail ? <span className="small soft" style={{ display: 'block' }}>{detail}</span> : null}</span>;
}
