// Exceptions one by one. A bulk takes the list's filter, or the rows that were ticked, never both.
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Exception } from '../../api/types';
import { selectionOf, selectionOfIds, type BulkKind, type Selection } from '../../lib/bulk';
import { count, money, total as totalText } from '../../lib/format';
import { pick } from '../../lib/query';
import { useUrl } from '../../lib/useUrl';
import { useLocationName } from '../../lib/zones';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { DataTable, type Column } from '../../ui/DataTable';
import { Mark, Status } from '../../ui/Status';
import { Age, Due } from '../../ui/Time';
import { useList } from '../../ui/useList';
import type { BulkWish } from '../operations/BulkDialog';
import { selectionText } from '../operations/words';
import { isRetriable } from './CauseList';
import { KEPT, LIST_FILTERS } from './filters';

const idOf = (row: Exception): string => row.exception_id;

function LocationName({ id }: { id: string }) {
  const name = useLocationName(id);
  return <span className="nowrap" title={id}>{name}</span>;
}

export function ExceptionList({ currentId, onBulk }: { currentId: string | null; onBulk: (wish: BulkWish) => void }) {
  const url = useUrl();
  const mayAct = useMay('operator');
  const list = useList<Exception>({ path: '/v1/exceptions', filters: LIST_FILTERS, idOf });
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const filterText = JSON.stringify(list.filter);
  // Ticks belong to the list that they were made in.
  useEffect(() => setTicked(new Set()), [filterText]);
  const byIds = selectionOfIds(ticked);
  const selection: Selection | null = byIds ?? selectionOf(list.filter);
  const about = selection ? selectionText(selection) : '';
  const n = byIds ? count(ticked.size) : totalText(list.total, list.totalIsExact);
  const retriable = byIds ? list.rows.some((row) => ticked.has(row.exception_id) && isRetriable(row.code)) : !list.filter.code || isRetriable(list.filter.code);
  const ask = (kind: BulkKind): void => {
    if (selection) onBulk({ kind, selection, about });
  };
  const isOfOneCause = !!list.filter.cause;
  const columns: Column<Exception>[] = [
    // Of one cause all have the same title: what each is about tells them apart.
    { id: 'title', header: t.exceptions.one, cut: true, cell: (row) => (isOfOneCause ? <span className="mono">{row.subject}</span> : <>{row.title ?? row.code} <span className="mono">{row.cause_key}</span></>) },
    { id: 'status', header: t.statusLabel, cell: (row) => <span className="row nowrap"><Status kind="exception" value={row.status} />{row.is_overdue && <Mark role="failed">{t.exceptions.isOverdue}</Mark>}</span> },
    { id: 'location', header: t.exceptions.location, cell: (row) => <LocationName id={row.location} /> },
    { id: 'worth', header: t.exceptions.worth, number: true, cell: (row) => (row.worth ? money(row.worth.amount, row.worth.currency) : t.absent) },
    { id: 'age', header: t.exceptions.age, number: true, sort: 'raised_at', cell: (row) => <Age of={row.raised_at} location={row.location} /> },
    { id: 'due', header: t.exceptions.due, number: true, sort: 'due_at', cell: (row) => (row.closed_at ? t.absent : <Due at={row.due_at} location={row.location} />) },
    { id: 'owner', header: t.exceptions.owner, cell: (row) => <span className="nowrap">{t.owner[row.owner] ?? row.owner}</span> },
    { id: 'assignee', header: t.exceptions.assignee, cut: true, cell: (row) => row.assignee || t.absent },
  ];
  return (
    <>
      {mayAct && selection && list.rows.length > 0 && (
        <div className="row" role="group" aria-label={t.operations.bulk}>
          <span className="soft">{byIds ? t.list.selected(ticked.size) : t.operations.allOf(about)}</span>
          {retriable && <Button size="compact-sm" onClick={() => ask('retry')}>{t.operations.ask.retry(n)}</Button>}
          <Button size="compact-sm" variant="default" onClick={() => ask('assign')}>{t.operations.ask.assign(n)}</Button>
          <Button size="compact-sm" variant="default" onClick={() => ask('dismiss')}>{t.operations.ask.dismiss(n)}</Button>
          {retriable && <Button size="compact-sm" variant="default" onClick={() => ask('skip')}>{t.operations.ask.skip(n)}</Button>}
          {byIds && <Button size="compact-sm" variant="subtle" onClick={() => setTicked(new Set())}>{t.list.clearSelection}</Button>}
        </div>
      )}
      <DataTable label={t.exceptions.many} list={list} columns={columns} currentId={currentId} nameOf={(row) => `${row.title ?? row.code} ${row.cause_key}`}
                 href={(row) => url.to(`/exceptions/${row.exception_id}`, pick(url.query, KEPT))} empty={t.exceptions.empty}
                 selection={mayAct ? ticked : undefined} onSelection={mayAct ? setTicked : undefined} />
    </>
  );
}
