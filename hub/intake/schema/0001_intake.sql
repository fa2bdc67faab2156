-- What identifies this database: 'incarnation' is drawn anew whenever it is restored.
CREATE TABLE hub_meta (
  key TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One history of one agent's outbox, and how far it is committed here.
CREATE TABLE agent_epoch (
  epoch_no INTEGER PRIMARY KEY,
  agent_id TEXT NOT NULL,
  epoch BLOB NOT NULL,            -- 16 bytes
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  last_chain BLOB NOT NULL,       -- 32 bytes, after last_seq
  started_at INTEGER NOT NULL,    -- microseconds since 1970, UTC, as all instants here
  updated_at INTEGER NOT NULL,
  UNIQUE (agent_id, epoch)
) STRICT;

-- The event log: every document once, as it came. Never updated, never deleted.
CREATE TABLE event (
  event_no INTEGER PRIMARY KEY,
  event_id BLOB NOT NULL,         -- 16 bytes, of the business identity; of the bytes where they do not decode
  epoch_no INTEGER,               -- NULL: put in at the hub
  seq INTEGER,
  verdict TEXT NOT NULL,          -- new | opaque
  contract TEXT NOT NULL,         -- name without version; '' of an opaque one, as all that its bytes would tell
  location TEXT NOT NULL,
  till TEXT NOT NULL,
  series TEXT NOT NULL,
  document_no TEXT NOT NULL,
  business_date INTEGER,          -- days since 1970-01-01
  occurred_at INTEGER,
  agent_received_at INTEGER,
  received_at INTEGER NOT NULL,
  correlation_id TEXT NOT NULL,   -- '' = the event id's text
  content_hash BLOB NOT NULL,     -- 32 bytes
  mode TEXT NOT NULL,
  source TEXT NOT NULL,           -- '' = a POS through an agent
  payload BLOB NOT NULL           -- common/contract encode_document
) STRICT;
-- One event per identity. The index is over the identity and not over the event id, which is its hash: the numbers of a till
-- lie side by side and fill pages in order, hashes dirty a page each.
CREATE UNIQUE INDEX event_identity ON event (document_no, location, till, contract, series) WHERE verdict = 'new';
CREATE UNIQUE INDEX event_opaque ON event (event_id) WHERE verdict = 'opaque';
CREATE INDEX event_by_location ON event (location);
CREATE INDEX event_by_correlation ON event (correlation_id) WHERE correlation_id <> '';

-- Event ids of the log up to event_id_state.indexed_to, for look-ups; filled in large sorted batches. Later ones are found by
-- reading the end of the log.
CREATE TABLE event_by_id (
  event_id BLOB NOT NULL PRIMARY KEY,
  event_no INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE event_id_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  indexed_to INTEGER NOT NULL
) STRICT;
INSERT INTO event_id_state (one, indexed_to) VALUES (1, 0);

-- A second content under an identity that is taken: kept, once per content, and never booked.
CREATE TABLE event_conflict (
  conflict_no INTEGER PRIMARY KEY,
  event_id BLOB NOT NULL,
  content_hash BLOB NOT NULL,
  exception_id TEXT NOT NULL,
  epoch_no INTEGER,
  seq INTEGER,
  location TEXT NOT NULL,
  source TEXT NOT NULL,
  agent_received_at INTEGER,
  received_at INTEGER NOT NULL,
  correlation_id TEXT NOT NULL,
  payload BLOB NOT NULL,
  UNIQUE (event_id, content_hash)
) STRICT;

-- Documents that an agent no longer holds and that never came.
CREATE TABLE event_gap (
  epoch_no INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  location TEXT NOT NULL,
  reason TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (epoch_no, first_seq)
) STRICT, WITHOUT ROWID;

-- Sums over the event log, kept with it, for comparing POS, hub and ERP.
CREATE TABLE event_total (
  location TEXT NOT NULL,
  business_date INTEGER NOT NULL, -- 0 = the document has none
  contract TEXT NOT NULL,
  mode TEXT NOT NULL,
  currency TEXT NOT NULL,
  documents INTEGER NOT NULL,
  gross_minor INTEGER NOT NULL,   -- sales count positive, returns negative
  PRIMARY KEY (location, business_date, contract, mode, currency)
) STRICT, WITHOUT ROWID;
