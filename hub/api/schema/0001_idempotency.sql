-- The answer to each POST that created something, kept in the transaction of its effect: the same key again gets it again.
CREATE TABLE api_idempotency (
  caller     TEXT    NOT NULL,
  route      TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  body_hash  BLOB    NOT NULL,
  status     INTEGER NOT NULL,
  answer     TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (caller, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX api_idempotency_age ON api_idempotency (created_at);
