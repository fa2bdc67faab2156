-- How the connection to an ERP stood, so that a restart does not begin by hammering an ERP that is down.
CREATE TABLE connector_state (
  connector TEXT NOT NULL PRIMARY KEY,
  breaker TEXT NOT NULL,          -- flowing | stopped
  failures INTEGER NOT NULL,      -- in a row
  pause_micros INTEGER NOT NULL,  -- before the next probe; doubles with each failed one
  probe_at INTEGER NOT NULL,      -- microseconds since 1970, UTC; 0 while flowing
  last_error TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
