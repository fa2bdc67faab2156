-- A text with a semicolon; and a quote's "mark".
ALTER TABLE article ADD COLUMN name TEXT NOT NULL DEFAULT 'unnamed; yet';
