// What has been done to many at once, newest first.
import { useUrl } from '../lib/useUrl';
import { count, duration } from '../lib/format';
import { epochMs } from '../lib/time';
import type { Operation } from '../api/types';
import { t } from '../strings/en';
import { DataTable, type Column } from '../ui/DataTable';
import { Page } from '../ui/Page';
import { Status } from '../ui/Status';
import { Time } from '../ui/Time';
import { useList } from '../ui/useList';
import { deedOf, selectionText } from './operations/words';

const idOf = (row: Operation): string => row.operation_id;

export default function OperationsPage() {
  const url = useUrl();
  const list = useList<Operation>({ path: '/v1/operations', idOf });
  const columns: Column<Operation>[] = [
    { id: 'what', header: t.operations.what, cell: (row) => deedOf(row) },
    { id: 'status', header: t.statusLabel, cell: (row) => <Status kind="operation" value={row.status} /> },
    { id: 'selection', header: t.operations.selection, cell: (row) => selectionText(row.selection), cut: true },
    { id: 'done', header: t.operations.done, cell: (row) => count(row.done), number: true },
    { id: 'failed', header: t.operations.failed, cell: (row) => count(row.failed), number: true },
    { id: 'left', header: t.operations.left, cell: (row) => count(row.left), number: true },
    { id: 'who', header: t.operations.who, cell: (row) => row.who ?? t.absent },
    { id: 'at', header: t.operations.started, cell: (row) => <Time at={row.started_at} short /> },
    { id: 'took', header: t.operations.took, number: true, cell: (row) => {
      const from = epochMs(row.started_at);
      const to = epochMs(row.finished_at);
      return from !== null && to !== null ? duration((to - from) / 1000) : t.absent;
    } },
  ];
  return (
    <Page title={t.operations.title}>
      <DataTable label={t.operations.many} list={list} columns={columns} href={(row) => url.to(`/operations/${row.operation_id}`)} empty={t.operations.empty} />
    </Page>
  );
}
