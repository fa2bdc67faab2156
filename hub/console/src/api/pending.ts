// Shapes of routes that the contract (hub/api/openapi.json) does not hold yet. A shape goes from here when the contract has it.
export type Role = 'viewer' | 'operator' | 'finance' | 'administrator';

export interface Session {
  name: string;
  role: Role;
  kind: 'session' | 'token';
  csrf_token: string | null;
  expires_at: string | null;
  hub?: { version: string; name: string };
}

export interface Page<Row> { items: Row[]; next: string | null; as_of?: string; total?: number; total_is_exact?: boolean }

// --- access
export interface User { name: string; role: Role; disabled: boolean; created_at: string; last_login_at: string | null; locked_until: string | null }
export interface Token {
  token_id: string; name: string; role: Role; scopes: string[] | null; created_at: string; created_by: string; expires_at: string | null;
  revoked_at: string | null; last_used_at: string | null; token?: string;
}
export interface AuditRow {
  audit_no: number; at: string; who: string; role: string; address: string; action: string; object: string; before: unknown; after: unknown; reason: string | null;
  correlation_id: string | null;
}

// --- fleet
export interface AgentRow {
  id: string; location: string; location_name?: string | null; name: string; status: string; enrolled_at: string; last_seen: string | null; version?: string;
  backlog?: number | null; oldest_unsent_s?: number | null; drain_s?: number | null; clock_skew_ms?: number | null; disk_free_bytes?: number | null;
  disk_total_bytes?: number | null; group?: string | null; revision?: number | null; revision_wanted?: number | null;
}
export interface AgentDetail extends AgentRow {
  public_key: string;
  as_of?: string;
  history?: { at: string; what?: string; event?: string; detail?: string; who?: string }[];
  conflict?: { since: string; machines: { boot_id: string; host: string; version: string; address: string; last_seen: string }[] } | null;
}
export interface FleetSummary {
  as_of: string; all: number; by_state: Record<string, number>; backlog: number; oldest_unsent_s: number | null; drain_s: number | null;
  versions: Record<string, number>; groups: Record<string, number>;
}
export interface AgentSample { at: string; backlog: number | null; oldest_unsent_s: number | null; clock_skew_ms: number | null; disk_free_bytes: number | null; online: boolean }
export type CommandName = 'drain' | 'send_logs' | 'verify' | 'restart' | 'rotate_keys';
export interface AgentCommand {
  command_id: string; agent_id: string; name: CommandName; arguments: Record<string, unknown>; status: string; ok: boolean | null; result: unknown; who: string;
  created_at: string; sent_at: string | null; answered_at: string | null;
}
export interface ConfigRevision { revision: number; settings: Record<string, unknown>; note: string; who: string; created_at: string }
export interface ConfigKey { key: string; type: string; unit: string | null; default: unknown; min: number | null; max: number | null; description: string }
export interface Wave {
  no: number; selector: { group?: string; share_percent?: number; all?: boolean }; status: string; total: number; done: number; failed: number; left: number;
  failures: { agent_id: string; location: string; error: string }[];
}
export interface Rollout {
  rollout_id: string; revision: number; status: 'running' | 'stopped' | 'finished'; stop_percent: number; stopped_because: string | null; who: string; created_at: string;
  waves: Wave[]; as_of?: string;
}
export interface EnrolmentMade { token: string; command: string; qr_svg: string; location: string; expires_at: string }

// --- insight
export interface SearchHit { kind: string; id: string; title: string; state: string | null; at: string | null; href: string }
export interface Need {
  need_id: string; kind: string; role: 'f' | 'a'; title: string; count: number | null; worth: Record<string, string> | null; due_at: string | null; owner: string;
  href: string; acknowledged_by: string | null;
}
export interface Overview {
  as_of: string;
  figures: {
    agents_online: number; agents_all: number; backlog: number; oldest_unsent_s: number | null; refused_postings: number; exceptions_open: number;
    exceptions_overdue: number; days_unclosed: number;
  };
  needs: Need[];
  needs_total: number;
}
export interface Kpi { name: string; title: string; unit: string; value: number | null; previous: number | null; goal: number | null }
export interface Alert {
  alert_id: string; rule: string; severity: 'f' | 'a'; title: string; detail: string; location: string | null; agent_id: string | null; status: string; since: string;
  acknowledged_by: string | null; silenced_until: string | null; resolved_at: string | null; href: string;
}
export interface AlertRule { name: string; title: string; limit: number | null; unit: string; for_s: number; severity: 'f' | 'a'; enabled: boolean }
export interface NotificationTarget { name: string; kind: 'webhook' | 'email'; url?: string; address?: string; rules: string[] | null; enabled: boolean }
