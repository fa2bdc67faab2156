// The bulk that was started from this page stays on it until it is put away; its id is in the URL, so that a reload finds it again.
import { CloseButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useGet } from '../../api/hooks';
import { useUrl } from '../../lib/useUrl';
import { t } from '../../strings/en';
import { Answered } from '../../ui/states';
import { OperationProgress } from './OperationProgress';
import { deedOf } from './words';

const MOVES = ['waiting', 'running', 'unfinished'];

/** Read each second while it moves, and no more once it has ended. */
export function useOperation(id: string) {
  const [hasEnded, setEnded] = useState(false);
  const read = useGet('/v1/operations/{id}', { path: { id } }, hasEnded ? { pollS: false } : { pollS: 1, livePollS: 1 });
  const status = read.data?.status;
  useEffect(() => setEnded(status !== undefined && !MOVES.includes(status)), [status]);
  return read;
}

export function OperationStrip() {
  const url = useUrl();
  const id = url.query.op ?? '';
  if (!id) return null;
  return <Strip id={id} />;
}

function Strip({ id }: { id: string }) {
  const url = useUrl();
  const read = useOperation(id);
  return (
    <section className="notice" aria-label={t.operations.one}>
      <div className="grow stack-s">
        <Answered read={read} what={t.operations.one} rows={1}>
          {(operation) => (
            <>
              <div><Link href={url.to(`/operations/${id}`)}><strong>{deedOf(operation)}</strong></Link></div>
              <OperationProgress operation={operation} />
            </>
          )}
        </Answered>
      </div>
      <CloseButton aria-label={t.operations.putAway} onClick={() => url.set({ op: null })} />
    </section>
  );
}
