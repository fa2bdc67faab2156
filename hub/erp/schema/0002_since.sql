ALTER TABLE connector_state ADD COLUMN since INTEGER NOT NULL DEFAULT 0;  -- when breaker last changed; 0 = before this was kept
