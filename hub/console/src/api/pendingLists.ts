// Shapes of lists that the contract does not hold yet. A shape goes from here when the contract has it.
import type { Schema } from './types';

export type ConnectorDetail = Schema<'Connector'> & {
  since?: string | null;
  probe_at?: string | null;
  oldest_open_at?: string | null;
  /** Of the last minutes: what became of postings. */
  rates?: { window_s: number; steps: Record<string, number>; per_minute: Record<string, number> };
  queue?: Record<string, number>;
};
export interface ClosesSummary { business_date: string; all: number; unclosed: number; by_state: Record<string, number>; expected_at: string }
