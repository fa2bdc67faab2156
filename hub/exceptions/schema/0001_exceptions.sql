-- One thing that a person has to look at. The row is its current state; each step that led there is in exception_step.
CREATE TABLE exception_case (
  exception_no INTEGER PRIMARY KEY,
  exception_id TEXT NOT NULL UNIQUE,
  code TEXT NOT NULL,             -- of catalogue.h
  subject TEXT NOT NULL,          -- what it is about; with code and generation the key
  generation INTEGER NOT NULL,    -- 1; 2 when it came up again after it was closed, and so on
  owner TEXT NOT NULL,            -- store_it | master_data | stock_control | finance
  cause_key TEXT NOT NULL,        -- groups equal causes: "sku:85123A"
  location TEXT NOT NULL,
  event_no INTEGER,
  pointer TEXT NOT NULL,
  detail TEXT NOT NULL,           -- of the first occurrence
  occurrences INTEGER NOT NULL,
  status TEXT NOT NULL,           -- open | resolved | dismissed
  assignee TEXT NOT NULL,
  raised_at INTEGER NOT NULL,     -- microseconds since 1970, UTC
  last_raised_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  closed_at INTEGER,
  UNIQUE (code, subject, generation)
) STRICT;
CREATE INDEX exception_case_open ON exception_case (exception_no) WHERE status = 'open';
CREATE INDEX exception_case_cause ON exception_case (cause_key) WHERE status = 'open';

-- Who did what, when, why. Append-only.
CREATE TABLE exception_step (
  step_no INTEGER PRIMARY KEY,
  exception_no INTEGER NOT NULL,
  action TEXT NOT NULL,           -- raised | assigned | resolved | dismissed
  who TEXT NOT NULL,              -- a user, or 'hub'
  reason TEXT NOT NULL,           -- of an assignment: to whom
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX exception_step_by_case ON exception_step (exception_no);
