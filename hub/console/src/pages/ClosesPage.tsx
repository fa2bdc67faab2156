// May the day close, and what keeps it? One business date, one row for each location.
import { Button, TextInput } from '@mantine/core';
import { Link } from 'wouter';
import { usePending } from '../api/hooks';
import type { ClosesSummary } from '../api/types';
import type { Item } from '../api/types';
import { count, duration } from '../lib/format';
import { dayBeside, yesterday } from '../lib/sides';
import { businessDate } from '../lib/time';
import { useNow } from '../lib/useNow';
import { useUrl } from '../lib/useUrl';
import { wordOf } from '../lib/words';
import { t } from '../strings/en';
import { DataTable, type Column } from '../ui/DataTable';
import { FilterBar, type Filter } from '../ui/FilterBar';
import { Figure, Figures } from '../ui/Figure';
import { Page } from '../ui/Page';
import { Status } from '../ui/Status';
import { Age } from '../ui/Time';
import { useList } from '../ui/useList';

type Row = Item<'/v1/closes'>;
const idOf = (row: Row): string => row.location;
const filters: Filter[] = [
  { name: 'state', label: t.statusLabel, kind: 'choice', options: [{ value: 'unclosed', label: t.closes.unclosed }, ...['blocked', 'differs', 'reopened', 'ready', 'running', 'closed'].map((value) => ({ value, label: wordOf('close', value).word }))] },
  { name: 'q', label: t.closes.location, kind: 'text' },
];
const STATES = ['blocked', 'differs', 'reopened', 'ready', 'running', 'closed'] as const;
const PERIOD_S = 15;

export default function ClosesPage() {
  const url = useUrl();
  const now = useNow();
  const date = url.query.date || yesterday(now);
  const state = url.query.state ?? '';
  // Closing is seldom told by the stream: what is in sight is read again.
  const list = useList<Row>({ path: '/v1/closes', filters: ['state', 'q'], fixed: { business_date: date }, idOf, livePollS: PERIOD_S });
  const summary = usePending<ClosesSummary>('/v1/closes/summary', { query: { business_date: date } }, { livePollS: PERIOD_S });
  const counts = summary.data?.by_state;
  const allClosed = summary.data !== undefined && summary.data.all > 0 && summary.data.unclosed === 0;
  const columns: Column<Row>[] = [
    { id: 'location', header: t.closes.location, cell: (row) => row.name || row.location },
    { id: 'state', header: t.statusLabel, cell: (row) => <Status kind="close" value={row.state} /> },
    { id: 'tills', header: t.closes.missingTills, cell: (row) => (row.missing_tills.length > 0 ? row.missing_tills.join(', ') : t.closes.noneOf(row.tills)), cut: true },
    { id: 'numbers', header: t.closes.missingNumbers, number: true, cell: (row) => count(row.missing_numbers) },
    { id: 'differences', header: t.closes.differences, number: true, cell: (row) => count(row.differences) },
    { id: 'exceptions', header: t.exceptions.title, number: true, cell: (row) => count(row.exceptions) },
    { id: 'postings', header: t.closes.postingsOpen, number: true, cell: (row) => count(row.postings_open) },
    { id: 'backlog', header: t.closes.backlog, number: true, cell: (row) => count(row.backlog) },
    { id: 'heard', header: t.closes.lastHeard, number: true, cell: (row) => <Age of={row.last_heard} location={row.location} /> },
    { id: 'overdue', header: t.closes.overdue, number: true, cell: (row) => (row.state !== 'closed' && row.overdue_s > 0 ? <span className="role-failed">{duration(row.overdue_s)}</span> : t.absent) },
    { id: 'owner', header: t.exceptions.owner, cell: (row) => <span className="nowrap">{row.owner ? t.owner[row.owner] ?? row.owner : t.absent}</span> },
  ];
  const on = (name: string): string => url.to('/closes', { date, state: state === name ? null : name });
  return (
    <Page title={t.closes.title} actions={(
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <Button size="xs" variant="default" component={Link} href={url.to('/closes', { date: dayBeside(date, -1), state })}>{t.closes.dayBefore}</Button>
        <TextInput size="xs" w={150} type="date" label={t.closes.date} value={date} onChange={(event) => url.set({ date: event.currentTarget.value || null })} />
        <Button size="xs" variant="default" component={Link} href={url.to('/closes', { date: dayBeside(date, 1), state })}>{t.closes.dayAfter}</Button>
      </div>
    )}>
      <h2>{businessDate(date)}</h2>
      {counts && (
        <Figures>
          {STATES.map((name) => {
            const { word, role } = wordOf('close', name);
            const n = counts[name] ?? 0;
            return <Figure key={name} label={state === name ? t.closes.chosen(word) : word} value={count(n)} asOfMs={summary.asOfMs} periodS={PERIOD_S} role={n > 0 ? role : undefined} href={on(name)} />;
          })}
        </Figures>
      )}
      <FilterBar page="closes" filters={filters} />
      {allClosed && state === 'unclosed' ? <div className="notice good">{t.closes.allClosed(count(summary.data?.all))}</div> : (
        <DataTable label={t.closes.many} list={list} columns={columns} nameOf={(row) => row.name || row.location}
                   href={(row) => url.to(`/closes/${encodeURIComponent(row.location)}/${row.business_date}`)} empty={t.closes.empty(businessDate(date))} />
      )}
    </Page>
  );
}
