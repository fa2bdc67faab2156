// How far a bulk is: Undo while it waits, Stop while it runs, counts all along.
import { Button } from '@mantine/core';
import { send } from '../../api/client';
import { useDeed } from '../../api/hooks';
import type { Operation } from '../../api/types';
import { shares, startsInS } from '../../lib/bulk';
import { count } from '../../lib/format';
import { epochMs } from '../../lib/time';
import { useNow } from '../../lib/useNow';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { Status } from '../../ui/Status';

const CHANGES = ['/v1/operations', '/v1/operations/{id}', '/v1/exceptions', '/v1/exceptions/causes', '/v1/exceptions/{id}', '/v1/postings', '/v1/postings/{id}'];

export function OperationProgress({ operation }: { operation: Operation }) {
  const now = useNow();
  const mayAct = useMay('operator');
  const id = operation.operation_id;
  const undo = useDeed(() => send<Operation>('post', '/v1/operations/{id}/undo', { path: { id }, body: {} }), { changes: CHANGES, done: t.operations.undone });
  const stop = useDeed(() => send<Operation>('post', '/v1/operations/{id}/stop', { path: { id }, body: {} }), { changes: CHANGES, done: t.operations.stopped });
  const { failed, left } = operation;
  const drawn = shares(operation.done, failed, operation.selected);
  const startsIn = operation.status === 'waiting' ? startsInS(epochMs(operation.starts_at), now) : null;
  return (
    <div className="row" style={{ gap: '8px 16px' }}>
      <Status kind="operation" value={operation.status} />
      {startsIn !== null && <span role="timer">{t.deed.startsIn(startsIn)}</span>}
      <span className="progress-track" role="progressbar" aria-label={t.operations.progress} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(drawn.done + drawn.failed)}>
        <i style={{ width: `${drawn.done}%` }} /><i style={{ width: `${drawn.failed}%` }} />
      </span>
      <span className="nowrap">{t.operations.counts(count(operation.done), count(failed), count(left))}</span>
      {mayAct && operation.status === 'waiting' && <Button size="compact-sm" onClick={() => undo.mutate(undefined)} loading={undo.isPending}>{t.deed.undo}</Button>}
      {mayAct && operation.status === 'running' && <Button size="compact-sm" color="fail" onClick={() => stop.mutate(undefined)} loading={stop.isPending}>{t.deed.stop}</Button>}
    </div>
  );
}
