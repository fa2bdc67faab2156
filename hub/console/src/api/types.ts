// Names for the shapes of the contract.
import type { components, paths } from './schema';

type Get<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer Body } } } } } ? Body : never;
/** Paths that can be read. */
export type GetPath = { [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: { 'application/json': unknown } } } } } ? P : never }[keyof paths];
/** The answer of GET: Answer<'/v1/agents'>. */
export type Answer<P extends GetPath> = Get<P>;
/** One row of a list: Item<'/v1/agents'>. */
export type Item<P extends GetPath> = Answer<P> extends { items: (infer Row)[] } ? Row : never;
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

// The shapes that several pages know by name.
export type Exception = Schema<'Exception'>;
export type Cause = Schema<'Cause'>;
export type PostingRow = Schema<'Posting'>;
export type Operation = Schema<'Operation'>;
export type BulkRow = Schema<'BulkItem'>;
export type Preview = Schema<'OperationPreview'>;
export type Trace = Schema<'Trace'>;
export type Milestone = Schema<'Milestone'>;
export type AgentRow = Item<'/v1/agents'>;
export type AgentDetail = Answer<'/v1/agents/{id}'>;
export type FleetSummary = Answer<'/v1/agents/summary'>;
export type AgentSample = Schema<'AgentSample'>;
export type AgentCommand = Schema<'Command'>;
export type CommandName = AgentCommand['name'];
export type EnrolmentToken = Schema<'EnrolmentToken'>;
export type ConfigRevision = Schema<'ConfigRevision'>;
export type ConfigKey = Schema<'ConfigKey'>;
export type Rollout = Schema<'Rollout'>;
export type SearchHit = Schema<'SearchHit'>;
export type Need = Schema<'Need'>;
export type Overview = Schema<'Overview'>;
/** The contract leaves the selector open; these are its three forms. */
export type WaveSelector = { group?: string; share_percent?: number; all?: boolean };
export type Wave = Omit<Rollout['waves'][number], 'selector'> & { selector: WaveSelector };
/** A page of any list. */
export interface Page<Row> { items: Row[]; next: string | null; as_of?: string; total?: number; total_is_exact?: boolean }
export type Session = Schema<'Session'>;
export type Role = Session['role'];
export type User = Schema<'User'>;
export type Token = Schema<'Token'>;
export type AuditRow = Schema<'AuditRecord'>;
export type Kpi = Item<'/v1/kpis'>;
export type Alert = Schema<'Alert'>;
export type AlertRule = Schema<'AlertRule'>;
export type NotificationTarget = Schema<'NotificationTarget'>;
export type ConnectorDetail = Answer<'/v1/connectors/{name}'>;
export type ClosesSummary = Answer<'/v1/closes/summary'>;
