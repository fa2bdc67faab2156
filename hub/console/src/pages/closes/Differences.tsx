// Differences down to the document.
import { Link } from 'wouter';
import type { Item } from '../../api/types';
import { money } from '../../lib/format';
import { useUrl } from '../../lib/useUrl';
import { t } from '../../strings/en';
import { DataTable, type Column } from '../../ui/DataTable';
import { Status } from '../../ui/Status';
import { useList } from '../../ui/useList';

type Row = Item<'/v1/reconciliation/differences'>;
const idOf = (row: Row): string => `${row.event_id}${row.kind}${row.posting_id ?? ''}${row.detail}`;

export function Differences({ location, date }: { location: string; date: string }) {
  const url = useUrl();
  const list = useList<Row>({ path: '/v1/reconciliation/differences', fixed: { location, business_date: date }, idOf, prefix: 'd.', livePollS: 30 });
  const columns: Column<Row>[] = [
    { id: 'document', header: t.closes.document, cell: (row) => <Link href={url.to('/trace', { q: row.event_id })}>{t.postings.kinds[row.contract.replaceAll('-', '_')] ?? row.contract} {row.document_no}</Link> },
    { id: 'till', header: t.closes.till, cell: (row) => row.till || t.absent },
    { id: 'kind', header: t.closes.what, cell: (row) => t.closes.kind[row.kind] ?? row.kind },
    { id: 'amount', header: t.postings.amount, number: true, cell: (row) => money(row.gross, row.currency) },
    { id: 'posting', header: t.postings.one, cell: (row) => (row.posting_id ? <Link href={url.to(`/postings/${row.posting_id}`)}>{row.status ? <Status kind="posting" value={row.status} /> : row.posting_id}</Link> : t.absent) },
    { id: 'detail', header: t.closes.detail, cut: true, cell: (row) => <span title={row.detail}>{row.detail}</span> },
  ];
  return (
    <section className="stack-s">
      <h2>{t.closes.documentDifferences}</h2>
      {list.rows.length === 0 && list.read.isSuccess ? <div className="soft">{t.closes.noDifferences}</div> : <DataTable label={t.closes.documentDifferences} list={list} columns={columns} empty={t.closes.noDifferences} />}
    </section>
  );
}
