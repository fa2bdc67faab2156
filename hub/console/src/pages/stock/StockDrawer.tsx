// One SKU at one location: the sum that says what can be promised, its parts, who holds it, what agents promise while dark.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { send } from '../../api/client';
import { useDeed, useGet, usePending } from '../../api/hooks';
import type { Schema } from '../../api/types';
import { decimal } from '../../lib/format';
import { useUrl } from '../../lib/useUrl';
import { useLocationName } from '../../lib/zones';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { ConfirmDeed } from '../../ui/ConfirmDeed';
import { Drawer } from '../../ui/Drawer';
import { Facts } from '../../ui/Facts';
import { AsOf } from '../../ui/Figure';
import { PlainTable } from '../../ui/PlainTable';
import { Mark, Status } from '../../ui/Status';
import { Answered, Empty } from '../../ui/states';
import { Age, Due, Time } from '../../ui/Time';

const CHANGES = ['/v1/stock', '/v1/availability', '/v1/reservations', '/v1/reservations/{id}', '/v1/leases'];
const LIVE = { livePollS: 15 };
const HOLDS = ['held', 'confirmed', 'picked', 'ready'];

export function StockDrawer({ location, sku, closeHref }: { location: string; sku: string; closeHref: string }) {
  const name = useLocationName(location);
  const availability = usePending<Schema<'Availability'>>('/v1/availability', { query: { sku: [sku], location: [location] } }, LIVE);
  const parts = useGet('/v1/stock', { query: { sku, location } }, LIVE);
  const reservations = useGet('/v1/reservations', { query: { sku, location, limit: 50 } }, LIVE);
  const leases = useGet('/v1/leases', { query: { sku, location, limit: 50 } }, LIVE);
  return (
    <Drawer title={<><span className="mono">{sku}</span>, {name}</>} closeHref={closeHref}>
      <Answered read={availability} what={t.stock.available} rows={3}>
        {({ items }) => {
          const place = items[0]?.locations.find((one) => one.location === location);
          if (!place) return <Empty>{t.stock.empty}</Empty>;
          return (
            <Facts facts={[
              [t.stock.available, <strong key="a">{t.stock.unitsOf(decimal(place.available))}</strong>],
              [t.stock.confident, t.stock.unitsOf(decimal(place.confident))],
              [t.stock.onHand, t.stock.unitsOf(decimal(place.on_hand))],
              [t.stock.reserved, t.stock.unitsOf(decimal(place.reserved))],
              [t.stock.leased, t.stock.unitsOf(decimal(place.leased))],
              [t.stock.safety, t.stock.unitsOf(decimal(place.safety_stock))],
              [t.stock.asOf, <span key="t" className="row"><Time at={place.as_of} location={location} />{place.is_dark ? <Mark role="failed">{t.stock.dark}</Mark> : <Mark role="good">{t.stock.fresh}</Mark>}</span>],
            ]} />
          );
        }}
      </Answered>
      <section className="stack-s">
        <h3>{t.stock.parts}</h3>
        <Answered read={parts} what={t.stock.parts} rows={2}>
          {({ items }) => <PlainTable label={t.stock.parts} rows={items} keyOf={(row) => `${row.state}${row.owner}${row.lot}`} columns={[
            { header: t.stock.state, cell: (row) => t.stock.states[row.state] ?? row.state },
            { header: t.stock.owner, cell: (row) => row.owner || t.stock.own },
            { header: t.stock.lot, cell: (row) => row.lot || t.absent },
            { header: t.stock.onHand, cell: (row) => decimal(row.on_hand), number: true },
            { header: t.stock.age, cell: (row) => <Age of={row.as_of} location={location} />, number: true },
          ]} />}
        </Answered>
      </section>
      <section className="stack-s">
        <h3>{t.reservations.title}</h3>
        <Answered read={reservations} what={t.reservations.many} rows={2}>
          {({ items }) => {
            const holding = items.filter((row) => HOLDS.includes(row.state));
            return holding.length === 0 ? <span className="soft">{t.stock.noReservation}</span> : <Holding rows={holding} location={location} sku={sku} />;
          }}
        </Answered>
      </section>
      <section className="stack-s">
        <h3>{t.stock.leases}</h3>
        <Answered read={leases} what={t.stock.leases} rows={2}>
          {({ items }) => (items.length === 0 ? <span className="soft">{t.stock.noLease}</span> : <Leases rows={items} location={location} />)}
        </Answered>
      </section>
      <AsOf ms={availability.asOfMs} />
    </Drawer>
  );
}

function Holding({ rows, location, sku }: { rows: Schema<'Reservation'>[]; location: string; sku: string }) {
  const url = useUrl();
  const mayAct = useMay('operator');
  const [asked, setAsked] = useState<string | null>(null);
  const release = useDeed(({ id, reason }: { id: string; reason: string }, key) => send('post', '/v1/reservations/{id}/release', { path: { id }, body: reason ? { reason } : {}, key }), {
    changes: CHANGES, done: t.reservations.releasedDone, onDone: () => setAsked(null),
  });
  const held = (row: Schema<'Reservation'>): string => decimal(row.lines.flatMap((line) => line.allocations).find((one) => one.location === location && one.sku === sku)?.open);
  return (
    <>
      <PlainTable label={t.reservations.many} rows={rows} keyOf={(row) => row.reservation_id} columns={[
        { header: t.reservations.order, cell: (row) => <Link href={url.to(`/reservations/${row.reservation_id}`)}>{row.order_no || row.reservation_id}</Link> },
        { header: t.statusLabel, cell: (row) => <Status kind="reservation" value={row.state} /> },
        { header: t.stock.units, cell: held, number: true },
        { header: t.reservations.ends, cell: (row) => <Due at={row.expires_at} location={location} />, number: true },
        ...(mayAct ? [{ header: t.exceptions.action, cell: (row: Schema<'Reservation'>) => <Button size="compact-xs" variant="default" onClick={() => setAsked(row.reservation_id)}>{t.reservations.release}</Button> }] : []),
      ]} />
      <ConfirmDeed opened={asked !== null} onClose={() => setAsked(null)} title={t.reservations.releaseTitle} deed={t.reservations.releaseDeed} danger reason="optional" busy={release.isPending}
                   onDeed={(reason) => asked && release.mutate({ id: asked, reason })}>{t.reservations.releaseText}</ConfirmDeed>
    </>
  );
}

function Leases({ rows, location }: { rows: Schema<'Lease'>[]; location: string }) {
  const url = useUrl();
  const mayForce = useMay('administrator');
  const [asked, setAsked] = useState<string | null>(null);
  const force = useDeed(({ id, reason }: { id: string; reason: string }, key) => send('post', '/v1/leases/{id}/force', { path: { id }, body: { reason }, key }), {
    changes: CHANGES, done: t.stock.forced, onDone: () => setAsked(null),
  });
  return (
    <>
      <PlainTable label={t.stock.leases} rows={rows} keyOf={(row) => row.lease_id} columns={[
        { header: t.stock.agent, cell: (row) => <Link className="mono" href={url.to(`/fleet/${row.agent_id}`)}>{row.agent_id.slice(0, 12)}</Link> },
        { header: t.statusLabel, cell: (row) => <Status kind="lease" value={row.state} /> },
        { header: t.stock.leased, cell: (row) => decimal(row.open), number: true },
        { header: t.reservations.ends, cell: (row) => <Due at={row.expires_at} location={location} />, number: true },
        ...(mayForce ? [{ header: t.exceptions.action, cell: (row: Schema<'Lease'>) => (row.state === 'frozen' || row.state === 'ending'
          ? <Button size="compact-xs" variant="default" onClick={() => setAsked(row.lease_id)}>{t.stock.force}</Button> : null) }] : []),
      ]} />
      <ConfirmDeed opened={asked !== null} onClose={() => setAsked(null)} title={t.stock.forceTitle} deed={t.stock.forceDeed} danger type={location} reason="required" busy={force.isPending}
                   onDeed={(reason) => asked && force.mutate({ id: asked, reason })}>{t.stock.forceText}</ConfirmDeed>
    </>
  );
}
