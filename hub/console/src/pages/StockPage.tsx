// Can I promise it? Stock at locations with what is reserved, leased and never promised, and how old that is.
import { Link } from 'wouter';
import type { Item } from '../api/types';
import { decimal } from '../lib/format';
import { pick } from '../lib/query';
import { useUrl } from '../lib/useUrl';
import { useLocationName } from '../lib/zones';
import { t } from '../strings/en';
import { DataTable, type Column } from '../ui/DataTable';
import { FilterBar, type Filter } from '../ui/FilterBar';
import { Page } from '../ui/Page';
import { Mark } from '../ui/Status';
import { Age } from '../ui/Time';
import { useList } from '../ui/useList';
import { useAvailability, type PlaceOf } from './stock/useAvailability';
import { StockDrawer } from './stock/StockDrawer';

type Row = Item<'/v1/stock'>;
const FILTERS = ['sku', 'location', 'state'] as const;
const SELLABLE = 'sellable';
const idOf = (row: Row): string => [row.location, row.sku, row.state, row.owner, row.lot].join('|');
const filters: Filter[] = [
  { name: 'sku', label: t.stock.sku, kind: 'text' },
  { name: 'q', label: t.stock.begins, kind: 'text' },
  { name: 'location', label: t.stock.location, kind: 'text' },
  { name: 'state', label: t.stock.state, kind: 'choice', options: Object.entries(t.stock.states).map(([value, label]) => ({ value, label })) },
];

function LocationCell({ id }: { id: string }) {
  return <span className="nowrap">{useLocationName(id)}</span>;
}

export default function StockPage() {
  const url = useUrl();
  const kept = pick(url.query, [...FILTERS, 'q', 'sort']);
  const { at, item } = url.query;
  // Nothing on the stream tells of stock: what is in sight is read again.
  const list = useList<Row>({ path: '/v1/stock', filters: FILTERS, idOf, livePollS: 15 });
  const places = useAvailability(list.rows);
  const units = (row: Row, of: (place: PlaceOf) => string | null) => {
    if (row.state !== SELLABLE) return t.absent;
    const place = places.get(`${row.location}|${row.sku}`);
    return place ? decimal(of(place)) : t.absent;
  };
  const columns: Column<Row>[] = [
    { id: 'sku', header: t.stock.sku, cell: (row) => <span className="mono">{row.sku}</span> },
    { id: 'location', header: t.stock.location, cell: (row) => <LocationCell id={row.location} /> },
    { id: 'state', header: t.stock.state, cell: (row) => [t.stock.states[row.state] ?? row.state, row.owner, row.lot].filter(Boolean).join(', ') },
    { id: 'on_hand', header: t.stock.onHand, number: true, cell: (row) => decimal(row.on_hand) },
    { id: 'reserved', header: t.stock.reserved, number: true, cell: (row) => units(row, (place) => place.reserved) },
    { id: 'leased', header: t.stock.leased, number: true, cell: (row) => units(row, (place) => place.leased) },
    { id: 'safety', header: t.stock.safety, number: true, cell: (row) => units(row, (place) => place.safety_stock) },
    { id: 'available', header: t.stock.available, number: true, cell: (row) => <strong>{units(row, (place) => place.available)}</strong> },
    { id: 'age', header: t.stock.age, number: true, cell: (row) => {
      const place = places.get(`${row.location}|${row.sku}`);
      return <><Age of={row.as_of} location={row.location} />{place?.is_dark ? <> <Mark role="failed">{t.stock.dark}</Mark></> : null}</>;
    } },
  ];
  return (
    <Page title={t.stock.title} actions={<Link href={url.to('/reservations')}>{t.reservations.title}</Link>}
          drawer={at && item ? <StockDrawer location={at} sku={item} closeHref={url.to('/stock', kept)} /> : undefined}>
      <FilterBar page="stock" filters={filters} />
      <DataTable label={t.stock.many} list={list} columns={columns} currentId={at && item ? [at, item, SELLABLE, '', ''].join('|') : null} nameOf={(row) => `${row.sku} ${row.location}`}
                 href={(row) => url.href({ at: row.location, item: row.sku })} empty={t.stock.empty} />
      <p className="small soft">{t.stock.unit}</p>
    </Page>
  );
}
