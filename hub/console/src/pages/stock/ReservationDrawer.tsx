// One reservation: its lines and where they lie, what happened to it and why.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { send } from '../../api/client';
import { useDeed, useGet } from '../../api/hooks';
import type { Schema } from '../../api/types';
import { decimal } from '../../lib/format';
import { useUrl } from '../../lib/useUrl';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { ConfirmDeed } from '../../ui/ConfirmDeed';
import { Drawer } from '../../ui/Drawer';
import { Facts } from '../../ui/Facts';
import { PlainTable } from '../../ui/PlainTable';
import { Status } from '../../ui/Status';
import { Answered } from '../../ui/states';
import { Due, Time } from '../../ui/Time';

type Reservation = Schema<'Reservation'>;
type Step = 'confirm' | 'release' | 'break';
const CHANGES = ['/v1/reservations', '/v1/reservations/{id}', '/v1/stock', '/v1/availability'];

export function ReservationDrawer({ id, closeHref }: { id: string; closeHref: string }) {
  const read = useGet('/v1/reservations/{id}', { path: { id } }, { livePollS: 15 });
  return (
    <Drawer title={read.data?.order_no ? t.reservations.ofOrder(read.data.order_no) : t.reservations.one} closeHref={closeHref} foot={read.data ? <Deeds key={id} reservation={read.data} /> : undefined}>
      <Answered read={read} what={t.reservations.one}>{(reservation) => <Body reservation={reservation} />}</Answered>
    </Drawer>
  );
}

function Body({ reservation }: { reservation: Reservation }) {
  const url = useUrl();
  type Allocation = Reservation['lines'][number]['allocations'][number];
  const parts: { line: Reservation['lines'][number]; one: Allocation | null }[] = reservation.lines.flatMap((line) =>
    (line.allocations.length > 0 ? line.allocations : [null]).map((one) => ({ line, one })));
  return (
    <>
      <div className="row"><Status kind="reservation" value={reservation.state} /></div>
      <Facts facts={[
        [t.reservations.id, <span key="i" className="mono">{reservation.reservation_id}</span>],
        [t.reservations.purpose, t.reservations.purposes[reservation.purpose] ?? reservation.purpose],
        [t.reservations.channel, reservation.channel || t.absent],
        [t.reservations.contact, reservation.contact_ref || t.absent],
        [t.reservations.takenBy, reservation.taken_by || t.absent],
        reservation.promised_by ? [t.reservations.promisedBy, <Link key="p" className="mono" href={url.to(`/fleet/${reservation.promised_by}`)}>{reservation.promised_by}</Link>] : null,
        [t.reservations.priority, String(reservation.priority)],
        [t.reservations.made, <Time key="m" at={reservation.created_at} />],
        [t.reservations.ends, reservation.expires_at ? <Due key="e" at={reservation.expires_at} /> : t.reservations.noEnd],
        reservation.correlation_id ? [t.trace.title, <Link key="c" href={url.to(`/trace/${encodeURIComponent(reservation.correlation_id)}`)}>{t.reservations.toTrace}</Link>] : null,
      ]} />
      <section className="stack-s">
        <h3>{t.reservations.lines}</h3>
        <PlainTable label={t.reservations.lines} rows={parts} keyOf={(_, i) => i} columns={[
          { header: t.stock.sku, cell: ({ line, one }) => (one ? <Link className="mono" href={url.to('/stock', { sku: line.sku, location: one.location, at: one.location, item: line.sku })}>{line.sku}</Link> : <span className="mono">{line.sku}</span>) },
          { header: t.stock.location, cell: ({ one }) => one?.location ?? t.reservations.nowhere },
          { header: t.reservations.wanted, cell: ({ line }) => decimal(line.qty), number: true },
          { header: t.reservations.granted, cell: ({ one }) => decimal(one?.qty ?? '0'), number: true },
          { header: t.reservations.open, cell: ({ one }) => decimal(one?.open ?? '0'), number: true },
          { header: t.reservations.fulfilled, cell: ({ one }) => decimal(one?.fulfilled ?? '0'), number: true },
        ]} />
      </section>
      <section className="stack-s">
        <h3>{t.exceptions.steps}</h3>
        <PlainTable label={t.exceptions.steps} rows={reservation.steps ?? []} keyOf={(step, i) => `${step.at}${i}`} columns={[
          { header: t.exceptions.when, cell: (step) => <Time at={step.at} /> },
          { header: t.exceptions.what, cell: (step) => t.reservations.verbs[step.verb] ?? step.verb },
          { header: t.statusLabel, cell: (step) => <Status kind="reservation" value={step.state} /> },
          { header: t.exceptions.who, cell: (step) => step.who },
          { header: t.reservations.why, cell: (step) => step.why },
        ]} />
      </section>
    </>
  );
}

function Deeds({ reservation }: { reservation: Reservation }) {
  const mayAct = useMay('operator');
  const [asked, setAsked] = useState<Step | null>(null);
  const deed = useDeed(({ step, reason }: { step: Step; reason: string }, key) => send('post', `/v1/reservations/{id}/${step}`, { path: { id: reservation.reservation_id }, body: reason ? { reason } : {}, key }), {
    changes: CHANGES, done: (_, { step }) => t.reservations.doneWords[step], onDone: () => setAsked(null),
  });
  const { state } = reservation;
  const isOpen = ['held', 'confirmed', 'picked', 'ready'].includes(state);
  if (!mayAct || !isOpen) return null;
  const isHeld = state === 'held';
  return (
    <>
      {(isHeld || state === 'confirmed') && <Button size="compact-sm" onClick={() => setAsked('release')}>{t.reservations.release}</Button>}
      {isHeld && <Button size="compact-sm" variant="default" onClick={() => deed.mutate({ step: 'confirm', reason: '' })} loading={deed.isPending}>{t.reservations.confirm}</Button>}
      <Button size="compact-sm" variant="default" onClick={() => setAsked('break')}>{t.reservations.break}</Button>
      <ConfirmDeed opened={asked === 'release'} onClose={() => setAsked(null)} title={t.reservations.releaseTitle} deed={t.reservations.releaseDeed} danger reason="optional" busy={deed.isPending}
                   onDeed={(reason) => deed.mutate({ step: 'release', reason })}>{t.reservations.releaseText}</ConfirmDeed>
      <ConfirmDeed opened={asked === 'break'} onClose={() => setAsked(null)} title={t.reservations.breakTitle} deed={t.reservations.breakDeed} danger reason="required" busy={deed.isPending}
                   onDeed={(reason) => deed.mutate({ step: 'break', reason })}>{t.reservations.breakText}</ConfirmDeed>
    </>
  );
}
