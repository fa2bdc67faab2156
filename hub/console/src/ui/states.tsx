// What stands in a page's place while it waits, when nothing is there, and when reading failed.
import { Button, Skeleton } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { Read } from '../api/hooks';
import type { HubError } from '../api/problem';
import { shortText } from '../lib/time';
import { useNow } from '../lib/useNow';
import { useZone } from '../lib/zones';
import { t } from '../strings/en';
import { RoleIcon } from './Status';

/** A skeleton at once; words after 1 s; Cancel after 5 s. */
export function Waiting({ what, rows = 6, onCancel }: { what: string; rows?: number; onCancel?: () => void }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timers = [1, 5].map((s) => window.setTimeout(() => setSeconds(s), s * 1000));
    return () => timers.forEach((timer) => window.clearTimeout(timer));
  }, []);
  return (
    <div className="stack-s" aria-busy="true">
      <div role="status" className={seconds >= 1 ? 'row' : 'hidden'}>
        {seconds >= 1 && <span>{t.state.waitingFor(what)}</span>}
        {seconds >= 5 && onCancel && <Button size="compact-sm" variant="default" onClick={onCancel}>{t.state.cancel}</Button>}
      </div>
      {Array.from({ length: rows }, (_, i) => <Skeleton key={i} height={24} radius={4} />)}
    </div>
  );
}

export function Failure({ what, error, sinceMs, onTry, keeps }: { what: string; error: HubError; sinceMs?: number | null; onTry?: () => void; keeps?: boolean }) {
  const zone = useZone();
  const now = useNow();
  const words = error.status === 403 ? t.state.forbidden : error.status === 0 ? t.state.noAnswer : error.detail || error.title;
  return (
    <div className="notice failed" role="alert">
      <span className="role-failed"><RoleIcon role="failed" /></span>
      <div className="grow stack-s">
        <div><strong>{t.state.failed(what)}</strong>{sinceMs ? ` ${t.state.since(shortText(sinceMs, zone, now))}` : ''}. {words} {keeps ? t.state.keeps : ''}</div>
        {error.correlationId && <div className="small soft mono">{t.state.correlation(error.correlationId)}</div>}
      </div>
      {onTry && error.status !== 403 && <Button size="compact-sm" variant="default" onClick={onTry}>{t.state.tryAgain}</Button>}
    </div>
  );
}

export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return <div className="empty"><div>{children}</div>{action}</div>;
}

/** Since when an answer fails: the instant at which the first of its failures in a row came. */
export function useFailingSince(failing: boolean): number | null {
  const [since, setSince] = useState<number | null>(null);
  useEffect(() => setSince((old) => (failing ? (old ?? Date.now()) : null)), [failing]);
  return since;
}

/**
 * One answer of the hub on the page: waits, tells a failure and keeps the last figures, else shows `children(data)`.
 * what: "agents", as in "Reading agents" and "Could not read agents".
 */
export function Answered<T>({ read, what, rows, children }: { read: Read<T>; what: string; rows?: number; children: (data: T) => ReactNode }) {
  const client = useQueryClient();
  const [cancelled, setCancelled] = useState(false);
  const since = useFailingSince(read.isError);
  const tryAgain = (): void => {
    setCancelled(false);
    void read.refetch();
  };
  if (read.data === undefined && cancelled) {
    return <div className="notice"><span className="grow">{t.state.cancelled}</span><Button size="compact-sm" variant="default" onClick={tryAgain}>{t.state.tryAgain}</Button></div>;
  }
  return (
    <>
      {read.isError && <Failure what={what} error={read.error} sinceMs={since} onTry={tryAgain} keeps={read.data !== undefined} />}
      {read.data !== undefined
        ? children(read.data)
        : !read.isError && <Waiting what={what} rows={rows} onCancel={() => { setCancelled(true); void client.cancelQueries({ queryKey: read.key, exact: true }); }} />}
    </>
  );
}
