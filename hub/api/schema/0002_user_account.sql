-- People who log in at the console; password_hash is Argon2id in libsodium's text form.
CREATE TABLE user_account (
  name          TEXT PRIMARY KEY,
  password_hash TEXT    NOT NULL,
  role          TEXT    NOT NULL,
  created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
