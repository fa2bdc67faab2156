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

// --- insight
export interface Kpi { name: string; title: string; unit: string; value: number | null; previous: number | null; goal: number | null; better?: 'lower' | 'higher' }
export interface Alert {
  alert_id: string; rule: string; severity: 'f' | 'a'; title: string; detail: string; location: string | null; agent_id: string | null; status: string; since: string;
  acknowledged_by: string | null; silenced_until: string | null; resolved_at: string | null; href: string;
}
export interface AlertRule { name: string; title: string; limit: number | null; unit: string; for_s: number; severity: 'f' | 'a'; enabled: boolean }
export interface NotificationTarget { name: string; kind: 'webhook' | 'email'; url?: string; address?: string; rules: string[] | null; enabled: boolean }
