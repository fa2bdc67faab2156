-- The queue itself. Rows leave only when they are acknowledged and older than the payload retention, in the order of seq.
CREATE TABLE outbox (
  seq            INTEGER PRIMARY KEY,
  kind           INTEGER NOT NULL,     -- wire::EventKind
  content_hash   BLOB    NOT NULL,
  chain          BLOB    NOT NULL,     -- after this row, in the current epoch
  received_at    INTEGER NOT NULL,     -- microseconds UTC, the agent's clock
  correlation_id TEXT    NOT NULL,
  payload        BLOB    NOT NULL
) STRICT;

-- Who holds a business identity, and the first answer. The key is the identity itself and not its hash: numbers of one
-- till lie side by side, so a group commit touches a few pages and not one for each document.
CREATE TABLE identity (
  identity_key BLOB    PRIMARY KEY,
  seq          INTEGER NOT NULL,
  content_hash BLOB    NOT NULL,
  warnings     TEXT    NOT NULL,
  received_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Second contents of an identity: each is kept as a fact of its own in the outbox, once.
CREATE TABLE identity_conflict (
  identity_key BLOB    NOT NULL,
  content_hash BLOB    NOT NULL,
  seq          INTEGER NOT NULL,
  PRIMARY KEY (identity_key, content_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox_state (
  one             INTEGER PRIMARY KEY CHECK (one = 1),
  epoch           BLOB    NOT NULL,
  first_seq       INTEGER NOT NULL,
  acked_seq       INTEGER NOT NULL,
  acked_chain     BLOB    NOT NULL,
  oldest_held_seq INTEGER NOT NULL,    -- payloads below were pruned
  held_chain      BLOB    NOT NULL,    -- before oldest_held_seq
  incarnation     BLOB    NOT NULL     -- the hub's, as last seen; zeros = never
) STRICT;
