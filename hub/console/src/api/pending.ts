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
