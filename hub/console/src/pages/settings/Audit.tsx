// Who changed it? The record of every change, newest first; one of them in a drawer-like part below with before and after.
import { useUrl } from '../../lib/useUrl';
import type { AuditRow } from '../../api/types';
import { useKeys } from '../../lib/keys';
import { t } from '../../strings/en';
import { Button } from '@mantine/core';
import { DataTable, type Column } from '../../ui/DataTable';
import { FilterBar, type Filter } from '../../ui/FilterBar';
import { Time } from '../../ui/Time';
import { useList } from '../../ui/useList';
import { dayStart } from './days';

const words = t.settings.audit;
const filters: Filter[] = [
  { name: 'who', label: words.who, kind: 'text' },
  { name: 'action', label: words.action, kind: 'text' },
  { name: 'object', label: words.object, kind: 'text' },
  { name: 'q', label: words.search, kind: 'text' },
  { name: 'from', label: words.from, kind: 'date' },
  { name: 'to', label: words.to, kind: 'date' },
];
const columns: Column<AuditRow>[] = [
  { id: 'no', header: words.no, cell: (row) => row.audit_no },
  { id: 'at', header: words.at, cell: (row) => <Time at={row.at} short /> },
  { id: 'who', header: words.who, cell: (row) => row.who },
  { id: 'action', header: words.action, cell: (row) => row.action },
  { id: 'object', header: words.object, cut: true, cell: (row) => <span className="mono">{row.object}</span> },
  { id: 'address', header: words.address, cell: (row) => <span className="mono">{row.address}</span> },
  { id: 'reason', header: words.reason, cut: true, cell: (row) => row.reason || t.absent },
];

export default function Audit() {
  const url = useUrl();
  const list = useList<AuditRow>({
    path: '/v1/audit', filters: ['who', 'action', 'object'], idOf: (row) => String(row.audit_no), livePollS: 30,
    fixed: { from: dayStart(url.query.from), to: dayStart(url.query.to, 1) },
  });
  const shown = url.query.change ? list.rows.find((row) => String(row.audit_no) === url.query.change) : undefined;
  const close = (): void => url.set({ change: null, after: url.query.after });
  useKeys({ Escape: close });
  return (
    <>
      <FilterBar page="audit" filters={filters} />
      {url.query.change && (shown ? (
        <section className="card stack" aria-labelledby="change">
          <div className="row"><h2 id="change" className="grow">{words.change(url.query.change)}</h2><Button size="compact-sm" variant="default" onClick={close}>{t.drawer.close}</Button></div>
          <dl className="facts">
            <dt>{words.at}</dt><dd><Time at={shown.at} /></dd><dt>{words.who}</dt><dd>{shown.who} ({shown.role})</dd><dt>{words.address}</dt><dd className="mono">{shown.address}</dd>
            <dt>{words.action}</dt><dd>{shown.action}</dd><dt>{words.object}</dt><dd className="mono">{shown.object}</dd><dt>{words.reason}</dt><dd>{shown.reason || t.absent}</dd>
            <dt>{words.correlation}</dt><dd className="mono">{shown.correlation_id ?? t.absent}</dd>
          </dl>
          <div className="cards">
            <div className="half stack-s" style={{ gridColumn: 'span 6' }}><h3>{words.before}</h3><pre className="json" tabIndex={0} aria-label={words.before}>{shown.before == null ? words.nothing : JSON.stringify(shown.before, null, 2)}</pre></div>
            <div className="half stack-s" style={{ gridColumn: 'span 6' }}><h3>{words.after}</h3><pre className="json" tabIndex={0} aria-label={words.after}>{shown.after == null ? words.nothing : JSON.stringify(shown.after, null, 2)}</pre></div>
          </div>
        </section>
      ) : <div className="notice">{words.notOnPage}</div>)}
      <DataTable label={words.what} list={list} columns={columns} href={(row) => url.href({ change: row.audit_no, after: url.query.after })} currentId={url.query.change ?? null} empty={words.empty} />
    </>
  );
}
