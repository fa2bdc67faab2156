// Which store needs help? All agents with what ails them; enrolment.
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { usePending } from '../api/hooks';
import type { AgentRow, FleetSummary } from '../api/types';
import { count, duration, gib, minutes, skew } from '../lib/format';
import { wordOf, words } from '../lib/words';
import { pick } from '../lib/query';
import { useUrl } from '../lib/useUrl';
import { useMay } from '../shell/session';
import { t } from '../strings/en';
import { DataTable, type Column } from '../ui/DataTable';
import { Figure, Figures } from '../ui/Figure';
import { FilterBar, type Filter } from '../ui/FilterBar';
import { Page } from '../ui/Page';
import { Answered } from '../ui/states';
import { Mark } from '../ui/Status';
import { AgentStatus } from './fleet/AgentStatus';
import { Age } from '../ui/Time';
import { useList } from '../ui/useList';
import { EnrolDialog } from './fleet/EnrolDialog';
import { TokensDialog } from './fleet/TokensDialog';
import { isDiskLow, isSkewed, revisionText } from './fleet/judge';

const FILTERS = ['state', 'group', 'version', 'dark_for', 'location'] as const;

const columns: Column<AgentRow>[] = [
  { id: 'agent', header: t.fleet.agent, sort: 'id', cell: (row) => row.name || row.id },
  { id: 'location', header: t.fleet.location, cell: (row) => row.location_name || row.location, cut: true },
  { id: 'status', header: t.fleet.state, cell: (row) => <AgentStatus agent={row} /> },
  { id: 'seen', header: t.fleet.lastSeen, sort: 'last_seen', number: true, cell: (row) => (row.last_seen ? <Age of={row.last_seen} location={row.location} /> : <span className="soft">{t.agent.never}</span>) },
  { id: 'backlog', header: t.fleet.backlog, sort: 'backlog', number: true, cell: (row) => count(row.backlog) },
  { id: 'oldest', header: t.fleet.oldest, sort: 'oldest', number: true, cell: (row) => minutes(row.oldest_unsent_s) },
  { id: 'drain', header: t.fleet.drain, number: true, cell: (row) => duration(row.drain_s) },
  { id: 'skew', header: t.fleet.skew, sort: 'skew', number: true, cell: (row) => (isSkewed(row.clock_skew_ms) ? <Mark role="attention">{skew(row.clock_skew_ms)}</Mark> : skew(row.clock_skew_ms)) },
  { id: 'disk', header: t.fleet.disk, sort: 'disk', number: true, cell: (row) => (isDiskLow(row.disk_free_bytes) ? <Mark role="attention">{gib(row.disk_free_bytes)}</Mark> : gib(row.disk_free_bytes)) },
  { id: 'version', header: t.fleet.version, sort: 'version', cell: (row) => <span className="mono">{row.version || t.absent}</span> },
  { id: 'revision', header: t.fleet.revision, number: true, cell: (row) => revisionText(row.revision, row.revision_wanted) },
];

export default function FleetPage() {
  const url = useUrl();
  const [enrolling, setEnrolling] = useState(false);
  const mayEnrol = useMay('operator');
  const list = useList<AgentRow>({ path: '/v1/agents', filters: FILTERS, idOf: (row) => row.id, livePollS: 60 });
  const summary = usePending<FleetSummary>('/v1/agents/summary', { query: { ...pick(url.query, [...FILTERS, 'q']) } }, { keep: true });
  const known = (found: Record<string, number> | undefined): { value: string; label: string }[] => Object.keys(found ?? {}).filter(Boolean).sort().map((value) => ({ value, label: `${value} (${count(found?.[value])})` }));
  const filters: Filter[] = [
    { name: 'state', label: t.fleet.state, kind: 'several', options: Object.keys(words.agent).map((value) => ({ value, label: wordOf('agent', value).word })) },
    { name: 'group', label: t.fleet.group, kind: 'choice', options: withCurrent(known(summary.data?.groups), url.query.group) },
    { name: 'version', label: t.fleet.version, kind: 'choice', options: withCurrent(known(summary.data?.versions), url.query.version) },
    { name: 'dark_for', label: t.fleet.darkFor, kind: 'choice', options: t.fleet.darkChoices.map(([value, label]) => ({ value, label })) },
    { name: 'q', label: t.fleet.search, kind: 'text' },
  ];
  const [listing, setListing] = useState(false);
  const enrol = mayEnrol && <Button size="sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEnrolling(true)}>{t.fleet.enrol}</Button>;
  return (
    <Page title={t.fleet.title} actions={mayEnrol && <><Button size="sm" variant="default" onClick={() => setListing(true)}>{t.enrol.tokensShort}</Button>{enrol}</>}>
      <Answered read={summary} what={t.fleet.what} rows={2}>
        {(all) => (
          <Figures>
            <Figure asOfMs={summary.asOfMs} label={t.fleet.all} value={count(all.all)} />
            {(['online', 'draining', 'dark', 'missing', 'conflict'] as const).map((state) => (
              <Figure key={state} asOfMs={summary.asOfMs} label={wordOf('agent', state).word} value={count(all.by_state[state] ?? 0)} href={url.href({ state })}
                      role={(all.by_state[state] ?? 0) > 0 ? wordOf('agent', state).role : undefined} />
            ))}
            <Figure asOfMs={summary.asOfMs} label={t.fleet.backlog} value={count(all.backlog)} unit={t.unit.documents} />
            <Figure asOfMs={summary.asOfMs} label={t.fleet.drain} value={duration(all.drain_s)} />
          </Figures>
        )}
      </Answered>
      <FilterBar page="fleet" filters={filters} />
      <DataTable label={t.fleet.what} list={list} columns={columns} href={(row) => url.to(`/fleet/${encodeURIComponent(row.id)}`)} empty={t.fleet.empty} emptyAction={enrol} />
      <TokensDialog opened={listing} onClose={() => setListing(false)} />
      <EnrolDialog opened={enrolling} onClose={() => setEnrolling(false)} />
    </Page>
  );
}

/** A filter that a shared URL names is shown also while no agent has it. */
function withCurrent(options: { value: string; label: string }[], current: string | undefined): { value: string; label: string }[] {
  return !current || options.some(({ value }) => value === current) ? options : [...options, { value: current, label: current }];
}
