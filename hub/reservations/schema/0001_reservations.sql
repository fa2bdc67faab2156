-- What of a location's stock of a SKU is spoken for: the sums of what stands below, kept so that a decision reads one row. On hand is
-- the ledger's (stock_balance); here is a row only for what was ever promised.
CREATE TABLE stock_position (
  position_no INTEGER PRIMARY KEY,
  location TEXT NOT NULL,
  sku TEXT NOT NULL,
  reserved_milli INTEGER NOT NULL, -- thousandths of the SKU's base unit, as all quantities here
  leased_milli INTEGER NOT NULL,
  UNIQUE (location, sku)
) STRICT;
CREATE INDEX stock_position_spoken_for ON stock_position (position_no) WHERE reserved_milli <> 0 OR leased_milli <> 0;

-- One request for stock, or one promise of an agent, and what became of it.
CREATE TABLE reservation (
  reservation_no INTEGER PRIMARY KEY,
  reservation_id TEXT NOT NULL,    -- 'r_…' of scope and idempotency key; of a promise: the agent's promise_id
  scope TEXT NOT NULL,             -- who asked: in it, the idempotency key is one
  content_hash BLOB NOT NULL,
  state TEXT NOT NULL,             -- refused | held | confirmed | picked | ready | fulfilled | released | expired | broken
  priority INTEGER NOT NULL,
  channel TEXT NOT NULL,
  order_no TEXT NOT NULL,
  promised_by TEXT NOT NULL,       -- agent of a promise; '' = arbitrated
  created_at INTEGER NOT NULL,     -- hub's clock, microseconds since 1970, UTC
  expires_at INTEGER,              -- hold clock (reservation_clock); NULL: does not expire, or is over
  correlation_id TEXT NOT NULL,
  last_step_no INTEGER NOT NULL,
  answer TEXT NOT NULL,            -- of a refused one; else ''
  request BLOB NOT NULL            -- common/contract encode_reservation
) STRICT;
CREATE UNIQUE INDEX reservation_by_id ON reservation (reservation_id);
CREATE INDEX reservation_by_expiry ON reservation (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX reservation_by_order ON reservation (order_no) WHERE order_no <> '';

-- Units of one SKU at one location that a reservation was given. qty_milli never changes; open_milli is qty_milli and its entries.
CREATE TABLE reservation_part (
  part_no INTEGER PRIMARY KEY,     -- reservation_no × 8,192 + place
  line_no INTEGER NOT NULL,
  position_no INTEGER NOT NULL,    -- 0: needs no stock (services, postage)
  qty_milli INTEGER NOT NULL,
  open_milli INTEGER NOT NULL,
  fulfilled_milli INTEGER NOT NULL,
  per_unit_milli INTEGER NOT NULL  -- of one unit of the line's SKU: other than 1,000 for parts of a bundle
) STRICT;
CREATE INDEX reservation_part_open ON reservation_part (position_no) WHERE open_milli <> 0;

-- Append-only: every step of every reservation, which is also what channels are told. Steps of one reservation form a chain.
CREATE TABLE reservation_step (
  step_no INTEGER PRIMARY KEY,
  reservation_no INTEGER NOT NULL,
  previous_step_no INTEGER NOT NULL, -- 0 = the first
  at INTEGER NOT NULL,
  verb TEXT NOT NULL,              -- hold | promise | confirm | pick | ready | fulfil | release | extend | expire | move | shrink | break | refuse
  state TEXT NOT NULL,             -- afterwards
  who TEXT NOT NULL,
  why TEXT NOT NULL,
  event_no INTEGER                 -- of the document that brought it
) STRICT;
-- Append-only: what a step changed of what a part holds.
CREATE TABLE reservation_entry (
  entry_no INTEGER PRIMARY KEY,    -- step_no × 8,192 + place
  part_no INTEGER NOT NULL,
  change_milli INTEGER NOT NULL
) STRICT;
CREATE INDEX reservation_entry_by_part ON reservation_entry (part_no);

-- Sales that name a promise which has not come yet.
CREATE TABLE reservation_awaited (
  event_no INTEGER NOT NULL,
  reservation_id TEXT NOT NULL,
  location TEXT NOT NULL,
  sku TEXT NOT NULL,
  qty_milli INTEGER NOT NULL,
  PRIMARY KEY (reservation_id, event_no, location, sku)
) STRICT, WITHOUT ROWID;

-- Units set apart for the promises of one agent.
CREATE TABLE lease (
  lease_no INTEGER PRIMARY KEY,
  lease_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  position_no INTEGER NOT NULL,
  state TEXT NOT NULL,             -- open | ending | frozen | closed | forced
  qty_milli INTEGER NOT NULL,
  used_milli INTEGER NOT NULL,     -- by promises that have come
  open_milli INTEGER NOT NULL,     -- still counted as leased
  successor_milli INTEGER NOT NULL,
  ttl_s INTEGER NOT NULL,
  epoch BLOB NOT NULL,             -- of the agent when it was granted; zero = it had none
  content_hash BLOB NOT NULL,
  is_by_policy INTEGER NOT NULL,
  granted_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,     -- hold clock
  last_step_no INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX lease_by_id ON lease (lease_id);
CREATE INDEX lease_open ON lease (agent_id) WHERE state IN ('open', 'ending', 'frozen');
CREATE INDEX lease_open_by_position ON lease (position_no) WHERE state IN ('open', 'ending', 'frozen');

-- Append-only.
CREATE TABLE lease_step (
  step_no INTEGER PRIMARY KEY,
  lease_no INTEGER NOT NULL,
  previous_step_no INTEGER NOT NULL,
  at INTEGER NOT NULL,
  verb TEXT NOT NULL,              -- grant | renew | shrink | end | expire | promise | close | freeze | force
  state TEXT NOT NULL,
  change_milli INTEGER NOT NULL,   -- of what counts as leased
  who TEXT NOT NULL,
  why TEXT NOT NULL,
  event_no INTEGER
) STRICT;

-- What is never promised. '' = every location, every SKU.
CREATE TABLE safety_stock (
  location TEXT NOT NULL,
  sku TEXT NOT NULL,
  qty_milli INTEGER NOT NULL,
  PRIMARY KEY (location, sku)
) STRICT, WITHOUT ROWID;

-- The sums of a position were not what its records say, and were made so.
CREATE TABLE position_correction (
  correction_no INTEGER PRIMARY KEY,
  position_no INTEGER NOT NULL,
  at INTEGER NOT NULL,
  reserved_before_milli INTEGER NOT NULL,
  reserved_after_milli INTEGER NOT NULL,
  leased_before_milli INTEGER NOT NULL,
  leased_after_milli INTEGER NOT NULL,
  who TEXT NOT NULL,
  why TEXT NOT NULL
) STRICT;

-- The clock that holds are counted by, and the wall clock, when last written.
CREATE TABLE reservation_clock (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  hold_at INTEGER NOT NULL,
  wall_at INTEGER NOT NULL
) STRICT;
