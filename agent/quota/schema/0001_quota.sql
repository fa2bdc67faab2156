-- Units that the hub has set apart for this agent's own promises.
CREATE TABLE quota_lease (
  lease_id TEXT NOT NULL PRIMARY KEY,
  location TEXT NOT NULL,          -- whose stock
  sku TEXT NOT NULL,
  qty_milli INTEGER NOT NULL,      -- thousandths, as all quantities here
  used_milli INTEGER NOT NULL,     -- promised out of it
  state TEXT NOT NULL,             -- open | frozen (a new epoch: a person decides) | closed (its lease-close is in the outbox)
  ends_at INTEGER NOT NULL,        -- agent's clock, microseconds since 1970
  item_no INTEGER NOT NULL         -- of the inbox item that said so last
) STRICT, WITHOUT ROWID;
CREATE INDEX quota_lease_by_sku ON quota_lease (sku) WHERE state = 'open';

-- What tills asked to be reserved, by their key: what was sent to the hub is never promised here as well.
CREATE TABLE quota_request (
  key TEXT NOT NULL PRIMARY KEY,
  content_hash BLOB NOT NULL,
  state TEXT NOT NULL,             -- sent (the outcome is not known) | answered (by the hub) | promised (here)
  status INTEGER NOT NULL,         -- of the answer, as HTTP's; 0 = none yet
  answer TEXT NOT NULL,
  reservation_id TEXT NOT NULL,    -- '' = none
  asked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX quota_request_by_reservation ON quota_request (reservation_id) WHERE reservation_id <> '';
CREATE INDEX quota_request_by_age ON quota_request (asked_at);

-- What the hub has told of this location's shelf, where something is spoken for.
CREATE TABLE quota_shelf (
  sku TEXT NOT NULL PRIMARY KEY,
  on_hand_milli INTEGER NOT NULL,
  reserved_milli INTEGER NOT NULL,
  acked_seq INTEGER NOT NULL       -- documents up to here were with the hub when it was told
) STRICT, WITHOUT ROWID;
-- What happened here since.
CREATE TABLE quota_move (
  sku TEXT NOT NULL,
  seq INTEGER NOT NULL,
  on_hand_milli INTEGER NOT NULL,
  reserved_milli INTEGER NOT NULL,
  PRIMARY KEY (sku, seq)
) STRICT, WITHOUT ROWID;
