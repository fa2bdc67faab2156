// Shapes of lists and operations that the contract does not hold yet. A shape goes from here when the contract has it.
import type { Item, Schema } from './types';
import type { BulkKind, Selection } from '../lib/bulk';

export interface Worth { amount: string; currency: string }
export type Exception = Schema<'Exception'> & { is_overdue?: boolean; worth?: Worth | null };
export type ExceptionDetail = Exception & {
  dependants?: Item<'/v1/postings'>[];
  dependants_total?: number;
  neighbours?: { previous: string | null; next: string | null };
};
export type Cause = Schema<'Cause'> & { stores?: number; worth?: Record<string, string> | null };
export type PostingRow = Item<'/v1/postings'>;

export interface BulkRow { exception_id?: string; posting_id?: string | null; subject?: string; location?: string; outcome: string; detail?: string }
export interface Operation {
  operation_id: string;
  status: 'waiting' | 'running' | 'finished' | 'stopped' | 'undone' | 'unfinished';
  kind?: BulkKind;
  selection?: Selection;
  arguments?: Record<string, string>;
  reason?: string;
  who?: string;
  selected: number;
  done: number;
  failed?: number;
  left?: number;
  left_alone: Record<string, number>;
  items: BulkRow[];
  started_at: string;
  starts_at?: string | null;
  finished_at: string | null;
  ended_by?: string;
  trouble?: string;
}
export interface Preview {
  count: number;
  stores: number | null;
  worth: Record<string, string> | null;
  samples: BulkRow[];
  dry_run: Schema<'DryRun'> | null;
}

export interface TraceHit { correlation_id: string; title: string; location: string; at: string; state: string }
export interface TraceHits {
  items: TraceHit[];
  next: string | null;
  not_found: null | { hint: string; agents: { agent_id: string; location: string; name: string; status: string; backlog: number; last_seen: string | null }[] };
}
export interface Milestone {
  name: string;
  pos_time: string | null;
  hub_time: string | null;
  wait_s: number | null;
  actor: string;
  skew_s: number | null;
  ref: { kind: string; id: string; href: string } | null;
  detail: string;
}
export interface Trace {
  correlation_id: string;
  state: string;
  title?: string;
  milestones: Milestone[];
  next_milestone: { name: string; waiting_for: string } | null;
  more: boolean;
}

export type ConnectorDetail = Schema<'Connector'> & {
  since?: string | null;
  probe_at?: string | null;
  rates?: Record<string, number | null>;
  queue?: Record<string, number>;
};
export interface ClosesSummary { business_date: string; [state: string]: unknown }
