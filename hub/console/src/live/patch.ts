// Puts what the stream tells into the answers that pages hold already, so that a page is written once for reading and for living.
import type { QueryClient } from '@tanstack/react-query';
import { hubClock } from '../lib/clock';
import { patchRows } from '../lib/rows';
import { epochMs } from '../lib/time';
import { link } from './link';

interface List<Row> { items: Row[]; next: string | null; as_of?: string }
type AgentRow = { id: string; status?: string; last_seen?: string | null };
type Counts = { exceptions?: Record<string, number>; postings?: Record<string, number> };

/** A list is read again at most this often because its counts moved: twenty viewers must not read what one sale changes. */
const LIST_READ_MS = 5_000;

export function startPatching(client: QueryClient): () => void {
  const read = new Map<string, number>();
  const readAgain = (path: string): void => {
    const due = (read.get(path) ?? 0) + LIST_READ_MS - Date.now();
    if (due > LIST_READ_MS) return;  // one is waiting
    const at = Date.now() + Math.max(0, due);
    read.set(path, at);
    window.setTimeout(() => void client.invalidateQueries({ queryKey: [path] }), Math.max(0, due));
  };
  let counts: Counts = {};
  const agentsHeard = new Set<string>();
  const stops = [
    link.on('hello', (data) => {
      const at = epochMs((data as { as_of?: string }).as_of);
      if (at !== null) hubClock.saw(at);
    }),
    link.on('overview', (data) => client.setQueryData(['/v1/overview', {}, {}], data)),
    link.on('connectors', (data) => client.setQueryData(['/v1/connectors', {}, {}], data)),
    link.on('agents', (data) => {
      const { items, as_of } = data as { items: AgentRow[]; as_of: string };
      const patches = new Map(items.map((item) => [item.id, item]));
      const idOf = (row: AgentRow): string => row.id;
      client.setQueriesData<List<AgentRow>>({ queryKey: ['/v1/agents'] }, (list) => list && { ...list, as_of, items: patchRows(list.items, patches, idOf) });
      // One that no list holds and no event has named before is new: lists are read again for it, once.
      const held = client.getQueriesData<List<AgentRow>>({ queryKey: ['/v1/agents'] }).flatMap(([, list]) => list?.items ?? []);
      for (const { id } of held) agentsHeard.add(id);
      if (items.some(({ id }) => !agentsHeard.has(id))) readAgain('/v1/agents');
      // What is not told of one, its history and commands, moves with it.
      if (items.some(({ id }) => client.getQueryState(['/v1/agents/{id}', { id }, {}]) !== undefined)) readAgain('/v1/agents/{id}');
      for (const item of items) {
        agentsHeard.add(item.id);
        client.setQueryData<AgentRow>(['/v1/agents/{id}', { id: item.id }, {}], (agent) => agent && { ...agent, ...item, as_of });
      }
      readAgain('/v1/agents/summary');
    }),
    link.on('counts', (data) => {
      const next = data as Counts;
      client.setQueryData(['live', 'counts'], data);
      if (JSON.stringify(next.exceptions) !== JSON.stringify(counts.exceptions)) {
        readAgain('/v1/exceptions');
        readAgain('/v1/exceptions/causes');
        readAgain('/v1/exceptions/{id}');
      }
      if (JSON.stringify(next.postings) !== JSON.stringify(counts.postings)) {
        readAgain('/v1/postings');
        readAgain('/v1/postings/{id}');
        readAgain('/v1/connectors/{name}');
        readAgain('/v1/traces/{correlation_id}');
      }
      counts = next;
    }),
    link.on('alerts', () => readAgain('/v1/alerts')),
    link.on('operations', (data) => {
      client.setQueryData(['live', 'operations'], data);
      readAgain('/v1/operations');
      readAgain('/v1/operations/{id}');
    }),
    link.on('rollouts', () => {
      readAgain('/v1/rollouts');
      readAgain('/v1/rollouts/{id}');
    }),
  ];
  return () => stops.forEach((stop) => stop());
}
