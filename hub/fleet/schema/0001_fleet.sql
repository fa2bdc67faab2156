-- Who may speak to the hub: agents by their CURVE key, the tokens that make an unknown key an agent, and the tokens of people
-- and scripts. Of every secret only its SHA-256 is kept. Instants are microseconds since 1970, UTC.
CREATE TABLE agent (
  agent_id TEXT PRIMARY KEY,
  public_key TEXT NOT NULL UNIQUE,
  location TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  standing TEXT NOT NULL CHECK (standing IN ('active', 'revoked', 'conflict')),
  enrolment_token_id TEXT NOT NULL,
  enrolled_at INTEGER NOT NULL,
  last_seen INTEGER,
  backlog INTEGER NOT NULL DEFAULT 0,
  oldest_unsent_s INTEGER NOT NULL DEFAULT 0,
  disk_free_bytes INTEGER NOT NULL DEFAULT 0,
  clock_skew_us INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  resident_bytes INTEGER NOT NULL DEFAULT 0,
  host TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX agent_location ON agent (location);

-- What was done to an agent, when, by whom; never changed.
CREATE TABLE agent_history (
  history_no INTEGER PRIMARY KEY,
  agent_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  what TEXT NOT NULL,
  who TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX agent_history_agent ON agent_history (agent_id, history_no);

CREATE TABLE enrolment_token (
  token_id TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  location TEXT NOT NULL,
  uses_max INTEGER NOT NULL CHECK (uses_max > 0),
  uses INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_token (
  token_id TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
