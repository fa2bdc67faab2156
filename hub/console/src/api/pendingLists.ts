// Shapes of lists that the contract does not hold yet. A shape goes from here when the contract has it.
import type { Schema } from './types';

export type ConnectorDetail = Schema<'Connector'> & {
  since?: string | null;
  probe_at?: string | null;
  rates?: Record<string, number | null>;
  queue?: Record<string, number>;
};
export interface ClosesSummary { business_date: string; [state: string]: unknown }
