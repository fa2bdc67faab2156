// What did my bulk do? Counts, why rows were left alone, and the first rows one by one.
import { Link, useParams } from 'wouter';
import type { BulkRow } from '../api/types';
import { count } from '../lib/format';
import { useUrl } from '../lib/useUrl';
import { t } from '../strings/en';
import { Facts } from '../ui/Facts';
import { AsOf, Figure, Figures } from '../ui/Figure';
import { Page } from '../ui/Page';
import { PlainTable } from '../ui/PlainTable';
import { Answered, Empty } from '../ui/states';
import { Time } from '../ui/Time';
import { Outcome } from './operations/BulkDialog';
import { OperationProgress } from './operations/OperationProgress';
import { useOperation } from './operations/OperationStrip';
import { deedOf, selectionText } from './operations/words';

export default function OperationPage() {
  const { id = '' } = useParams<{ id: string }>();
  const url = useUrl();
  const read = useOperation(id);
  const title = read.data ? deedOf(read.data) : t.operations.one;
  const rowHref = (row: BulkRow): string | null =>
    row.exception_id ? url.to(`/exceptions/${row.exception_id}`) : row.posting_id ? url.to(`/postings/${row.posting_id}`) : null;
  return (
    <Page title={title}>
      <Answered read={read} what={t.operations.one}>
        {(operation) => {
          const { failed } = operation;
          return (
            <>
              <section className="card" aria-label={t.operations.progress}><OperationProgress operation={operation} /></section>
              <Figures>
                <Figure label={t.operations.selected} value={count(operation.selected)} asOfMs={read.asOfMs} />
                <Figure label={t.operations.done} value={count(operation.done)} role="good" asOfMs={read.asOfMs} />
                <Figure label={t.operations.failed} value={count(failed)} role={failed > 0 ? 'failed' : undefined} asOfMs={read.asOfMs} />
                <Figure label={t.operations.left} value={count(operation.left)} asOfMs={read.asOfMs} />
              </Figures>
              {operation.trouble ? <div className="notice failed">{operation.trouble}</div> : null}
              <Facts facts={[
                [t.operations.selection, selectionText(operation.selection)],
                [t.operations.reason, operation.reason || t.absent],
                operation.arguments?.assignee ? [t.exceptions.assignee, operation.arguments.assignee] : null,
                [t.operations.who, operation.who ?? t.absent],
                [t.operations.started, <Time key="s" at={operation.starts_at ?? operation.started_at} />],
                [t.operations.ended, <Time key="e" at={operation.finished_at} />],
                operation.ended_by ? [t.operations.endedBy, operation.ended_by] : null,
              ]} />
              {Object.keys(operation.left_alone).length > 0 && (
                <section className="stack-s">
                  <h2>{t.operations.leftAlone}</h2>
                  <PlainTable label={t.operations.leftAlone} rows={Object.entries(operation.left_alone)} keyOf={([why]) => why} columns={[
                    { header: t.operations.why, cell: ([why]) => <Outcome outcome={why} /> },
                    { header: t.operations.rows, cell: ([, n]) => count(n), number: true },
                  ]} />
                </section>
              )}
              <section className="stack-s">
                <h2>{t.operations.firstRows}</h2>
                {operation.items.length === 0 ? <Empty>{t.operations.noRows}</Empty> : (
                  <PlainTable label={t.operations.firstRows} rows={operation.items} keyOf={(row, i) => `${row.exception_id ?? row.posting_id ?? ''}${i}`} columns={[
                    { header: t.operations.row, cell: (row) => {
                      const href = rowHref(row);
                      const name = <span className="mono">{row.subject || row.posting_id || row.exception_id}</span>;
                      return href ? <Link href={href}>{name}</Link> : name;
                    } },
                    { header: t.operations.location, cell: (row) => row.location ?? t.absent },
                    { header: t.operations.outcome, cell: (row) => <Outcome outcome={row.outcome} detail={row.detail} /> },
                  ]} />
                )}
              </section>
              <AsOf ms={read.asOfMs} />
            </>
          );
        }}
      </Answered>
    </Page>
  );
}
