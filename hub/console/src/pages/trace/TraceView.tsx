// The way of a document: each milestone with the POS's time and the hub's, how long it waited, who did it; what comes next.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { useGet } from '../../api/hooks';
import type { Milestone } from '../../api/types';
import { duration, figure } from '../../lib/format';
import { isSkewed, openException, spanS } from '../../lib/trace';
import { useUrl } from '../../lib/useUrl';
import { useLocationName } from '../../lib/zones';
import { wordOf } from '../../lib/words';
import { t } from '../../strings/en';
import { Facts } from '../../ui/Facts';
import { AsOf } from '../../ui/Figure';
import { Json } from '../../ui/Json';
import { Mark, Status } from '../../ui/Status';
import { Answered } from '../../ui/states';
import { Time } from '../../ui/Time';
import { TraceState } from './TraceHitsView';

const MOVING_POLL_S = 5;

export function TraceView({ id }: { id: string }) {
  const url = useUrl();
  const [moves, setMoves] = useState(true);
  const read = useGet('/v1/traces/{correlation_id}', { path: { correlation_id: id } }, { livePollS: moves ? MOVING_POLL_S : undefined });
  const isWaiting = read.data === undefined || read.data.next_milestone !== null;
  if (isWaiting !== moves) setMoves(isWaiting);
  const events = useGet('/v1/events', { query: { correlation_id: id, limit: 50 } }, { pollS: false });
  const first = events.data?.items[0];
  const location = first?.location ?? null;
  const name = useLocationName(location);
  return (
    <Answered read={read} what={t.trace.one(id)}>
      {(trace) => {
        const { milestones } = trace;
        const exception = openException(milestones);
        return (
          <>
            <div className="row">
              <h2>{first ? t.trace.document(t.postings.kinds[first.contract.replaceAll('-', '_')] ?? first.contract, first.document_no) : t.trace.reservation}</h2>
              {trace.state && <TraceState state={trace.state} />}
              <span className="grow" />
              {exception && <Button component={Link} href={url.to(`/exceptions/${exception}`)} size="compact-sm">{t.trace.openException}</Button>}
            </div>
            <Facts facts={[
              first ? [t.trace.location, `${name}, ${t.trace.till(first.till)}`] : null,
              [t.trace.correlation, <span key="c" className="mono">{id}</span>],
              [t.trace.span, duration(spanS(milestones))],
            ]} />
            <div className="table-frame" tabIndex={0} role="region" aria-label={t.trace.milestones}>
              <table className="table" aria-label={t.trace.milestones}>
                <thead>
                  <tr>
                    <th scope="col">{t.trace.milestone}</th><th scope="col">{t.trace.posTime}</th><th scope="col">{t.trace.hubTime}</th>
                    <th scope="col" className="number">{t.trace.wait}</th><th scope="col">{t.trace.actor}</th><th scope="col">{t.trace.detail}</th>
                  </tr>
                </thead>
                <tbody>
                  {milestones.map((one, i) => (
                    <tr key={i}>
                      <td><Status kind="milestone" value={one.name} /></td>
                      <td>{one.pos_time ? <><Time at={one.pos_time} location={location} /><Skew milestone={one} /></> : <span className="soft">{t.absent}</span>}</td>
                      <td><Time at={one.hub_time} location={location} /></td>
                      <td className="number">{one.wait_s == null ? t.absent : one.wait_s < 10 ? figure(Math.round(one.wait_s * 1000) / 1000, 's') : duration(one.wait_s)}</td>
                      <td className="cut" style={{ maxWidth: 160 }} title={one.actor}>{one.actor}</td>
                      <td>{one.detail} <Ref milestone={one} /></td>
                    </tr>
                  ))}
                  {trace.next_milestone && (
                    <tr className="trace-row-next">
                      <td><Mark role="progress">{t.trace.next(wordOf('milestone', trace.next_milestone.name).word)}</Mark></td>
                      <td colSpan={5}>{t.trace.waitsFor(trace.next_milestone.waiting_for)}</td>
                    </tr>
                  )}
                </tbody>
              </table>
            </div>
            {trace.more && <div className="notice">{t.trace.more(milestones.length)}</div>}
            <Documents ids={(events.data?.items ?? []).map((event) => event.event_id)} />
            <AsOf ms={read.asOfMs} />
          </>
        );
      }}
    </Answered>
  );
}

function Skew({ milestone }: { milestone: Milestone }) {
  if (milestone.skew_s == null || !isSkewed(milestone.skew_s)) return null;
  return <> <Mark role="attention">{t.trace.skew(milestone.skew_s)}</Mark></>;
}

/** Only what the console has a page of. */
function Ref({ milestone }: { milestone: Milestone }) {
  const url = useUrl();
  const { ref } = milestone;
  if (!ref) return null;
  const href = ref.kind === 'posting' ? `/postings/${ref.id}` : ref.kind === 'exception' ? `/exceptions/${ref.id}` : ref.kind === 'reservation' ? `/reservations/${ref.id}`
    : ref.href.startsWith('/v1/') ? null : ref.href;
  return href ? <Link className="nowrap" href={url.to(href)}>{t.trace.ref[ref.kind] ?? ref.id}</Link> : null;
}

const DOCUMENTS_MAX = 5;
function Documents({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <section className="stack-s">
      <h3>{t.trace.documents}</h3>
      {ids.slice(0, DOCUMENTS_MAX).map((id) => <Document key={id} id={id} />)}
    </section>
  );
}

function Document({ id }: { id: string }) {
  const [isOpen, setOpen] = useState(false);
  const read = useGet('/v1/events/{id}', { path: { id } }, { pollS: false, enabled: isOpen });
  return (
    <details className="opens" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="mono">{id}</summary>
      {isOpen && <Answered read={read} what={t.trace.documents} rows={3}>{(event) => <><Json label={t.trace.asSent} value={event.document} />{event.conflicts.length > 0 && <div className="notice attention">{t.trace.conflicts(event.conflicts.length)}</div>}</>}</Answered>}
    </details>
  );
}
