// Who holds what, until when, and why was one broken?
import { useParams } from 'wouter';
import type { Item } from '../api/types';
import { decimal } from '../lib/format';
import { pick } from '../lib/query';
import { sum } from '../lib/exact';
import { useUrl } from '../lib/useUrl';
import { words } from '../lib/words';
import { t } from '../strings/en';
import { DataTable, type Column } from '../ui/DataTable';
import { FilterBar, type Filter } from '../ui/FilterBar';
import { Page } from '../ui/Page';
import { Status } from '../ui/Status';
import { Age, Due } from '../ui/Time';
import { useList } from '../ui/useList';
import { ReservationDrawer } from './stock/ReservationDrawer';

type Row = Item<'/v1/reservations'>;
const FILTERS = ['state', 'order_no', 'channel', 'location', 'sku'] as const;
const idOf = (row: Row): string => row.reservation_id;
const filters: Filter[] = [
  { name: 'state', label: t.statusLabel, kind: 'choice', options: Object.entries(words.reservation).map(([value, { word }]) => ({ value, label: word })) },
  { name: 'order_no', label: t.reservations.order, kind: 'text' },
  { name: 'channel', label: t.reservations.channel, kind: 'text' },
  { name: 'location', label: t.stock.location, kind: 'text' },
  { name: 'sku', label: t.stock.sku, kind: 'text' },
  { name: 'q', label: t.reservations.text, kind: 'text' },
];

export default function ReservationsPage() {
  const { id } = useParams<{ id?: string }>();
  const url = useUrl();
  const kept = pick(url.query, [...FILTERS, 'q', 'sort']);
  const list = useList<Row>({ path: '/v1/reservations', filters: FILTERS, idOf, livePollS: 15 });
  const columns: Column<Row>[] = [
    { id: 'order', header: t.reservations.order, cell: (row) => row.order_no || <span className="mono">{row.reservation_id}</span> },
    { id: 'state', header: t.statusLabel, cell: (row) => <Status kind="reservation" value={row.state} /> },
    { id: 'purpose', header: t.reservations.purpose, cell: (row) => t.reservations.purposes[row.purpose] ?? row.purpose },
    { id: 'channel', header: t.reservations.channel, cell: (row) => row.channel || t.absent },
    { id: 'what', header: t.stock.sku, cut: true, cell: (row) => <span className="mono">{[...new Set(row.lines.map((line) => line.sku))].join(', ')}</span> },
    { id: 'where', header: t.stock.location, cell: (row) => [...new Set(row.lines.flatMap((line) => line.allocations.map((one) => one.location)))].join(', ') || t.absent },
    { id: 'units', header: t.stock.units, number: true, cell: (row) => decimal(sum(row.lines.map((line) => line.granted))) },
    { id: 'age', header: t.stock.age, number: true, sort: 'created_at', cell: (row) => <Age of={row.created_at} /> },
    { id: 'ends', header: t.reservations.ends, number: true, cell: (row) => (row.expires_at ? <Due at={row.expires_at} /> : t.absent) },
  ];
  return (
    <Page title={t.reservations.title} drawer={id ? <ReservationDrawer id={id} closeHref={url.to('/reservations', kept)} /> : undefined}>
      <FilterBar page="reservations" filters={filters} />
      <DataTable label={t.reservations.many} list={list} columns={columns} currentId={id ?? null} nameOf={(row) => row.order_no || row.reservation_id}
                 href={(row) => url.to(`/reservations/${row.reservation_id}`, kept)} empty={t.reservations.empty} />
    </Page>
  );
}
