// Open exceptions by what caused them: mend causes, not lines.
import { Button } from '@mantine/core';
import type { Cause } from '../../api/types';
import { count, worth } from '../../lib/format';
import { useUrl } from '../../lib/useUrl';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { DataTable, type Column } from '../../ui/DataTable';
import { Mark } from '../../ui/Status';
import { Due } from '../../ui/Time';
import { useList } from '../../ui/useList';
import type { BulkWish } from '../operations/BulkDialog';
import { CAUSE_FILTERS } from './filters';

const idOf = (row: Cause): string => `${row.code} ${row.cause_key}`;
/** Those whose posting waits for somebody; the others have nothing to send again. */
export const isRetriable = (code: string): boolean => code.startsWith('posting.') || code === 'period.closed';

export function CauseList({ onBulk }: { onBulk: (wish: BulkWish) => void }) {
  const url = useUrl();
  const mayAct = useMay('operator');
  const list = useList<Cause>({ path: '/v1/exceptions/causes', filters: CAUSE_FILTERS, idOf, goneLeave: true });
  const columns: Column<Cause>[] = [
    { id: 'cause', header: t.exceptions.cause, cut: true, cell: (row) => <>{row.title} <span className="mono">{row.cause_key}</span></> },
    { id: 'count', header: t.exceptions.count, number: true, cell: (row) => count(row.count) },
    { id: 'stores', header: t.exceptions.stores, number: true, cell: (row) => count(row.stores) },
    { id: 'worth', header: t.exceptions.worth, number: true, cell: (row) => worth(row.worth) },
    { id: 'due', header: t.exceptions.due, number: true, cell: (row) => (row.overdue ? <span className="nowrap"><Mark role="failed">{t.exceptions.isOverdue}</Mark> <Due at={row.due_at} /></span> : <Due at={row.due_at} />) },
    { id: 'owner', header: t.exceptions.owner, cell: (row) => <span className="nowrap">{t.owner[row.owner] ?? row.owner}</span> },
    { id: 'assigned', header: t.exceptions.assignedCount, number: true, cell: (row) => count(row.assigned) },
    ...(mayAct ? [{
      id: 'do', header: t.exceptions.action, cell: (row: Cause) => (isRetriable(row.code) ? (
        <Button size="compact-xs" variant="light" onClick={() => onBulk({ kind: 'retry', selection: { code: row.code, cause: row.cause_key }, about: `${row.title}, ${row.cause_key}` })}>
          {t.operations.ask.retry(count(row.count))}
        </Button>
      ) : null),
    } satisfies Column<Cause>] : []),
  ];
  return (
    <DataTable label={t.exceptions.causes} list={list} columns={columns} nameOf={(row) => `${row.title} ${row.cause_key}`}
               href={(row) => url.to('/exceptions', { code: row.code, cause: row.cause_key, status: 'open', location: url.query.location })} empty={t.exceptions.emptyCauses} />
  );
}
