-- People, their sessions, and who changed what. Of every secret only a hash is kept. Instants are microseconds since 1970, UTC.
-- user_account was created by hub/api, api_token by hub/fleet.
ALTER TABLE user_account ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_account ADD COLUMN last_login_at INTEGER;
ALTER TABLE user_account ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;  -- of role, disabled and password: the ETag

ALTER TABLE api_token ADD COLUMN scopes TEXT NOT NULL DEFAULT '';         -- "stock,reservations"; '' = all
ALTER TABLE api_token ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
ALTER TABLE api_token ADD COLUMN last_used_at INTEGER;                    -- saved lazily

CREATE TABLE login_session (
  hash BLOB PRIMARY KEY,        -- SHA-256 of the id in the cookie
  user_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,     -- saved lazily
  expires_at INTEGER NOT NULL,  -- at the latest
  address TEXT NOT NULL         -- of the log-in
) STRICT, WITHOUT ROWID;
CREATE INDEX login_session_user ON login_session (user_name, created_at);

-- Every change that somebody made through the API, written in the transaction of its effect.
CREATE TABLE audit_record (
  audit_no INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  role TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,         -- "PUT /v1/users/{name}"
  object TEXT NOT NULL,         -- "users/ana"
  before TEXT,                  -- JSON
  after TEXT,                   -- JSON
  reason TEXT NOT NULL,
  correlation_id TEXT NOT NULL
) STRICT;
CREATE INDEX audit_record_who ON audit_record (who, audit_no);
CREATE INDEX audit_record_action ON audit_record (action, audit_no);
CREATE INDEX audit_record_object ON audit_record (object, audit_no);
CREATE INDEX audit_record_at ON audit_record (at, audit_no);
CREATE TRIGGER audit_record_is_final BEFORE UPDATE ON audit_record BEGIN SELECT RAISE(ABORT, 'audit records are never changed'); END;
CREATE TRIGGER audit_record_stays BEFORE DELETE ON audit_record BEGIN SELECT RAISE(ABORT, 'audit records are never deleted'); END;
