-- What agents are to be told. One list for all of them: an agent reads the items of its scopes behind its own cursor, so that
-- 4,000 products for 5,000 agents are 4,000 rows. A newer item of the same scope, kind and key replaces the older one under a new
-- number. AUTOINCREMENT, because a number must never be given twice.
CREATE TABLE outbound_item (
  item_no INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,   -- '*', 'location:GB', 'group:UK' or 'agent:a_…'
  kind TEXT NOT NULL,    -- 'product/1', 'price/1', 'location/1'
  key TEXT NOT NULL,
  payload BLOB NOT NULL,
  queued_at INTEGER NOT NULL,
  UNIQUE (scope, kind, key)
) STRICT;

-- How far an agent has told that it has stored them; for people, since each hello names it anew.
CREATE TABLE outbound_cursor (
  agent_id TEXT PRIMARY KEY,
  acked_no INTEGER NOT NULL,
  acked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
