-- What agents tell since they can be configured from here.
ALTER TABLE agent ADD COLUMN disk_total_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agent ADD COLUMN config_revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agent ADD COLUMN config_item INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agent ADD COLUMN config_error TEXT NOT NULL DEFAULT '';

-- One row per agent and five minutes, of the last day; in the order of time, so that a fleet's rows of five minutes lie side by side
-- when they are written and when they are forgotten.
CREATE TABLE agent_sample (
  slot INTEGER NOT NULL,       -- five minutes since 1970
  agent_id TEXT NOT NULL,
  backlog INTEGER NOT NULL,
  oldest_unsent_s INTEGER NOT NULL,
  clock_skew_us INTEGER NOT NULL,
  disk_free_bytes INTEGER NOT NULL,
  PRIMARY KEY (slot, agent_id)
) STRICT, WITHOUT ROWID;

-- The machines of an agent's last identity conflict.
CREATE TABLE conflict_machine (
  agent_id TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  host TEXT NOT NULL,
  version TEXT NOT NULL,
  address TEXT NOT NULL,
  last_seen INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (agent_id, boot_id)
) STRICT, WITHOUT ROWID;

-- What an agent was told to do. Sent until it is answered or has expired.
CREATE TABLE agent_command (
  command_id TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL,
  name TEXT NOT NULL,
  arguments TEXT NOT NULL,     -- JSON object
  status TEXT NOT NULL CHECK (status IN ('waiting', 'sent', 'done', 'failed', 'expired')),
  result TEXT,                 -- JSON
  who TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  sent_at INTEGER,             -- first
  answered_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX agent_command_agent ON agent_command (agent_id, created_at);
CREATE INDEX agent_command_open ON agent_command (expires_at) WHERE status IN ('waiting', 'sent');

-- Remote configurations; never changed.
CREATE TABLE config_revision (
  revision INTEGER PRIMARY KEY,
  settings TEXT NOT NULL,      -- JSON object
  note TEXT NOT NULL,
  who TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- What an agent is to have, and what it was to have before. item grows with each that is sent.
CREATE TABLE agent_config (
  agent_id TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  item INTEGER NOT NULL,
  previous_revision INTEGER NOT NULL,
  wanted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rollout (
  rollout_no INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'stopped', 'finished')),
  stop_percent INTEGER NOT NULL,
  stopped_because TEXT,
  who TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rollout_running ON rollout (rollout_no) WHERE status = 'running';

CREATE TABLE rollout_wave (
  rollout_no INTEGER NOT NULL,
  wave_no INTEGER NOT NULL,
  selector TEXT NOT NULL,      -- JSON, as it was asked for
  status TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'done', 'stopped')),
  PRIMARY KEY (rollout_no, wave_no)
) STRICT, WITHOUT ROWID;

-- Who is in which wave was settled when the roll-out was made. item: what it was sent, 0 = nothing yet.
CREATE TABLE rollout_agent (
  rollout_no INTEGER NOT NULL,
  wave_no INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'done', 'failed', 'returning', 'withdrawn')),
  item INTEGER NOT NULL,
  previous_revision INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  told_at INTEGER,             -- first heard since it was sent
  error TEXT NOT NULL,
  PRIMARY KEY (rollout_no, wave_no, agent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollout_agent_open ON rollout_agent (rollout_no) WHERE state IN ('sent', 'returning');
