// What a number may mean. One meaning only: straight to it. None: which stores may still hold it.
import { useEffect } from 'react';
import { Link } from 'wouter';
import { useGet } from '../../api/hooks';
import { count } from '../../lib/format';
import { useUrl } from '../../lib/useUrl';
import { words } from '../../lib/words';
import { t } from '../../strings/en';
import { PlainTable } from '../../ui/PlainTable';
import { Status } from '../../ui/Status';
import { Answered, Empty } from '../../ui/states';
import { Age, Time } from '../../ui/Time';

/** A document's state, or a reservation's. */
export function TraceState({ state }: { state: string }) {
  return <Status kind={state in words.document ? 'document' : 'reservation'} value={state} />;
}

export function TraceHitsView({ q }: { q: string }) {
  const url = useUrl();
  const read = useGet('/v1/traces', { query: { q } });
  const only = read.data?.items.length === 1 ? read.data.items[0] : undefined;
  useEffect(() => {
    if (only) url.go(`/trace/${encodeURIComponent(only.correlation_id)}`, { q }, { replace: true });
  }, [only?.correlation_id]);
  return (
    <Answered read={read} what={t.trace.traces(q)}>
      {({ items, not_found: notFound }) => (items.length === 0 ? (
        <Empty>
          <p>{notFound?.hint ?? t.trace.notFound}</p>
          {notFound && notFound.agents.length > 0 && (
            <div style={{ textAlign: 'left', marginTop: 16 }}>
              <PlainTable label={t.trace.mayHold} rows={notFound.agents} keyOf={(agent) => agent.agent_id} columns={[
                { header: t.trace.store, cell: (agent) => <Link href={url.to(`/fleet/${agent.agent_id}`)}>{agent.name || agent.location}</Link> },
                { header: t.statusLabel, cell: (agent) => <Status kind="agent" value={agent.status} /> },
                { header: t.trace.unsent, cell: (agent) => count(agent.backlog), number: true },
                { header: t.trace.lastSeen, cell: (agent) => <Age of={agent.last_seen} suffix={t.trace.ago} />, number: true },
              ]} />
            </div>
          )}
        </Empty>
      ) : (
        <PlainTable label={t.trace.traces(q)} rows={items} keyOf={(hit) => hit.correlation_id + hit.title} columns={[
          { header: t.trace.what, cell: (hit) => <Link href={url.to(`/trace/${encodeURIComponent(hit.correlation_id)}`, { q })}>{hit.title}</Link> },
          { header: t.statusLabel, cell: (hit) => <TraceState state={hit.state} /> },
          { header: t.trace.location, cell: (hit) => hit.location || t.absent },
          { header: t.trace.at, cell: (hit) => <Time at={hit.at} location={hit.location || null} /> },
          { header: t.trace.age, cell: (hit) => <Age of={hit.at} />, number: true },
        ]} />
      ))}
    </Answered>
  );
}
