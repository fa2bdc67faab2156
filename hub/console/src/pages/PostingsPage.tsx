// Does the ERP take it? Connections at the top, postings below, one in the drawer.
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useParams } from 'wouter';
import type { PostingRow } from '../api/types';
import { selectionOfIds, type BulkKind } from '../lib/bulk';
import { count, money } from '../lib/format';
import { pick } from '../lib/query';
import { businessDate } from '../lib/time';
import { useUrl } from '../lib/useUrl';
import { words } from '../lib/words';
import { useMay } from '../shell/session';
import { t } from '../strings/en';
import { DataTable, type Column } from '../ui/DataTable';
import { FilterBar, type Filter } from '../ui/FilterBar';
import { Page } from '../ui/Page';
import { Status } from '../ui/Status';
import { Age, Due } from '../ui/Time';
import { useList } from '../ui/useList';
import { BulkDialog, type BulkWish } from './operations/BulkDialog';
import { OperationStrip } from './operations/OperationStrip';
import { ConnectorTiles } from './postings/ConnectorTiles';
import { PostingDrawer } from './postings/PostingDrawer';

const FILTERS = ['status', 'connector', 'key', 'location', 'kind', 'business_date'] as const;
const KEPT = [...FILTERS, 'q', 'sort', 'op'] as const;
const idOf = (row: PostingRow): string => row.posting_id;
const choices = (of: Record<string, { word: string }>): { value: string; label: string }[] => Object.entries(of).map(([value, { word }]) => ({ value, label: word }));

const filters: Filter[] = [
  { name: 'status', label: t.statusLabel, kind: 'choice', options: choices(words.posting) },
  { name: 'kind', label: t.postings.kind, kind: 'choice', options: ['sale', 'return', 'stock', 'void', 'till_close', 'till_event', 'summed'].map((value) => ({ value, label: t.postings.kinds[value] ?? value })) },
  { name: 'location', label: t.postings.location, kind: 'text' },
  { name: 'business_date', label: t.postings.businessDate, kind: 'date' },
  { name: 'key', label: t.postings.key, kind: 'text', placeholder: 'GB/GB-1/536365' },
  { name: 'connector', label: t.connectors.title, kind: 'text' },
  { name: 'q', label: t.postings.text, kind: 'text' },
];

export default function PostingsPage() {
  const { id } = useParams<{ id?: string }>();
  const url = useUrl();
  const mayAct = useMay('operator');
  const list = useList<PostingRow>({ path: '/v1/postings', filters: FILTERS, idOf });
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [wish, setWish] = useState<BulkWish | null>(null);
  const filterText = JSON.stringify(list.filter);
  useEffect(() => setTicked(new Set()), [filterText]);
  const kept = pick(url.query, KEPT);
  const selection = selectionOfIds(ticked);
  const ask = (kind: BulkKind): void => {
    if (selection) setWish({ kind, selection, about: t.operations.ticked(ticked.size) });
  };
  const columns: Column<PostingRow>[] = [
    { id: 'key', header: t.postings.key, cell: (row) => <span className="mono">{row.ordering_key}</span> },
    { id: 'status', header: t.statusLabel, cell: (row) => <Status kind="posting" value={row.status} /> },
    { id: 'kind', header: t.postings.kind, cell: (row) => t.postings.kinds[row.kind] ?? row.kind },
    { id: 'date', header: t.postings.businessDate, cell: (row) => <span className="nowrap">{businessDate(row.business_date)}</span> },
    { id: 'gross', header: t.postings.amount, number: true, cell: (row) => (row.currency ? money(row.gross, row.currency) : t.absent) },
    { id: 'age', header: t.postings.age, number: true, sort: 'created_at', cell: (row) => <Age of={row.created_at} location={row.location} suffix={t.trace.ago} /> },
    { id: 'tries', header: t.postings.tries, number: true, cell: (row) => count(row.attempts) },
    { id: 'next', header: t.postings.nextTry, number: true, cell: (row) => (row.next_try_at ? <Due at={row.next_try_at} location={row.location} /> : t.absent) },
    { id: 'error', header: t.postings.answer, cut: true, cell: (row) => (row.status === 'posted' ? <span className="mono">{row.erp_reference}</span> : <span title={row.last_error}>{row.last_error}</span>) },
  ];
  return (
    <Page title={t.postings.title} drawer={id ? <PostingDrawer id={id} closeHref={url.to('/postings', kept)} /> : undefined}>
      <ConnectorTiles />
      <FilterBar page="postings" filters={filters} />
      <OperationStrip />
      {mayAct && selection && (
        <div className="row" role="group" aria-label={t.operations.bulk}>
          <span className="soft">{t.list.selected(ticked.size)}</span>
          <Button size="compact-sm" onClick={() => ask('retry')}>{t.operations.ask.retry(count(ticked.size))}</Button>
          <Button size="compact-sm" variant="default" onClick={() => ask('skip')}>{t.operations.ask.skip(count(ticked.size))}</Button>
          <Button size="compact-sm" variant="default" onClick={() => ask('replay')}>{t.operations.ask.replay(count(ticked.size))}</Button>
          <Button size="compact-sm" variant="subtle" onClick={() => setTicked(new Set())}>{t.list.clearSelection}</Button>
        </div>
      )}
      <DataTable label={t.postings.many} list={list} columns={columns} currentId={id ?? null} nameOf={(row) => row.ordering_key}
                 href={(row) => url.to(`/postings/${row.posting_id}`, kept)} empty={t.postings.empty}
                 selection={mayAct ? ticked : undefined} onSelection={mayAct ? setTicked : undefined} />
      <BulkDialog wish={wish} onClose={() => setWish(null)} type={wish?.kind === 'replay' ? String(ticked.size) : undefined} />
    </Page>
  );
}
