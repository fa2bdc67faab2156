-- What the hub keeps about itself. Instants are microseconds since 1970, UTC, unless said otherwise.

-- Needs of the overview that somebody has seen. A need that comes again has another id.
CREATE TABLE need_acknowledgement (
  need_id TEXT NOT NULL PRIMARY KEY,
  who TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX need_acknowledgement_age ON need_acknowledgement (at);

-- Filters of a page under a name, shared by all.
CREATE TABLE named_view (
  page TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,            -- as in the page's address
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (page, name)
) STRICT, WITHOUT ROWID;

-- What was measured, per minute and per hour. A step without a row of the figure "up" was not measured: the hub was not running.
CREATE TABLE insight_sample (
  step_s INTEGER NOT NULL,        -- 60 | 3600
  figure TEXT NOT NULL,
  at INTEGER NOT NULL,            -- begin of the step, seconds since 1970
  value INTEGER NOT NULL,
  PRIMARY KEY (step_s, figure, at)
) STRICT, WITHOUT ROWID;

-- What was measured per business date.
CREATE TABLE insight_day (
  business_date INTEGER NOT NULL, -- days since 1970-01-01
  figure TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (figure, business_date)
) STRICT, WITHOUT ROWID;

-- How far the sampler has read.
CREATE TABLE insight_mark (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What people changed about the rules of alerts; a rule without a row is as it was delivered.
CREATE TABLE alert_rule (
  name TEXT NOT NULL PRIMARY KEY,
  limit_value INTEGER NOT NULL,   -- in the rule's unit
  for_s INTEGER NOT NULL,
  severity TEXT NOT NULL,         -- f | a
  enabled INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alert (
  alert_no INTEGER PRIMARY KEY,
  alert_id TEXT NOT NULL UNIQUE,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,          -- what it is about, within the rule
  severity TEXT NOT NULL,
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  location TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  href TEXT NOT NULL,
  is_firing INTEGER NOT NULL,
  since INTEGER NOT NULL,
  acknowledged_by TEXT NOT NULL,
  acknowledged_at INTEGER,
  acknowledge_reason TEXT NOT NULL,
  silenced_until INTEGER,
  silenced_by TEXT NOT NULL,
  silence_reason TEXT NOT NULL,
  resolved_at INTEGER
) STRICT;
CREATE UNIQUE INDEX alert_firing ON alert (rule, subject) WHERE is_firing = 1;
CREATE INDEX alert_resolved ON alert (resolved_at) WHERE is_firing = 0;

CREATE TABLE notification_target (
  name TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,             -- webhook | email
  destination TEXT NOT NULL,      -- URL or address
  secret TEXT NOT NULL,           -- key of the webhook's signature
  rules TEXT NOT NULL,            -- JSON list of rules; '' = all
  enabled INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is to be told to whom; a row is written in the transaction of what it tells.
CREATE TABLE notification (
  notification_no INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  event_key TEXT NOT NULL,        -- the same thing is told once to a target
  subject TEXT NOT NULL,
  body TEXT NOT NULL,             -- JSON
  status TEXT NOT NULL,           -- waiting | sent | failed | dropped
  attempts INTEGER NOT NULL,
  next_try_at INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  UNIQUE (target, event_key)
) STRICT;
CREATE INDEX notification_waiting ON notification (target, notification_no) WHERE status = 'waiting';
CREATE INDEX notification_ended ON notification (ended_at) WHERE ended_at IS NOT NULL;
