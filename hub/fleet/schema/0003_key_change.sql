-- An agent that changes its keys: the one it has offered and not yet used is as good as public_key until it has been used.
ALTER TABLE agent ADD COLUMN next_key TEXT;
ALTER TABLE agent ADD COLUMN next_key_command TEXT;
CREATE UNIQUE INDEX agent_next_key ON agent (next_key) WHERE next_key IS NOT NULL;

-- Keys that agents had before; who comes with one runs a copy from before, and is told so. Never given a second meaning, so never removed.
CREATE TABLE replaced_key (
  public_key TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL,
  replaced_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
