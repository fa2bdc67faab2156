-- The queue towards the ERP. The row is its current state; each step that led there is in posting_history.
CREATE TABLE posting (
  posting_no INTEGER PRIMARY KEY,  -- order of sending within an ordering key: 2 × event_no, so that no document is posted twice;
                                   -- of a void that waited for its original: 2 × the original's event_no + 1, right behind it
  event_no INTEGER,                -- of the document; NULL: of several (summed)
  posting_id TEXT NOT NULL,        -- derived from the event id, as is the key that the ERP is given
  idempotency_key TEXT,            -- NULL: the posting_id
  kind TEXT NOT NULL,              -- sale | return | stock | void
  location TEXT NOT NULL,
  business_date INTEGER,           -- days since 1970-01-01
  currency TEXT NOT NULL,
  ordering_key TEXT NOT NULL,      -- location/till: first in, first out
  status TEXT NOT NULL,            -- queued | sending | posted | retrying | unknown | refused | held | skipped
  is_open INTEGER NOT NULL,        -- 1: to be sent, or in the way of those behind it
  attempts INTEGER NOT NULL,
  next_try_at INTEGER,             -- microseconds since 1970, UTC, as all instants here
  gross_minor INTEGER NOT NULL,
  units_milli INTEGER NOT NULL,    -- change of stock, all SKUs
  erp_reference TEXT NOT NULL,
  last_error TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  body BLOB NOT NULL               -- common/contract encode_posting; never changed
) STRICT;
CREATE INDEX posting_open ON posting (ordering_key, posting_no) WHERE is_open = 1;
CREATE INDEX posting_held ON posting (posting_no) WHERE status = 'held';
CREATE UNIQUE INDEX posting_behind ON posting (event_no) WHERE posting_no <> 2 * event_no;
CREATE UNIQUE INDEX posting_summed ON posting (posting_id) WHERE event_no IS NULL;

-- Each step behind the first, which is the posting's own row (created_at; queued or held). Append-only.
CREATE TABLE posting_history (
  history_no INTEGER PRIMARY KEY,
  posting_no INTEGER NOT NULL,
  status TEXT NOT NULL,
  who TEXT NOT NULL,               -- a user, or 'hub'
  detail TEXT NOT NULL,            -- the ERP's reference or error, or a person's reason
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX posting_history_by_posting ON posting_history (posting_no);

-- Sums over posting, kept with it, for comparing hub and ERP.
CREATE TABLE posting_total (
  location TEXT NOT NULL,
  business_date INTEGER NOT NULL,  -- 0 = none
  currency TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  postings INTEGER NOT NULL,
  gross_minor INTEGER NOT NULL,
  units_milli INTEGER NOT NULL,
  PRIMARY KEY (location, business_date, currency, kind, status)
) STRICT, WITHOUT ROWID;
